"""The table of metadata that comes with a folder of images: one row a file, read row by row.

The column `file` is the path of the image below the folder. Every other column is an element, by name or label
(`title`, `Date created`), or a scheme of identifiers (`apn`, `permit`). An element may carry a scheme and a language:
`subject[person]`, `title@es`, `spatial[Point]`. Several values stand in one cell, divided by `|`.
A column `embargo_until` holds the day on which others than the agency may see the image; empty: at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from .elements import find_element
from .identifiers import NORMALISERS, BadIdentifier
from .identifiers import normalise as normalise_identifier
from .table import Table, open_table
from .validation import Value, check, normalise, normalise_text

FILE_COLUMN = "file"
EMBARGO_COLUMN = "embargo_until"
DIVIDER = "|"


@dataclass(frozen=True)
class CsvProblem:
    """What is wrong, at a line of the file (1 is the heading) and in a column, empty where it concerns the whole."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class FilingRow:
    """One row: the file that it describes, what it says, and what of it cannot be taken.

    `row` is the line on which it begins, `file` a path with forward slashes below the folder (empty where it gives
    none that may be used), `identifiers` pairs of scheme and number, normalised where there is a
    normaliser of the scheme's name. Values with problems are not among `values`. `embargo_until` is as it was typed:
    whether that day is still to come is asked when the file is filed.
    """

    row: int
    file: str
    values: tuple[Value, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    problems: tuple[CsvProblem, ...] = ()
    embargo_until: str = ""


@dataclass(frozen=True)
class Column:
    """What a heading means: an element with scheme and language, identifiers of a scheme, the end of an embargo.

    A table from elsewhere also says which agency describes an item, and between which days (`bound`) it was made.
    """

    heading: str
    kind: Literal["file", "embargo", "element", "identifier", "agency", "bound", "ignored", "unknown"]
    element: str = ""
    scheme: str = ""
    language: str = ""


@dataclass(frozen=True)
class FilingCsv:
    """A table whose heading was read: what to tell the operator before the first row, and the rows.

    With `problems` the table has no rows that could be filed, so `rows` yields nothing: mend the heading first.
    """

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[Column, ...]
    notices: tuple[str, ...] = ()
    problems: tuple[CsvProblem, ...] = ()
    table: Table | None = None

    def rows(self) -> Iterator[FilingRow]:
        """Yield the rows in their order; a row for a file that an earlier one described has that as its problem."""
        if self.problems or self.table is None:
            return
        first_rows: dict[str, int] = {}
        for row in self._parsed():
            if row.file in first_rows:
                again = f"“{row.file}” is described in row {first_rows[row.file]} already; keep one of the two."
                row = FilingRow(row.row, row.file, problems=(CsvProblem(row.row, FILE_COLUMN, again),))
            elif row.file:
                first_rows[row.file] = row.row
            yield row

    def _parsed(self) -> Iterator[FilingRow]:
        for line, cells, unreadable in self.table.lines():
            if unreadable:
                yield FilingRow(line, "", problems=(CsvProblem(line, "", unreadable),))
            else:
                yield _row(line, cells, self.columns)


# --- opening -----------------------------------------------------------------------------------------------------


def open_filing_csv(
    path: Path, schemes: Collection[str] = tuple(NORMALISERS), ignored_columns: Collection[str] = ()
) -> FilingCsv:
    """Read the heading of a table. Raises OSError where there is none to open.

    `schemes` are the names of the schemes of identifiers that may be columns, `ignored_columns` headings that may stand
    there and mean nothing.
    """
    table = open_table(path)
    if table.problem:
        problems = (CsvProblem(1, "", table.problem),)
        return FilingCsv(path, table.encoding, table.delimiter, (), table.notices, problems)
    columns = tuple(column_of(heading, schemes, ignored_columns) for heading in table.heading)
    problems = tuple(_heading_problems(columns))
    return FilingCsv(path, table.encoding, table.delimiter, columns, table.notices, problems, table)


# --- heading -----------------------------------------------------------------------------------------------------

_HEADING = re.compile(r"(?P<name>[^\[\]@]+)(\[(?P<scheme>[^\[\]]*)\])?(@(?P<language>[A-Za-z0-9-]+))?")


def column_of(heading: str, schemes: Collection[str], ignored: Collection[str]) -> Column:
    """Return what a heading means."""
    if heading in ignored:
        return Column(heading, "ignored")
    if heading.casefold() == FILE_COLUMN:
        return Column(FILE_COLUMN, "file")
    if heading.casefold() == EMBARGO_COLUMN:
        return Column(EMBARGO_COLUMN, "embargo")
    for scheme in schemes:
        if heading.casefold() == scheme.casefold():
            return Column(heading, "identifier", scheme=scheme)
    match = _HEADING.fullmatch(heading)
    element = find_element(match["name"]) if match else None
    if match is None or element is None:
        return Column(heading, "unknown")
    return Column(heading, "element", element.name, (match["scheme"] or "").strip(), match["language"] or "")


def _heading_problems(columns: tuple[Column, ...]) -> Iterator[CsvProblem]:
    headings = [column.heading for column in columns]
    if FILE_COLUMN not in headings:
        yield CsvProblem(1, FILE_COLUMN, "There is no column “file” with the path of each image below the folder.")
    for number, column in enumerate(columns, 1):
        name = column.heading or f"column {number}"
        if column.kind == "unknown":
            yield CsvProblem(1, name, f"“{name}” is no element and no scheme of identifiers; write, say, title or apn.")
        elif column.heading in headings[: number - 1]:
            yield CsvProblem(1, name, f"“{name}” stands twice; put several values into one cell, divided by {DIVIDER}.")


# --- rows --------------------------------------------------------------------------------------------------------


_NO_FILE = "The row names no file."


@dataclass
class _Reading:
    """What was understood of a row so far."""

    row: int
    file: str = ""
    values: list[Value] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    problems: list[CsvProblem] = field(default_factory=list)
    embargo_until: str = ""

    def complain(self, column: str, message: str) -> None:
        self.problems.append(CsvProblem(self.row, column, message))


def _row(row: int, cells: list[str], columns: tuple[Column, ...]) -> FilingRow:
    reading = _Reading(row)
    if any(cell.strip() for cell in cells[len(columns) :]):
        reading.complain("", f"The row has {len(cells)} cells, but the heading {len(columns)}; is a comma not quoted?")
    for column, cell in zip(columns, cells, strict=False):
        _read_cell(reading, column, cell)
    if len(cells) <= [column.kind for column in columns].index("file"):
        reading.complain(FILE_COLUMN, _NO_FILE)
    stated, numbers, problems = tuple(reading.values), tuple(reading.identifiers), tuple(reading.problems)
    return FilingRow(row, reading.file, stated, numbers, problems, reading.embargo_until)


def _read_cell(reading: _Reading, column: Column, cell: str) -> None:
    if column.kind == "file":
        _read_file(reading, cell)
        return
    if column.kind == "embargo":
        reading.embargo_until = unguarded(cell.strip())
        return
    read = {"element": _read_value, "identifier": _read_identifier}.get(column.kind)
    for text in filter(None, (unguarded(piece.strip()) for piece in cell.split(DIVIDER))):
        if read:
            read(reading, column, text)


def _read_file(reading: _Reading, cell: str) -> None:
    try:
        reading.file = relative_path(cell)
    except ValueError as error:
        reading.complain(FILE_COLUMN, str(error))


def _read_value(reading: _Reading, column: Column, text: str) -> None:
    value = normalise(Value(column.element, text, column.language, column.scheme))
    problems = check([value])
    for problem in problems:
        reading.complain(column.heading, problem.message)
    if not problems and value not in reading.values:
        reading.values.append(value)


def _read_identifier(reading: _Reading, column: Column, text: str) -> None:
    try:
        has_rule = column.scheme in NORMALISERS
        number = normalise_identifier(column.scheme, text) if has_rule else normalise_text(text)
    except BadIdentifier as error:
        reading.complain(column.heading, str(error))
        return
    if (column.scheme, number) not in reading.identifiers:
        reading.identifiers.append((column.scheme, number))


def unguarded(text: str) -> str:
    """Undo the apostrophe with which our own export keeps spreadsheets from reading a value as a formula."""
    return text[1:] if re.match(r"'[=+\-@]", text) else text


def relative_path(cell: str) -> str:
    """Return a path below the folder with forward slashes, composed (NFC). Raises ValueError with a sentence.

    Windows' backslashes are taken for slashes; a path out of the folder, or from a root or drive, is refused.
    """
    text = unicodedata.normalize("NFC", cell.strip().replace("\\", "/"))
    path = PurePosixPath(text)
    if not text or path == PurePosixPath("."):
        raise ValueError(_NO_FILE)
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", text) or "\0" in text:
        raise ValueError(f"“{text[:60]}” is no path below the folder; write, say, 2024/IMG_0001.jpg.")
    return str(path)


def index_by_file(rows: Iterable[FilingRow]) -> dict[str, FilingRow]:
    """Return the rows by file; of rows for the same file the first."""
    index: dict[str, FilingRow] = {}
    for row in rows:
        if row.file:
            index.setdefault(row.file, row)
    return index
