"""A catalog filled from a table, as an operator does it."""

import csv
import io
import re

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Filing, Record, Scheme, Source, Statement
from tests.conftest import drawn, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(run_jobs):
    """The broker stays out of it."""


def load(table, agency="building", **options) -> str:
    said = io.StringIO()
    call_command("load_metadata", table, agency=agency, stdout=said, stderr=io.StringIO(), **options)
    return said.getvalue()


def figures(said: str) -> list[int]:
    """Described, filed with their picture, filed before, refused."""
    return [int(n.replace(",", "")) for n in re.findall(r"│ +([\d,]+) +│", said)]


@pytest.fixture
def table(tmp_path):
    """Write a table: table("identifier,title", "1,Mill")."""

    def write(*lines: str):
        path = tmp_path / "inventory.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_a_museum_loads_whole_and_once(agency, shared):
    Scheme.objects.create(slug="accession", label="Accession", normaliser="accession")
    path = shared / "samples" / "metadata" / "teenie_dc_dev3000.csv"
    assert figures(load(path)) == [3000, 0, 0, 0]
    assert Record.objects.standing().count() == 3000
    assert figures(load(path)) == [0, 0, 3000, 0]
    assert Filing.objects.count() == 3000


def test_bad_rows_are_told_by_line_and_good_ones_filed(agency, table, tmp_path):
    path = table("identifier,title,date", "1,Mill,1998", "2,Curb,soon", "1,Mill again,1999", ",Nameless,1999")
    refused = tmp_path / "refused.csv"
    said = load(path, refused=refused)
    assert figures(said) == [1, 0, 0, 3]
    assert "line 3, created" in said
    with refused.open(newline="") as file:
        rows = {row["line"]: row for row in csv.DictReader(file)}
    assert (rows["3"]["element"], rows["3"]["value"], rows["3"]["what would pass"]) == ("created", "soon", "1998-05-03")
    assert "earlier row" in rows["4"]["what is wrong"]
    assert rows["5"]["element"] == "identifier"


def test_an_item_that_comes_twice_is_told_however_far_apart(agency, table, monkeypatch):
    monkeypatch.setattr("catalog.management.commands.load_metadata.AT_ONCE", 1)
    said = load(table("identifier,title", "1,Mill", "2,Curb", "1,Mill again"))
    assert figures(said) == [2, 0, 0, 1]
    assert "line 4" in said


def test_pictures_are_filed_where_the_folder_holds_them_and_may_come_later(agency, table, tmp_path, run_jobs):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(drawn(1)))
    path = table("file,title", "a.jpg,Mill", "b.jpg,Curb")
    assert figures(load(path, images=folder)) == [1, 1, 0, 0]
    run_jobs()
    records = set(Record.objects.standing())
    (folder / "b.jpg").write_bytes(jpeg(drawn(2)))
    assert figures(load(path, images=folder)) == [0, 1, 1, 0]
    run_jobs()
    assert set(Record.objects.standing()) == records
    assert all(r.best_copy.file.has_bytes for r in Record.objects.standing())


def test_every_row_may_say_who_describes_it(agencies, table):
    path = table("identifier,title,agency", "1,Mill,building", "2,Curb,streets", "3,Line,nobody")
    assert figures(load(path, agency="")) == [2, 0, 0, 1]
    assert set(Source.objects.values_list("agency__slug", "name")) == {
        ("building", "inventory"),
        ("streets", "inventory"),
    }


def test_what_has_no_column_of_ours_is_kept(agency, table):
    load(table("identifier,title,shelf mark", "1,Mill,B 12"))
    assert Statement.objects.get(element="provenance").value == "shelf mark: B 12"


@pytest.mark.parametrize(
    ("lines", "options", "match"),
    [
        (["identifier,title", "1,Mill"], {"agency": "nobody"}, "Known: building"),
        (["identifier,title", "1,Mill"], {"agency": ""}, "--agency"),
        (["identifier,shelf", "1,2"], {}, "title"),
    ],
)
def test_what_cannot_be_begun_is_an_error(agencies, table, lines, options, match):
    with pytest.raises(CommandError, match=match):
        load(table(*lines), **options)


def test_a_table_that_is_not_there_is_an_error(agency, tmp_path):
    with pytest.raises(CommandError, match="is not a file"):
        load(tmp_path / "nowhere.csv")
