"""All that one run brought is taken back: some filings at a time, each as if it were withdrawn alone."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Batch, Event, Filing, Job, Record, Source
from catalog.services import filing, loading, withdrawing, withdrawing_batches
from catalog.services.amending import NotAllowed
from catalog.services.filing import FilingRefused
from catalog.services.loading import Item
from catalog.services.store import store
from tests.conftest import drawn, jpeg

from .test_comings_and_goings import follows_what_is_filed
from .test_withdrawing import keeps_its_word

WHY = "The wrong folder."
VALUES = [Value("title", "Depot"), Value("created", "1952")]


@pytest.fixture(autouse=True)
def steps_of_two(monkeypatch):
    monkeypatch.setattr(withdrawing_batches, "AT_ONCE", 2)


@pytest.fixture
def source(agency) -> Source:
    return Source.objects.create(agency=agency, name="scans", kind=Source.Kind.FOLDER)


def run_of(source: Source) -> Batch:
    return Batch.objects.create(source=source, started_at=timezone.now())


def file_in(batch: Batch, key: str, data: bytes | None, audience: str = "public", embargo_until: str = "") -> Filing:
    spooled = store().spool([data], file_name=key, max_size_bytes=10_000_000) if data else None
    try:
        return filing.receive_filing(
            agency=batch.source.agency, source=batch.source, spooled=spooled, file_name=key, item_key=key,
            audience=audience, values=VALUES, filed_by=None, at=timezone.now(), batch=batch,
            embargo_until=embargo_until,
        ).filing  # fmt: skip
    finally:
        if spooled:
            spooled.discard()


@pytest.fixture
def batch(source, run_jobs) -> Batch:
    """Five filings: two descriptions, one picture, one for the agency alone, one that is embargoed."""
    batch = run_of(source)
    for key, data, audience, embargo in (
        ("a", None, "public", ""),
        ("b", None, "public", ""),
        ("c", jpeg(drawn(1)), "public", ""),
        ("d", jpeg(drawn(2)), "restricted", ""),
        ("e", jpeg(drawn(3)), "public", "2999-01-01"),
    ):
        file_in(batch, key, data, audience, embargo)
    run_jobs()
    return batch


def withdraw(batch: Batch, by=None) -> Job:
    return withdrawing_batches.withdraw_batch(batch=batch, reason=WHY, by=by, at=timezone.now())


def test_all_of_it_is_withdrawn_and_nothing_else(batch, file_it, run_jobs, agencies, filer):
    other = file_it(jpeg(drawn(1)), agencies["metro"], key="theirs").filing
    run_jobs()
    withdraw(batch, by=filer)
    run_jobs()
    withdrawn = Filing.objects.filter(batch=batch)
    assert {(one.withdrawn_by, one.withdrawn_because) for one in withdrawn} == {(filer, WHY)}
    assert set(withdrawn.values_list("embargo_until", "audience_after")) == {(None, "")}
    assert list(Filing.objects.standing()) == [other]
    (record,) = Record.objects.standing()
    assert record.record_copy == other
    keeps_its_word()
    follows_what_is_filed()
    assert Event.objects.filter(verb="filing.withdrawn", reason=WHY, actor=filer).count() == 5
    (line,) = Event.objects.filter(verb="batch.withdrawn")
    assert (line.object_id, line.audience_key, line.payload.after["filings"]) == (
        batch.public_id, "restricted:building", 5,
    )  # fmt: skip


def test_a_step_does_all_or_nothing_and_the_next_goes_on(batch, run_jobs, monkeypatch):
    withdraw(batch)
    take_back, calls = withdrawing_batches.take_back, []

    def fail_at_the_fourth(filing, **how):
        calls.append(filing)
        if len(calls) == 4:
            raise RuntimeError("the worker is lost")
        return take_back(filing, **how)

    monkeypatch.setattr(withdrawing_batches, "take_back", fail_at_the_fourth)
    assert withdrawing_batches.withdraw_next(batch, at=timezone.now()) == 2
    with pytest.raises(RuntimeError):
        withdrawing_batches.withdraw_next(batch, at=timezone.now())
    assert batch.filings.standing().count() == 3
    keeps_its_word()
    run_jobs()
    assert not batch.filings.standing().exists()
    assert withdrawing_batches.withdraw_next(batch, at=timezone.now()) == 0


def test_it_is_withdrawn_once(batch, run_jobs):
    withdraw(batch)
    with pytest.raises(withdrawing.AlreadyWithdrawn):
        withdraw(Batch.objects.get(pk=batch.pk))
    run_jobs()
    assert Event.objects.filter(verb="batch.withdrawn").count() == 1
    assert Event.objects.filter(verb="filing.withdrawn").count() == 5


def test_what_another_run_filed_under_the_same_names_stays(batch, source, run_jobs):
    later = run_of(source)
    kept = file_in(later, "c", jpeg(drawn(4)))
    run_jobs()
    withdraw(batch)
    run_jobs()
    assert list(Filing.objects.standing()) == [kept]
    withdraw(later)
    run_jobs()
    assert not Filing.objects.standing().exists()
    keeps_its_word()


def test_a_later_run_leaves_what_was_filed_before_it(batch, source, run_jobs):
    later = run_of(source)
    file_in(later, "c", jpeg(drawn(4)))
    run_jobs()
    withdraw(later)
    run_jobs()
    assert Filing.objects.current().filter(batch=batch).count() == 5
    keeps_its_word()


def test_nothing_more_is_filed_under_it(batch, source):
    withdraw(batch)
    with pytest.raises(FilingRefused, match="Begin another"):
        file_in(batch, "f", None)
    with pytest.raises(FilingRefused, match="Begin another"):
        loading.file_descriptions(
            agency=source.agency, source=source, items=[Item("g", VALUES)], audience="public", filed_by=None,
            at=timezone.now(), batch=batch,
        )  # fmt: skip


def test_filed_again_it_comes_back_to_its_addresses(batch, source, run_jobs):
    before = set(Record.objects.standing().values_list("public_id", flat=True))
    withdraw(batch)
    run_jobs()
    again = run_of(source)
    for key, data in (("a", None), ("b", None), ("c", jpeg(drawn(1)))):
        file_in(again, key, data)
    file_in(again, "d", jpeg(drawn(2)), "restricted")
    run_jobs()
    assert set(Record.objects.standing().values_list("public_id", flat=True)) <= before
    assert Record.objects.standing().count() == 4
    keeps_its_word()


def test_only_those_who_file_for_its_agency_may_and_only_with_a_reason(batch, person, agencies, filer):
    for who in (person("elsewhere", officer=[agencies["metro"]]), person("viewer", viewer=[agencies["building"]])):
        with pytest.raises(NotAllowed):
            withdraw(batch, by=who)
    with pytest.raises(FilingRefused):
        withdrawing_batches.withdraw_batch(batch=batch, reason=" ", by=filer, at=timezone.now())
    assert not Job.objects.filter(kind=Job.Kind.WITHDRAW).exists()


def test_the_command_names_the_latest_and_withdraws_one(batch, run_jobs, capsys):
    call_command("withdraw_batch")
    assert batch.public_id in capsys.readouterr().out
    with pytest.raises(CommandError, match=batch.public_id):
        call_command("withdraw_batch", "nothing", reason=WHY)
    with pytest.raises(CommandError, match="Say why"):
        call_command("withdraw_batch", batch.public_id)
    call_command("withdraw_batch", batch.public_id, reason=WHY)
    assert "5 filings follow" in capsys.readouterr().out
    run_jobs()
    call_command("withdraw_batch", batch.public_id, reason=WHY)
    assert "0 of its filings still stand" in capsys.readouterr().out
