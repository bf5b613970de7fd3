"""A filing is amended by those who file for its agency; what was filed stays."""

import pytest
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Event, Record, SearchEntry, Statement
from catalog.services import amending, feeding
from catalog.services.filing import FilingRefused
from tests.conftest import drawn, jpeg


@pytest.fixture
def filing(file_it, run_jobs, agency):
    receipt = file_it(
        jpeg(drawn(1)), agency, title="Curb ramp", values=[Value("subject", "curb"), Value("subject", "ramp")]
    )
    run_jobs()
    return receipt.filing


def say(filing, by, element: str, *texts: str, reason: str = "") -> bool:
    values = [Value(element, text) for text in texts]
    return amending.amend(filing=filing, element=element, values=values, reason=reason, by=by, at=timezone.now())


def standing(filing, element: str) -> list[str]:
    return list(
        Statement.objects.standing()
        .filter(filing=filing, element=element)
        .order_by("id")
        .values_list("value", flat=True)
    )


def test_an_amendment_takes_the_place_of_what_was_filed_which_stays_readable(filing, filer, run_jobs):
    assert say(filing, filer, "title", "Curb ramp, east side", reason="West was wrong.")
    assert standing(filing, "title") == ["Curb ramp, east side"]
    first = Statement.objects.get(filing=filing, value="Curb ramp")
    assert (first.superseded_by.origin, first.superseded_by.made_by) == ("amendment", filer)
    event = Event.objects.get(verb="filing.amended")
    assert (event.actor, event.reason) == (filer, "West was wrong.")
    assert event.payload.before == ["Curb ramp"]


def test_the_record_the_search_and_the_feeds_follow(filing, filer, run_jobs):
    say(filing, filer, "title", "Zebra crossing")
    run_jobs()
    record = Record.objects.get()
    assert record.title == "Zebra crossing"
    assert SearchEntry.objects.matching("zebra").exists()
    feeding.closed_until()
    assert feeding.find_item(None, record.public_id).entry.titles[0].text == "Zebra crossing"


def test_values_come_and_go_and_what_stays_keeps_its_statement(filing, filer):
    kept = Statement.objects.get(filing=filing, value="ramp")
    assert say(filing, filer, "subject", "ramp", "tactile paving", "corner")
    assert set(standing(filing, "subject")) == {"ramp", "tactile paving", "corner"}
    assert Statement.objects.standing().get(filing=filing, value="ramp") == kept
    assert say(filing, filer, "subject", "ramp")
    assert standing(filing, "subject") == ["ramp"]
    assert not say(filing, filer, "subject", "ramp")


def test_a_required_element_cannot_be_emptied(filing, filer):
    with pytest.raises(FilingRefused) as refused:
        say(filing, filer, "title")
    assert refused.value.problems[0].element == "title"
    assert standing(filing, "title") == ["Curb ramp"]


def test_a_value_that_breaks_its_scheme_is_refused_with_an_example(filing, filer):
    with pytest.raises(FilingRefused) as refused:
        say(filing, filer, "created", "last spring")
    assert refused.value.problems[0].example
    assert standing(filing, "created") == ["unknown"]


def test_only_those_who_file_for_the_agency_may_amend(filing, person, agencies):
    for other in (
        person("viewer", viewer=[agencies["building"]]),
        person("elsewhere", officer=[agencies["metro"]]),
    ):
        with pytest.raises(amending.NotAllowed):
            say(filing, other, "title", "Mine")
    assert standing(filing, "title") == ["Curb ramp"]
