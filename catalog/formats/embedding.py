"""A picture file with a description in it: the coded picture stays bit for bit what it was.

Only where metadata has a place of its own beside the coded picture: JPEG (APP1) and PNG (iTXt).
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

_CHUNK = 1 << 16
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_MOST_IN_JPEG = 0xFFFF - 2 - len(_XMP)
_PNG = b"\x89PNG\r\n\x1a\n"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0"
_MOST_IN_PNG_CHUNK = 1 << 31


class CannotEmbed(Exception):
    """Nothing can be put into this file; says why."""


def embedded(file: BinaryIO, media_type: str, packet: bytes) -> Iterator[bytes]:
    """Yield the file with this XMP packet instead of any that it holds.

    Raises CannotEmbed, before anything is yielded, for other formats than JPEG and PNG, for a file that is not what it
    says, and for a packet that does not fit.
    """
    if not can_embed(media_type):
        raise CannotEmbed("A description can be put into JPEG and PNG files. Take the file and its sidecar instead.")
    written = _WRITERS[media_type](file, packet)
    first = next(written)
    return _behind(first, written)


def can_embed(media_type: str) -> bool:
    """Tell whether there is a place for a description in files of this format."""
    return media_type in _WRITERS


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _into_jpeg(file: BinaryIO, packet: bytes) -> Iterator[bytes]:
    """Copy segment by segment; the packet follows JFIF's and Exif's segments, which have to stand first."""
    if file.read(2) != b"\xff\xd8":
        raise CannotEmbed("This file does not begin like a JPEG.")
    if len(packet) > _MOST_IN_JPEG:
        raise CannotEmbed("The description is too long for a JPEG file. Take the file and its sidecar instead.")
    own = b"\xff\xe1" + struct.pack(">H", len(packet) + len(_XMP) + 2) + _XMP + packet
    yield b"\xff\xd8"
    is_in = False
    while True:
        marker, body = _segment(file)
        stands_first = marker == b"\xff\xe0" or (marker == b"\xff\xe1" and body[2:].startswith(b"Exif\0"))
        if not is_in and not stands_first:
            yield own
            is_in = True
        if not (marker == b"\xff\xe1" and body[2:].startswith((_XMP, _XMP_MORE))):
            yield marker + body
        if marker in (b"\xff\xda", b""):
            break
    yield from _rest(file)


def _segment(file: BinaryIO) -> tuple[bytes, bytes]:
    """Return marker and body, the length before it; whatever is no segment any more is left to `_rest`."""
    marker = file.read(2)
    if len(marker) < 2 or marker[0] != 0xFF or 0xD0 <= marker[1] <= 0xD9 or marker[1] in (0x01, 0xFF):
        file.seek(-len(marker), 1)
        return b"", b""
    length = file.read(2)
    return marker, length + file.read(max(0, int.from_bytes(length, "big") - 2))


def _into_png(file: BinaryIO, packet: bytes) -> Iterator[bytes]:
    """Copy chunk by chunk; the packet follows the header."""
    if file.read(8) != _PNG:
        raise CannotEmbed("This file does not begin like a PNG.")
    yield _PNG
    while len(head := file.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if length >= _MOST_IN_PNG_CHUNK:
            yield head
            break
        begin = file.read(min(length, len(_XMP_IN_PNG)))
        if kind == b"iTXt" and begin == _XMP_IN_PNG:
            file.seek(length - len(begin) + 4, 1)
            continue
        yield head + begin
        yield from _some(file, length - len(begin) + 4)
        if kind == b"IHDR":
            yield _png_chunk(b"iTXt", _XMP_IN_PNG + b"\0\0\0\0" + packet)
    yield from _rest(file)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _some(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        size -= len(chunk)
        yield chunk


def _rest(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


_WRITERS: dict[str, Callable[[BinaryIO, bytes], Iterator[bytes]]] = {
    "image/jpeg": _into_jpeg,
    "image/png": _into_png,
}
