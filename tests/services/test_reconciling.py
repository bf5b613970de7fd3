"""What officers decide about filings that contradict one another holds as long as the contradiction does."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.metadata.validation import Value
from catalog.models import Assignment, Conflict, Decision, Event, FeedItem, Filing, Notice, Record
from catalog.services import amending, deciding, feeding, notifying, reading, reconciling, searching, withdrawing
from tests.conftest import drawn, jpeg, tiny, with_exif

pytestmark = pytest.mark.django_db

PICTURE = jpeg(drawn(4))
ONE, OTHER, THIRD = "5149-015-902", "5149-015-903", "5149-015-904"


@pytest.fixture
def dated(agencies, file_it, run_jobs) -> Conflict:
    """One picture of two departments, which say two days."""
    file_it(PICTURE, agencies["building"], created="1998-05-03")
    file_it(PICTURE, agencies["housing"], created="2003-07-01")
    run_jobs()
    return Conflict.objects.get()


@pytest.fixture
def numbered(agencies, schemes, file_it, run_jobs) -> Conflict:
    """One picture of two departments, under two parcels."""
    file_it(PICTURE, agencies["building"], numbers=[("apn", ONE)])
    file_it(PICTURE, agencies["housing"], numbers=[("apn", OTHER)])
    run_jobs()
    return Conflict.objects.get()


@pytest.fixture
def decide(officer):
    """Decide about a conflict as it stands now: decide(conflict, "one-right", "1998-05-03")."""

    def decide_now(conflict, verdict, value="", by=officer, reason="Looked it up."):
        conflict = fresh(conflict)
        return reconciling.decide(
            conflict=conflict, verdict=verdict, value=value, as_it_stands=conflict.as_it_stands, reason=reason, by=by,
            at=timezone.now(),
        )  # fmt: skip

    return decide_now


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def created(record) -> str:
    return next(v["value"] for v in fresh(record).description["values"] if v["element"] == "created")


def parcels(conflict) -> dict[str, str]:
    found = Assignment.objects.filter(filing__copy__record=conflict.record)
    return dict(found.values_list("identifier__value", "status"))


def filing_of(slug: str) -> Filing:
    return Filing.objects.get(agency__slug=slug)


def test_the_value_that_an_officer_calls_right_is_described_and_filings_stay(dated, decide):
    decision = decide(dated, "one-right", "2003-07-01")
    assert created(dated.record) == "2003-07-01"
    conflict = fresh(dated)
    assert (conflict.state, conflict.decision) == ("decided", decision)
    assert conflict.values == ["1998-05-03", "2003-07-01"]
    assert {v.value for f in Filing.objects.all() for v in amending.stated(f) if v.element == "created"} == set(
        conflict.values
    )
    value = next(v for v in fresh(dated.record).description["values"] if v["element"] == "created")
    assert (value["because"], value["filings"]) == ("an officer", [])


def test_undo_brings_back_what_the_filings_say(dated, decide, officer):
    before = fresh(dated.record).description
    decision = decide(dated, "one-right", "2003-07-01")
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    assert fresh(dated.record).description == before
    assert fresh(dated).state == "open"
    assert [e.verb for e in Event.objects.filter(verb__startswith="conflict.")] == [
        "conflict.decided",
        "conflict.undone",
    ]


def test_a_number_that_is_wrong_is_marked_and_found_no_more(numbered, decide, officer):
    decision = decide(numbered, "one-right", f"apn {ONE}")
    assert parcels(numbered) == {ONE: "confirmed", OTHER: "wrong"}
    assert fresh(numbered).state == "decided"
    searching.index_records([fresh(numbered.record)])
    assert searching.find(user=None, asked={"number": f"apn:{OTHER}"}).total == 0
    deciding.undo(decision=decision, by=officer, at=timezone.now())
    assert parcels(numbered) == {ONE: "asserted", OTHER: "asserted"}
    assert fresh(numbered).state == "open"


def test_all_may_apply(numbered, decide):
    decide(numbered, "all-apply")
    assert parcels(numbered) == {ONE: "asserted", OTHER: "asserted"}
    assert fresh(numbered).state == "decided"


def test_an_error_is_sent_back_to_its_department_and_comes_back_with_its_answer(
    dated, decide, officer, person, agencies
):
    clerk = person("clerk", filer=[agencies["housing"]])
    decide(dated, "sent-back", "2003-07-01", reason="The sign in it was taken down in 2001.")
    notice = Notice.objects.get()
    assert (notice.agency, notice.filing, fresh(dated).state) == (
        agencies["housing"],
        filing_of("housing"),
        "sent-back",
    )
    notifying.answer_notice(
        notice=notice, answer="It is right: the sign was put up again.", by=clerk, at=timezone.now()
    )
    assert fresh(dated).state == "open"
    decide(dated, "one-right", "2003-07-01")
    assert [d.ending for d in Decision.objects.order_by("pk")] == ["superseded", ""]


def test_a_department_that_mends_its_error_settles_the_conflict(dated, decide, officer):
    decide(dated, "sent-back", "2003-07-01")
    amending.amend(
        filing=filing_of("housing"), element="created", values=[Value("created", "1998-05-03")], reason="", by=officer,
        at=timezone.now(),
    )  # fmt: skip
    assert (fresh(dated).state, fresh(dated).alternatives) == ("settled", [])


def test_another_value_opens_it_again_while_the_officers_word_counts(dated, decide, agencies, file_it, run_jobs):
    decide(dated, "one-right", "2003-07-01")
    file_it(PICTURE, agencies["metro"], created="2010-01-01")
    run_jobs()
    assert fresh(dated).state == "open"
    assert created(dated.record) == "2003-07-01"
    decide(dated, "one-right", "2010-01-01")
    assert created(dated.record) == "2010-01-01"
    assert Decision.objects.effective().count() == 1


def test_another_filing_of_a_known_value_opens_nothing(dated, decide, agencies, file_it, run_jobs):
    decide(dated, "one-right", "2003-07-01")
    file_it(PICTURE, agencies["metro"], created="1998-05-03")
    run_jobs()
    assert fresh(dated).state == "decided"


def test_a_wrong_number_that_is_filed_again_opens_it_again(numbered, decide, agencies, file_it, run_jobs):
    decide(numbered, "one-right", f"apn {ONE}")
    file_it(PICTURE, agencies["metro"], numbers=[("apn", OTHER)])
    run_jobs()
    assert fresh(numbered).state == "open"
    decide(numbered, "one-right", f"apn {ONE}")
    assert fresh(numbered).state == "decided"
    assert set(Assignment.objects.filter(identifier__value=OTHER).values_list("status", flat=True)) == {"wrong"}


def test_where_the_filings_agree_on_something_else_they_count(dated, decide, officer):
    decide(dated, "one-right", "1998-05-03")
    for slug in ("building", "housing"):
        amending.amend(
            filing=filing_of(slug), element="created", values=[Value("created", "2001")], reason="", by=officer,
            at=timezone.now(),
        )  # fmt: skip
    assert (fresh(dated).state, created(dated.record)) == ("settled", "2001")


def test_a_decision_follows_its_record_when_it_is_absorbed_and_leaves_with_it(
    agencies, file_it, run_jobs, officer, decide
):
    first, second = drawn(8, size=(640, 480)), drawn(8, size=(640, 480))
    file_it(jpeg(first), agencies["building"], key="a", created="1998-05-03")
    small = tiny(second)
    file_it(small, agencies["metro"], key="b", created="1998-05-03")
    file_it(small, agencies["housing"], key="c", created="2003-07-01")
    run_jobs()
    conflict = Conflict.objects.get()
    decide(conflict, "one-right", "2003-07-01")
    root, own = Record.objects.order_by("pk")
    same = deciding.decide(
        copy_a=root.best_copy, copy_b=own.best_copy, verdict="same", reason="", by=officer, at=timezone.now()
    )
    assert created(root) == "2003-07-01"
    assert root.conflicts.get().state == "decided"
    deciding.undo(decision=same, by=officer, at=timezone.now())
    assert created(root) == "1998-05-03"
    assert root.conflicts.get().state == "settled"
    assert (created(own), fresh(conflict).state) == ("2003-07-01", "decided")


def test_two_officers_do_not_decide_it_twice(dated, decide, person, agencies):
    other = person("second", officer=list(agencies.values()))
    decide(dated, "one-right", "2003-07-01")
    with pytest.raises(deciding.AlreadyDecided):
        decide(dated, "all-apply", by=other)
    assert Decision.objects.count() == 1


def test_who_saw_it_otherwise_decides_nothing(dated, officer):
    with pytest.raises(deciding.Contradiction):
        reconciling.decide(
            conflict=dated, verdict="all-apply", value="", as_it_stands="0" * 16, reason="", by=officer,
            at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(("verdict", "value"), [("one-right", ""), ("one-right", "1850"), ("all-apply", "1998-05-03")])
def test_a_value_that_nobody_filed_is_not_chosen(dated, decide, verdict, value):
    with pytest.raises(deciding.Contradiction):
        decide(dated, verdict, value)


def test_an_officer_of_one_of_the_departments_does_not_decide(dated, decide, person, agencies):
    half = person("half", officer=[agencies["building"]])
    assert not reconciling.queue_for(half).exists()
    with pytest.raises(deciding.NotAllowed):
        decide(dated, "all-apply", by=half)


def test_the_database_keeps_one_effective_decision_a_conflict(dated, decide, officer):
    decision = decide(dated, "all-apply")
    decision.pk, decision.public_id = None, "a" * 26
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


def test_a_withdrawn_record_leaves_no_conflict_to_see(dated, decide, officer):
    decide(dated, "one-right", "2003-07-01")
    for slug in ("building", "housing"):
        withdrawing.withdraw(filing=filing_of(slug), reason="Not ours.", by=officer, at=timezone.now())
    assert (fresh(dated).state, fresh(dated).alternatives) == ("settled", [])
    assert not reconciling.queue_for(officer).exists()


def test_feeds_follow_a_decision(dated, decide):
    def stamped() -> tuple:
        feeding.publish_all()
        while feeding.follow():
            pass
        item = FeedItem.objects.get()
        return bytes(item.entry), item.stamp

    entry, stamp = stamped()
    decide(dated, "all-apply")
    later, then = stamped()
    assert later != entry
    assert then >= stamp


def test_the_record_says_what_was_decided(dated, decide):
    decide(dated, "one-right", "2003-07-01")
    view = reading.read_record(Record.objects.select_related("best_copy", "record_copy__agency").get(), None)
    (conflict,) = view.conflicts
    assert conflict.is_decided
    assert conflict.decision.value == "2003-07-01"
    assert any(e.sentence.startswith("Decided about what filings contradict") for e in view.history)


def test_conflicts_in_two_schemes_are_two(agencies, schemes, file_it, run_jobs):
    file_it(PICTURE, agencies["building"], numbers=[("apn", ONE), ("permit", "1")])
    other = with_exif(PICTURE, artist="B. Ito")
    file_it(other, agencies["housing"], numbers=[("apn", OTHER), ("permit", "2")])
    run_jobs()
    assert set(Conflict.objects.values_list("element", flat=True)) == {"identifier:apn", "identifier:permit"}
