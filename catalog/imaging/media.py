"""The kinds of file that the catalog accepts, told by their first bytes.

A name's ending is never believed: it only makes a refusal easier to understand.
"""

import re
from enum import Enum
from pathlib import PurePosixPath

from catalog.imaging import sayings

HEAD_BYTES = 4096
"""How many of a file's first bytes `sniff` and `refusal` want to see; fewer are enough where the file ends."""

MAX_FILE_BYTES = 200_000_000
"""The largest file accepted at the door, unless an installation says otherwise (design: decoding safely)."""


class MediaType(Enum):
    """One accepted kind of file: its registered name (IANA), its usual ending, its name in a sentence."""

    JPEG = ("image/jpeg", ".jpg", "JPEG")
    PNG = ("image/png", ".png", "PNG")
    TIFF = ("image/tiff", ".tif", "TIFF")
    WEBP = ("image/webp", ".webp", "WebP")
    GIF = ("image/gif", ".gif", "GIF")
    HEIC = ("image/heic", ".heic", "HEIC")
    AVIF = ("image/avif", ".avif", "AVIF")
    PDF = ("application/pdf", ".pdf", "PDF")

    def __init__(self, mime: str, suffix: str, label: str) -> None:
        self.mime = mime
        self.suffix = suffix
        self.label = label

    @classmethod
    def from_mime(cls, mime: str) -> "MediaType":
        """Return the type of that registered name; raises ValueError for any other."""
        for media_type in cls:
            if media_type.mime == mime:
                return media_type
        raise ValueError(f"not an accepted media type: {mime!r}")


_SIGNATURES: tuple[tuple[bytes, MediaType], ...] = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\0", MediaType.TIFF),
    (b"MM\0*", MediaType.TIFF),
    (b"II+\0", MediaType.TIFF),  # BigTIFF, 64-bit offsets
    (b"MM\0+", MediaType.TIFF),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
    (b"%PDF-", MediaType.PDF),
)

# Brands of ISO/IEC 23008-12 annex B (HEVC) and of the AV1 Image File Format. The generic brands
# mif1 and msf1 do not name the coding; the compatible brands then do.
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_GENERIC_BRANDS = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})


def sniff(head: bytes) -> MediaType | None:
    """Tell the kind of file by its first bytes (up to `HEAD_BYTES`); None for every kind not accepted.

    The signature must stand at the very start: a JPEG behind foreign bytes is not a JPEG here, because
    a browser and a decoder could then disagree about what the file is.
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return None if _camera_raw_by_bytes(head) else media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaType.WEBP
    return _by_brand(_brands(head))


def refusal(head: bytes, size_bytes: int, file_name: str, max_size_bytes: int = MAX_FILE_BYTES) -> str | None:
    """Say why a file cannot be accepted, and what to do, or None when it may come in.

    Takes the first `HEAD_BYTES` of the file, its size and its name as filed. The sentence never repeats
    the name, so it is safe on any page.
    """
    if size_bytes == 0:
        return sayings.EMPTY
    if size_bytes > max_size_bytes:
        most, size = _in_megabytes(max_size_bytes), _in_megabytes(size_bytes)
        return sayings.LARGER_THAN_ACCEPTED.format(most=most, size=size)
    suffix = PurePosixPath(file_name).suffix.lower()
    if sniff(head) is not None:
        if suffix in _RAW_SUFFIXES and head[:2] in (b"II", b"MM"):
            return _advice("a camera raw file", suffix)
        return None
    return _advice(_other_kind(head), suffix)


def _in_megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.4g} MB"


def _brands(head: bytes) -> list[bytes]:
    """List the major and compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3), major first."""
    if head[4:8] != b"ftyp":
        return []
    box = head[: int.from_bytes(head[:4], "big")]
    return [box[at : at + 4] for at in (8, *range(16, len(box) - 3, 4))]


def _by_brand(brands: list[bytes]) -> MediaType | None:
    if not brands:
        return None
    if brands[0] not in _AVIF_BRANDS | _HEIC_BRANDS | _GENERIC_BRANDS:
        return None
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return MediaType.AVIF
        if brand in _HEIC_BRANDS:
            return MediaType.HEIC
    return MediaType.HEIC


# Camera makers wrap raw files in a TIFF; opened as TIFF only the small embedded preview would be seen.
_RAW_SUFFIXES = frozenset(
    {".3fr", ".arw", ".cr2", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".nef", ".nrw"}
    | {".pef", ".rwl", ".sr2", ".srf", ".srw"}
)
_PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".gif", ".heic", ".heif", ".avif", ".pdf"}
)


def _camera_raw_by_bytes(head: bytes) -> bool:
    return head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR"  # Canon CR2


# what it is -> what to do; where nothing stands, the picture can be saved in another format
_ADVICE = {
    "a web page (HTML)": sayings.SAVE_THE_PICTURE,
    "an XML document": sayings.PICTURES_ONLY,
    "a ZIP archive or an office document": sayings.UNPACK_OR_PDF,
    "an archive": sayings.UNPACK,
    "an office document": sayings.SAVE_AS_PDF,
    "a text document (RTF)": sayings.SAVE_AS_PDF,
    "a video": sayings.SAVE_FRAMES,
    "a sound recording": sayings.PICTURES_ONLY,
    "a program": sayings.PICTURES_ONLY,
    "an SVG drawing": sayings.EXPORT_PNG_OR_PDF,
    "a CAD drawing (DWG)": sayings.EXPORT_PDF_OR_TIFF,
    "a PostScript document": sayings.SAVE_AS_PDF,
    "a camera raw file": sayings.DEVELOP,
}


def _advice(kind: str | None, suffix: str) -> str:
    if kind is None:
        return sayings.NO_KNOWN_PICTURE
    advice = _ADVICE.get(kind, sayings.CONVERT)
    if suffix in _PICTURE_SUFFIXES:
        return sayings.OTHER_THAN_ITS_NAME.format(ending=suffix, kind=kind, advice=advice)
    return sayings.NOT_ACCEPTED.format(kind=kind, advice=advice)


_OTHER_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"II\xbc\x01", "a JPEG XR picture"),
    (b"BLP1", "a game texture (BLP)"),
    (b"BLP2", "a game texture (BLP)"),
    (b"DDS ", "a game texture (DDS)"),
    (b"BM", "a Windows bitmap (BMP)"),
    (b"\0\0\x01\0", "a Windows icon"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"SIMPLE  =", "an astronomical picture (FITS)"),
    (b"gimp xcf", "a GIMP document (XCF)"),
    (b"AC10", "a CAD drawing (DWG)"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"II*\0", "a camera raw file"),  # a TIFF that `sniff` did not accept
    (b"IIRO", "a camera raw file"),
    (b"IIU\0", "a camera raw file"),
    (b"FUJIFILMCCD-RAW", "a camera raw file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "a ZIP archive or an office document"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ\0", "an archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"\0\0\x01\xba", "a video"),
    (b"\0\0\x01\xb3", "a video"),
    (b"FLV\x01", "a video"),
    (b"OggS", "a video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a video"),
    (b"ID3", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)


def _other_kind(head: bytes) -> str | None:
    """Name a kind that is recognised but not accepted, with its article."""
    for signature, kind in _OTHER_SIGNATURES:
        if head.startswith(signature):
            return kind
    return _kind_by_container(head) or _kind_of_text(head)


def _kind_by_container(head: bytes) -> str | None:
    brands = _brands(head)
    if brands:
        return "a camera raw file" if brands[0] == b"crx " else "a video"
    if head[:4] == b"RIFF":
        return {b"AVI ": "a video", b"WAVE": "a sound recording"}.get(head[8:12])
    if head[128:132] == b"DICM":
        return "a medical picture (DICOM)"
    if head[257:262] == b"ustar":
        return "an archive"
    if head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace():
        return "a Netpbm picture"
    return None


def _kind_of_text(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text.startswith(b"<"):
        return None
    if re.search(rb"<(?:\w+:)?svg[\s>]", text):
        return "an SVG drawing"
    if re.search(rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta)\b", text):
        return "a web page (HTML)"
    return "an XML document" if re.match(rb"<(?:[?!]|[a-z_][\w.:-]*[\s/>])", text) else None
