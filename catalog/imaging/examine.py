"""Look at one file once: its pages, fingerprints, quality, embedded metadata, thumbnails and previews.

Runs where a crash does no harm: in the decode child (`sandbox`, `child`). Each page is decoded in full
size once, and everything is taken from that one decoding.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops

from catalog.imaging import sayings
from catalog.imaging.capture import compression_of, read_capture
from catalog.imaging.coarseness import coarseness_of_pixels
from catalog.imaging.coded import coded_digest
from catalog.imaging.decode import Page, UnreadablePicture, pages, versions
from catalog.imaging.examination import Examination, PageFacts
from catalog.imaging.features import local_features
from catalog.imaging.fingerprints import (
    grey_of,
    is_judgeable,
    phash256_orientations,
    pixel_digest,
    texture,
    upright_with_digest,
)
from catalog.imaging.inksheet import ink_signature, is_page_like
from catalog.imaging.media import MediaType
from catalog.imaging.quality import LOSSLESS, Quality, channel_depth
from catalog.imaging.resolution import real_pixels
from catalog.imaging.upright import turn_of, upright, upright_size
from catalog.imaging.working import PAGE_SIDE_PX, WORKING_NAME, working_jpeg

THUMBNAIL_SIDE_PX = 400
PREVIEW_SIDE_PX = 1_600
PREVIEW_PAGES = 50
"""Only so many first pages of a document get a preview; every page gets a thumbnail."""

_PREVIEW_QUALITY = 80  # JPEG: half as large again as WebP, in a sixth of the time, which was longer than decoding
_WEBP_QUALITY = 75
_WEBP_EFFORT = 0  # of 0 to 6: at 2 a preview takes 1.6 times as long and is a fifth smaller, at 4 four times

ReadEmbedded = Callable[[Path, MediaType], dict[str, Any]]


def examine(
    path: Path, media_type: MediaType, out_folder: Path, read_embedded: ReadEmbedded | None = None
) -> Examination:
    """Examine one file and write its thumbnails and previews to `out_folder`, which must exist.

    A document whose later page cannot be read is damaged and ends there. Raises UnreadablePicture, with the
    reason in words, when not even the first page can be shown.
    """
    found, qualities, page_count, damage = [], [], 0, None
    try:
        for page in pages(path, media_type):
            page_count = page.page_count
            damage = damage or page.damage
            facts, quality = _look_at(page, path, out_folder)
            found.append(facts)
            qualities.append(quality)
    except UnreadablePicture as error:
        if not found:
            raise
        damage = sayings.PAGE_LOST.format(number=f"{len(found) + 1:,}", count=f"{page_count:,}", because=error.reason)
    sha256 = _sha256(path)
    return Examination(
        state="damaged" if damage else "ok",
        damage=damage,
        sha256=sha256,
        coded_digest=None if damage else coded_digest(path, media_type),
        page_count=page_count,
        pages=tuple(found),
        quality=replace(qualities[0], intact=damage is None, sha256=sha256),
        embedded=read_embedded(path, media_type) if read_embedded else {},
        decoder=versions(),
    )


def _look_at(page: Page, path: Path, out_folder: Path) -> tuple[PageFacts, Quality]:
    """Take everything that is wanted from one decoded page, an animation's digest last: it walks on to later frames."""
    turn = turn_of(page.picture)
    width_px, height_px = upright_size((page.width_px, page.height_px), turn)
    is_still = page.frames == 1
    seen, digest = (
        upright_with_digest(page, PREVIEW_SIDE_PX) if is_still else (upright(page.picture, PREVIEW_SIDE_PX), None)
    )
    grey = grey_of(seen)
    share = texture(grey)
    can_be_judged = page.damage is None and is_judgeable(width_px, height_px, share)
    is_page = is_page_like(np.asarray(grey))
    thumbnail, preview, is_colour = _written(seen, page.number, out_folder)
    quality = _quality(page, path, is_colour=is_colour, size=(width_px, height_px))
    facts = PageFacts(
        number=page.number,
        width_px=width_px,
        height_px=height_px,
        mode=page.picture.mode,
        bit_depth=page.bit_depth,
        more_frames=page.frames - 1,
        phash256=tuple(one.tobytes() for one in phash256_orientations(grey)),
        local=local_features(np.asarray(grey)).to_bytes() if can_be_judged else None,
        is_page=is_page,
        ink=ink_signature(np.asarray(seen.convert("L"))) if is_page and can_be_judged else None,
        texture=round(share, 4),
        is_judgeable=can_be_judged,
        thumbnail=thumbnail,
        preview=preview,
        working=_working(page, seen, is_page, out_folder) if can_be_judged else None,
        pixel_digest=digest if is_still else pixel_digest(page),
    )
    return facts, quality


def _quality(page: Page, path: Path, *, is_colour: bool, size: tuple[int, int]) -> Quality:
    """Gather the facts that order best copies; whether it is intact and its checksum are known only at the end."""
    capture = read_capture(page.picture)
    compression = compression_of(page.picture, path, page.media_type, size[0] * size[1] * page.frames)
    coarseness = coarseness_of_pixels(page.picture) if compression == LOSSLESS and page.number == 1 else LOSSLESS
    return Quality(
        intact=False,
        original_capture=capture.original,
        editor=capture.editor,
        width_px=size[0],
        height_px=size[1],
        real_pixels=_real_pixels(page),
        bit_depth=channel_depth(page.picture.mode, page.bit_depth),
        compression=compression or coarseness,
        was_jpeg=coarseness > LOSSLESS,
        colour=is_colour,
        metadata_count=capture.metadata_count,
        sha256="",
    )


def _real_pixels(page: Page) -> int:
    """Count what a page really shows; pages after the first do not order copies, and a drawn one is complete."""
    if page.number > 1 or page.is_reduced or page.media_type is MediaType.PDF:
        return page.width_px * page.height_px
    return real_pixels(page.picture)


def _written(seen: Image.Image, number: int, out_folder: Path) -> tuple[str, str | None, bool]:
    """Write thumbnail and preview; return their names, and whether the page shows colours."""
    small = _within(seen, THUMBNAIL_SIDE_PX)
    thumbnail = f"{number:04}-thumbnail.webp"
    small.save(out_folder / thumbnail, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_EFFORT)
    if number > PREVIEW_PAGES:
        return thumbnail, None, _shows_colours(small)
    preview = f"{number:04}-preview.jpg"
    seen.save(out_folder / preview, "JPEG", quality=_PREVIEW_QUALITY)
    return thumbnail, preview, _shows_colours(small)


def _working(page: Page, seen: Image.Image, is_page: bool, out_folder: Path) -> str:
    """Write the working picture, from the full page where that needs more than `seen` holds; return its name."""
    name = f"{page.number:04}-{WORKING_NAME}.jpg"
    source = upright(page.picture, PAGE_SIDE_PX) if is_page and max(page.picture.size) > PREVIEW_SIDE_PX else seen
    (out_folder / name).write_bytes(working_jpeg(source, is_page=is_page))
    return name


def _within(picture: Image.Image, side_px: int) -> Image.Image:
    scale = min(1.0, side_px / max(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)


def _shows_colours(small: Image.Image) -> bool:
    """Tell colour from grey stored as RGB: one pixel in a thousand has channels more than 16 levels apart.

    Compression alone tints greys by a few levels; toned prints are meant to count as colour.
    """
    red, green, blue = small.split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    apart = ImageChops.subtract(lightest, darkest).histogram()[17:]
    return sum(apart) > 0.001 * small.width * small.height


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
