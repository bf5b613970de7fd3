import csv
import io

import pytest

from catalog.formats.table import COLUMNS, harmless, table

from .examples import CATALOG, HOSTILE_TEXTS, hostile, photograph


def rows(*entries) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(table(entries, CATALOG)).decode("utf-8-sig"), newline="")))


def test_a_row_says_what_the_record_says():
    heading, row = rows(photograph())
    said = dict(zip(heading, row, strict=True))
    assert tuple(heading) == COLUMNS
    assert said["title"] == "North elevation, 12 Mill Street, before demolition"
    assert said["departments"].split(" | ")[0] == "Planning Department"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1"])
def test_nothing_is_run(text):
    assert harmless(text) == f"'{text}"
    assert harmless("a = b") == "a = b"


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_text_stays_in_its_row(text):
    heading, row = rows(hostile(text))
    assert len(row) == len(heading)
