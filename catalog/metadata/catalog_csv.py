"""A table of descriptions from elsewhere: one row an item, with or without a picture, read row by row.

Headings are those of the table that comes with a folder of images (filing_csv), and others that catalogues have. What
has no element is kept word for word as provenance: nothing that stands in the table is lost.

* What an item is called by is its `file`, else its `identifier`, else its first number in a scheme.
* `date` is the date of the scene where there is no column `created`: in EDTF or in words, else from `date_earliest` to
  `date_latest`. The words and both ends stay in the provenance.
* A `type` that is no DCMI type and a `format` that is no media type say what the original is made of: `medium`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .dates import UNKNOWN, is_edtf
from .dates_in_words import edtf_of_words
from .filing_csv import DIVIDER, FILE_COLUMN, Column, column_of, relative_path, unguarded
from .identifiers import NORMALISERS, BadIdentifier
from .identifiers import normalise as normalise_identifier
from .table import Table, open_table
from .validation import Problem, Value, check, check_filing, normalise, normalise_text

AGENCY_COLUMN = "agency"
LONGEST_KEY = 500
"""Characters."""
_OTHER_NAMES = {
    "accession": "identifier[accession]",
    "source_url": "source[URI]",
    "image_url": "relation[URI]",
}
_BOUNDS = ("date_earliest", "date_latest")
_SAYS_MEDIUM = {"type": "DCMIType", "format": "IMT"}
_MEANT = {
    code: character for code in range(0x80, 0xA0) if (character := bytes([code]).decode("cp1252", errors="ignore"))
}
"""Quotation marks and dashes of Windows-1252 that came as control characters, read as HTML 5 does."""


@dataclass(frozen=True)
class DescribedRow:
    """One row: what it says of an item, and what of it cannot be taken. `row` is the line on which it begins.

    `key` is what the item is called by, `file` the path of its picture, `agency` who describes it; each is empty where
    the row does not say.
    """

    row: int
    key: str = ""
    file: str = ""
    agency: str = ""
    values: tuple[Value, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class CatalogCsv:
    """A table whose heading was read: what to tell the operator before the first row, and the rows."""

    table: Table
    columns: tuple[Column, ...]
    notices: tuple[str, ...] = ()
    problem: str = ""

    def rows(self) -> Iterator[DescribedRow]:
        """Yield the rows in their order, in bounded memory."""
        for line, cells, unreadable in () if self.problem else self.table.lines():
            if unreadable:
                yield DescribedRow(line, problems=(Problem("", "", unreadable, ""),))
            else:
                yield _row(line, cells, self.columns)


def open_catalog_csv(path: Path, schemes: Collection[str] = tuple(NORMALISERS)) -> CatalogCsv:
    """Read the heading of a table. Raises OSError where there is none to open.

    `schemes` are the names of the schemes of identifiers that the catalog knows.
    """
    table = open_table(path)
    columns = tuple(_column(heading, table.heading, schemes) for heading in table.heading)
    kept = [f"“{c.heading}”" for c in columns if c.kind == "unknown" and c.heading]
    told = [f"No element: {', '.join(kept)}. What stands there is kept as provenance."] if kept else []
    problem = table.problem
    if not problem and not any(column.element == "title" for column in columns):
        problem = "There is no column “title”; give every item a few words by which people know it."
    return CatalogCsv(table, columns, (*table.notices, *told), problem)


def _column(heading: str, all_headings: Collection[str], schemes: Collection[str]) -> Column:
    name = heading.casefold()
    if name == AGENCY_COLUMN:
        return Column(heading, "agency")
    if name in _BOUNDS:
        return Column(heading, "bound", name)
    if name == "date" and "created" not in {one.casefold() for one in all_headings}:
        return Column(heading, "element", "created")
    return column_of(heading if name in schemes else _OTHER_NAMES.get(name, heading), schemes, ())


# --- rows --------------------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """What was understood of a row so far."""

    file: str = ""
    agency: str = ""
    dates: list[str] = field(default_factory=list)
    bounds: dict[str, str] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def state(self, value: Value) -> None:
        value = normalise(value)
        if problems := check([value]):
            self.problems += problems
        elif value not in self.values:
            self.values.append(value)

    def keep(self, text: str) -> None:
        self.state(Value("provenance", text))


def _row(line: int, cells: list[str], columns: tuple[Column, ...]) -> DescribedRow:
    reading = _Reading()
    for column, cell in zip(columns, cells, strict=False):
        if cell := cell.translate(_MEANT).strip():
            _READ.get(column.kind, _read_other)(reading, column, cell)
    for cell in filter(None, (cell.strip() for cell in cells[len(columns) :])):
        message = f"The row has {len(cells)} cells, but the heading {len(columns)}; is a comma not quoted?"
        reading.problems.append(Problem("", cell, message, '"Mill, north side"'))
        break
    _read_dates(reading)
    key = _key(reading)
    stated = {value.element for value in reading.values} | {problem.element for problem in reading.problems}
    reading.problems += (p for p in check_filing(reading.values) if p.value or p.element not in stated)
    return DescribedRow(
        line, key, reading.file, reading.agency,
        tuple(reading.values), tuple(reading.identifiers), tuple(reading.problems),
    )  # fmt: skip


def _key(reading: _Reading) -> str:
    stated = (value.value for value in reading.values if value.element == "identifier")
    numbers = (f"{scheme} {number}" for scheme, number in reading.identifiers)
    key = next(filter(None, (reading.file, *stated, *numbers)), "")
    if not 0 < len(key) <= LONGEST_KEY:
        message = f"Nothing calls this item by a name of its own of at most {LONGEST_KEY} characters."
        reading.problems.append(Problem("identifier", key[:60], message, "2001.35.41413"))
    return key


def _read_file(reading: _Reading, _: Column, cell: str) -> None:
    try:
        reading.file = relative_path(cell)
    except ValueError as error:
        reading.problems.append(Problem(FILE_COLUMN, cell, str(error), "2024/IMG_0001.jpg"))


def _read_agency(reading: _Reading, _: Column, cell: str) -> None:
    reading.agency = normalise_text(cell)


def _read_bound(reading: _Reading, column: Column, cell: str) -> None:
    reading.bounds[column.element] = normalise_text(cell)


def _read_identifier(reading: _Reading, column: Column, cell: str) -> None:
    for text in _pieces(cell):
        try:
            has_rule = column.scheme in NORMALISERS
            number = normalise_identifier(column.scheme, text) if has_rule else normalise_text(text)
        except BadIdentifier as error:
            reading.problems.append(Problem(column.scheme, text, str(error), ""))
            continue
        if (column.scheme, number) not in reading.identifiers:
            reading.identifiers.append((column.scheme, number))


def _read_value(reading: _Reading, column: Column, cell: str) -> None:
    for text in _pieces(cell):
        if column.element == "created":
            reading.dates.append(text)
            continue
        element, scheme = column.element, column.scheme
        wanted = _SAYS_MEDIUM.get(element)
        if wanted and not scheme and check([Value(element, text, scheme=wanted)]):
            element = "medium"
        reading.state(Value(element, text, column.language, scheme))


def _read_other(reading: _Reading, column: Column, cell: str) -> None:
    reading.keep(f"{column.heading}: {unguarded(cell)}" if column.heading else unguarded(cell))


_READ = {
    "file": _read_file,
    "agency": _read_agency,
    "bound": _read_bound,
    "identifier": _read_identifier,
    "element": _read_value,
}


def _pieces(cell: str) -> list[str]:
    return [text for piece in cell.split(DIVIDER) if (text := unguarded(piece.strip()))]


# --- dates -------------------------------------------------------------------------------------------------------


def _read_dates(reading: _Reading) -> None:
    """State when the scene was photographed, and keep how the table said it where that is more."""
    words = " | ".join(reading.dates)
    bounds = [reading.bounds.get(name, "") for name in _BOUNDS]
    created = _created(words, *bounds)
    if created is None:
        reading.problems += check([Value("created", words)])
        return
    reading.state(Value("created", created))
    said = [f"“{words}”"] if words and words != created else []
    said += [f"{name.replace('_', ' ')} {bound}" for name, bound in zip(_BOUNDS, bounds, strict=True) if bound]
    if said:
        reading.keep(f"Dated {', '.join(said)}")


@lru_cache(maxsize=10_000)
def _created(words: str, earliest: str, latest: str) -> str | None:
    """Return the date in EDTF: as the words have it, else from the earliest day to the latest; None for nonsense."""
    if words and (understood := edtf_of_words(words)):
        return understood
    if not words and not earliest and not latest:
        return UNKNOWN
    ends = list(dict.fromkeys(filter(None, (earliest, latest))))
    between = ends[0] if len(ends) == 1 and earliest and latest else f"{earliest or '..'}/{latest or '..'}"
    return between if ends and is_edtf(between) else None
