"""Tables of descriptions from elsewhere."""

import csv
from pathlib import Path

import pytest

from catalog.metadata.catalog_csv import DescribedRow, open_catalog_csv


@pytest.fixture
def read(tmp_path: Path):
    """Write a table and read it back: read(heading, *lines)."""

    def rows(*lines: str) -> list[DescribedRow]:
        path = tmp_path / "table.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        opened = open_catalog_csv(path)
        assert not opened.problem
        return list(opened.rows())

    return rows


def said(row: DescribedRow, element: str) -> list[str]:
    return [value.value for value in row.values if value.element == element]


def test_a_table_of_a_museum_is_read_whole_and_nothing_is_lost(shared):
    opened = open_catalog_csv(shared / "samples" / "metadata" / "teenie_dc_dev3000.csv")
    rows = list(opened.rows())
    assert len(rows) == 3000
    assert not [row for row in rows if row.problems]
    assert len({row.key for row in rows}) == 3000
    first = rows[0]
    assert said(first, "created") == ["1952~"]
    assert said(first, "provenance") == [
        "department: Fine Arts",
        "Dated “c. 1952”, date earliest 1949-01-01, date latest 1955-01-01",
    ]
    assert said(first, "medium") == ["Photographic Negative", "black and white: Kodak Safety Film"]
    assert first.identifiers == (("accession", "2001.35.41413"),)


def test_every_cell_of_the_museum_is_said_somewhere(shared):
    path = shared / "samples" / "metadata" / "teenie_dc_dev3000.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        tables = list(csv.DictReader(file))
    for cells, row in zip(tables, open_catalog_csv(path).rows(), strict=True):
        cells = {name: cell.replace("\x93", "“").replace("\x94", "”") for name, cell in cells.items()}
        everything = " ".join([*(v.value for v in row.values), *(number for _, number in row.identifiers)])
        assert not [cell for cell in cells.values() if " ".join(cell.split()) not in " ".join(everything.split())]


def test_the_columns_of_a_folder_of_images_mean_the_same_here(read):
    (row,) = read(
        "file,title@es,created,subject[person],apn,Place",
        "2024\\a.jpg,Elevación,1998-05,Ama|Kofi,5149 015 902,12 Mill Street",
    )
    assert (row.key, row.file, row.identifiers) == ("2024/a.jpg", "2024/a.jpg", (("apn", "5149-015-902"),))
    assert said(row, "subject") == ["Ama", "Kofi"]
    assert said(row, "created") == ["1998-05"]
    assert row.values[0].language == "es"


def test_bad_values_are_named_with_an_example_that_would_pass(read):
    bad, good = read("identifier,title,date,license", "a,A,last summer,ask us", "b,B,1998,https://a.example/")
    assert bad.row == 2
    assert {(p.element, p.value, p.example) for p in bad.problems} == {
        ("license", "ask us", "https://creativecommons.org/licenses/by/4.0/"),
        ("created", "last summer", "1998-05-03"),
    }
    assert not good.problems


def test_words_that_are_no_date_give_way_to_the_days_between(read):
    (row,) = read("identifier,title,date,date_earliest,date_latest", "a,A,the fifties,1950-01-01,1959-12-31")
    assert said(row, "created") == ["1950-01-01/1959-12-31"]
    assert said(row, "provenance") == ["Dated “the fifties”, date earliest 1950-01-01, date latest 1959-12-31"]


def test_no_date_at_all_is_unknown(read):
    (row,) = read("identifier,title,date", "a,A,")
    assert said(row, "created") == ["unknown"]
    assert not row.problems


def test_an_item_without_a_name_of_its_own_and_a_title_is_refused(read):
    (row,) = read("identifier,title", "x,")
    assert [p.element for p in row.problems] == ["title"]
    (row,) = read("identifier,title", ",Mill")
    assert [p.element for p in row.problems] == ["identifier"]


def test_a_table_without_titles_says_so(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("identifier,shelf\n1,2\n")
    assert "title" in open_catalog_csv(path).problem


def test_a_quotation_mark_that_is_not_closed_ends_the_table_with_its_line(read):
    *_, last = read("identifier,title", "a,A", 'b,"B')
    assert last.row == 3
    assert "quotation mark" in last.problems[0].message
