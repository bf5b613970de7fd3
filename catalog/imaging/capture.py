"""What a file's metadata say about its taking, as far as the order of best copies asks; and how a JPEG was coded.

Only counts and a few tags are read here; the crosswalk to Dublin Core is `catalog.metadata.embedded`.
"""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image

from catalog.imaging.media import MediaType
from catalog.imaging.quality import LOSSLESS, RENDERED, editor_named_in, estimated_compression, is_original_capture

_CREATOR_TOOL = re.compile(rb"CreatorTool(?:>|\s*=\s*[\"'])([^<\"']{1,200})")
_LARGEST_XMP_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Capture:
    """Who wrote the file, and how much it says about itself."""

    original: bool
    editor: str | None
    metadata_count: int
    """EXIF values of all directories, plus one each for an XMP packet, an IPTC block and a comment."""


def read_capture(picture: Image.Image) -> Capture:
    """Read the metadata of an opened picture; broken metadata count as far as they can be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main, details, count = _exif(picture)
    make, model, software = (_text(main.get(tag)) for tag in (_MAKE, _MODEL, _SOFTWARE))
    editor = editor_named_in(software, _text(main.get(_PROCESSING_SOFTWARE)), _creator_tool(picture))
    taken, exposure = _text(details.get(_DATE_TIME_ORIGINAL)), _text(details.get(_EXPOSURE_TIME))
    others = sum(1 for key in ("xmp", "photoshop", "comment") if picture.info.get(key))
    return Capture(is_original_capture(make, model, taken, exposure, editor), editor, count + others)


_PROCESSING_SOFTWARE, _MAKE, _MODEL, _SOFTWARE = 0x000B, 0x010F, 0x0110, 0x0131
_DATE_TIME_ORIGINAL, _EXPOSURE_TIME = 0x9003, 0x829A
_DIRECTORIES = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)

# TIFF keeps its picture's structure and its metadata in one directory; these tags describe the structure.
_STRUCTURE = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 338, 339, 347}
)


def _exif(picture: Image.Image) -> tuple[dict[int, object], dict[int, object], int]:
    """Return the main and the Exif directory, and the number of values in all that are read."""
    try:
        exif = picture.getexif()
        main = {tag: exif.get(tag) for tag in exif if tag not in _STRUCTURE}
    except Exception:  # broken EXIF is common in good pictures, and Pillow raises many things over it
        return {}, {}, 0
    directories = {directory: _directory(exif, directory) for directory in _DIRECTORIES}
    pointers = sum(1 for directory in _DIRECTORIES if directory in main)
    count = len(main) - pointers + sum(len(one) for one in directories.values())
    return main, directories[ExifTags.IFD.Exif], count


def _directory(exif: Image.Exif, directory: ExifTags.IFD) -> dict[int, object]:
    try:
        return dict(exif.get_ifd(directory))
    except Exception:  # as above
        return {}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return "" if value is None else str(value).strip(" \0")


def _creator_tool(picture: Image.Image) -> str:
    xmp = picture.info.get("xmp") or b""
    packet = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
    found = _CREATOR_TOOL.search(packet[:_LARGEST_XMP_BYTES])
    return found[1].decode("utf-8", "replace") if found else ""


# ---- how strongly a picture was compressed ----


def compression_of(picture: Image.Image, path: Path, media_type: MediaType, pixel_count: int) -> float:
    """Return how much the coding threw away, comparable between formats: 0 nothing, 255 nearly everything.

    For JPEG, also inside a TIFF, the mean of the luma quantisation table; for other lossy codings an estimate
    from their size; `RENDERED` for a PDF page.
    """
    if media_type is MediaType.PDF:
        return RENDERED
    if tables := _jpeg_tables(picture, media_type):
        luma = tables[min(tables)]
        return round(sum(luma) / len(luma), 2)
    if media_type in (MediaType.PNG, MediaType.GIF) or _is_lossless(path, picture, media_type):
        return LOSSLESS
    return estimated_compression(media_type, path.stat().st_size, pixel_count)


def _jpeg_tables(picture: Image.Image, media_type: MediaType) -> dict[int, list[int]]:
    if media_type is MediaType.JPEG:
        return picture.quantization
    if media_type is MediaType.TIFF and picture.info.get("compression") == "jpeg":
        return _quantisation(picture.tag_v2.get(347) or b"")
    return {}


def _quantisation(segments: bytes) -> dict[int, list[int]]:
    """Read the 8-bit tables of an abbreviated JPEG stream (TIFF tag 347, JPEGTables)."""
    tables, at = {}, 2
    while at + 4 <= len(segments) and segments[at] == 0xFF:
        length = int.from_bytes(segments[at + 2 : at + 4], "big")
        content = segments[at + 4 : at + 2 + length]
        while segments[at + 1] == 0xDB and len(content) >= 65 and content[0] < 16:
            tables[content[0]], content = list(content[1:65]), content[65:]
        at += 2 + max(2, length)
    return tables


_LOSSY_TIFF = frozenset({"jpeg", "tiff_jpeg", "webp", "tiff_sgilog", "tiff_sgilog24"})


def _is_lossless(path: Path, picture: Image.Image, media_type: MediaType) -> bool:
    """Tell a lossless TIFF or WebP; HEIC and AVIF count as lossy, which nearly all of them are."""
    if media_type is MediaType.TIFF:
        return picture.info.get("compression") not in _LOSSY_TIFF
    return media_type is MediaType.WEBP and _is_lossless_webp(path)


def _is_lossless_webp(path: Path) -> bool:
    """Tell whether the first coded picture is VP8L (RFC 9649, 2.6) and not VP8."""
    with path.open("rb") as file:
        chunks = file.read(65_536)
    lossless, lossy = chunks.find(b"VP8L"), chunks.find(b"VP8 ")
    return lossless >= 0 and (lossy < 0 or lossless < lossy)
