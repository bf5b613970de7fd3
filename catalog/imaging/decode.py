"""Bytes to pictures, safely: a closed list of formats, limits by the header, one page at a time.

Works on files that anybody may have sent, so it belongs in the decode child (`sandbox`). What cannot be
shown is refused with `UnreadablePicture`, whose reason a filer understands; what can be shown in part is
a page with its `damage` in words.

Pillow's own guard against decompression bombs is set to our limit; past twice that it refuses by itself.
"""

import ctypes
import errno
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
import pypdfium2
from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError, features

from catalog.imaging import sayings
from catalog.imaging.media import MediaType

MAX_PIXELS = 250_000_000
"""Most pixels of one page, or of all frames of an animation together."""

MAX_DOCUMENT_PIXELS = 10 * MAX_PIXELS
"""Most pixels of all pages of one TIFF; its pages are decoded one at a time, so only time is at stake."""

MAX_FRAMES = 1_000
"""Most frames or pages of one file."""

FULL_DECODE_PIXELS = 100_000_000
"""A JPEG of more pixels is decoded in half, a quarter or an eighth of its size."""

PDF_DPI = 200
PDF_PAGE_PIXELS = 40_000_000
"""A PDF page that would be larger at 200 dpi (a plan, a poster) is rendered smaller, to about this many pixels."""


def _keep_freed_memory() -> None:
    """Have glibc reuse what was freed instead of giving it back: fetching it again costs as much as reducing a picture.

    Where the C library is another, nothing is changed.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 32 * 1024**2)  # the most that glibc accepts
        libc.mallopt(_M_TRIM_THRESHOLD, 256 * 1024**2)


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h

_keep_freed_memory()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
Image.core.set_blocks_max(4)  # Pillow keeps up to 64 MB for the next picture, which saves a sixth of the time
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)

_PILLOW_FORMATS: dict[MediaType, tuple[str, ...]] = {
    MediaType.JPEG: ("JPEG", "MPO"),
    MediaType.PNG: ("PNG",),
    MediaType.TIFF: ("TIFF",),
    MediaType.WEBP: ("WEBP",),
    MediaType.GIF: ("GIF",),
    MediaType.HEIC: ("HEIF",),
    MediaType.AVIF: ("AVIF",),
}

DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError,
    AttributeError, AssertionError, NotImplementedError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip
"""What decoders raise over broken files. MemoryError is not among them: it says nothing about the file."""

# What the system says when it is to blame and not the file. Pillow's own OSErrors carry no number, or EINVAL.
_SYSTEM_FAULTS = frozenset(
    {errno.ENOENT, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.ESTALE}
)


class UnreadablePicture(Exception):
    """A file that cannot be shown at all; `reason` is a sentence that a filer understands."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLarge(UnreadablePicture):
    """Refused by what the header promises, before anything is decoded."""


@dataclass(slots=True)
class Page:
    """One decoded page, to be used before the next one is asked for: `pages` then closes its picture."""

    number: int
    """From 1."""
    page_count: int
    picture: Image.Image
    """As decoded: not yet turned upright, colours as stored."""
    media_type: MediaType
    width_px: int
    height_px: int
    """As coded and not yet turned; larger than the picture where that was decoded reduced."""
    bit_depth: int
    """Bits a sample in the file."""
    frames: int
    """Frames of the animation or multi-picture file whose first this is; 1 for everything else."""
    damage: str | None
    """Why only a part could be decoded, in words; None when it is complete."""

    @property
    def is_reduced(self) -> bool:
        """Tell whether fewer pixels were decoded than the file holds."""
        return self.picture.width * self.picture.height < self.width_px * self.height_px


def pages(path: Path, media_type: MediaType) -> Iterator[Page]:
    """Yield the pages of a file in order, each decoded when it is asked for and closed when the next one is.

    Every page of a TIFF or PDF is a Page. Of everything else the first frame is the picture (of HEIC the
    primary image), and `frames` tells how many there are. Raises UnreadablePicture.
    """
    for page in _decoded_pages(path, media_type):
        try:
            yield page
        finally:
            page.picture.close()


def _decoded_pages(path: Path, media_type: MediaType) -> Iterator[Page]:
    if media_type is MediaType.PDF:
        yield from _pdf_pages(path)
    elif media_type is MediaType.TIFF:
        yield from _tiff_pages(path)
    else:
        yield _first_frame(path, media_type)


def versions() -> str:
    """Name the libraries that decode, with their versions, for the record of every examination."""
    parts = [f"Pillow {Image.__version__}"]
    for feature, label in (("jpg", "libjpeg"), ("libtiff", "libtiff"), ("webp", "libwebp"), ("avif", "libavif")):
        parts.append(f"{label} {features.version(feature)}")
    parts.append(f"libheif {pillow_heif.libheif_version()}")
    parts.append(f"pdfium {pypdfium2.PDFIUM_INFO.build}")
    return ", ".join(parts)


def _first_frame(path: Path, media_type: MediaType) -> Page:
    with _opened(path, media_type) as picture:
        frames = _counted_frames(picture)
    page = _decoded(path, media_type, frame=None, number=1, page_count=1, frames=frames or 1)
    if frames is None:
        page.damage = page.damage or sayings.ONE_FRAME_LEFT
    return page


def _tiff_pages(path: Path) -> Iterator[Page]:
    with _opened(path, MediaType.TIFF) as picture:
        page_frames = _tiff_page_frames(picture)
    for number, frame in enumerate(page_frames, start=1):
        yield _decoded(path, MediaType.TIFF, frame=frame, number=number, page_count=len(page_frames), frames=1)


def _decoded(
    path: Path, media_type: MediaType, *, frame: int | None, number: int, page_count: int, frames: int
) -> Page:
    """Decode one frame completely, or as far as it goes."""
    damage = None
    try:
        picture, size = _loaded(path, media_type, frame)
    except UnreadablePicture:
        picture, size = _loaded_in_part(path, media_type, frame)
        damage = sayings.PART_LEFT
    bit_depth = _bit_depth(path, media_type, picture)
    return Page(number, page_count, picture, media_type, *size, bit_depth, frames, damage)


def _loaded(path: Path, media_type: MediaType, frame: int | None) -> tuple[Image.Image, tuple[int, int]]:
    """Return a frame with its pixels, and its size in the file."""
    picture = _opened(path, media_type)
    with _reasons(media_type, picture):
        size = _prepared(picture, frame)
        picture.load()
        return picture, size or picture.size


def _loaded_in_part(path: Path, media_type: MediaType, frame: int | None) -> tuple[Image.Image, tuple[int, int]]:
    """Return a broken frame as far as it can be decoded, and its size in the file; what is missing is black or grey.

    Switches Pillow's leniency for the whole process, which in the decode child is one file's alone.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture = _opened(path, media_type)
        with _reasons(media_type, picture):
            size = _prepared(picture, frame)
            try:
                picture.load()
            except DECODER_ERRORS:
                picture.load()  # libtiff reports its error after it has handed over what it read
            return picture, size or picture.size
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _opened(path: Path, media_type: MediaType) -> Image.Image:
    """Open by the decoder of that type alone, reading the header; refuse what its figures promise."""
    with _reasons(media_type):
        picture = Image.open(path, formats=_PILLOW_FORMATS[media_type])
    with _reasons(media_type, picture):
        _check_size(picture.size, 1)
    return picture


def _prepared(picture: Image.Image, frame: int | None) -> tuple[int, int] | None:
    """Go to the frame; have a very large JPEG decoded reduced, and then return its size in the file."""
    if frame:
        picture.seek(frame)
        _check_size(picture.size, 1)
    width, height = size = picture.size
    if picture.format not in ("JPEG", "MPO") or width * height <= FULL_DECODE_PIXELS:
        return None
    picture.draft(None, (width // 2, height // 2))
    return size


@contextmanager
def _reasons(media_type: MediaType, picture: Image.Image | None = None) -> Iterator[None]:
    """Turn whatever a decoder raises into UnreadablePicture, close the picture then, and keep warnings to ourselves."""
    with warnings.catch_warnings(), ExitStack() as on_failure:
        warnings.simplefilter("ignore")
        if picture is not None:
            on_failure.callback(picture.close)
        try:
            yield
            on_failure.pop_all()
        except Image.DecompressionBombError as error:
            raise TooLarge(_too_many_pixels()) from error
        except UnidentifiedImageError as error:
            raise UnreadablePicture(_unopenable(media_type)) from error
        except DECODER_ERRORS as error:
            if isinstance(error, OSError) and error.errno in _SYSTEM_FAULTS:
                raise
            if "out of memory" in str(error):  # the decoders' code -9, which Pillow words so
                raise MemoryError from error
            raise UnreadablePicture(_undecodable(media_type)) from error


def _check_size(size: tuple[int, int], frames: int) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise TooLarge(_too_many_pixels(sayings.MEASURED.format(size=f"{width:,} x {height:,}")))
    if width * height * frames > MAX_PIXELS:
        measured = sayings.MEASURED_FRAMES.format(number=f"{frames:,}", size=f"{width:,} x {height:,}")
        raise TooLarge(_too_many_pixels(measured))


def _counted_frames(picture: Image.Image) -> int | None:
    """Count the frames of an animation or multi-picture file; refuse too many, or too many pixels in all.

    None where the file breaks off between its frames.
    """
    try:
        frames = getattr(picture, "n_frames", 1)
    except DECODER_ERRORS:
        return None
    _check_count(frames)
    _check_size(picture.size, frames)
    return frames


def _check_count(count: int) -> None:
    if count > MAX_FRAMES:
        raise TooLarge(sayings.TOO_MANY_PICTURES.format(number=f"{MAX_FRAMES:,}"))


# NewSubfileType (TIFF 6.0, section 8): bit 0 a reduced version of another page, bit 2 a transparency mask.
_NEW_SUBFILE_TYPE = 254
_NOT_A_PAGE = 0b101


def _tiff_page_frames(picture: Image.Image) -> list[int]:
    """List the directories of a TIFF that are pages, without the reduced copies of an image pyramid."""
    page_frames, pixels = [], 0
    for frame in range(MAX_FRAMES + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture.seek(frame)
        except EOFError:
            return page_frames
        except DECODER_ERRORS:
            return [*page_frames, frame]  # decoding it will say what is wrong
        if frame == 0 or not picture.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & _NOT_A_PAGE:
            page_frames.append(frame)
            _check_size(picture.size, 1)
            pixels += picture.width * picture.height
        if pixels > MAX_DOCUMENT_PIXELS:
            measured = sayings.MEASURED_PAGES.format(number=f"{len(page_frames):,}")
            raise TooLarge(_too_many_pixels(measured, MAX_DOCUMENT_PIXELS))
    _check_count(MAX_FRAMES + 1)
    return page_frames


def _pdf_pages(path: Path) -> Iterator[Page]:
    document = _opened_pdf(path)
    try:
        page_count = len(document)
        _check_count(page_count)
        for number in range(1, page_count + 1):
            with _reasons(MediaType.PDF):
                picture = _rendered(document, number - 1)
            yield Page(number, page_count, picture, MediaType.PDF, *picture.size, bit_depth=8, frames=1, damage=None)
    finally:
        document.close()


def _opened_pdf(path: Path) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(path)
        document.init_forms()  # what was typed into a form is drawn too
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadablePicture(sayings.PROTECTED) from error
        raise UnreadablePicture(_unopenable(MediaType.PDF)) from error
    if not len(document):
        document.close()
        raise UnreadablePicture(sayings.NO_PAGES)
    return document


def _rendered(document: pypdfium2.PdfDocument, index: int) -> Image.Image:
    page = document[index]
    try:
        width, height = (max(1.0, side) for side in page.get_size())  # in points, 72 to the inch
        scale = min(PDF_DPI / 72, (PDF_PAGE_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        picture = bitmap.to_pil().convert("RGB")
        bitmap.close()
        return picture
    finally:
        page.close()


def _bit_depth(path: Path, media_type: MediaType, picture: Image.Image) -> int:
    """Return the bits a sample in the file, which may be more than the decoded picture holds."""
    if media_type is MediaType.PNG:
        with path.open("rb") as file:
            return file.read(25)[24]  # IHDR, W3C PNG 11.2.1
    if media_type is MediaType.TIFF:
        return max(picture.tag_v2.get(258, (1,)))
    if media_type is MediaType.HEIC:
        return int(picture.info.get("bit_depth", _UNKNOWN_DEPTH))
    if media_type is MediaType.AVIF:
        return _avif_bit_depth(path)
    return 8


_UNKNOWN_DEPTH = 16  # taken as deep, so that pixels of 8 bits prove nothing


def _avif_bit_depth(path: Path) -> int:
    """Read the depth from every AV1 configuration (av1C box, AV1 in ISOBMFF 2.3.3) before the coded data."""
    depths = []
    for box in _boxes_but_media(path):
        at = box.find(b"av1C")
        while 0 <= at < len(box) - 6:
            flags = box[at + 6]
            depths.append(12 if flags & 0x20 else 10 if flags & 0x40 else 8)
            at = box.find(b"av1C", at + 4)
    return max(depths, default=_UNKNOWN_DEPTH)


def _boxes_but_media(path: Path, largest: int = 16_000_000) -> Iterator[bytes]:
    """Yield the top-level boxes of an ISO base media file, leaving out the coded data and anything huge."""
    with path.open("rb") as file:
        while len(start := file.read(8)) == 8:
            size, kind = int.from_bytes(start[:4], "big"), start[4:]
            if kind == b"mdat" and size > 1:
                file.seek(size - 8, 1)
            elif 8 <= size <= largest and kind != b"mdat":
                yield file.read(size - 8)
            else:
                return


def _too_many_pixels(measured: str = "", limit: int = MAX_PIXELS) -> str:
    return sayings.TOO_LARGE.format(measured=measured, number=f"{limit // 1_000_000:,}")


def _unopenable(media_type: MediaType) -> str:
    return sayings.CANNOT_BE_OPENED.format(format=media_type.label)


def _undecodable(media_type: MediaType) -> str:
    return sayings.CANNOT_BE_READ.format(format=media_type.label)
