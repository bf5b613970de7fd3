"""Anybody asks for a correction; an officer answers; the filing as it was stays."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.metadata.validation import Value
from catalog.models import (
    Assignment,
    Conflict,
    Correction,
    Decision,
    Event,
    EventPayload,
    Filing,
    Notice,
    Record,
    Statement,
)
from catalog.models.correction import LETTERS, new_reference, read_reference
from catalog.services import (
    amending,
    correcting,
    deciding,
    notifying,
    reading,
    reaudiencing,
    reconciling,
    searching,
    withdrawing,
)
from catalog.services.filing import FilingRefused
from tests.conftest import drawn, jpeg, tiny

pytestmark = pytest.mark.django_db

PICTURE = jpeg(drawn(4))
ONE, OTHER = "5149-015-902", "5149-015-903"
WHY = "I live there."


@pytest.fixture
def record(agency, schemes, file_it, run_jobs) -> Record:
    """A picture of one department."""
    values = [Value("subject", "curb"), Value("subject", "ramp")]
    file_it(PICTURE, agency, title="Mill Street", created="1998-05-03", numbers=[("apn", ONE)], values=values)
    run_jobs()
    return Record.objects.get()


@pytest.fixture
def shared_record(record, agencies, file_it, run_jobs) -> Record:
    """The same picture, of another department too."""
    file_it(PICTURE, agencies["housing"], title="Site check", created="1998-05-03", numbers=[("apn", ONE)], key="h")
    run_jobs()
    return fresh(record)


@pytest.fixture
def clerk(person, agency):
    """A records officer of the one department."""
    return person("clerk", officer=[agency])


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def filing_of(slug: str) -> Filing:
    return Filing.objects.get(agency__slug=slug)


def ask(record, *, filing=None, element="title", said="Mill Street", proposed="Foundry Street", by=None, **more):
    asked = {"because": WHY, **more}
    return correcting.receive_correction(
        record=record, filing=filing, element=element, said=said, proposed=proposed, asked_by=by, at=timezone.now(),
        **asked,
    )  # fmt: skip


def answer(correction, verdict, by, **more):
    told = {"answer": "You are right.", "value": correction.proposed, **more}
    return correcting.answer_correction(correction=fresh(correction), verdict=verdict, by=by, at=timezone.now(), **told)


def described(record, element: str) -> list[str]:
    return [v["value"] for v in fresh(record).description["values"] if v["element"] == element]


def numbers(slug: str = "building") -> dict[str, str]:
    return dict(Assignment.objects.filter(filing__agency__slug=slug).values_list("identifier__value", "status"))


# ---- asking --------------------------------------------------------------------------------------------------


def test_a_reference_can_be_spoken_and_is_read_however_it_is_typed():
    for _place in range(200):
        reference = new_reference()
        assert set(reference.removeprefix("RC").replace("-", "")) <= set(LETTERS)
        for typed in (reference, reference.lower(), reference.replace("-", ""), f" {reference[3:]} ", reference[3:]):
            assert read_reference(typed) == reference
    for nonsense in ("", "RC", "RC-0000-1111", "RC-7F3K-92Q", "RC-7F3K-92QDD", "\0", "é" * 8):
        assert read_reference(nonsense) == ""


def test_what_is_asked_is_kept_and_history_tells_nothing_of_its_words(record):
    correction = ask(record, contact="ana@example.org")
    assert (correction.state, correction.because) == ("open", WHY)
    event = Event.objects.get(verb="correction.received")
    assert (event.object_id, event.audience_key, event.reason) == (correction.public_id, "public", "")
    assert EventPayload.objects.get(event=event).after == {"element": "title"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"because": " "}, "because"), ({"because": "x" * 2001}, "because"), ({"proposed": "x" * 2001}, "proposed"),
        ({"said": "", "proposed": ""}, "proposed"), ({"proposed": "Mill Street"}, "proposed"),
        ({"element": "nonsense"}, "element"), ({"contact": "ana"}, "contact"),
        ({"contact": "a@example.org\nBcc: b@example.org"}, "contact"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_why(record, wrong, field):
    with pytest.raises(FilingRefused) as refused:
        ask(record, **wrong)
    assert [problem.element for problem in refused.value.problems] == [field]
    assert not Correction.objects.exists()


def test_control_characters_are_left_out(record):
    assert ask(record, proposed="Foundry\x00 Street\u202e").proposed == "Foundry Street"


def test_strangers_do_not_bury_a_record_under_corrections(record, filer, monkeypatch):
    monkeypatch.setattr(correcting, "OPEN_MAX", 2)
    ask(record)
    ask(record)
    with pytest.raises(correcting.TooMany):
        ask(record)
    ask(record, by=filer)
    assert Correction.objects.count() == 3


# ---- answering -----------------------------------------------------------------------------------------------


def test_accepting_about_a_filing_amends_it_and_what_was_filed_stays(record, clerk):
    correction = ask(record, filing=filing_of("building"))
    answer(correction, "accepted", clerk)
    assert described(record, "title") == ["Foundry Street"]
    said = Statement.objects.filter(filing=filing_of("building"), element="title").order_by("id")
    assert [(s.value, s.origin) for s in said] == [("Mill Street", "filed"), ("Foundry Street", "amendment")]
    assert fresh(correction).state == "accepted"
    told = [e.sentence for e in reading.read_record(_read(record), None).history]
    assert "A correction was accepted: title." in told


def test_one_of_several_values_is_changed_and_the_others_stay(record, clerk):
    answer(
        ask(record, filing=filing_of("building"), element="subject", said="curb", proposed="kerb"), "accepted", clerk
    )
    assert described(record, "subject") == ["ramp", "kerb"]
    answer(ask(record, filing=filing_of("building"), element="subject", said="ramp", proposed=""), "accepted", clerk)
    assert described(record, "subject") == ["kerb"]
    answer(ask(record, filing=filing_of("building"), element="subject", said="", proposed="street"), "accepted", clerk)
    assert described(record, "subject") == ["kerb", "street"]


def test_an_officer_of_all_departments_says_it_of_the_record(shared_record, officer):
    correction = ask(shared_record, element="created", said="1998-05-03", proposed="1999-05-03")
    decision = answer(correction, "accepted", officer)
    assert described(shared_record, "created") == ["1999-05-03"]
    statement = decision.statements.get()
    assert (statement.origin, statement.record) == ("officer", shared_record)
    assert all("1998-05-03" in [v.value for v in amending.stated(f)] for f in Filing.objects.all())
    correcting.reopen(correction=fresh(correction), by=officer, at=timezone.now())
    assert described(shared_record, "created") == ["1998-05-03"]
    assert fresh(correction).state == "open"


def test_an_officer_of_one_department_amends_what_that_filed(shared_record, clerk):
    answer(ask(shared_record), "accepted", clerk)
    assert described(shared_record, "title") == ["Foundry Street"]
    assert [v.value for v in amending.stated(filing_of("housing")) if v.element == "title"] == ["Site check"]


def test_an_accepted_value_settles_a_contradiction_until_another_is_filed(record, officer, agencies, file_it, run_jobs):
    file_it(PICTURE, agencies["housing"], created="2003-07-01", key="h")
    run_jobs()
    conflict = Conflict.objects.get()
    answer(ask(record, element="created", said="1998-05-03", proposed="1999"), "accepted", officer)
    assert (fresh(conflict).state, described(record, "created")) == ("decided", ["1999"])
    file_it(PICTURE, agencies["metro"], created="2010-01-01", key="m")
    run_jobs()
    assert (fresh(conflict).state, described(record, "created")) == ("open", ["1999"])
    reconciling.decide(
        conflict=fresh(conflict), verdict="one-right", value="2010-01-01", as_it_stands=fresh(conflict).as_it_stands,
        reason="", by=officer, at=timezone.now(),
    )  # fmt: skip
    assert (fresh(conflict).state, described(record, "created")) == ("decided", ["2010-01-01"])


def test_a_wrong_number_is_marked_and_the_right_one_added(record, clerk, officer):
    correction = ask(record, filing=filing_of("building"), element="identifier:apn", said=ONE, proposed="5149 015 903")
    modified = fresh(record).modified_at
    answer(correction, "accepted", clerk)
    assert numbers() == {ONE: "wrong", OTHER: "confirmed"}
    assert fresh(record).modified_at > modified
    searching.index_records([_read(record)])
    assert searching.find(user=None, asked={"number": f"apn:{OTHER}"}).total == 1
    assert searching.find(user=None, asked={"number": f"apn:{ONE}"}).total == 0
    correcting.reopen(correction=fresh(correction), by=officer, at=timezone.now())
    assert numbers() == {ONE: "asserted", OTHER: "wrong"}


def test_a_number_that_is_none_is_said(record, clerk):
    correction = ask(record, filing=filing_of("building"), element="identifier:apn", said=ONE, proposed="next door")
    with pytest.raises(FilingRefused) as refused:
        answer(correction, "accepted", clerk)
    assert refused.value.problems[0].element == "value"
    assert (fresh(correction).state, Decision.objects.count(), numbers()) == ("open", 0, {ONE: "asserted"})


def test_a_value_that_cannot_be_filed_is_said_and_nothing_is_decided(record, clerk):
    correction = ask(record, filing=filing_of("building"), element="created", said="1998-05-03", proposed="last spring")
    with pytest.raises(FilingRefused) as refused:
        answer(correction, "accepted", clerk)
    assert refused.value.problems[0].element == "value"
    assert (fresh(correction).state, Decision.objects.count()) == ("open", 0)
    answer(correction, "accepted", clerk, value="1999")
    assert described(record, "created") == ["1999"]


def test_what_is_not_accepted_changes_nothing(record, clerk):
    before = fresh(record).description
    correction = ask(record)
    answer(correction, "rejected", clerk, answer="The sign says Mill Street.")
    assert fresh(correction).state == "rejected"
    assert fresh(record).description == before


def test_an_answer_has_words(record, clerk):
    with pytest.raises(FilingRefused) as refused:
        answer(ask(record), "rejected", clerk, answer=" ")
    assert refused.value.problems[0].element == "answer"


def test_it_is_passed_on_and_comes_back_answered(shared_record, clerk, person, agencies):
    housing = agencies["housing"]
    correction = ask(shared_record, element="title", said="Site check", proposed="Visit")
    answer(correction, "passed-on", clerk, agency=housing)
    notice = Notice.objects.get()
    assert (notice.agency, notice.filing, notice.proposed) == (housing, filing_of("housing"), "Visit")
    assert fresh(correction).state == "passed-on"
    filer = person("hana", filer=[housing])
    assert list(notifying.notices_for(filer)) == [notice]
    assert filer.notices_waiting == 1
    notifying.answer_notice(notice=notice, answer="Amended.", by=filer, at=timezone.now())
    assert (fresh(correction).state, filer.notices_waiting) == ("dealt-with", 0)
    with pytest.raises(notifying.AlreadyAnswered):
        notifying.answer_notice(notice=notice, answer="Again.", by=filer, at=timezone.now())
    answer(correction, "rejected", clerk)
    assert [d.ending for d in Decision.objects.order_by("pk")] == ["superseded", ""]


def test_what_is_taken_back_leaves_no_notice(record, clerk, filer):
    correction = ask(record)
    answer(correction, "passed-on", clerk, agency=filing_of("building").agency)
    assert filer.notices_waiting == 1
    correcting.reopen(correction=fresh(correction), by=clerk, at=timezone.now())
    assert (filer.notices_waiting, notifying.notices_for(filer).count()) == (0, 0)
    with pytest.raises(deciding.Contradiction):
        notifying.answer_notice(notice=Notice.objects.get(), answer="Done.", by=filer, at=timezone.now())


def test_others_answer_nothing(record, person, agencies, filer):
    correction = ask(record)
    for stranger in (filer, person("elsewhere", officer=[agencies["metro"]])):
        assert not correcting.queue_for(stranger).exists()
        with pytest.raises(deciding.NotAllowed):
            answer(correction, "rejected", stranger)
    answer(correction, "passed-on", person("clerk", officer=[filing_of("building").agency]), agency=record_agency())
    with pytest.raises(amending.NotAllowed):
        notifying.answer_notice(
            notice=Notice.objects.get(), answer="Mine.", by=person("m", filer=[agencies["metro"]]), at=timezone.now()
        )


def record_agency():
    return filing_of("building").agency


def test_two_officers_do_not_answer_it_twice(record, clerk, officer):
    correction = ask(record)
    answer(correction, "rejected", clerk)
    with pytest.raises(deciding.AlreadyDecided):
        answer(correction, "accepted", officer)
    assert Decision.objects.effective().count() == 1


def test_the_database_keeps_one_effective_decision_a_correction(record, clerk):
    decision = answer(ask(record), "rejected", clerk)
    decision.pk, decision.public_id = None, "a" * 26
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


def test_something_else_is_answered_in_words_alone(record, clerk):
    correction = ask(record, element="", said="", proposed="")
    with pytest.raises(FilingRefused):
        answer(correction, "accepted", clerk)
    answer(correction, "rejected", clerk)


# ---- what becomes of the record meanwhile --------------------------------------------------------------------


def test_a_withdrawn_filing_has_nothing_left_to_correct(record, clerk, filer):
    of_filing, of_record = ask(record, filing=filing_of("building")), ask(record)
    withdrawing.withdraw(filing=filing_of("building"), reason="Not ours.", by=filer, at=timezone.now())
    assert not Correction.objects.live().exists()
    for correction in (of_filing, of_record):
        with pytest.raises((deciding.Contradiction, deciding.NotAllowed)):
            answer(correction, "accepted", clerk)


def test_a_correction_follows_where_its_record_is_absorbed(agencies, file_it, run_jobs, officer, person):
    file_it(jpeg(drawn(8, size=(640, 480))), agencies["building"], key="a", title="Mill")
    file_it(tiny(drawn(8, size=(640, 480))), agencies["metro"], key="b", title="Stop")
    run_jobs()
    root, own = Record.objects.order_by("pk")
    correction = ask(own, said="Stop", proposed="Mill Street stop")
    metro, building = person("m", officer=[agencies["metro"]]), person("b", officer=[agencies["building"]])
    assert correcting.queue_for(metro).exists()
    deciding.decide(
        copy_a=root.best_copy, copy_b=own.best_copy, verdict="same", reason="", by=officer, at=timezone.now()
    )
    assert correcting.record_of(fresh(correction)) == root
    assert correcting.queue_for(building).exists()
    assert not correcting.queue_for(metro).exists()
    answer(correction, "accepted", officer)
    assert described(root, "title") == ["Mill Street stop"]


def test_a_correction_follows_its_filing_to_those_who_may_see_it(record, clerk, filer, person, agencies):
    correction = ask(record, filing=filing_of("building"))
    reaudiencing.change_audience(
        filing=filing_of("building"), audience="restricted", reason="Private.", by=filer, at=timezone.now()
    )
    assert fresh(correction).audience_key == "restricted:building"
    assert not Correction.objects.visible_to(None).exists()
    assert correcting.queue_for(clerk).exists()


def test_where_people_can_be_reached_is_forgotten_after_the_answer(record, clerk):
    answered, waiting = ask(record, contact="a@example.org"), ask(record, contact="b@example.org")
    answer(answered, "rejected", clerk)
    assert correcting.forget_contacts_before(timezone.now()) == 1
    assert (fresh(answered).contact, fresh(waiting).contact) == ("", "b@example.org")


# ---- whatever the order --------------------------------------------------------------------------------------

DONE = (
    deciding.AlreadyDecided, deciding.Contradiction, deciding.NotAllowed, FilingRefused, amending.NotAllowed,
)  # fmt: skip
ACTS = st.lists(
    st.tuples(st.sampled_from(["accepted", "rejected", "passed-on", "reopen", "notice", "conflict", "undo"]),
              st.integers(0, 1)),
    max_size=8,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_whatever_the_order_each_subject_has_one_effective_decision_at_most(
    acts, shared_record, officer, clerk, agencies
):
    with transaction.atomic():
        other = filing_of("housing")
        amending.amend(
            filing=other, element="created", values=[Value("created", "2003")], reason="", by=officer, at=timezone.now()
        )
        correction = ask(shared_record, element="created", said="1998-05-03", proposed="1999")
        for act, who in acts:
            try:
                with transaction.atomic():
                    _act(act, correction, (officer, clerk)[who], agencies)
            except DONE:
                pass
            _keeps_its_word(correction)
        transaction.set_rollback(True)


def _act(act: str, correction: Correction, by, agencies) -> None:
    now, conflict = timezone.now(), Conflict.objects.get(element="created")
    if act == "reopen":
        correcting.reopen(correction=fresh(correction), by=by, at=now)
    elif act == "notice":
        for notice in Notice.objects.waiting():
            notifying.answer_notice(notice=notice, answer="Seen.", by=by, at=now)
    elif act == "conflict":
        reconciling.decide(
            conflict=conflict, verdict="one-right", value=conflict.values[-1] if conflict.values else "",
            as_it_stands=conflict.as_it_stands, reason="", by=by, at=now,
        )  # fmt: skip
    elif act == "undo":
        for decision in conflict.decisions.effective():
            deciding.undo(decision=decision, by=by, at=now)
    else:
        answer(correction, act, by, agency=agencies["building"])


def _keeps_its_word(correction: Correction) -> None:
    correction = fresh(correction)
    effective = list(correction.decisions.effective())
    assert len(effective) == (0 if correction.state == "open" else 1)
    for conflict in Conflict.objects.all():
        assert conflict.decisions.effective().count() <= 1
        assert conflict.decision is None or conflict.decision.is_effective
    for statement in Statement.objects.standing().filter(decision__isnull=False):
        assert statement.decision.is_effective
    for notice in Notice.objects.waiting():
        assert notice.decision.is_effective


def _read(record: Record) -> Record:
    return Record.objects.select_related("best_copy__file", "record_copy__agency").get(pk=record.pk)
