"""How many record pages a second: `python bench/record.py --records 100000`, as a multiple of the page of explanations.

Files a generated table through `load_metadata` and some pictures of several departments, serves the catalog as `serve`
does (gunicorn, 2 workers with 4 threads) and asks for pages over 4 connections. Half of the pages are of records that
have pictures, duplicates and history. The requests a second depend on what else the machine does; the CPU time of a
page, and its multiple of /about, hardly do.

On SQLite in a folder of its own; DATABASE_URL names another database, which is filled if it has fewer records, and
kept (its pictures are filed again into the new folder).
"""

import argparse
import http.client
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import feeds
from speed import machine

CONNECTIONS = 4
CITY = (("building", "Building and Safety"), ("metro", "Metro"), ("housing", "Housing"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pages", default="", help="other addresses to measure, with commas: /overview,/help")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    feeds.set_up(folder)
    try:
        print(f"Machine: {machine()}, {feeds.database()}", flush=True)
        feeds.fill(asked.records, folder)
        pictured = file_pictures()
        feeds.prepare()
        described = some_addresses()
        with feeds.server() as pid:
            plain = measure(pid, "/about", ["/about"], asked.seconds)
            measure(pid, "records that were only described", described, asked.seconds, plain)
            measure(pid, "records with pictures", pictured, asked.seconds, plain)
            measure(pid, "both, half and half", pictured * (len(described) // len(pictured)) + described,
                    asked.seconds, plain)  # fmt: skip
            for address in filter(None, asked.pages.split(",")):
                measure(pid, address, [address], asked.seconds, plain)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def file_pictures() -> list[str]:
    """File six pictures, each by three departments, settle them as workers do, and return their addresses."""
    import numpy as np
    from django.conf import settings
    from django.utils import timezone
    from PIL import Image

    from catalog import tasks
    from catalog.metadata.validation import Value
    from catalog.models import Agency, Filing, Scheme, Source
    from catalog.services import filing, jobs, searching
    from catalog.services.store import store

    settings.MATCHER = "embedded"
    tasks._send = lambda task: None
    agencies = [Agency.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in CITY]
    Scheme.objects.get_or_create(slug="apn", defaults={"label": "Parcel (APN)", "normaliser": "apn"})
    keys = []
    for seed in range(6):
        chance = np.random.default_rng(seed)
        noise = Image.fromarray(chance.integers(0, 256, (60, 80, 3), dtype=np.uint8))
        for n, agency in enumerate(agencies):
            path = Path(settings.DATA_DIR, f"{seed}-{n}.jpg")
            noise.resize((1600 >> n, 1200 >> n), Image.Resampling.BICUBIC).save(path, quality=90)
            source, _ = Source.objects.get_or_create(agency=agency, name="pictures", defaults={"kind": "api"})
            spooled = store().spool_path(path, max_size_bytes=10**8)
            receipt = filing.receive_filing(
                agency=agency, source=source, spooled=spooled, file_name=path.name, item_key=path.name, filed_by=None,
                audience="public", at=timezone.now(), identifiers=[("apn", f"5149-015-{900 + seed}")],
                values=[Value("title", f"Corner {seed}"), Value("created", f"20{10 + seed}-05-0{n + 1}"),
                        Value("spatial", "east=-118.25; north=34.05", scheme="DCMIPoint")],
            )  # fmt: skip
            spooled.discard()
            keys.append(receipt.filing.pk)
    while jobs.count_due(1):
        tasks.work()
    tasks.publish()
    while searching.follow():
        pass
    filed = Filing.objects.filter(pk__in=keys).select_related("copy__record")
    return sorted({f.copy.record.get_absolute_url() for f in filed})


def some_addresses() -> list[str]:
    """Return the addresses of 300 records from all over the catalog, the same ones every time."""
    from catalog.models import Record

    keys = list(Record.objects.standing().filter(audience_key="public").values_list("pk", flat=True))
    chosen = random.Random(1).sample(keys, min(300, len(keys)))
    return [record.get_absolute_url() for record in Record.objects.filter(pk__in=chosen)]


def measure(pid: int, what: str, addresses: Sequence[str], seconds: float, plain: float = 0) -> float:
    """Ask for these pages over all connections; return the CPU milliseconds of one."""
    ask(addresses, 2, random.Random(0))  # each worker has loaded its templates
    watch = feeds.Watch(pid)
    counts, threads = [], []
    began = time.monotonic()
    for n in range(CONNECTIONS):
        chance = random.Random(n)
        threads.append(threading.Thread(target=lambda c=chance: counts.append(ask(addresses, seconds, c))))
        threads[-1].start()
    for thread in threads:
        thread.join()
    passed, total = time.monotonic() - began, sum(counts)
    busy = 1000 * (watch.cpu_seconds() - watch.first_cpu) / total
    than = f", {busy / plain:.1f} times /about" if plain else ""
    print(f"{what}: {total / passed:,.0f} pages a second; {busy:.1f} ms of CPU each{than}", flush=True)
    return busy


def ask(addresses: Sequence[str], seconds: float, chance: random.Random) -> int:
    """Ask for one page after the other on one connection; return how many there were."""
    connection = http.client.HTTPConnection("127.0.0.1", feeds.PORT, timeout=60)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        address = chance.choice(addresses)
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status}")
        count += 1
    return count


if __name__ == "__main__":
    main()
