import csv
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.metadata.filing_csv import index_by_file, open_filing_csv, relative_path
from catalog.metadata.validation import Value


@pytest.fixture
def table(tmp_path):
    """Write a table and open it."""

    def write(text: str | bytes, **options):
        path = tmp_path / "metadata.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return open_filing_csv(path, **options)

    return write


def test_a_row_describes_a_file(table):
    opened = table(
        "file,title,Date created,subject,subject[person],title@es,apn,permit\n"
        '2024\\IMG_1.jpg,"Depot, north",1998-05-03,sidewalk | curb,Roe Jane,Almacén,5149015902|5149015903,b-2024/118\n'
    )
    assert opened.problems == ()
    (row,) = opened.rows()
    assert (row.row, row.file, row.problems) == (2, "2024/IMG_1.jpg", ())
    assert row.values == (
        Value("title", "Depot, north"),
        Value("created", "1998-05-03"),
        Value("subject", "sidewalk"),
        Value("subject", "curb"),
        Value("subject", "Roe Jane", scheme="person"),
        Value("title", "Almacén", "es"),
    )
    assert row.identifiers == (("apn", "5149-015-902"), ("apn", "5149-015-903"), ("permit", "B-2024-118"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_save_is_read_without_a_notice(table, encoding, delimiter):
    opened = table("file,title\na.jpg,Almacén\n".replace(",", delimiter).encode(encoding))
    assert opened.notices == opened.problems == ()
    assert [row.values for row in opened.rows()] == [(Value("title", "Almacén"),)]


def test_a_table_that_is_not_utf_8_is_read_as_windows_with_a_notice(table):
    opened = table("file,title\na.jpg,Almacén – 12\n".encode("cp1252"))
    assert "Windows-1252" in opened.notices[0]
    assert [row.values for row in opened.rows()] == [(Value("title", "Almacén – 12"),)]


def test_a_table_that_belies_its_own_mark_is_a_problem(table):
    opened = table(b"\xef\xbb\xbffile,title\na.jpg,Almac\xe9n\n")
    assert "save it again as UTF-8" in opened.problems[0].message
    assert list(opened.rows()) == []


@pytest.mark.parametrize(
    ("heading", "column", "said"),
    [
        ("title,created", "file", "no column “file”"),
        ("file,notes", "notes", "no element and no scheme"),
        ("file,title,title", "title", "stands twice"),
        ("file,,title", "column 2", "no element"),
        ("", "file", "no column “file”"),
    ],
)
def test_a_heading_that_means_nothing_is_a_problem_of_the_first_row(table, heading, column, said):
    opened = table(f"{heading}\na.jpg,x,y\n")
    (problem,) = opened.problems
    assert (problem.row, problem.column) == (1, column)
    assert said in problem.message
    assert list(opened.rows()) == []


def test_a_column_may_be_ignored_when_asked(table):
    opened = table("file,notes,title\na.jpg,x,Depot\n", ignored_columns=["notes"])
    assert [row.values for row in opened.rows()] == [(Value("title", "Depot"),)]


def test_the_schemes_are_those_of_the_catalog(table):
    opened = table("file,Meter\na.jpg, M 17 \n", schemes=["meter"])
    assert [row.identifiers for row in opened.rows()] == [(("meter", "M 17"),)]
    assert table("file,apn\n", schemes=["meter"]).problems


def test_a_bad_cell_is_named_by_row_and_column_and_the_good_ones_stay(table):
    (row,) = table("file,title,Date created,apn\na.jpg,Depot,05/03/1998,12\n").rows()
    assert row.values == (Value("title", "Depot"),)
    assert [(problem.row, problem.column) for problem in row.problems] == [(2, "Date created"), (2, "apn")]
    assert "write, say, 1998-05-03" in row.problems[0].message
    assert "write, say, 5149-015-902" in row.problems[1].message


def test_a_second_row_for_a_file_is_a_problem_that_names_the_first(table):
    first, second = table("file,title\na.jpg,one\n./a.jpg,two\n").rows()
    assert first.problems == ()
    assert "row 2 already" in second.problems[0].message
    assert index_by_file([first, second]) == {"a.jpg": first}


def test_rows_are_counted_by_line_where_a_cell_has_line_breaks(table):
    rows = list(table('file,description\na.jpg,"one\ntwo"\n\nb.jpg,three\n').rows())
    assert [(row.row, row.file) for row in rows] == [(2, "a.jpg"), (5, "b.jpg")]
    assert rows[0].values == (Value("description", "one\ntwo"),)


def test_a_comma_that_was_not_quoted_is_noticed(table):
    (row,) = table("file,title\na.jpg,Depot, north\n").rows()
    assert "is a comma not quoted?" in row.problems[0].message


def test_a_short_row_leaves_the_rest_unsaid_unless_it_lacks_the_file(table):
    (row,) = table("file,title,subject\na.jpg,Depot\n").rows()
    assert row.problems == ()
    (row,) = table("title,file\nDepot\n").rows()
    assert [problem.message for problem in row.problems] == ["The row names no file."]


def test_a_quotation_mark_that_is_never_closed_ends_the_table_with_a_problem(table):
    good, bad = table('file,title\na.jpg,Depot\nb.jpg,"never closed\nc.jpg,lost\n').rows()
    assert good.problems == ()
    assert bad.row == 3
    assert "quotation mark" in bad.problems[0].message


def test_a_line_without_end_is_refused(table):
    opened = table("file,title\na.jpg," + "x" * 2_000_000)
    (row,) = opened.rows()
    assert "cannot be read from here on" in row.problems[0].message


def test_the_apostrophe_of_our_own_export_is_taken_away_again(table):
    (row,) = table("file,title\na.jpg,'=1+1\n").rows()
    assert row.values == (Value("title", "=1+1"),)


@pytest.mark.parametrize(
    "path", ["../a.jpg", "/etc/passwd", "C:\\a.jpg", "\\\\server\\a.jpg", "a/../../b.jpg", "", "."]
)
def test_a_path_out_of_the_folder_is_refused(path):
    with pytest.raises(ValueError, match="file|folder"):
        relative_path(path)


def test_a_name_is_the_same_however_its_accents_are_coded():
    assert relative_path("Almace\u0301n.jpg") == relative_path("./Almac\u00e9n.jpg") == "Almac\u00e9n.jpg"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(table, noise):
    for start in (b"", b"file,title\n", b"\xef\xbb\xbffile;apn\n", b"\xff\xfe"):
        opened = table(start + noise)
        assert all(row.row >= 2 for row in opened.rows())


def test_a_long_table_is_read_row_by_row(table):
    opened = table("file,description\n" + "".join(f"{number}.jpg,{'wheat ' * 200}\n" for number in range(5_000)))
    tracemalloc.start()
    try:
        assert sum(1 for row in opened.rows() if not row.problems) == 5_000
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000  # the table has six million


def test_a_museums_table_says_what_is_to_be_mended(shared, table):
    source = shared / "samples/metadata/teenie_dc_dev3000.csv"
    opened = open_filing_csv(source)
    assert {problem.column for problem in opened.problems} == {
        *("file", "date_earliest", "date_latest", "source_url", "image_url", "department")
    }
    with source.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))[:100]
    lines = [
        f'{number}.jpg,"{row["title"].replace(chr(34), chr(34) * 2)}",{row["date_earliest"]}/{row["date_latest"]}'
        for number, row in enumerate(rows)
    ]
    mended = list(table("file,title,created\n" + "\n".join(lines)).rows())
    assert len(mended) == 100
    assert sum(1 for row in mended if not row.problems) > 90
