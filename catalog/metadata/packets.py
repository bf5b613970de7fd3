"""Find the Exif, XMP and IPTC packets of a file, and its size in pixels, without decoding a pixel.

Where each format keeps them: JPEG in APP1 and APP13 segments (XMP specification part 3, 1.1.3; CIPA DC-008, 4.7.2),
PNG in the chunks eXIf and iTXt and in the text that ImageMagick began, WebP in the RIFF chunks `EXIF` and `XMP `,
TIFF in the tags 700 (XMP), 33723 (IPTC) and 34377 (Photoshop). HEIF is read by libheif, AVIF by Pillow.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

import pillow_heif
from PIL import Image

from .tiff import BrokenTiff, Tiff

LARGEST_PACKET_BYTES = 4 * 1024 * 1024
MOST_PARTS = 200_000
"""Segments or chunks in one file; a PNG of 200 MB in small chunks has about 25,000."""


class BrokenFile(ValueError):
    """A file whose structure does not lead to its metadata, with the reason."""


@dataclass
class Packets:
    """What was found. `tiff` is an open file or block that holds the Exif tags."""

    width: int = 0
    height: int = 0
    is_upright: bool = False
    tiff: BinaryIO | None = None
    xmp: bytes = b""
    iptc: bytes = b""
    iptc_digest: bytes = b""
    unread: list[tuple[str, str]] = field(default_factory=list)

    def keep(self, name: str, packet: bytes) -> bool:
        """Say whether a packet is small enough to be read, and remember that it was not."""
        if len(packet) <= LARGEST_PACKET_BYTES:
            return True
        self.unread.append((name, f"it has more than {LARGEST_PACKET_BYTES:,} bytes"))
        return False


def find_packets(file: BinaryIO, mime: str) -> Packets:
    """Return what the file holds; what breaks on the way is in `unread`, with all that came before it."""
    packets = Packets()
    try:
        _FINDERS.get(mime, _nowhere)(file, packets)
    except (BrokenFile, BrokenTiff, struct.error) as error:
        packets.unread.append(("file", str(error)))
    return packets


# --- JPEG --------------------------------------------------------------------------------------------------------

_EXIF_HEAD = b"Exif\0\0"
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP_HEAD = b"Photoshop 3.0\0"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 but DHT, JPG and DAC (ITU-T T.81, table B.1)."""


def _in_jpeg(file: BinaryIO, packets: Packets) -> None:
    exif: list[bytes] = []
    photoshop: list[bytes] = []
    try:
        for marker, body in _segments(file):
            if marker in _FRAME_HEADERS and len(body) >= 5 and not packets.width:
                packets.height, packets.width = struct.unpack_from(">HH", body, 1)
            elif marker == 0xE1 and body.startswith(_EXIF_HEAD):
                exif.append(body[len(_EXIF_HEAD) :])
            elif marker == 0xE1 and body.startswith(_XMP_HEAD) and not packets.xmp:
                packets.xmp = body[len(_XMP_HEAD) :]
            elif marker == 0xED and body.startswith(_PHOTOSHOP_HEAD):
                photoshop.append(body[len(_PHOTOSHOP_HEAD) :])
    finally:
        _keep_exif(b"".join(_first_block(exif)), packets)
        _keep_photoshop(b"".join(photoshop), packets)


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield marker and body of each segment before the picture's own data. Raises BrokenFile."""
    if file.read(2) != b"\xff\xd8":
        raise BrokenFile("it does not begin as a JPEG does")
    for _ in range(MOST_PARTS):
        marker = _next_marker(file)
        if marker in (_START_OF_SCAN, _END_OF_IMAGE):
            return
        if marker in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack(">H", _exactly(file, 2))
        yield marker, _exactly(file, max(length - 2, 0))


def _next_marker(file: BinaryIO) -> int:
    """Return the code after the next FF; fill bytes and stray bytes between segments are passed over."""
    skipped = 0
    while skipped < 65_536:
        if _exactly(file, 1) != b"\xff":
            skipped += 1
            continue
        code = b"\xff"
        while code == b"\xff":
            code = _exactly(file, 1)
        if code != b"\0":
            return code[0]
    raise BrokenFile("its segments do not follow one another")


def _first_block(segments: list[bytes]) -> list[bytes]:
    """Return the first Exif block: a segment, and those after it that continue it instead of beginning anew."""
    return segments[:1] + [more for more in segments[1:] if more[:4] not in (b"II*\0", b"MM\0*")]


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise BrokenFile("it ends before its metadata do")
    return data


# --- PNG ---------------------------------------------------------------------------------------------------------

_RAW_PROFILE = "Raw profile type "


def _in_png(file: BinaryIO, packets: Packets) -> None:
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        raise BrokenFile("it does not begin as a PNG does")
    for kind, body in _png_chunks(file):
        if kind == b"IHDR":
            packets.width, packets.height = struct.unpack_from(">II", body)
        elif kind == b"eXIf":
            _keep_exif(body, packets)
        else:
            _keep_png_text(kind, body, packets)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and body of the chunks that matter, to the end: metadata may follow the picture's data."""
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack(">I4s", _exactly(file, 8))
        if kind == b"IEND":
            return
        if kind in (b"IHDR", b"eXIf", b"iTXt", b"tEXt", b"zTXt") and length <= LARGEST_PACKET_BYTES:
            yield kind, _exactly(file, length)
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)


def _keep_png_text(kind: bytes, body: bytes, packets: Packets) -> None:
    """Keep XMP and the hexadecimal profiles that ImageMagick writes; PNG 11.3.3 says how text is stored."""
    keyword, _, rest = body.partition(b"\0")
    name = keyword.decode("latin-1")
    if name != "XML:com.adobe.xmp" and not name.startswith(_RAW_PROFILE):
        return
    try:
        text = _png_text(kind, rest)
    except (zlib.error, BrokenFile) as error:
        packets.unread.append((f"PNG {name}", str(error)))
        return
    if name == "XML:com.adobe.xmp":
        packets.xmp = packets.xmp or text
    else:
        _keep_raw_profile(name.removeprefix(_RAW_PROFILE).lower(), text, packets)


def _png_text(kind: bytes, rest: bytes) -> bytes:
    if kind == b"zTXt":
        return _inflated(rest[1:])
    if kind == b"iTXt":
        is_compressed, text = rest[:1] == b"\1", (rest[2:].split(b"\0", 2) + [b"", b""])[2]
        return _inflated(text) if is_compressed else text
    return rest


def _inflated(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    text = inflater.decompress(data, LARGEST_PACKET_BYTES)
    if inflater.unconsumed_tail:
        raise BrokenFile(f"it inflates to more than {LARGEST_PACKET_BYTES:,} bytes")
    return text


def _keep_raw_profile(name: str, text: bytes, packets: Packets) -> None:
    """Keep a profile of the form: line break, name, line break, length, line break, hexadecimal digits."""
    match = re.match(rb"\s*[A-Za-z0-9]+\s+[0-9]+\s+([0-9A-Fa-f\s]*)", text)
    digits = b"".join(match[1].split()) if match else b""
    if len(digits) % 2 or not digits:
        packets.unread.append((f"PNG {_RAW_PROFILE}{name}", "it is not written in hexadecimal digits"))
        return
    body = bytes.fromhex(digits.decode("ascii"))
    if name in ("exif", "app1") and body.startswith(_XMP_HEAD):
        packets.xmp = packets.xmp or body[len(_XMP_HEAD) :]
    elif name in ("exif", "app1"):
        _keep_exif(body, packets)
    elif name == "xmp":
        packets.xmp = packets.xmp or body
    elif name in ("iptc", "8bim"):
        _keep_photoshop(body, packets)


# --- WebP --------------------------------------------------------------------------------------------------------


def _in_webp(file: BinaryIO, packets: Packets) -> None:
    """Read the chunks of a WebP (Google, WebP container specification, 2014)."""
    head = _exactly(file, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise BrokenFile("it does not begin as a WebP does")
    for _ in range(MOST_PARTS):
        chunk = file.read(8)
        if len(chunk) < 8:
            return
        kind, length = struct.unpack("<4sI", chunk)
        end = file.tell() + length + length % 2
        if kind in (b"VP8X", b"VP8 ", b"VP8L") and not packets.width:
            packets.width, packets.height = _webp_size(kind, _exactly(file, 10))
        elif kind in (b"EXIF", b"XMP "):
            _keep_webp_packet(kind, file.read(min(length, LARGEST_PACKET_BYTES + 1)), packets)
        file.seek(end)


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 6)
    return width & 0x3FFF, height & 0x3FFF


def _keep_webp_packet(kind: bytes, body: bytes, packets: Packets) -> None:
    if kind == b"EXIF":
        _keep_exif(body, packets)
    elif packets.keep("XMP", body):
        packets.xmp = packets.xmp or body


# --- TIFF --------------------------------------------------------------------------------------------------------

_WIDTH, _HEIGHT, _XMP, _IPTC, _PHOTOSHOP = 256, 257, 700, 33723, 34377


def _in_tiff(file: BinaryIO, packets: Packets) -> None:
    tiff = Tiff(file)
    packets.tiff = file
    wanted = {_WIDTH: 16, _HEIGHT: 16} | dict.fromkeys((_XMP, _IPTC, _PHOTOSHOP), LARGEST_PACKET_BYTES)
    tags = tiff.directory(tiff.first_directory, wanted)
    packets.unread += [(f"TIFF tag {tag}", reason) for tag, reason in tiff.unread]
    if _WIDTH in tags and _HEIGHT in tags:
        packets.width, packets.height = int(tags[_WIDTH].number() or 0), int(tags[_HEIGHT].number() or 0)
    if _XMP in tags:
        packets.xmp = tags[_XMP].raw
    if _PHOTOSHOP in tags:
        _keep_photoshop(tags[_PHOTOSHOP].raw, packets)
    if _IPTC in tags:
        packets.iptc = _iptc_bytes(tags[_IPTC].raw)


def _iptc_bytes(raw: bytes) -> bytes:
    """Undo the byte order of writers that store the tag as LONG: an IIM record begins with 1C (IIM 4.2, 1.6)."""
    if raw[:1] != b"\x1c" and raw[3:4] == b"\x1c":
        return b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    return raw


# --- the others --------------------------------------------------------------------------------------------------


def _in_heif(file: BinaryIO, packets: Packets) -> None:
    """Read HEIF by libheif, whose size is the upright one: Exif's orientation is not to be applied again."""
    try:
        picture = pillow_heif.open_heif(file)
        packets.width, packets.height = picture.size
        found = picture.info
    except (ValueError, OSError, EOFError, RuntimeError, SyntaxError, IndexError) as error:
        raise BrokenFile(str(error)) from error
    packets.is_upright = True
    _keep_exif(found.get("exif") or b"", packets)
    _keep_xmp(found.get("xmp"), packets)


def _in_avif(file: BinaryIO, packets: Packets) -> None:
    """Pillow reads AVIF's boxes on opening, and gives its rotation as Exif's orientation."""
    try:
        with warnings.catch_warnings(), Image.open(file, formats=("AVIF",)) as picture:
            warnings.simplefilter("ignore")
            packets.width, packets.height = picture.size
            exif, xmp = picture.info.get("exif"), picture.info.get("xmp")
    except (ValueError, OSError, EOFError, RuntimeError, SyntaxError, Image.DecompressionBombError) as error:
        raise BrokenFile(str(error)) from error
    _keep_exif(exif or b"", packets)
    _keep_xmp(xmp, packets)


def _in_gif(file: BinaryIO, packets: Packets) -> None:
    """GIF keeps no Exif and no IPTC; its size stands in the first ten bytes (GIF 89a, 18)."""
    packets.width, packets.height = struct.unpack_from("<HH", _exactly(file, 10), 6)


def _nowhere(file: BinaryIO, packets: Packets) -> None:
    raise BrokenFile("the catalog does not read the metadata of this kind of file")


# --- what they share ---------------------------------------------------------------------------------------------


def _keep_exif(body: bytes, packets: Packets) -> None:
    body = body.removeprefix(_EXIF_HEAD)
    if body and packets.tiff is None and packets.keep("EXIF", body):
        packets.tiff = BytesIO(body)


def _keep_xmp(body: object, packets: Packets) -> None:
    raw = body.encode() if isinstance(body, str) else body
    if isinstance(raw, bytes) and packets.keep("XMP", raw):
        packets.xmp = packets.xmp or raw


def _keep_photoshop(body: bytes, packets: Packets) -> None:
    """Keep the IPTC record (0x0404) and its digest (0x0425) of a list of Photoshop image resources."""
    if not packets.keep("Photoshop", body):
        return
    for number, resource in _photoshop_resources(body):
        if number == 0x0404 and not packets.iptc:
            packets.iptc = resource
        elif number == 0x0425 and not packets.iptc_digest:
            packets.iptc_digest = resource


def _photoshop_resources(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and data (Adobe, Photoshop file formats specification: 8BIM, number, padded name, length, data)."""
    at = 0
    while body[at : at + 4] == b"8BIM" and at + 12 <= len(body):
        (number,) = struct.unpack_from(">H", body, at + 4)
        named = at + 6 + (body[at + 6] + 2) // 2 * 2
        if named + 4 > len(body):
            return
        (length,) = struct.unpack_from(">I", body, named)
        yield number, body[named + 4 : named + 4 + length]
        at = named + 4 + length + length % 2


_FINDERS: dict[str, Callable[[BinaryIO, Packets], None]] = {
    "image/jpeg": _in_jpeg,
    "image/png": _in_png,
    "image/webp": _in_webp,
    "image/tiff": _in_tiff,
    "image/heic": _in_heif,
    "image/heif": _in_heif,
    "image/avif": _in_avif,
    "image/gif": _in_gif,
}
