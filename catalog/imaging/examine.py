"""Look at one file once: its pages, fingerprints, quality, embedded metadata, thumbnails and previews.

Runs where a crash does no harm: in the decode child (`sandbox`, `child`). Each page is decoded in full
size once, and everything is taken from that one decoding.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from catalog.imaging.capture import compression_of, read_capture
from catalog.imaging.coarseness import coarseness_of_pixels
from catalog.imaging.coded import coded_digest
from catalog.imaging.decode import Page, UnreadablePicture, pages, versions
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


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found out about one page of a file."""

    number: int
    """From 1."""
    width_px: int
    height_px: int
    """As a person sees it (after orientation), in pixels as coded; a PDF page as it was rendered."""
    mode: str
    """Pillow's mode of the decoded page."""
    bit_depth: int
    """Bits a sample in the file."""
    more_frames: int
    """How many frames of an animation or multi-picture file follow the one that is shown."""
    pixel_digest: bytes | None
    """32 bytes, or None where decoded pixels prove nothing: see `fingerprints.pixel_digest`."""
    phash256: tuple[bytes, ...]
    """Eight hashes of 32 bytes, in the order of `fingerprints.ORIENTATIONS`; the first is the picture as it stands."""
    local: bytes | None
    """Its local features (`features.LocalFeatures.to_bytes`); None where it is not judgeable."""
    is_page: bool
    """True for a scanned sheet, form, receipt or drawing: ink on paper (`inksheet.is_page_like`)."""
    ink: bytes | None
    """Where the ink of a page lies (`inksheet.ink_signature`); None where it is no page or not judgeable."""
    texture: float
    """Share of the picture that holds structure, 0 to 1."""
    is_judgeable: bool
    """False where the page is too flat, too small or too damaged to be compared by its look."""
    thumbnail: str
    """Name of a WebP file in the out folder, at most 400 px on the long side, without metadata."""
    preview: str | None
    """Name of a JPEG file there, at most 1,600 px, without metadata; None after the 50th page."""
    working: str | None
    """Name of the working picture (`working.working_jpeg`) that evidence is measured on; None where not judgeable."""

    def orientations(self) -> NDArray[np.uint8]:
        """Return the hashes as the array that `HashIndex.search` asks with: 8 x 32, uint8."""
        return np.frombuffer(b"".join(self.phash256), np.uint8).reshape(-1, 32)

    def to_json(self) -> dict[str, Any]:
        """Return the facts as plain JSON values; `from_json` takes them back."""
        return {
            "number": self.number,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "mode": self.mode,
            "bit_depth": self.bit_depth,
            "more_frames": self.more_frames,
            "pixel_digest": _hex(self.pixel_digest),
            "phash256": [one.hex() for one in self.phash256],
            "local": _hex(self.local),
            "is_page": self.is_page,
            "ink": _hex(self.ink),
            "texture": self.texture,
            "is_judgeable": self.is_judgeable,
            "thumbnail": self.thumbnail,
            "preview": self.preview,
            "working": self.working,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        hashes = tuple(bytes.fromhex(one) for one in values["phash256"])
        digests = {name: _unhex(values[name]) for name in ("pixel_digest", "local", "ink")}
        return cls(**{**values, **digests, "phash256": hashes})


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about one file."""

    state: Literal["ok", "damaged"]
    damage: str | None
    """Why the file is damaged, in words a filer understands; None when it is not."""
    sha256: str
    """Of the bytes that were examined, in hexadecimal, for comparison with what was stored."""
    coded_digest: bytes | None
    """32 bytes of `coded.coded_digest`; None for a damaged file and for formats that have none."""
    page_count: int
    """How many pages the file says it has; a damaged document may have fewer in `pages`."""
    pages: tuple[PageFacts, ...]
    quality: Quality
    embedded: dict[str, Any]
    """Embedded metadata, as `catalog.metadata.embedded.read_embedded` gives it; empty without a reader."""
    decoder: str
    """The libraries that decoded it with their versions, kept with every piece of evidence."""

    def to_json(self) -> dict[str, Any]:
        """Return the findings as plain JSON values; `from_json` takes them back."""
        return {
            "state": self.state,
            "damage": self.damage,
            "sha256": self.sha256,
            "coded_digest": _hex(self.coded_digest),
            "page_count": self.page_count,
            "pages": [page.to_json() for page in self.pages],
            "quality": self.quality.to_json(),
            "embedded": self.embedded,
            "decoder": self.decoder,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        return cls(
            **{
                **values,
                "coded_digest": _unhex(values["coded_digest"]),
                "pages": tuple(PageFacts.from_json(page) for page in values["pages"]),
                "quality": Quality.from_json(values["quality"]),
            }
        )


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
        damage = f"Page {len(found) + 1:,} of {page_count:,} cannot be read. {error.reason}"
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


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _unhex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
