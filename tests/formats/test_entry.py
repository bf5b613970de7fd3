from dataclasses import FrozenInstanceError, replace

import pytest

from catalog.formats.entry import Entry, Place, Text

from .examples import PERMITS, PLANNING, minimal, photograph


def test_the_record_copy_is_the_filing_so_marked_or_the_first():
    marked = photograph()
    unmarked = replace(marked, filings=tuple(replace(filing, is_record_copy=False) for filing in marked.filings))
    last = replace(unmarked, filings=(*unmarked.filings[:2], marked.filings[0], unmarked.filings[2]))
    assert marked.record_copy.public_id == unmarked.record_copy.public_id == last.record_copy.public_id == "4411"
    assert minimal().record_copy is None


def test_other_records_say_of_a_record_what_it_says_itself():
    summary = photograph().summary
    assert summary.titles == photograph().titles
    assert summary.publisher == PLANNING
    assert replace(photograph(), filings=photograph().filings[2:]).summary.publisher == PERMITS


def test_a_record_of_which_nothing_is_known_has_no_values():
    nothing = Entry(public_id="1")
    assert nothing.titles == nothing.descriptions == nothing.keywords == ()
    assert nothing.created is nothing.best_copy is None


def test_the_best_date_of_the_scene_is_its_date():
    assert replace(minimal(), values={"created": (Text("1987~"), Text("1990"))}).created == "1987~"


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(None, 1.0), (1.0, None), (90.1, 0.0), (0.0, -180.1), (float("nan"), 0.0)]
)
def test_a_place_that_is_not_on_the_globe_has_no_point(latitude, longitude):
    assert Place(latitude=latitude, longitude=longitude).point is None


def test_an_entry_does_not_change():
    with pytest.raises(FrozenInstanceError):
        minimal().version = "2"
