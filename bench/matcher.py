"""The matcher at a million pages: from a cold start to the first answer, and what a question costs.

    python bench/matcher.py [--pages 1000000] [--postgres]

Fills a catalog of its own with drawn-up fingerprints (every file has one page, 80 local features and a line of
history), loads the matcher's mirror from it in a fresh process, asks about pages that are stored, and has it follow
1,000 new files. The bits are independent of one another, so a question meets fewer features than among
photographs; bench/features.py measures that.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
import numpy as np
from django.db import connection, transaction
from django.utils import timezone

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ROWS = 20_000
QUESTIONS = 20
NEW_FILES = 1_000
TABLES = {
    "catalog_event": "id, at, verb, audience_key, object_id, reason, digest",
    "catalog_publication": "sequence, event_id, published_at",
    "catalog_imagefile": (
        "id, sha256, size_bytes, media_type, state, state_reason, coded_digest, pixel_digest, quality, rank, capture,"
        " page_count, is_boilerplate, received_at, examined_at, examined_event_id"
    ),
    "catalog_page": (
        "id, file_id, number, width_px, height_px, mode, bit_depth, more_frames, is_judgeable, has_preview, is_page,"
        " has_working"
    ),
    "catalog_fingerprint": "page_id, method, value",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true", help="a database of its own on TEST_POSTGRES_URL")
    parser.add_argument("--step", choices=("fill", "measure"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "fill":
        fill(1, options.pages)
    elif options.step == "measure":
        measure(options.pages)
    else:
        in_a_catalog_of_its_own(options)


def in_a_catalog_of_its_own(options: argparse.Namespace) -> None:
    django.setup()
    from tests.pipeline.test_workers import _drop, _postgres_database

    folder = Path(tempfile.mkdtemp(prefix="record-copy-matcher-"))
    database = _postgres_database() if options.postgres else f"sqlite:///{folder / 'catalog.sqlite3'}"
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": database, "MATCHER": "embedded"}
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
        for step in ("fill", "measure"):
            command = [sys.executable, __file__, "--step", step, "--pages", str(options.pages)]
            subprocess.run(command, env=environment, check=True)
    finally:
        if options.postgres:
            _drop(database)
        shutil.rmtree(folder, ignore_errors=True)


# ---- filling ---------------------------------------------------------------------------------------------------


def fill(first: int, count: int) -> None:
    django.setup()
    started = time.monotonic()
    for start in range(first, first + count, ROWS):
        _write_files(range(start, min(start + ROWS, first + count)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"filled {count:,} pages in {time.monotonic() - started:.0f} s", flush=True)


def looks_of(key: int) -> tuple[bytes, bytes]:
    """Return the hashes (8 x 32) and the local features (80 x 20) that are drawn up for a page."""
    random = np.random.default_rng(key)
    return random.bytes(256), random.bytes(1600)


def _write_files(keys: range) -> None:
    from catalog.imaging.methods import LOCAL, PHASH

    now = timezone.now()
    looks = {key: looks_of(key) for key in keys}
    _write("catalog_event", [(key, now, "file.examined", "", str(key), "", "") for key in keys])
    _write("catalog_publication", [(key, key, now) for key in keys])
    _write(
        "catalog_imagefile",
        [
            (key, f"{key:064x}", 1, "image/jpeg", "intact", "", "", "", "{}", "", "{}", 1, False, now, now, key)
            for key in keys
        ],
    )
    _write("catalog_page", [(key, key, 1, 1024, 768, "RGB", 8, 0, True, True, False, True) for key in keys])
    _write(
        "catalog_fingerprint",
        [(key, method, looks[key][n]) for key in keys for n, method in enumerate((PHASH, LOCAL))],
    )


def _write(table: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({TABLES[table]}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            with transaction.atomic():
                cursor.executemany(f"INSERT INTO {table} ({TABLES[table]}) VALUES ({marks})", rows)


# ---- measuring -------------------------------------------------------------------------------------------------


def measure(count: int) -> None:
    django.setup()
    from catalog.services import matching

    keys = np.random.default_rng(0).integers(1, count + 1, QUESTIONS + 1).tolist()
    questions = [_question(matching, key) for key in keys]
    before_mb, start = _memory_mb(), Stopwatch()
    matching.mirror().follow()
    print(f"loaded {count:,} pages in {start}", flush=True)
    assert matching.near(questions[:1])[keys[0]] == {keys[0]}
    print(f"first answer after {start}", flush=True)
    took = []
    for key, question in zip(keys[1:], questions[1:], strict=True):
        asked = Stopwatch()
        assert matching.near([question])[key] == {key}
        took.append(asked.cpu_seconds * 1000)
    print(f"a question: median {np.median(took):.0f} ms of CPU, longest {max(took):.0f} ms", flush=True)
    fill(count + 1, NEW_FILES)
    asked = Stopwatch()
    assert matching.near([_question(matching, count + NEW_FILES)])[count + NEW_FILES]
    print(f"follows {NEW_FILES:,} new files and answers in {asked}")
    print(f"memory: {_memory_mb() - before_mb:,.0f} MB for the mirror, {_memory_mb():,.0f} MB at most in all")


class Stopwatch:
    """Seconds by the clock, and seconds that this process kept a core busy: others may be busy meanwhile."""

    def __init__(self) -> None:
        self.started = time.monotonic(), time.process_time()

    @property
    def cpu_seconds(self) -> float:
        return time.process_time() - self.started[1]

    def __str__(self) -> str:
        return f"{time.monotonic() - self.started[0]:.1f} s, {self.cpu_seconds:.1f} s of CPU"


def _question(matching, key: int):
    hashes, local = looks_of(key)
    return matching.PagePrints(key, np.frombuffer(hashes, np.uint8).reshape(8, 32), local, 50)


def _memory_mb() -> float:
    """Return the most memory that this process has had resident."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


if __name__ == "__main__":
    main()
