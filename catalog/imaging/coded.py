"""The digest of a coded picture: equal for a file and for its copy with other metadata (tier 1).

Only JPEG and PNG have one, because only there the coded picture can be told from its metadata without
doubt. The digest covers everything that decides how the picture looks and nothing that does not. Files
are read in a stream; a broken structure has no digest, so that only whole files are ever compared.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from catalog.imaging.media import MediaType

CODED = "coded/1"
"""Name and version of the method; part of every digest."""

_BLOCK_BYTES = 1 << 20


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Broken(Exception):
    """The file does not follow its format."""


def coded_digest(path: Path, media_type: MediaType) -> bytes | None:
    """Return the SHA-256 (32 bytes) of the coded picture without its metadata.

    None for a broken structure and for formats other than JPEG and PNG. Two files with one digest decode to
    the same pixels. Orientation and a JPEG's ICC profile count as metadata (design, tier 1): they say how to
    show the coded picture, and rewriting them does not make another.
    """
    walk = {MediaType.JPEG: _feed_jpeg, MediaType.PNG: _feed_png}.get(media_type)
    if walk is None:
        return None
    digest = hashlib.sha256(f"{CODED} {media_type.mime}\0".encode())
    try:
        with path.open("rb") as file:
            walk(file, digest)
    except _Broken:
        return None
    return digest.digest()


# ---- JPEG (ITU-T T.81, annex B) ----

_SOI, _EOI, _SOS, _COM, _APP0, _APP14, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEE, 0xEF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn; the three are DHT, JPG, DAC


def _feed_jpeg(file: BinaryIO, digest: _Digest) -> None:
    """Digest all segments before the first scan but APPn and COM, keeping APP14, then everything from the scan on.

    APP0 is left out, so what it can change goes in by name: how the components become colours.
    """
    if file.read(2) != b"\xff\xd8":
        raise _Broken
    saw_jfif, adobe, component_ids = False, None, b""
    for marker, content in _jpeg_segments(file):
        if marker == _APP0:
            saw_jfif = saw_jfif or (content.startswith(b"JFIF\0") and len(content) >= 14)
        if marker == _APP14 and content.startswith(b"Adobe") and len(content) >= 12:
            adobe = content[11]
        if marker in _FRAMES:
            component_ids = content[6::3]
        if marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COM):
            _feed_part(digest, bytes([marker]), content)
    if not component_ids:
        raise _Broken
    digest.update(_jpeg_colours(saw_jfif, adobe, component_ids).encode() + b"\0")
    _feed_scans(file, digest)


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and content of every segment up to the first scan's, that one included."""
    marker = 0
    while marker != _SOS:
        marker = _next_marker(file)
        if marker in (_SOI, _EOI, 0x01) or 0xD0 <= marker <= 0xD7:
            raise _Broken
        length = int.from_bytes(_exactly(file, 2), "big")
        if length < 2:
            raise _Broken
        yield marker, _exactly(file, length - 2)


_MOST_JUNK_BYTES = 65_536


def _next_marker(file: BinaryIO) -> int:
    """Return the next marker, passing over fill bytes (B.1.1.2) and junk as libjpeg does (jdmarker.c, next_marker).

    Junk between segments comes from editors that rewrite metadata and forget their length; decoders do not
    mind it, so it is not part of the picture.
    """
    before = b""
    for _ in range(_MOST_JUNK_BYTES):
        byte = _exactly(file, 1)
        if before == b"\xff" and byte not in (b"\xff", b"\0"):
            return byte[0]
        before = byte
    raise _Broken


def _jpeg_colours(saw_jfif: bool, adobe: int | None, component_ids: bytes) -> str:
    """Say how a decoder turns components into colours: libjpeg's rule (jdapimin.c, default_decompress_parms)."""
    if len(component_ids) == 3:
        if saw_jfif:
            return "YCbCr"
        if adobe is not None:
            return "RGB" if adobe == 0 else "YCbCr"
        return "RGB" if component_ids == b"RGB" else "YCbCr"
    if len(component_ids) == 4:
        return "YCCK" if adobe == 2 else "CMYK"
    return f"{len(component_ids)} components"


def _feed_scans(file: BinaryIO, digest: _Digest) -> None:
    """Digest the rest of the file, which must hold an end of image: further pictures of an MPO count too."""
    ended, last = _ends_with_eoi(file), b""
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
        ended = ended or (last == b"\xff" and block.startswith(b"\xd9")) or b"\xff\xd9" in block
        last = block[-1:]
    if not ended:
        raise _Broken


def _ends_with_eoi(file: BinaryIO) -> bool:
    """Look at the last two bytes, where nearly every file ends its image: spares the search through all of it."""
    here = file.tell()
    file.seek(-2, os.SEEK_END)
    ends = file.read(2) == b"\xff\xd9" and file.tell() - 2 >= here
    file.seek(here)
    return ends


# ---- PNG (W3C PNG, third edition) ----

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST_LOOK_BYTES = 16_000_000  # of one chunk other than the picture's data

# What changes the look (chapter 11) besides the picture's data. Left out: text, time, EXIF, resolution, histogram,
# suggested palettes, and the background colour, which is a wish for viewers that have no background of their own.
_LOOK = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"mDCV", b"cLLI"}
    | {b"acTL", b"fcTL"}
)
_NOT_THE_LOOK = frozenset({b"bKGD", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"pHYs", b"hIST", b"sPLT", b"IEND"})
_DATA = frozenset({b"IDAT", b"fdAT"})


def _feed_png(file: BinaryIO, digest: _Digest) -> None:
    """Digest the chunks that change the look; the data of IDAT and fdAT without their boundaries.

    Checks every chunk's CRC. A critical chunk that is not known is a broken structure; an ancillary one is
    metadata.
    """
    if file.read(8) != _PNG_SIGNATURE:
        raise _Broken
    kind, first, last_data, saw_data = b"", True, b"", False
    while kind != b"IEND":
        length = int.from_bytes(_exactly(file, 4), "big")
        kind = _exactly(file, 4)
        if first != (kind == b"IHDR"):
            raise _Broken
        first = False
        if kind in _DATA:
            last_data = _feed_png_data(file, digest, kind, length, continues=last_data == kind)
            saw_data = True
        else:
            _feed_png_chunk(file, digest, kind, length)
            last_data = b""
    if not saw_data:
        raise _Broken


def _feed_png_data(file: BinaryIO, digest: _Digest, kind: bytes, length: int, *, continues: bool) -> bytes:
    """Digest the data of one IDAT or fdAT chunk, with the kind before the first of a row of them."""
    if not continues:
        digest.update(kind)
    crc = zlib.crc32(kind)
    if kind == b"fdAT":  # a sequence number that counts chunks, not pixels
        number = _exactly(file, 4)
        crc, length = zlib.crc32(number, crc), length - 4
    for block in _blocks(file, length):
        digest.update(block)
        crc = zlib.crc32(block, crc)
    _check_crc(file, crc)
    return kind


def _feed_png_chunk(file: BinaryIO, digest: _Digest, kind: bytes, length: int) -> None:
    is_critical = not kind[0] & 0x20
    if is_critical and kind not in _LOOK | _NOT_THE_LOOK:
        raise _Broken
    if kind not in _LOOK:
        crc = zlib.crc32(kind)
        for block in _blocks(file, length):
            crc = zlib.crc32(block, crc)
        _check_crc(file, crc)
        return
    if length > _LARGEST_LOOK_BYTES:
        raise _Broken
    content = _exactly(file, length)
    _check_crc(file, zlib.crc32(content, zlib.crc32(kind)))
    _feed_part(digest, kind, content[4:] if kind == b"fcTL" else content)  # without fcTL's sequence number


def _check_crc(file: BinaryIO, crc: int) -> None:
    if int.from_bytes(_exactly(file, 4), "big") != crc:
        raise _Broken


# ---- both ----


def _feed_part(digest: _Digest, name: bytes, content: bytes) -> None:
    """Digest a named part with its length before it, so that no two sequences of parts run together."""
    digest.update(name + len(content).to_bytes(8, "big"))
    digest.update(content)


def _blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    if length < 0:
        raise _Broken
    while length:
        block = _exactly(file, min(length, _BLOCK_BYTES))
        yield block
        length -= len(block)


def _exactly(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) != count:
        raise _Broken
    return content
