from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.embargoes import BadEmbargo, parse_embargo

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(("text", "day"), [("", None), ("  ", None), (" 2026-11-22 ", date(2026, 11, 22))])
def test_a_day_to_come_or_none(text, day):
    assert parse_embargo(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["2026-11-21", "1999-01-01", "2027-02-29", "20270301", "2027-W01-1", "soon", "0", "٢٠٢٧-٠١-٠١"]
)
def test_what_is_none_is_refused_with_one_that_would_pass(text):
    with pytest.raises(BadEmbargo) as refused:
        parse_embargo(text, TODAY)
    assert text in str(refused.value)
    assert parse_embargo(refused.value.example, TODAY) > TODAY


@given(st.dates(), st.dates(max_value=date(9998, 12, 31)))
def test_every_later_day_passes_and_no_other(day, today):
    if day > today:
        assert parse_embargo(day.isoformat(), today) == day
    else:
        with pytest.raises(BadEmbargo):
            parse_embargo(day.isoformat(), today)


@given(st.text(max_size=20))
def test_no_text_breaks_it(text):
    try:
        day = parse_embargo(text, TODAY)
    except BadEmbargo:
        return
    assert day is None or day >= TODAY + timedelta(days=1)
