import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.formats.dates import bounds, is_edtf, xsd_type


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1987", "gYear"),
        ("1987-04", "gYearMonth"),
        ("1987-04-30", "date"),
        ("2024-02-29", "date"),
        ("1987-04-30T10:00:00", "dateTime"),
        ("1987-04-30T10:00:00Z", "dateTime"),
        ("1987-04-30T10:00:00.25-08:00", "dateTime"),
    ],
)
def test_an_exact_date_has_its_xml_schema_type(text, type_):
    assert xsd_type(text) == type_


@pytest.mark.parametrize(
    "text",
    [
        "1987~",
        "198X",
        "1987-21",
        "1987-13",
        "2023-02-29",
        "1987-04-31",
        "1920/1930",
        "-0044",
        "0000",
        "Y17000000002",
        "87",
        "١٩٨٧",
        "1987-04-30T25:00:00Z",
        "1987-04-30T10:00",
        "",
    ],
)
def test_what_xml_schema_cannot_say_has_no_type(text):
    assert xsd_type(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1987",
        "1987~",
        "198X",
        "1987-21",
        "1987-XX-30",
        "?1987-04",
        "1920/1930",
        "1920~/..",
        "/1930",
        "[1667,1668, 1670..1672]",
        "{1960,1961-12}",
        "[..1760-12-03]",
        "Y-17E7",
        "1950S2",
        "1987-04-30T10:00:00Z/1987-04-30T11:00:00Z",
    ],
)
def test_edtf_is_known_by_its_form(text):
    assert is_edtf(text)


@pytest.mark.parametrize("text", ["about 1920", "unknown", "30.4.1987", "", "/", "YES", "1987-04-30T10", "١٩٨٧"])
def test_words_are_not_edtf(text):
    assert not is_edtf(text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1987", ("1987", "1987")),
        ("1987-04-30T10:00:00Z", ("1987-04-30", "1987-04-30")),
        ("1920/1930-05", ("1920", "1930-05")),
        ("1920/..", None),
        ("1920/", None),
        ("/1930", None),
        ("1920~/1930", None),
        ("the thirties", None),
    ],
)
def test_a_period_has_two_known_ends_or_none(text, ends):
    assert bounds(text) == ends


@given(st.text())
def test_any_text_is_judged_without_error(text):
    assert xsd_type(text) is None or is_edtf(text) or "T" in text
    bounds(text)
