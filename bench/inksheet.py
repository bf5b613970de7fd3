"""Forms of one template: how many stay to be compared in full a file, and is a true copy ever ruled out?

    python bench/inksheet.py [--forms 400] [--copies-of 12] [--pages FOLDER] [--processes 1]

Draws forms at 200 dpi that differ in permit number, parcel, address, date and fee; each is scanned on its own (up to
0.6 degrees askew, with noise) and reduced to 1,600 px as at examination. Then copies of the first forms, and of the
pictures in FOLDER, are held against their originals. Prints, for several numbers of blocks that must differ, the
share of pairs of different forms that is left and the copies that were lost; ends with status 1 where one was lost.
"""

import argparse
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from catalog.imaging import inksheet  # noqa: E402

WORDS = (
    "the",
    "owner",
    "shall",
    "keep",
    "this",
    "sheet",
    "at",
    "the",
    "site",
    "until",
    "final",
    "approval",
    "and",
    "show",
    "it",
)
PAPER = 252
EXAMINED_SIDE_PX = 1_600
COMPARED_AT_10_000 = 10_000
BOUNDS = (6, 8, 10, 12, 15, 20)
PAGE_SUFFIXES = (".jpg", ".png", ".tif")


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


@lru_cache
def template() -> Image.Image:
    page, text = Image.new("L", (1_700, 2_200), PAPER), random.Random(1)
    draw = ImageDraw.Draw(page)
    draw.text((150, 120), "APPLICATION FOR INSPECTION - ATTACHMENT B", font=font(44), fill=20)
    for n, label in enumerate(
        ("Permit number", "Parcel (APN)", "Site address", "Inspected on", "Inspector", "Fee paid")
    ):
        draw.rectangle((150, 260 + 90 * n, 1_550, 350 + 90 * n), outline=90, width=2)
        draw.text((165, 268 + 90 * n), label, font=font(24), fill=90)
    for line in range(26):
        draw.text((150, 960 + 40 * line), " ".join(text.choice(WORDS) for _ in range(16)), font=font(24), fill=60)
    draw.line((950, 2_080, 1_500, 2_080), fill=60, width=2)
    return page


def sheet(number: int) -> Image.Image:
    """The form with this number, as it was printed."""
    own, page = random.Random(number), template().copy()
    fields = (
        f"{own.randint(10_000_000, 99_999_999)}",
        f"{own.randint(2000, 5999)}-{own.randint(1, 40):03}-{own.randint(1, 40):03}",
        f"{own.randint(100, 9900)} S MILL STREET",
        f"2026-0{own.randint(1, 9)}-{own.randint(10, 28)}",
        "R. ALVAREZ   BADGE 4417",
        f"$ {own.randint(100, 999)}.00",
    )
    for n, value in enumerate(fields):
        ImageDraw.Draw(page).text((520, 294 + 90 * n), value, font=font(30), fill=25)
    return page


def scanned(page: Image.Image, seed: str, degrees: float = 0.6, shift_px: float = 0, tone: float = 0) -> Image.Image:
    own = random.Random(seed)
    moved = tuple(own.uniform(-shift_px, shift_px) for _ in range(2))
    page = page.convert("L").rotate(
        own.uniform(-degrees, degrees), Image.Resampling.BICUBIC, fillcolor=PAPER, translate=moved
    )
    noise = np.random.default_rng(own.randint(0, 2**31)).normal(0, 4, (page.height, page.width))
    grey = (np.asarray(page, np.float32) - 128) * (1 + own.uniform(-tone, tone)) + 128 + 80 * own.uniform(-tone, tone)
    return Image.fromarray(np.clip(grey + noise, 0, 255).astype(np.uint8))


def signature(picture: Image.Image) -> bytes:
    picture = picture.convert("L")
    if max(picture.size) > EXAMINED_SIDE_PX:
        picture = ImageOps.contain(picture, (EXAMINED_SIDE_PX, EXAMINED_SIDE_PX), Image.Resampling.HAMMING)
    return inksheet.ink_signature(np.asarray(picture))


def coded(page: Image.Image, suffix: str, quality: int) -> Image.Image:
    file = io.BytesIO()
    page.save(file, suffix, quality=quality)
    return Image.open(file)


def scaled(page: Image.Image, across: float, down: float) -> Image.Image:
    return page.resize((round(page.width * across), round(page.height * down)), Image.Resampling.LANCZOS)


def stamped(page: Image.Image) -> Image.Image:
    page, side = page.copy(), min(page.size)
    draw = ImageDraw.Draw(page)
    draw.ellipse((side * 0.5, side * 0.6, side * 0.85, side * 0.75), outline=70, width=max(3, side // 200))
    draw.text((side * 0.55, side * 0.65), "APPROVED", font=font(max(10, side // 22)), fill=70)
    return page


def marked(page: Image.Image) -> Image.Image:
    page, side = page.copy(), min(page.size)
    draw = ImageDraw.Draw(page)
    draw.ellipse((side * 0.2, side * 0.3, side * 0.5, side * 0.6), outline=80, width=side // 90)
    draw.line((side * 0.2, side * 0.9, side * 0.7, side * 0.6), fill=80, width=side // 45)
    return page


def dated(page: Image.Image) -> Image.Image:
    page = page.copy()
    at = (page.width * 0.6, page.height * 0.93)
    ImageDraw.Draw(page).text(at, "2026-03-14 10:42", font=font(max(10, page.height // 40)), fill=90)
    return page


COPIES: dict[str, tuple[int, Callable[[Image.Image, str], Image.Image]]] = {
    **{f"JPEG {quality}": (0, lambda p, s, q=quality: coded(p, "JPEG", q)) for quality in (20, 50, 85)},
    "WebP 70": (0, lambda p, s: coded(p, "WEBP", 70)),
    "darker": (0, lambda p, s: ImageEnhance.Brightness(p).enhance(0.65)),
    "brighter": (0, lambda p, s: ImageEnhance.Brightness(p).enhance(1.35)),
    "contrast": (0, lambda p, s: ImageEnhance.Contrast(p).enhance(1.5)),
    "auto-contrast": (0, lambda p, s: ImageOps.autocontrast(p, cutoff=1)),
    "blurred": (0, lambda p, s: p.filter(ImageFilter.GaussianBlur(max(1, p.width / 500)))),
    **{f"{round(100 * by)} %": (0, lambda p, s, by=by: scaled(p, by, by)) for by in (0.75, 0.5, 0.25)},
    "256 px": (0, lambda p, s: ImageOps.contain(p, (256, 256))),
    "stretched": (0, lambda p, s: scaled(p, 1, 0.8)),
    "turned 90": (5, lambda p, s: p.transpose(Image.Transpose.ROTATE_90)),
    "turned 180": (3, lambda p, s: p.transpose(Image.Transpose.ROTATE_180)),
    "turned 270": (6, lambda p, s: p.transpose(Image.Transpose.ROTATE_270)),
    **{f"scanned again {n}": (0, lambda p, s, n=n: scanned(p, f"{s}-{n}", 1, 9, 0.1)) for n in (1, 2, 3)},
    "stamped": (0, lambda p, s: stamped(p)),
    "marked up": (0, lambda p, s: marked(p)),
    "dated": (0, lambda p, s: dated(p)),
    "scanned again, stamped": (0, lambda p, s: scanned(stamped(p), f"{s}-4", 1, 9, 0.1)),
    "scanned again, dated": (0, lambda p, s: scanned(dated(p), f"{s}-5", 1, 9, 0.1)),
}
"""How each copy is made from a scan, and the orientation in which its original lies like it."""


def form_signature(number: int) -> bytes:
    return signature(scanned(sheet(number), f"scan-{number}"))


def copies_of(name_and_picture: tuple[str, Image.Image]) -> tuple[bytes, list[bytes]]:
    name, picture = name_and_picture
    return signature(picture), [signature(make(picture, name)) for _, make in COPIES.values()]


def pages_in(folder: Path) -> list[tuple[str, Image.Image]]:
    """Return the page-like pictures of a folder, at most 2,000 px."""
    found = []
    for path in sorted(p for p in folder.iterdir() if p.suffix in PAGE_SUFFIXES):
        with Image.open(path) as picture:
            grey = ImageOps.exif_transpose(picture).convert("L")
        if max(grey.size) > 2_000:
            grey = ImageOps.contain(grey, (2_000, 2_000))
        if inksheet.is_page_like(np.asarray(grey)):
            found.append((path.name, grey))
    return found


def left_and_lost(
    forms: list[bytes], originals: list[tuple[str, bytes, list[bytes]]]
) -> tuple[list[int], Counter[str], float]:
    """Return how many other forms each form keeps, the copies ruled out by how they were made, and us a pair."""
    started = time.process_time()
    ruled_out = np.array([inksheet.ruled_out_many(one, forms) for one in forms])
    us = (time.process_time() - started) / len(forms) ** 2 * 1e6
    orientations = [orientation for orientation, _ in COPIES.values()]
    lost: Counter[str] = Counter()
    for name, one, copies in originals:
        answers = inksheet.ruled_out_many(one, copies, orientations)
        lost.update(f"{how} ({name})" for how, answer in zip(COPIES, answers, strict=True) if answer)
    return ((~ruled_out).sum(axis=1) - 1).tolist(), lost, us


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", type=int, default=400)
    parser.add_argument("--copies-of", type=int, default=12, help="so many forms are copied in every way")
    parser.add_argument("--pages", type=Path, help="also copy the page-like pictures of this folder")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    sources = [(f"form {n}", scanned(sheet(n), f"scan-{n}")) for n in range(options.copies_of)]
    sources += pages_in(options.pages) if options.pages else []
    with Pool(options.processes) as pool:
        forms = pool.map(form_signature, range(options.forms), chunksize=8)
        made = pool.map(copies_of, sources, chunksize=1)
    originals = [(name, one, copies) for (name, _), (one, copies) in zip(sources, made, strict=True)]
    sizes = [len(one) for one in forms + [one for _, one, _ in originals]]
    print(f"{len(forms)} forms, {len(originals)} originals with {len(COPIES)} copies each, ", end="")
    print(f"signatures of {min(sizes):,} to {max(sizes):,} bytes")
    used, status = inksheet.MIN_SUBSTITUTED, 0
    for bound in sorted({*BOUNDS, used}):
        inksheet.MIN_SUBSTITUTED = bound
        left, lost, us = left_and_lost(forms, originals)
        share = sum(left) / (len(forms) * max(1, len(forms) - 1))
        mark = "  <- in use" if bound == used else ""
        print(f"{bound:3} blocks: {share:.2%} left, {share * COMPARED_AT_10_000:,.0f} a file of 10,000;", end=" ")
        print(f"lost {sum(lost.values())} of {len(originals) * len(COPIES)}; {us:.0f} us a pair{mark}")
        for how, count in lost.most_common(12):
            print(f"      {how}" + (f" x {count}" if count > 1 else ""))
        status = status or int(bound == used and bool(lost))
    return status


if __name__ == "__main__":
    sys.exit(main())
