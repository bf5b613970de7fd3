import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.dates import UNKNOWN, begins, dates_agree, ends, is_edtf, is_w3cdtf, stretch, vagueness

EDTF_ALPHABET = "0123456789X-/.~?%TZ:+[]{},S Y"


DATES = """
    1998 1998-05 1998-05-03 1998~ 1998? 199X 1998-XX 1998-21 1990/1995 ../1985 1985/ 2024-02-29 2011-01-13T14:33:39
    2011-01-13T14:33:39-08:00 2011-01-13T22:33:39Z [1667,1668] [..1984] {1998-05,1998-06} 1998-05~/1999 -0100
"""


@pytest.mark.parametrize("date", DATES.split())
def test_dates_of_edtf_pass(date):
    assert is_edtf(date)
    assert stretch(date)


@pytest.mark.parametrize(
    "date", ["", "May 1998", "1998-13", "1998-02-30", "2023-02-29", "1900-02-29", "05/03/1998", "1998/1997", "1" * 5000]
)
def test_what_is_no_date_does_not_pass(date):
    assert not is_edtf(date)
    assert not is_w3cdtf(date)


@pytest.mark.parametrize("date", ["1997", "1997-07", "1997-07-16", "1997-07-16T19:20+01:00", "1997-07-16T19:20:30.45Z"])
def test_the_forms_of_the_w3c_note_pass(date):
    assert is_w3cdtf(date)


def test_the_w3c_note_wants_a_zone_with_a_time():
    assert not is_w3cdtf("1997-07-16T19:20")


@given(st.text(EDTF_ALPHABET, max_size=70))
def test_no_text_makes_the_check_of_dates_raise(text):
    is_edtf(text)
    is_w3cdtf(text)


@given(st.text(EDTF_ALPHABET, max_size=20) | st.sampled_from(DATES.split()), st.sampled_from(DATES.split()))
def test_any_two_texts_can_be_compared_either_way(one, other):
    assert dates_agree(one, one)
    assert dates_agree(one, other) == dates_agree(other, one)
    assert (vagueness(one) < vagueness(other)) != (vagueness(one) >= vagueness(other))
    assert begins(one) is not None
    assert ends(one) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1998", "1998-05-03"),
        ("1998-05", "1998-05-03T10:00:00"),
        ("1990/1999", "1998-05"),
        ("199X", "1998"),
        ("1998-21", "1998-11"),
        ("1952~", "1953"),
        ("1985/..", "2024"),
        ("unknown", "1998"),
        ("2011-01-13T14:33:39-08:00", "2011-01-13T22:33:39Z"),
        ("2011-01-13T14:33:39", "2011-01-13T14:33:39-08:00"),
    ],
)
def test_dates_that_can_both_be_true_agree(one, other):
    assert dates_agree(one, other)
    assert dates_agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1998", "1999"),
        ("1998-05-03", "1998-05-04"),
        ("1998-05", "1998-06"),
        ("../1985", "1986"),
        ("2011-01-13T14:33:39-08:00", "2011-01-13T14:33:39Z"),
        ("1998?", "2004"),
    ],
)
def test_dates_that_cannot_both_be_true_disagree(one, other):
    assert not dates_agree(one, other)
    assert not dates_agree(other, one)


def test_dates_sort_from_the_most_specific_to_unknown():
    dates = [
        "unknown",
        "1998",
        "1998-05-03",
        "1990/1999",
        "1998-05-03T10:00:00-08:00",
        "1998-05-03T10:00:00",
        "1998-05",
    ]
    assert sorted(dates, key=vagueness) == [
        "1998-05-03T10:00:00-08:00",
        "1998-05-03T10:00:00",
        "1998-05-03",
        "1998-05",
        "1998",
        "1990/1999",
        UNKNOWN,
    ]


def test_dates_sort_by_beginning_and_end_with_the_unknown_out_of_the_way():
    dates = ["1998-05", "1990/2005", "unknown", "1997"]
    assert min(dates, key=begins) == "1990/2005"
    assert max(dates, key=ends) == "1990/2005"
    assert max(dates, key=begins) == min(dates, key=ends) == "unknown"
