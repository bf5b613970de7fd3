"""Read chosen tags of a TIFF structure: a TIFF file, or the Exif block of any other file.

TIFF 6.0 (Adobe, 1992), section 2, and BigTIFF. Exif (CIPA DC-008) uses the same structure. Only tags that are asked
for are read, and no more bytes of each than its cap, so a file of any size costs the same.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO

MOST_TAGS = 4_096
"""Tags in one directory; more is damage."""

_FORMATS = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "s", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d"}
_FORMATS |= {13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONALS = (5, 10)
_TEXT, _UNDEFINED = 2, 7


class BrokenTiff(ValueError):
    """Bytes that are no TIFF structure, with the reason."""


@dataclass(frozen=True)
class Field:
    """The value of one tag: its type, its bytes in the file's byte order, and where they lie in the structure."""

    kind: int
    raw: bytes
    order: str
    offset: int

    def text(self) -> str:
        """Return text up to the first NUL: UTF-8 where it is that, else Windows-1252, as cameras and editors write."""
        return decode_text(self.raw.split(b"\0", 1)[0])

    def first_text(self) -> str:
        """Return the first part between NULs that is not blank."""
        return decode_text(next((part for part in self.raw.split(b"\0") if part.strip()), b""))

    def numbers(self) -> tuple[int | float | Fraction, ...]:
        """Return the numbers; a fraction over zero is left out."""
        if self.kind in (_TEXT, _UNDEFINED):
            return ()
        layout = struct.Struct(self.order + _FORMATS[self.kind])
        rows = layout.iter_unpack(self.raw[: len(self.raw) // layout.size * layout.size])
        if self.kind in _RATIONALS:
            return tuple(Fraction(above, below) for above, below in rows if below)
        return tuple(row[0] for row in rows)

    def number(self) -> int | float | Fraction | None:
        """Return the first number, or None."""
        return next(iter(self.numbers()), None)


@dataclass
class Tiff:
    """A TIFF structure that lies in `file` from `base` on; all offsets count from there.

    `unread` collects what could not be read, as pairs of tag and reason.
    """

    file: BinaryIO
    base: int = 0
    order: str = field(init=False)
    first_directory: int = field(init=False)
    unread: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._size_bytes = self.file.seek(0, os.SEEK_END)
        head = self._bytes(0, 16)
        try:
            self.order = {b"II": "<", b"MM": ">"}[head[:2]]
            (magic,) = struct.unpack_from(self.order + "H", head, 2)
            self._is_big = magic == 43
            self.first_directory = struct.unpack_from(
                self.order + ("Q" if self._is_big else "I"), head, 8 if self._is_big else 4
            )[0]
        except (KeyError, struct.error):
            raise BrokenTiff("it does not begin as TIFF does") from None

    def directory(self, offset: int, wanted: Mapping[int, int]) -> dict[int, Field]:
        """Return the wanted tags of the directory at an offset; `wanted` maps tag to the most bytes it may have.

        Raises BrokenTiff where there is no directory. A tag that stands twice counts once, the first time.
        """
        rows = self._rows(offset)
        fields: dict[int, Field] = {}
        for row_offset, (tag, kind, count) in rows:
            if (
                tag in wanted
                and tag not in fields
                and (found := self._field(row_offset, tag, kind, count, wanted[tag]))
            ):
                fields[tag] = found
        return fields

    def _rows(self, offset: int) -> list[tuple[int, tuple[int, int, int]]]:
        count_layout, row_layout, row_size = ("Q", "HHQ", 20) if self._is_big else ("H", "HHI", 12)
        count_size = struct.calcsize("=" + count_layout)
        head = self._bytes(offset, count_size)
        if len(head) < count_size:
            raise BrokenTiff("a directory lies beyond the end")
        count = min(struct.unpack(self.order + count_layout, head)[0], MOST_TAGS)
        table = self._bytes(offset + count_size, count * row_size)
        start = offset + count_size
        return [
            (start + at, struct.unpack_from(self.order + row_layout, table, at))
            for at in range(0, len(table) - row_size + 1, row_size)
        ]

    def _field(self, row_offset: int, tag: int, kind: int, count: int, cap_bytes: int) -> Field | None:
        if kind not in _FORMATS:
            return self._leave(tag, f"its type {kind} does not exist")
        size = struct.calcsize("=" + _FORMATS[kind]) * count
        if size > cap_bytes:
            return self._leave(tag, f"it has {size:,} bytes, more than {cap_bytes:,}")
        head, inline, pointer = (12, 8, "Q") if self._is_big else (8, 4, "I")
        offset = row_offset + head
        if size > inline:
            (offset,) = struct.unpack(self.order + pointer, self._bytes(offset, inline))
        raw = self._bytes(offset, size)
        if len(raw) < size:
            return self._leave(tag, "it lies beyond the end")
        return Field(kind, raw, self.order, offset)

    def _leave(self, tag: int, reason: str) -> None:
        self.unread.append((tag, reason))

    def _bytes(self, offset: int, size: int) -> bytes:
        if self.base + offset >= self._size_bytes:
            return b""  # no file system seeks as far as eight bytes can point
        self.file.seek(self.base + offset)
        return self.file.read(size)


def decode_text(raw: bytes) -> str:
    """Return text that says nothing of its encoding: UTF-8 where it is valid, else Windows-1252, else Latin-1."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
