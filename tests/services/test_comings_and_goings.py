"""Whatever agencies and officers do in whatever order: records, search and feeds say what is filed, and no more."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.formats.packing import pack
from catalog.models import Copy, Decision, FeedItem, Filing, Record, SearchEntry, SearchFacet, User
from catalog.services import (
    deciding,
    describing,
    entries,
    feeding,
    filing,
    reaudiencing,
    searching,
    settling,
    withdrawing,
)
from tests.conftest import drawn, jpeg, tiny, with_exif, work_through

from .test_withdrawing import keeps_its_word

AUDIENCES = ("public", "internal", "restricted")
AGENCIES = ("building", "metro")
VERBS = ("file", "file", "file", "describe", "withdraw", "move", "decide", "undo")
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 9), st.sampled_from(AGENCIES), st.sampled_from(AUDIENCES)),
    min_size=3,
    max_size=9,
)


class City:
    """Where it all happens. Its name is short, for a failure is told with it: its pictures would hide the steps."""

    def __init__(self, agencies: dict, officer: User, pictures: list[bytes], file_it: Callable) -> None:
        self.agencies, self.officer, self.pictures, self.file_it = agencies, officer, pictures, file_it

    def __repr__(self) -> str:
        return "city"

    def file(self, pick: int, agency: str, audience: str) -> None:
        picture = pick % len(self.pictures)
        self.file_it(self.pictures[picture], self.agencies[agency], key=f"{picture}", audience=audience)

    def describe(self, pick: int, agency: str, audience: str) -> None:
        item = pick % len(self.pictures)
        self.file_it(None, self.agencies[agency], key=f"{item}", audience=audience)

    def withdraw(self, pick: int, *_: str) -> None:
        if chosen := _pick(Filing.objects.standing(), pick):
            withdrawing.withdraw(filing=chosen, reason="So.", by=self.officer, at=timezone.now())

    def move(self, pick: int, _: str, audience: str) -> None:
        if chosen := _pick(Filing.objects.standing(), pick):
            reaudiencing.change_audience(
                filing=chosen, audience=audience, reason="So.", by=self.officer, at=timezone.now()
            )

    def decide(self, pick: int, agency: str, audience: str) -> None:
        copies = Copy.objects.standing().filter(audience_key=audience, record__state=Record.State.STANDING)
        one, other = _pick(copies, pick), _pick(copies, pick + 1)
        if one and one != other:
            verdict = ("same", "different", "derivative")[pick % 3]
            deciding.decide(copy_a=one, copy_b=other, verdict=verdict, reason="", by=self.officer, at=timezone.now())

    def undo(self, pick: int, *_: str) -> None:
        if decision := _pick(Decision.objects.effective(), pick):
            deciding.undo(decision=decision, by=self.officer, at=timezone.now())


def _pick(rows, number: int):
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


@pytest.fixture
def city(agencies, officer, file_it, run_jobs) -> City:
    """Five files, examined once: a picture, two that are it for certain, one that looks like it, and another."""
    picture = drawn(7, size=(320, 240))
    data = jpeg(picture)
    pictures = [data, with_exif(data, artist="A. Osei"), jpeg(picture, quality=70), tiny(picture), jpeg(drawn(9))]
    city = City(agencies, officer, pictures, file_it)
    for number in range(len(pictures)):
        city.file(number, "building", "public")
    run_jobs()
    return city


def follow() -> None:
    while feeding.follow():
        pass


def follows_what_is_filed() -> None:
    """Search and feeds are what they would be if they were computed now, from the first record to the last."""
    follow()
    items = {item.record_id: item for item in FeedItem.objects.prefetch_related("sets")}
    for record in Record.objects.all():
        item = items.get(record.pk)
        if record.is_standing:
            assert not item.is_deleted
            assert bytes(item.entry) == pack(entries.entry(record, None))
            assert {one.spec for one in item.sets.all()} == feeding._sets_of([record])[record.pk]
            assert item.audience_key == record.audience_key
        else:
            assert item is None or item.is_deleted
    before = searched()
    searching.index_records(Record.objects.all())
    assert before == searched()


def searched() -> tuple[set, set]:
    """All that the search keeps, but for its own keys."""
    columns = ("record", "audience_key", "year", "first_day", "last_day", "north", "east", "filed_at", "filing_count")
    entries = SearchEntry.objects.values_list(*columns, "has_conflict", "text__title", "text__body")
    return set(entries), set(SearchFacet.objects.values_list("entry__record", "kind", "value", "audience_key"))


def groups() -> set[frozenset[int]]:
    records = Record.objects.standing()
    return {frozenset(r.copies.standing().values_list("pk", flat=True)) for r in records}


def are_grouped_as_if_anew() -> None:
    before = groups()
    descriptions = dict(Record.objects.standing().values_list("pk", "description"))
    for key in {copy.audience_key for copy in Copy.objects.standing()}:
        seeds = list(Copy.objects.standing().filter(audience_key=key))
        settling.regroup(seeds, key, at=timezone.now(), at_once=True)
    for record in Record.objects.standing():
        describing.describe(record, at=timezone.now())
    assert groups() == before
    assert dict(Record.objects.standing().values_list("pk", "description")) == descriptions


REFUSALS = (deciding.Contradiction, deciding.AlreadyDecided, deciding.NotAllowed, filing.FilingRefused)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_all_follows_from_what_is_filed_and_decided(city, steps):
    with transaction.atomic():
        for verb, pick, agency, audience in steps:
            try:
                with transaction.atomic():
                    getattr(city, verb)(pick, agency, audience)
            except REFUSALS:
                continue
            work_through()
            keeps_its_word()
        follows_what_is_filed()
        are_grouped_as_if_anew()
        transaction.set_rollback(True)
