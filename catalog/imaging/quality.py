"""Which of several copies shows most: the order of best copies, and the sentence that explains it.

The order is that of the design (detection, "Best copy and record copy"): intact > original capture >
more real pixels > higher bit depth > less compression > colour > more embedded metadata > smaller
SHA-256. It is total, so the best copy does not depend on the order of arrival.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from catalog.imaging import sayings
from catalog.imaging.media import MediaType

LOSSLESS = 0.0
"""The compression of a file that gives back every pixel as it was stored."""

RENDERED = 256.0
"""The compression of a page that was drawn for us (PDF): behind every coded picture, whose tables end at 255."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The facts of one file that order best copies; for several pages, those of the first."""

    intact: bool
    """The file decodes completely."""
    original_capture: bool
    """Full camera metadata and no editor's name: `is_original_capture`."""
    editor: str | None
    """The editing program named in the file, if any; explains, does not order."""
    width_px: int
    height_px: int
    real_pixels: int
    """How many pixels the picture needs: all, or about what it had before it was enlarged: `resolution.real_pixels`."""
    bit_depth: int
    """Bits a channel that can differ: 8 for a JPEG, 16 for a 16-bit scan, 1 for a fax; see `channel_depth`."""
    compression: float
    """0 lossless; for JPEG the mean of its luma quantisation table, 1 to 255; else `estimated_compression`.

    A lossless file that was written from a JPEG counts as that JPEG: see `coarseness.coarseness_of_pixels`.
    """
    was_jpeg: bool
    """The file stores without loss what a JPEG had lost before; explains, does not order."""
    colour: bool
    """The picture shows colours (a grey picture stored as RGB does not)."""
    metadata_count: int
    """How many embedded values the file carries."""
    sha256: str
    """The bytes' own digest in hexadecimal: the last line of the order, so that no two files tie."""

    @property
    def pixel_count(self) -> int:
        """Count the stored pixels, whether the picture needs them or not."""
        return self.width_px * self.height_px

    @property
    def is_enlarged(self) -> bool:
        """Tell a picture that was plainly enlarged: it stores more pixels than it shows."""
        return self.real_pixels < self.pixel_count

    def to_json(self) -> dict[str, Any]:
        """Return the facts as plain JSON values; `from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        return cls(**values)


OrderKey = tuple[bool, bool, int, int, float, bool, int, str]


def order_key(quality: Quality) -> OrderKey:
    """Return the key by which copies sort: the smallest is the best copy."""
    return (
        not quality.intact,
        not quality.original_capture,
        -quality.real_pixels,
        -quality.bit_depth,
        quality.compression,
        not quality.colour,
        -quality.metadata_count,
        quality.sha256,
    )


def better_because(best: Quality, other: Quality) -> str:
    """Say which line of the order put `best` before `other`, with the figures.

    Raises ValueError when `other` is in fact the better one.
    """
    ahead, behind = order_key(best), order_key(other)
    if ahead > behind:
        raise ValueError("the other copy is the better one")
    for line, explain in enumerate(_EXPLANATIONS):
        if ahead[line] != behind[line]:
            return explain(best, other)
    return sayings.SAME_FILE


def is_original_capture(make: str, model: str, taken: str, exposure: str, editor: str | None) -> bool:
    """Tell whether a file is as the camera wrote it: full camera metadata, and no editor named.

    Full are EXIF Make, Model, DateTimeOriginal and ExposureTime together (CIPA DC-008, tags 271, 272, 36867,
    33434): an export often keeps some of them, a camera writes them all.
    """
    return bool(make and model and taken and exposure) and editor is None


# Programs that change or re-encode pictures. Firmware writes version numbers and model names instead.
_EDITORS = re.compile(
    r"photoshop|lightroom|camera raw|gimp|paint\.net|paint ?shop|affinity|capture one|darktable|rawtherapee"
    r"|pixelmator|corel|snapseed|picasa|iphoto|aperture|^photos \d|acdsee|irfanview|xnview|faststone"
    r"|imagemagick|graphicsmagick|luminar|dxo|canva|polarr|vsco|instagram|facebook|whatsapp|photoscape"
    r"|windows photo|microsoft|quicktime|digikam|krita|inkscape|acrobat|indesign|illustrator|photofiltre"
    r"|ulead|zoner|on1|topaz|nx studio|capture nx|viewnx|digital photo professional|fotor|befunky|pixlr|bridge",
    re.IGNORECASE,
)


def editor_named_in(*software: str) -> str | None:
    """Return the first of these program names (EXIF Software, XMP CreatorTool) that is an editor's; None if none is."""
    for name in software:
        if _EDITORS.search(name):
            return " ".join(name.split())[:80]
    return None


def channel_depth(mode: str, bits_per_sample: int) -> int:
    """Return the bits that one channel can really use.

    A palette of 2^n colours shares its n bits among three channels, so 256 colours count as 2.
    """
    return max(1, bits_per_sample // 3) if mode in ("P", "PA") else bits_per_sample


# The mean luma step of a JPEG with the same error (PSNR), times the bits a pixel of the other coding: the median of
# 12 photographs at six qualities each; half of them lie within a quarter of it.
_STEP_TIMES_BITS = {
    MediaType.JPEG: 31.0,
    MediaType.TIFF: 31.0,
    MediaType.WEBP: 19.0,
    MediaType.HEIC: 16.0,
    MediaType.AVIF: 13.0,
}


def estimated_compression(media_type: MediaType, size_bytes: int, pixel_count: int) -> float:
    """Estimate, for lossy codings without a table that can be read, the mean luma step of a JPEG of that look.

    From the file's size alone, between 1 and 255; a TIFF counts as JPEG inside. An estimate: it only decides
    between copies of one size and depth.
    """
    bits_per_pixel = max(8 * size_bytes / max(1, pixel_count), 1e-9)
    return round(min(255.0, max(1.0, _STEP_TIMES_BITS[media_type] / bits_per_pixel)), 2)


def _intact(best: Quality, other: Quality) -> str:
    return sayings.INTACT


def _capture(best: Quality, other: Quality) -> str:
    if other.editor:
        return sayings.OTHER_WAS_EDITED.format(program=other.editor)
    return sayings.AS_THE_CAMERA_WROTE_IT


def _pixels(best: Quality, other: Quality) -> str:
    if other.is_enlarged:
        width, height = _shown_size(other)
        return sayings.OTHER_WAS_ENLARGED.format(size=f"{width:,} x {height:,}")
    shown, against = (f"{one.width_px:,} x {one.height_px:,}" for one in (best, other))
    return sayings.SHOWS_MORE.format(size=shown, other=against)


def _shown_size(enlarged: Quality) -> tuple[int, int]:
    """Return width and height that an enlarged picture really needs, to two figures."""
    share = (enlarged.real_pixels / enlarged.pixel_count) ** 0.5
    return _two_figures(enlarged.width_px * share), _two_figures(enlarged.height_px * share)


def _two_figures(side_px: float) -> int:
    return int(float(f"{side_px:.2g}"))


def _depth(best: Quality, other: Quality) -> str:
    words = sayings.FINER_TONES_BY_ONE_BIT if best.bit_depth == 1 else sayings.FINER_TONES
    return words.format(number=best.bit_depth, other=other.bit_depth)


def _compression(best: Quality, other: Quality) -> str:
    if other.compression == RENDERED:
        return sayings.STORED_PICTURE
    if other.was_jpeg and not best.was_jpeg:
        return sayings.OTHER_WAS_JPEG.format(number=f"{best.compression:.1f}", other=f"{other.compression:.1f}")
    if best.compression == LOSSLESS:
        return sayings.WITHOUT_LOSS
    return sayings.COMPRESSED_LESS.format(number=f"{best.compression:.1f}", other=f"{other.compression:.1f}")


def _colour(best: Quality, other: Quality) -> str:
    return sayings.IN_COLOUR


def _metadata(best: Quality, other: Quality) -> str:
    return sayings.MORE_METADATA.format(number=f"{best.metadata_count:,}", other=f"{other.metadata_count:,}")


def _checksum(best: Quality, other: Quality) -> str:
    return sayings.EQUALLY_GOOD


_EXPLANATIONS: tuple[Callable[[Quality, Quality], str], ...] = (
    _intact,
    _capture,
    _pixels,
    _depth,
    _compression,
    _colour,
    _metadata,
    _checksum,
)
