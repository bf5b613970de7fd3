"""Records as a table: a row each, to be opened in a spreadsheet without anything in it being run."""

import csv
import io
from collections.abc import Iterable, Iterator

from catalog.formats.entry import Catalog, Entry
from catalog.formats.qualified import qualified_values
from catalog.formats.text import well_formed

_TERMS = (
    "title", "alternative", "creator", "contributor", "publisher", "subject", "description", "abstract", "created",
    "date", "issued", "modified", "type", "format", "extent", "medium", "identifier", "source", "language", "relation",
    "isPartOf", "references", "replaces", "spatial", "coverage", "temporal", "rights", "license", "accessRights",
    "rightsHolder", "provenance",
)  # fmt: skip
COLUMNS = ("record", "address", "departments", *_TERMS)
DIVIDER = " | "
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(entries: Iterable[Entry], catalog: Catalog) -> Iterator[bytes]:
    """Yield CSV in UTF-8 with a heading, a chunk for each record; several values of one cell stand between ` | `."""
    yield "\ufeff".encode() + _line(COLUMNS)  # by this mark spreadsheets know that it is UTF-8
    for entry in entries:
        yield _line(map(harmless, map(well_formed, _row(entry, catalog))))


def harmless(cell: str) -> str:
    """Return the text such that no spreadsheet takes it for a formula: with an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_RUN_BY_SPREADSHEETS) else cell


def _row(entry: Entry, catalog: Catalog) -> list[str]:
    values: dict[str, list[str]] = {}
    for value in qualified_values(entry, catalog):
        values.setdefault(value.term, []).append(value.text)
    departments = dict.fromkeys(well_formed(filing.agency.name) for filing in entry.filings)
    cells = [entry.public_id, catalog.addresses.page(entry.public_id), DIVIDER.join(departments)]
    return cells + [DIVIDER.join(values.get(term, ())) for term in _TERMS]


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
