import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.metadata.places import BadPlace, Box, Point, parse_box, parse_period, parse_point, write_point


def test_a_point_with_a_name_is_read():
    assert parse_point("name=12 Mill Street; east=-71.0589; north=42.3601") == Point(
        -71.0589, 42.3601, "12 Mill Street"
    )


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_written_point_is_read_back_to_a_centimetre(east, north):
    point = parse_point(write_point(east, north))
    assert point.east == pytest.approx(east, abs=1e-7)
    assert point.north == pytest.approx(north, abs=1e-7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("north=42", "lacks east"),
        ("east=1; north=91", "between -90 and 90"),
        ("east=x; north=1", "no number"),
        ("east=nan; north=1", "between"),
        ("east=1; north=1; projection=UTM zone 11", "not in degrees"),
        ("34.05, -118.24", "none of its components"),
        ("east=1; east=2; north=1", "twice"),
    ],
)
def test_a_bad_point_says_why(text, reason):
    with pytest.raises(BadPlace, match=reason):
        parse_point(text)


def test_a_box_may_span_the_180th_meridian_but_not_stand_on_its_head():
    assert parse_box("northlimit=10; southlimit=-10; westlimit=170; eastlimit=-170") == Box(10, -10, -170, 170)
    with pytest.raises(BadPlace, match="south limit"):
        parse_box("northlimit=-10; southlimit=10; westlimit=1; eastlimit=2")


def test_a_period_has_one_end_at_least():
    assert parse_period("name=The Great Depression; start=1929; end=1939;")["start"] == "1929"
    with pytest.raises(BadPlace, match="neither"):
        parse_period("name=The Great Depression")
