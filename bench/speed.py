"""Speed, with the machine it ran on: `make bench`. Times are noisy; the ratios are what counts.

1. images per second from folder to record, with the real workers on all cores
2. CPU time of each step of examining images of 8 megapixels or more, as a multiple of one full Pillow decode of them,
   in one process
3. time of a search at 100,000 records (RECORDS=... for another number)

PARTS=against_a_decode runs one of the three: folder_to_record, against_a_decode, searches.
"""

import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
PHOTOS = PROJECT.parent / "shared" / "samples" / "photos"
RECORDS = int(os.environ.get("RECORDS", "100000"))
PICTURES = int(os.environ.get("PICTURES", "200"))
DECODE_ROUNDS = 7
SEARCHES = 40


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="record-copy-bench-"))
    os.environ["DATA_DIR"] = str(folder / "data")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.path.insert(0, str(PROJECT))
    try:
        print(f"Machine: {machine()}", flush=True)
        for part in (folder_to_record, against_a_decode, searches):
            if part.__name__ in os.environ.get("PARTS", part.__name__).split(","):
                part(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> str:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"


# ---- from folder to record -----------------------------------------------------------------------------------


def folder_to_record(folder: Path) -> None:
    source, kind = pictures(folder)
    count = len(list(source.iterdir()))
    manage("migrate", "-v0")
    manage("add_agency", "building", "Building and Safety")
    started = time.perf_counter()
    with workers():
        manage("import_folder", str(source), "--agency", "building")
        filed = time.perf_counter() - started
        while not int(manage("shell", "-v0", "-c", SETTLED).split()[-1]):
            time.sleep(0.25)
        took = time.perf_counter() - started
    rate = count / took
    print(f"From folder to record: {rate:.1f} images/s ({count} {kind}, {took:.0f} s, of which filing {filed:.0f} s)")


SETTLED = (
    "from catalog.models import *; "
    "print(int(not Job.objects.exclude(state='done').exists() and not Unpublished.objects.exists()))"
)


def pictures(folder: Path) -> tuple[Path, str]:
    """Return a folder of real photographs where they are at hand, else of drawn ones of two megapixels."""
    source = folder / "pictures"
    source.mkdir()
    if PHOTOS.is_dir():
        for path in sorted(PHOTOS.iterdir())[:PICTURES]:
            shutil.copyfile(path, source / path.name)
        return source, "photographs"
    for n in range(PICTURES):
        drawn(n, (1600, 1200)).save(source / f"{n:04}.jpg", quality=88)
    return source, "drawn pictures of 2 megapixels"


def drawn(seed: int, size: tuple[int, int]) -> Image.Image:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (size[1] // 24, size[0] // 24, 3), np.uint8))
    fine = rng.normal(0, 6, (size[1], size[0], 1))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.float32) + fine
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@contextmanager
def workers() -> Iterator[None]:
    command = "-m celery -A config worker --beat --loglevel error --without-gossip --without-mingle --without-heartbeat"
    options = ["--concurrency", str(os.cpu_count() or 2)]
    process = subprocess.Popen([sys.executable, *command.split(), *options], cwd=PROJECT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout


# ---- against one full decode ---------------------------------------------------------------------------------


def against_a_decode(folder: Path) -> None:
    out = folder / "previews"
    out.mkdir()
    large = large_pictures(folder)
    tables = [steps_against_a_decode(path, out) for path in large.values()]
    print("CPU time as multiples of one full decode (medians, paired in one process):")
    print(f"  {'':34}" + "".join(f"{name:>26}" for name in large))
    for step in tables[0]:
        print(f"  {step:34}" + "".join(f"{table[step]:26.2f}" for table in tables))


def large_pictures(folder: Path) -> dict[str, Path]:
    """Return JPEGs of 8 megapixels or more by what they are: camera files where they are at hand, and a drawn one."""
    made = folder / "large.jpg"
    drawn(1, (4032, 3024)).save(made, quality=90)
    camera = {"camera, 16 MP": "Kodak_PIXPRO_FZ201.jpg", "camera, 10 MP": "Wine_by_Jakkub_Mede.jpg"}
    found = {label: PHOTOS / name for label, name in camera.items() if (PHOTOS / name).is_file()}
    if PHOTOS.is_dir():
        sheet = folder / "sheet.jpg"
        photographs_side_by_side().save(sheet, quality=90)
        found["photographs, 8 MP, q90"] = sheet
    return {**found, "drawn with noise, 12 MP": made}


def photographs_side_by_side() -> Image.Image:
    """Put camera pictures at their own resolution side by side: 3,264 x 2,448 pixels."""
    names = ("Canon_PowerShot_S40_(2)", "Casio_EX-Z3", "Kodak_DX4330", "Olympus_C720UZ", "FujiFilm_MX-2900Zoom")
    sheet = Image.new("RGB", (3_264, 2_448))
    for number in range(9):
        with Image.open(PHOTOS / f"{names[number % len(names)]}.jpg") as picture:
            sheet.paste(picture.crop((0, 100, 1_088, 916)), (number % 3 * 1_088, number // 3 * 816))
    return sheet


def steps_against_a_decode(path: Path, out: Path) -> dict[str, float]:
    from catalog.imaging import examine as examining
    from catalog.imaging.features import local_features
    from catalog.imaging.fingerprints import grey_of, phash256_orientations, pixel_digest, texture, upright_with_digest
    from catalog.imaging.inksheet import is_page_like
    from catalog.imaging.media import MediaType
    from catalog.imaging.resolution import real_pixels
    from catalog.imaging.upright import upright

    pages = examining.pages(path, MediaType.JPEG)
    page = next(pages)
    seen = upright(page.picture, examining.PREVIEW_SIDE_PX)
    grey = grey_of(seen)
    levels = np.asarray(grey)

    def fingerprinted() -> None:
        for one in examining.pages(path, MediaType.JPEG):
            phash256_orientations(grey_of(upright_with_digest(one, examining.PREVIEW_SIDE_PX)[0]))

    steps: dict[str, Callable[[], object]] = {
        "digest of the pixels": lambda: pixel_digest(page),
        "reduced and upright": lambda: upright(page.picture, examining.PREVIEW_SIDE_PX),
        "both in one pass": lambda: upright_with_digest(page, examining.PREVIEW_SIDE_PX),
        "grey": lambda: grey_of(seen),
        "hashes": lambda: phash256_orientations(grey),
        "texture": lambda: texture(grey),
        "local features": lambda: local_features(levels),
        "page or scene": lambda: is_page_like(levels),
        "working picture": lambda: examining.working_jpeg(seen, is_page=False),
        "real pixels": lambda: real_pixels(page.picture),
        "thumbnail and preview": lambda: examining._written(seen, 1, out),
        "decode, digest and hashes": fingerprinted,
        "the whole look": lambda: examining.examine(path, MediaType.JPEG, out),
    }
    table = {name: against(path, step) for name, step in steps.items()}
    pages.close()
    return table


def against(path: Path, step: Callable[[], object]) -> float:
    """Return the CPU time of a step over that of one full decode, the median of pairs."""
    step()
    return statistics.median(cpu(step) / cpu(lambda: Image.open(path).load()) for _ in range(DECODE_ROUNDS))


def cpu(call: Callable[[], object]) -> float:
    before = time.process_time()
    call()
    return time.process_time() - before


# ---- search --------------------------------------------------------------------------------------------------


def searches(_folder: Path) -> None:
    import django

    django.setup()
    from django.db import connection

    from catalog.services import searching
    from catalog.services.faceting import facets_of

    fill_search(RECORDS)
    mix = {
        "no words (newest first)": {},
        "a rare word": {"q": "quillwort"},
        "a common word": {"q": "inspection"},
        "two words": {"q": "brick warehouse"},
        "a permit": {"number": "permit:21016-10000-00042"},
        "two facets": {"agency": "metro", "year": "2021"},
    }
    print(f"Search at {RECORDS:,} records ({connection.vendor}), results of a page, and its facets:")
    for name, asked in mix.items():
        results = [wall(lambda asked=asked: searching.find(user=None, asked=asked)) for _ in range(SEARCHES)]
        facets = [
            wall(lambda asked=asked: facets_of(searching.find(user=None, asked=asked).narrowing)) for _ in range(5)
        ]
        p95 = statistics.quantiles(results, n=20)[-1]
        print(
            f"  {name:24} median {1000 * statistics.median(results):6.1f} ms, p95 {1000 * p95:6.1f} ms; "
            f"facets {1000 * statistics.median(facets):6.1f} ms"
        )


def wall(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def fill_search(count: int) -> None:
    """Write so many records with their search entries straight into the tables: only the search is measured here."""
    from django.db.models import OuterRef, Subquery
    from django.utils import timezone

    from catalog.models import (
        Agency,
        Copy,
        Filing,
        ImageFile,
        Record,
        Scheme,
        SearchEntry,
        SearchFacet,
        SearchText,
        Source,
    )

    rng = random.Random(1)
    agencies = [
        Agency.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]
        for slug in ("building", "streets", "metro", "housing")
    ]
    Scheme.objects.get_or_create(slug="permit", defaults={"label": "Permit", "normaliser": "permit"})
    kind = {"kind": Source.Kind.FOLDER}
    sources = [Source.objects.get_or_create(agency=a, name="bench", defaults=kind)[0] for a in agencies]
    rare = {n: ["quillwort"] for n in range(0, count, 9973)}
    words = ["brick", "warehouse", "elevation", "curb", "sidewalk", "inspection", "ramp", "rail", "corridor", "roof"]
    now = timezone.now()
    for start in range(0, count, 5000):
        numbers = range(start, min(start + 5000, count))
        files = ImageFile.objects.bulk_create(
            ImageFile(sha256=f"{n:064x}", size_bytes=1, media_type="image/jpeg", received_at=now) for n in numbers
        )
        homes = Record.objects.bulk_create(
            Record(audience_key="public", filed_at=now, modified_at=now) for _ in numbers
        )
        copies = Copy.objects.bulk_create(
            Copy(file=f, audience_key="public", record=r, home_record=r, made_at=now)
            for f, r in zip(files, homes, strict=True)
        )
        Filing.objects.bulk_create(
            Filing(
                agency=agencies[n % 4], source=sources[n % 4], item_key=str(n), file=f,
                file_name=f"{n}.jpg", copy=c, audience="public", audience_key="public", filed_at=now,
            )
            for n, f, c in zip(numbers, files, copies, strict=True)
        )  # fmt: skip
        entries = SearchEntry.objects.bulk_create(
            SearchEntry(
                record=record, audience_key="public", filed_at=now, year=2015 + n % 12,
            )
            for n, record in zip(numbers, homes, strict=True)
        )  # fmt: skip
        SearchText.objects.bulk_create(
            SearchText(
                entry=e, title=f"{rng.choice(words)} {n}", body=" ".join([*rng.choices(words, k=25), *rare.get(n, ())])
            )
            for n, e in zip(numbers, entries, strict=True)
        )
        SearchFacet.objects.bulk_create(
            facet
            for n, e in zip(numbers, entries, strict=True)
            for facet in (
                SearchFacet(entry=e, kind="agency", value=agencies[n % 4].slug, audience_key="public"),
                SearchFacet(entry=e, kind="year", value=str(2015 + n % 12), audience_key="public"),
                SearchFacet(
                    entry=e, kind="identifier", value=f"permit:21016-10000-{n % 5000:05}", audience_key="public"
                ),
            )
        )
    own_copy = Copy.objects.filter(home_record=OuterRef("pk")).values("pk")
    own_filing = Filing.objects.filter(copy__home_record=OuterRef("pk")).values("pk")
    Record.objects.filter(state="pending").update(
        state="standing", best_copy=Subquery(own_copy), record_copy=Subquery(own_filing)
    )


if __name__ == "__main__":
    main()
