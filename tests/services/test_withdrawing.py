"""An agency withdraws what it filed: the record goes on with what is left, or is gone until it is filed again."""

import pytest
from django.utils import timezone

from catalog.models import Copy, Event, FeedItem, Filing, Record, Relation, ReviewItem, SearchEntry
from catalog.services import amending, deciding, feeding, reading, searching, tracking, withdrawing
from catalog.services.filing import FilingRefused
from tests.conftest import drawn, jpeg, tiny, with_exif

WHY = "Filed under the wrong permit."


@pytest.fixture
def filer_of_all(person, agencies):
    return person("clerk", filer=list(agencies.values()))


@pytest.fixture
def withdraw(filer_of_all, run_jobs):
    """Withdraw a filing, and let the workers do what follows."""

    def withdraw_and_settle(filing, reason=WHY):
        withdrawing.withdraw(filing=filing, reason=reason, by=filer_of_all, at=timezone.now())
        run_jobs()

    return withdraw_and_settle


def standing() -> list[Record]:
    return list(Record.objects.standing().order_by("id"))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def keeps_its_word() -> None:
    """What holds at every moment: who stands has copies of its audience, each held; who does not has none."""
    for record in Record.objects.all():
        copies = list(record.copies.standing())
        assert bool(copies) == (record.state in (Record.State.STANDING, Record.State.PENDING)), record.state
        assert {copy.audience_key for copy in copies} <= {record.audience_key}
        if record.is_standing:
            assert record.best_copy in copies
            assert record.record_copy.copy in copies
            assert not record.record_copy.is_withdrawn
    for copy in Copy.objects.all():
        assert copy.filings.standing().exists() == (copy.ended_at is None)
        assert copy.filings.standing().filter(file=copy.file_id).exists() == (copy.ended_at is None)
        assert {filing.audience_key for filing in copy.filings.all()} <= {copy.audience_key}
    assert not Record.objects.exclude(state="absorbed").filter(absorbed_into__isnull=False).exists()
    assert {e.record_id for e in SearchEntry.objects.all()} == {r.pk for r in standing()}


def test_the_only_filing_takes_its_record_with_it(file_it, run_jobs, agency, withdraw, filer_of_all):
    filing = file_it(jpeg(drawn()), agency, title="North elevation").filing
    run_jobs()
    withdraw(filing)
    record = Record.objects.get()
    assert (record.state, record.title, record.description, record.best_copy) == ("withdrawn", "", {}, None)
    assert fresh(filing).withdrawn_by == filer_of_all
    assert searching.find(user=None).total == 0
    event = Event.objects.get(verb="filing.withdrawn")
    assert (event.reason, event.actor, event.object_id) == (WHY, filer_of_all, filing.public_id)
    assert Event.objects.get(verb="record.withdrawn").object_id == record.public_id
    keeps_its_word()


def test_its_tombstone_says_who_when_and_why(file_it, run_jobs, agency, withdraw):
    filing = file_it(jpeg(drawn()), agency).filing
    run_jobs()
    withdraw(filing)
    stone = reading.read_tombstone(Record.objects.get(), None)
    assert (stone.agency, stone.by, stone.reason) == ("Building and Safety", "A member of staff", WHY)
    assert stone.at == fresh(filing).withdrawn_at


def test_feeds_say_deleted_and_alive_again(file_it, run_jobs, agency, withdraw):
    def item() -> FeedItem:
        while feeding.follow():
            pass
        return FeedItem.objects.get()

    filing = file_it(jpeg(drawn()), agency, title="Mill").filing
    run_jobs()
    first = item()
    withdraw(filing)
    gone = item()
    assert (gone.pk, gone.is_deleted) == (first.pk, True)
    file_it(jpeg(drawn()), agency, title="Mill again")
    run_jobs()
    again = item()
    assert (again.pk, again.is_deleted) == (first.pk, False)
    assert again.stamp >= gone.stamp >= first.stamp


def test_the_search_forgets_before_anybody_publishes(file_it, run_jobs, agencies, filer_of_all):
    data = jpeg(drawn())
    filing = file_it(data, agencies["building"], title="Zanzibar").filing
    file_it(data, agencies["metro"], title="Mill")
    run_jobs()
    assert searching.find(user=None, words="zanzibar").total == 1
    withdrawing.withdraw(filing=filing, reason=WHY, by=filer_of_all, at=timezone.now())
    assert searching.find(user=None, words="zanzibar").total == 0
    assert searching.find(user=None, words="mill").total == 1


def test_a_record_goes_on_with_the_filings_that_are_left(file_it, run_jobs, agencies, withdraw):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], title="North elevation").filing
    file_it(data, agencies["metro"], title="From the line")
    run_jobs()
    record = Record.objects.get()
    assert record.record_copy == first
    withdraw(first)
    record = fresh(record)
    assert (record.state, record.title) == ("standing", "From the line")
    assert record.record_copy.agency == agencies["metro"]
    told = [(event.sentence, event.reason) for event in reading.read_record(record, None).history]
    assert ("Building and Safety withdrew its filing.", WHY) in told
    assert ("Building and Safety filed a file.", "") in told
    keeps_its_word()


def test_a_record_keeps_its_address_when_the_copy_that_made_it_leaves(file_it, run_jobs, agencies, withdraw):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], key="a").filing
    second = file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="b").filing
    run_jobs()
    (record,) = standing()
    (absorbed,) = Record.objects.filter(state="absorbed")
    withdraw(first)
    assert standing() == [record]
    assert fresh(record).best_copy == second.copy
    assert fresh(absorbed).absorbed_into == record
    keeps_its_word()
    file_it(data, agencies["building"], key="a")
    run_jobs()
    assert standing() == [record]
    assert record.copies.standing().count() == 2
    keeps_its_word()


def test_what_the_record_answered_for_goes_and_comes_with_it(file_it, run_jobs, agencies, withdraw):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], key="a").filing
    second = file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="b").filing
    run_jobs()
    (record,) = standing()
    (absorbed,) = Record.objects.filter(state="absorbed")
    withdraw(first)
    withdraw(second)
    assert {fresh(record).state, fresh(absorbed).state} == {"withdrawn"}
    assert set(Record.objects.gone()) == {record, absorbed}
    keeps_its_word()
    file_it(data, agencies["building"], key="a")
    run_jobs()
    assert standing() == [record]
    assert fresh(absorbed).absorbed_into == record
    keeps_its_word()


def test_the_same_item_can_be_filed_again(file_it, run_jobs, agency, withdraw):
    data = jpeg(drawn())
    first = file_it(data, agency, title="Mill")
    run_jobs()
    withdraw(first.filing)
    record, copy = Record.objects.get(), Copy.objects.get()
    again = file_it(data, agency, title="Mill, mended")
    assert (again.is_repeat, again.outcome) == (False, "filed")
    assert again.filing != first.filing
    assert Record.objects.gone().get() == record
    run_jobs()
    assert standing() == [record]
    assert fresh(record).title == "Mill, mended"
    assert (Copy.objects.get(), Copy.objects.get().ended_at) == (copy, None)
    assert file_it(data, agency).is_repeat
    keeps_its_word()


def test_decisions_hold_again_when_a_copy_comes_back(file_it, run_jobs, agencies, withdraw, officer):
    picture = drawn(size=(640, 480))
    first = file_it(jpeg(picture), agencies["building"], key="a").filing
    file_it(tiny(picture), agencies["metro"], key="b")
    run_jobs()
    item = ReviewItem.objects.get()
    deciding.decide(copy_a=item.copy_a, copy_b=item.copy_b, verdict="same", reason="", by=officer, at=timezone.now())
    run_jobs()
    (record,) = standing()
    withdraw(first)
    assert standing() == [record]
    assert record.copies.standing().count() == 1
    keeps_its_word()
    file_it(jpeg(picture), agencies["building"], key="a")
    run_jobs()
    assert standing() == [record]
    assert record.copies.standing().count() == 2
    keeps_its_word()


def test_questions_and_relations_end_with_the_copy(file_it, run_jobs, agencies, withdraw, officer):
    picture = drawn(size=(640, 480))
    first = file_it(jpeg(picture), agencies["building"], key="a").filing
    file_it(jpeg(picture.crop((40, 40, 600, 420))), agencies["metro"], key="b")
    file_it(tiny(picture), agencies["housing"], key="c")
    run_jobs()
    assert Relation.objects.standing().exists() or ReviewItem.objects.exists()
    withdraw(first)
    assert not Relation.objects.standing().filter(from_copy__ended_at__isnull=False).exists()
    assert not Relation.objects.standing().filter(to_copy__ended_at__isnull=False).exists()
    assert not ReviewItem.objects.filter(copy_a__ended_at__isnull=False).exists()
    assert not ReviewItem.objects.filter(copy_b__ended_at__isnull=False).exists()
    keeps_its_word()


def test_a_decision_about_what_is_gone_is_nobodys_to_undo(file_it, run_jobs, agencies, withdraw, officer):
    data = jpeg(drawn())
    one = file_it(data, agencies["building"], key="a").filing
    other = file_it(with_exif(data, artist="A. Osei"), agencies["metro"], key="b").filing
    run_jobs()
    decision = deciding.decide(
        copy_a=one.copy, copy_b=other.copy, verdict="different", reason="", by=officer, at=timezone.now()
    )
    run_jobs()
    withdraw(one)
    withdraw(other)
    with pytest.raises(deciding.NotAllowed):
        deciding.undo(decision=decision, by=officer, at=timezone.now())


def test_nobody_decides_about_a_copy_that_was_withdrawn_meanwhile(file_it, run_jobs, agencies, withdraw, officer):
    one, other = (file_it(jpeg(drawn(n)), agencies["building"], key=f"{n}").filing.copy for n in (1, 2))
    run_jobs()
    withdraw(one.filings.get())
    with pytest.raises(deciding.Contradiction, match="withdrawn meanwhile"):
        deciding.decide(copy_a=one, copy_b=other, verdict="same", reason="", by=officer, at=timezone.now())


def test_a_decision_about_a_copy_that_is_gone_can_be_undone(file_it, run_jobs, agencies, withdraw, officer):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], key="a").filing
    second = file_it(data, agencies["metro"], key="b").filing
    run_jobs()
    decision = deciding.set_apart(filing=second, reason="", by=officer, at=timezone.now())
    run_jobs()
    withdraw(first)
    keeps_its_word()
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    file_it(data, agencies["building"], key="a")
    run_jobs()
    assert len(standing()) == 1
    keeps_its_word()


def test_a_withdrawn_filing_leaves_the_order_of_its_item(file_it, run_jobs, agency, withdraw):
    first, second, third = (file_it(jpeg(drawn(n)), agency, key="item", title=f"Take {n}").filing for n in range(3))
    run_jobs()
    withdraw(second)
    assert fresh(third).supersedes == first
    assert fresh(second).supersedes is None
    withdraw(third)
    assert list(Filing.objects.current()) == [first]
    fourth = file_it(jpeg(drawn(1)), agency, key="item").filing
    assert fourth.supersedes == first


def test_bytes_come_again_after_others_under_the_same_item(file_it, run_jobs, agency, withdraw):
    one, two = jpeg(drawn(1)), jpeg(drawn(2))
    first, second, third = (file_it(data, agency, key="item").filing for data in (one, two, one))
    run_jobs()
    assert (third.supersedes, third.copy) == (second, first.copy)
    assert file_it(one, agency, key="item").is_repeat
    keeps_its_word()
    withdraw(first)
    assert fresh(second).supersedes is None
    assert fresh(third).copy.ended_at is None
    withdraw(second)
    assert list(Filing.objects.current()) == [third]
    assert fresh(third).supersedes is None
    keeps_its_word()


def test_what_is_pending_is_closed_to_those_who_withdrew_from_it(file_it, agencies, filer, filer_of_all):
    data = jpeg(drawn())
    first = file_it(data, agencies["building"], key="a").filing
    withdrawing.withdraw(filing=first, reason=WHY, by=filer, at=timezone.now())
    file_it(data, agencies["metro"], key="b")
    assert not tracking.records_open_to(filer).exists()
    assert not tracking.copies_open_to(filer).exists()
    assert tracking.records_open_to(filer_of_all).exists()
    assert tracking.copies_open_to(filer_of_all).exists()


def test_the_record_of_an_earlier_filing_says_what_it_states_while_it_is_current(file_it, run_jobs, agencies, withdraw):
    def says() -> set[str]:
        record = fresh(first).copy.record
        return {value["value"] for value in record.description["values"] if value["element"] == "created"}

    first = file_it(jpeg(drawn(1)), agencies["building"], key="item", created="1995").filing
    file_it(jpeg(drawn(1)), agencies["metro"], key="theirs", created="1990")
    run_jobs()
    assert says() == {"1995"}
    second = file_it(jpeg(drawn(2)), agencies["building"], key="item", created="1995").filing
    run_jobs()
    assert says() == {"1990"}
    withdraw(second)
    assert says() == {"1995"}


def test_what_never_stood_leaves_no_trace_for_others(file_it, run_jobs, agency, withdraw):
    withdraw(file_it(jpeg(drawn()), agency).filing)
    record = Record.objects.get()
    assert (record.state, record.gone_at) == ("withdrawn", None)
    keeps_its_word()
    file_it(jpeg(drawn()), agency)
    run_jobs()
    assert standing() == [record]


def test_it_takes_a_reason_a_filer_and_happens_once(file_it, run_jobs, agencies, person, filer_of_all):
    filing = file_it(jpeg(drawn()), agencies["building"]).filing
    run_jobs()
    for stranger in (person("viewer", viewer=[agencies["building"]]), person("other", officer=[agencies["metro"]])):
        with pytest.raises(amending.NotAllowed):
            withdrawing.withdraw(filing=filing, reason=WHY, by=stranger, at=timezone.now())
    with pytest.raises(FilingRefused) as refused:
        withdrawing.withdraw(filing=filing, reason=" \n", by=filer_of_all, at=timezone.now())
    assert refused.value.problems[0].element == "reason"
    assert not fresh(filing).is_withdrawn
    withdrawing.withdraw(filing=filing, reason=WHY, by=filer_of_all, at=timezone.now())
    with pytest.raises(withdrawing.AlreadyWithdrawn):
        withdrawing.withdraw(filing=filing, reason=WHY, by=filer_of_all, at=timezone.now())
    with pytest.raises(amending.NotAllowed):
        amending.amend(filing=filing, element="title", values=[], reason="", by=filer_of_all, at=timezone.now())
