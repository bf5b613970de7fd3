"""An agency is called otherwise: search and feeds follow, some records at a time."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Event, FeedItem, Job
from catalog.services import feeding, renaming, searching
from tests.conftest import drawn, jpeg


@pytest.fixture
def three(file_it, run_jobs, agencies):
    """Two records of Building and Safety, one of Metro, all in the feeds."""
    for number, slug in enumerate(("building", "building", "metro")):
        file_it(jpeg(drawn(number)), agencies[slug], key=f"{number}")
    run_jobs()
    follow()
    return agencies


def follow() -> None:
    while feeding.follow():
        pass


def names() -> list[list[str]]:
    items = feeding.read(list(FeedItem.objects.order_by("pk").values_list("pk", flat=True)))
    return [[filing.agency.name for filing in item.entry.filings] for item in items]


def test_search_and_feeds_say_the_new_name(three, run_jobs, monkeypatch):
    monkeypatch.setattr(renaming, "RECORDS_AT_ONCE", 1)
    before = dict(FeedItem.objects.values_list("pk", "stamp"))
    renaming.change_agency(agency=three["building"], by=None, at=timezone.now(), name="Zanzibar Inspection")
    run_jobs()
    follow()
    assert names() == [["Zanzibar Inspection"], ["Zanzibar Inspection"], ["Metro"]]
    assert searching.find(user=None, words="zanzibar").total == 2
    assert Event.objects.filter(verb="record.retold").count() == 2
    assert Job.objects.filter(kind=Job.Kind.RETELL).count() == 3
    now = dict(FeedItem.objects.values_list("pk", "stamp"))
    assert all(now[pk] >= stamp for pk, stamp in before.items())
    assert Event.objects.get(verb="agency.changed").payload.after["name"] == "Zanzibar Inspection"


def test_nothing_changes_nothing_and_nonsense_is_refused(three):
    assert renaming.change_agency(agency=three["metro"], by=None, at=timezone.now(), name="Metro") is None
    with pytest.raises(ValidationError):
        renaming.change_agency(agency=three["metro"], by=None, at=timezone.now(), name="Building and Safety")
    assert not Event.objects.filter(verb="agency.changed").exists()


def test_it_is_done_from_a_shell(three, run_jobs, capsys):
    call_command("change_agency", "metro", name="Metro Rail")
    run_jobs()
    follow()
    assert names()[2] == ["Metro Rail"]
    call_command("change_agency", "metro", name="Metro Rail")
    assert "nothing was changed" in capsys.readouterr().out
    for slug, asked in (("nobody", {"name": "X"}), ("metro", {"name": "Building and Safety"})):
        with pytest.raises(CommandError):
            call_command("change_agency", slug, **asked)
