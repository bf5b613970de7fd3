"""Many pairs decided at once: what was looked through and nothing else, in steps, and taken back as one."""

import pytest
from django.utils import timezone

from catalog.models import Bulk, BulkPair, Decision, Event, Job, Record, ReviewItem
from catalog.services import deciding, deciding_many, jobs, looking, sayings
from tests.questions import ask_about

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(agencies, file_it) -> list[ReviewItem]:
    ask_about(4, agencies, file_it)
    return list(ReviewItem.objects.order_by("misfit", "id"))


@pytest.fixture
def bulk(asked, officer) -> Bulk:
    return propose(officer)


def propose(by, misfit_max=1000, kind="faint", verdict="same") -> Bulk:
    return deciding_many.propose(kind=kind, misfit_max=misfit_max, verdict=verdict, by=by, at=timezone.now())


def confirm(bulk: Bulk) -> None:
    assert deciding_many.confirm(bulk, reason="All scans of one day", at=timezone.now())
    jobs.enqueue(Job.Kind.BULK, bulk.pk)


def undo(bulk: Bulk, by) -> None:
    assert deciding_many.undo(bulk, by=by, at=timezone.now())
    jobs.enqueue(Job.Kind.BULK, bulk.pk)


def states(bulk: Bulk) -> list[str]:
    return sorted(bulk.pairs.values_list("state", flat=True))


def test_all_that_was_proposed_is_decided_in_steps_and_undone_as_one(bulk, officer, run_jobs, monkeypatch):
    monkeypatch.setattr(deciding_many.work_on, "__kwdefaults__", {"at": None, "most": 1})
    confirm(bulk)
    run_jobs()
    assert states(bulk) == ["decided"] * 4
    assert {(d.bulk_id, d.reason, d.decided_by) for d in Decision.objects.effective()} == {
        (bulk.pk, "All scans of one day", officer)
    }
    assert Record.objects.standing().count() == 4
    undo(bulk, officer)
    run_jobs()
    assert states(bulk) == ["undone"] * 4
    assert not Decision.objects.effective().exists()
    assert Record.objects.standing().count() == 8
    assert ReviewItem.objects.count() == 4


def test_each_decision_is_in_the_history_with_the_others_it_was_made_with(bulk, run_jobs):
    confirm(bulk)
    run_jobs()
    told = Event.objects.filter(verb="decision.made").select_related("payload")
    assert [event.payload.after["bulk"] for event in told] == [bulk.public_id] * 4


def test_only_what_fits_so_well_and_is_of_the_kind_is_proposed(asked, officer):
    limit = asked[1].misfit
    fitting = [item for item in asked if item.misfit <= limit]
    assert propose(officer, misfit_max=limit).pairs.count() == len(fitting)
    with pytest.raises(deciding_many.NothingToDecide):
        propose(officer, kind="sheets")


def test_only_what_the_officer_may_decide_is_proposed(asked, person, agencies):
    with pytest.raises(deciding_many.NothingToDecide):
        propose(person("half", officer=[agencies["metro"]]))


def test_a_person_has_one_proposal(bulk, officer):
    again = propose(officer)
    assert list(Bulk.objects.all()) == [again]


def test_what_is_left_out_is_not_decided_and_may_be_taken_in_again(bulk, run_jobs):
    first, second, third, fourth = bulk.pairs.order_by("pk").values_list("pk", flat=True)
    deciding_many.choose(bulk, shown=[first, second, third], left_out=[first, second])
    deciding_many.choose(bulk, shown=[second], left_out=[])
    confirm(bulk)
    run_jobs()
    assert bulk.pairs.get(state="left-out").pk == first
    assert states(bulk).count("decided") == 3


def test_where_all_is_left_out_nothing_is_confirmed(bulk):
    pairs = set(bulk.pairs.values_list("pk", flat=True))
    deciding_many.choose(bulk, shown=pairs, left_out=pairs)
    with pytest.raises(deciding_many.NothingToDecide):
        deciding_many.confirm(bulk, reason="", at=timezone.now())


def test_confirming_and_undoing_twice_is_the_same_as_once(bulk, officer, run_jobs):
    confirm(bulk)
    assert not deciding_many.confirm(bulk, reason="Again", at=timezone.now())
    deciding_many.choose(bulk, shown=bulk.pairs.values_list("pk", flat=True), left_out=[])
    run_jobs()
    jobs.enqueue(Job.Kind.BULK, bulk.pk)
    run_jobs()
    assert Decision.objects.count() == 4
    undo(bulk, officer)
    assert not deciding_many.undo(bulk, by=officer, at=timezone.now())
    run_jobs()
    assert Decision.objects.filter(ending="undone").count() == 4
    assert Event.objects.filter(verb="decision.undone").count() == 4


def test_what_others_decided_or_look_at_meanwhile_is_passed_over_and_said(bulk, asked, person, agencies, run_jobs):
    other = person("other", officer=list(agencies.values()))
    deciding.decide(
        copy_a=asked[0].copy_a, copy_b=asked[0].copy_b, verdict="different", reason="", by=other, at=timezone.now()
    )
    looking.hold(asked[1], by=other)
    confirm(bulk)
    run_jobs()
    passed = bulk.pairs.filter(state=BulkPair.State.PASSED_OVER).order_by("pk")
    assert [pair.why for pair in passed] == [
        sayings.ASKED_NO_LONGER,
        "other is looking at this pair and will decide about it.",
    ]
    assert states(bulk).count("decided") == 2


def test_undoing_leaves_what_was_decided_otherwise_since(bulk, officer, run_jobs):
    confirm(bulk)
    run_jobs()
    one = bulk.pairs.order_by("pk").first()
    deciding.undo(decision=one.decision, by=officer, at=timezone.now())
    anew = deciding.decide(
        copy_a=one.copy_a, copy_b=one.copy_b, verdict="different", reason="", by=officer, at=timezone.now()
    )
    undo(bulk, officer)
    run_jobs()
    one.refresh_from_db()
    assert (one.state, one.why) == ("left", "This decision was undone before.")
    assert list(Decision.objects.effective()) == [anew]


def test_what_is_taken_back_before_its_turn_is_never_decided(bulk, officer, run_jobs):
    confirm(bulk)
    undo(bulk, officer)
    run_jobs()
    assert states(bulk) == ["passed-over"] * 4
    assert not Decision.objects.exists()


def test_an_officer_no_more_decides_nothing(bulk, officer, run_jobs):
    officer.memberships.all().delete()
    confirm(bulk)
    run_jobs()
    assert states(bulk) == ["passed-over"] * 4
    assert "Only a records officer" in bulk.pairs.first().why
