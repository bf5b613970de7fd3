"""A table as spreadsheets save it: its encoding, its delimiter, its heading, and its lines one by one."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _csv import _reader as CsvReader

LONGEST_LINE = 1_000_000
"""Characters; the csv module itself refuses a cell of more than 131,072."""


@dataclass(frozen=True)
class Table:
    """A table whose heading was read. `problem` says why nothing can be read of it, `notices` what to look at."""

    path: Path
    encoding: str
    delimiter: str
    heading: tuple[str, ...]
    notices: tuple[str, ...] = ()
    problem: str = ""

    def lines(self) -> Iterator[tuple[int, list[str], str]]:
        """Yield the number of the line on which each row begins, its cells, and why it cannot be read, if so.

        Empty rows are left out; behind one that cannot be read there are no more.
        """
        with self.path.open(encoding=self.encoding, newline="") as text:
            reader = _reader(text, self.delimiter)
            next(reader, None)
            while True:
                begins_at = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    yield begins_at, [], _unreadable(error)
                    return
                if cells is None:
                    return
                if any(cell.strip() for cell in cells):
                    yield begins_at, cells, ""


def open_table(path: Path) -> Table:
    """Read the heading of a table. Raises OSError where there is none to open.

    The encoding is UTF-8, with or without a mark; UTF-16 with one, as spreadsheets save "Unicode text"; else
    Windows-1252, with a notice.
    """
    encoding, notices = _encoding(path)
    if not _decodes(path, encoding):
        return Table(path, encoding, ",", (), problem=_DAMAGED)
    with path.open(encoding=encoding, newline="") as text:
        delimiter = max(",;\t", key=text.readline(LONGEST_LINE).count)
        text.seek(0)
        try:
            cells = next(_reader(text, delimiter), [])
        except csv.Error as error:
            return Table(path, encoding, delimiter, (), notices, _unreadable(error))
    return Table(path, encoding, delimiter, tuple(cell.strip() for cell in cells), notices)


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the encoding, having read the whole file in pieces; Windows-1252 is a guess, and says so."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, ()
    if _decodes(path, "utf-8"):
        return "utf-8", ()
    encoding = "cp1252" if _decodes(path, "cp1252") else "latin-1"
    return encoding, (_GUESSED,)


_DAMAGED = "The table begins with the mark of Unicode text but does not go on as such; save it again as UTF-8."
_GUESSED = "The table is not UTF-8; it was read as Windows-1252. Look at letters with accents, or save it as UTF-8."


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 16):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _reader(text: TextIO, delimiter: str) -> CsvReader:
    """Return a strict reader: a quotation mark that is never closed is an error, not one long last cell."""
    return csv.reader(_lines(text), delimiter=delimiter, strict=True)


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"a line has more than {LONGEST_LINE:,} characters")
        yield line


def _unreadable(error: csv.Error) -> str:
    return f"The table cannot be read from here on ({error}); look for a quotation mark that is not closed."
