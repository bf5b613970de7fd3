"""Corrections: taking what anybody says is wrong, and answering it: yes, no, or to be seen to by its department.

What is accepted is said anew by the filing, through amending, or by an officer of the record as a whole; a number is
called wrong, another is added. What was filed stays readable in every case.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from catalog.metadata import identifiers as numbers
from catalog.metadata.elements import ELEMENTS, Joining
from catalog.metadata.validation import Problem, Value, check_filing, normalise, normalise_text
from catalog.models import (
    NUMBERS,
    Agency,
    Assignment,
    Correction,
    Decision,
    Filing,
    Identifier,
    Membership,
    Notice,
    Record,
    Ruling,
    Scheme,
    Statement,
    User,
)

from . import sayings
from .amending import amend, stated
from .deciding import AlreadyDecided, Contradiction, NotAllowed, may_decide, take_back
from .describing import describe
from .filing import FilingRefused
from .history import LONGEST_REASON, write_event
from .locking import ChangedMeanwhile, lock_audience

LONGEST = 2_000
"""So many characters each of what is wrong, what it should be, and why."""
OPEN_MAX = 25
"""So many open corrections of people without an account one record may have."""
ANSWERS = (Decision.Verdict.ACCEPTED, Decision.Verdict.REJECTED, Decision.Verdict.PASSED_ON)
STATES = {
    Decision.Verdict.ACCEPTED: Correction.State.ACCEPTED,
    Decision.Verdict.REJECTED: Correction.State.REJECTED,
    Decision.Verdict.PASSED_ON: Correction.State.PASSED_ON,
}
MOST_TARGETS = 100


class TooMany(Exception):
    """So many corrections of this record wait already that no more are taken from strangers."""


# ---- asking --------------------------------------------------------------------------------------------------


@transaction.atomic
def receive_correction(
    *,
    record: Record,
    filing: Filing | None = None,
    element: str,
    said: str = "",
    proposed: str = "",
    because: str,
    contact: str = "",
    asked_by: User | None,
    at: datetime,
) -> Correction:
    """Take a correction of a standing record, or of a filing in it. Raises FilingRefused with all problems, TooMany."""
    texts = {"proposed": proposed, "because": because, "said": said}
    texts = {name: normalise_text(text, keeps_line_breaks=True) for name, text in texts.items()}
    contact = contact.strip()
    _check_request(element, texts, contact)
    waiting = Correction.objects.filter(record=record, state=Correction.State.OPEN, asked_by__isnull=True)
    if asked_by is None and waiting.count() >= OPEN_MAX:
        raise TooMany(sayings.MANY_CORRECTIONS)
    correction = Correction.objects.create(
        record=record, filing=filing, element=element, contact=contact, asked_by=asked_by, asked_at=at, **texts
    )
    write_event(
        "correction.received", object_id=correction.public_id, at=at, actor=asked_by,
        audience_key=correction.audience_key, record=record, after={"element": element},
    )  # fmt: skip
    return correction


def _check_request(element: str, texts: dict[str, str], contact: str) -> None:
    problems = []
    if not (element in ELEMENTS or element.startswith(NUMBERS) or not element):
        problems.append(Problem("element", element, sayings.CHOOSE_WHAT_IS_WRONG, "title"))
    if not texts["because"]:
        problems.append(Problem("because", "", sayings.SAY_HOW_YOU_KNOW, ""))
    if element and not texts["said"] and not texts["proposed"]:
        problems.append(Problem("proposed", "", sayings.SAY_WHAT_IT_SHOULD_BE, ""))
    if element and texts["said"] and texts["said"] == texts["proposed"]:
        problems.append(Problem("proposed", "", sayings.SAYS_THAT_ALREADY, ""))
    problems += [
        Problem(name, "", sayings.TOO_LONG.format(most=f"{LONGEST:,}"), "")
        for name in ("proposed", "because")
        if len(texts[name]) > LONGEST
    ]
    try:
        if contact:
            validate_email(contact)
    except ValidationError:
        problems.append(Problem("contact", contact, sayings.NO_EMAIL_ADDRESS, ""))
    if problems:
        raise FilingRefused(problems)


# ---- the officers' list --------------------------------------------------------------------------------------


def queue_for(user: User):
    """Return the corrections that this person may answer: those of the departments that made them a records officer."""
    officer_of = user.agencies_with(Membership.Role.OFFICER)
    return (
        Correction.objects.visible_to(user)
        .with_agency()
        .filter(agency_key__in=officer_of.values("pk"))
        .select_related("record__absorbed_into", "filing__agency", "filing__copy__record__absorbed_into", "asked_by")
        .order_by("asked_at", "id")
    )


def record_of(correction: Correction) -> Record:
    """Return the record that answers now for what a correction is about: it follows its filing, or its record."""
    return (correction.filing.copy.record if correction.filing else correction.record).answering


def agencies_for(correction: Correction):
    """Return the departments to which it can be passed on."""
    if correction.filing:
        return Agency.objects.filter(pk=correction.filing.agency_id)
    return Agency.objects.filter(pk__in=_filings_in(record_of(correction)).values("agency"))


def may_answer(user: User, correction: Correction) -> bool:
    agency = _agency_of(correction)
    return bool(agency) and user.is_active and user.has_role(Membership.Role.OFFICER, agency)


def _agency_of(correction: Correction) -> int | None:
    if correction.filing:
        return correction.filing.agency_id
    record_copy = record_of(correction).record_copy
    return record_copy.agency_id if record_copy else None


# ---- answering -----------------------------------------------------------------------------------------------


@transaction.atomic
def answer_correction(
    *, correction: Correction, verdict: str, answer: str, by: User, at: datetime, value: str = "",
    agency: Agency | None = None,
) -> Decision:  # fmt: skip
    """Answer a correction in words; where it is accepted, `value` is said from now on, empty: nothing.

    `agency` is the department to which it is passed on. Raises NotAllowed, AlreadyDecided, Contradiction,
    FilingRefused with every problem, ChangedMeanwhile.
    """
    if verdict not in ANSWERS:
        raise ValueError("this is no answer to a correction")
    answer = _checked_answer(answer)
    correction = _locked(correction)
    if not may_answer(by, correction):
        raise NotAllowed(sayings.OFFICERS_OF_DEPARTMENT)
    _require_waiting(correction)
    record = record_of(correction)
    for earlier in correction.decisions.effective():
        take_back(earlier, ending=Decision.Ending.SUPERSEDED, by=by, at=at)
    decision = Decision.objects.create(
        audience_key=correction.audience_key, correction=correction, verdict=verdict, reason=answer, decided_by=by,
        decided_at=at, value=value, about=_values_now(record, correction.element),
    )  # fmt: skip
    if verdict == Decision.Verdict.ACCEPTED:
        _carry_out(decision, correction, record, value, by=by, at=at)
    elif verdict == Decision.Verdict.PASSED_ON:
        _pass_on(decision, correction, record, agency, at)
    _set_state(correction, STATES[verdict])
    write_event(
        f"correction.{verdict}", object_id=correction.public_id, at=at, actor=by, audience_key=decision.audience_key,
        record=record, reason=answer, after={"element": correction.element, "value": value},
    )  # fmt: skip
    if record.is_standing:
        describe(record, at=at)
    return decision


@transaction.atomic
def reopen(*, correction: Correction, by: User, at: datetime) -> Correction:
    """Take an answer back, with what was said by it; what a filing was amended to is amended back by hand.

    Raises NotAllowed, Contradiction, ChangedMeanwhile.
    """
    correction = _locked(correction)
    if not may_answer(by, correction):
        raise NotAllowed(sayings.OFFICERS_OF_DEPARTMENT)
    decision = correction.decisions.effective().first()
    if decision is None:
        raise Contradiction(sayings.OPENED_AGAIN)
    take_back(decision, ending=Decision.Ending.UNDONE, by=by, at=at)
    _set_state(correction, Correction.State.OPEN)
    record = record_of(correction)
    write_event(
        "correction.reopened", object_id=correction.public_id, at=at, actor=by, audience_key=decision.audience_key,
        record=record, after={"element": correction.element},
    )  # fmt: skip
    if record.is_standing:
        _touch(record, decision, at)
        describe(record, at=at)
    return correction


def _checked_answer(answer: str) -> str:
    answer = normalise_text(answer, keeps_line_breaks=True)
    if not answer or len(answer) > LONGEST_REASON:
        raise FilingRefused([Problem("answer", answer, sayings.ANSWER_IN_WORDS, "")])
    return answer


def _locked(correction: Correction) -> Correction:
    """Return a correction as it is now, under the lock of what it is about."""
    key = correction.audience_key
    lock_audience(key)
    related = ("record__absorbed_into__record_copy", "record__record_copy", "filing__agency", "filing__copy__record")
    now = Correction.objects.select_related(*related).get(pk=correction.pk)
    if now.audience_key != key:
        raise ChangedMeanwhile(sayings.CHANGED_MEANWHILE)
    return now


def _require_waiting(correction: Correction) -> None:
    if not Correction.objects.live().filter(pk=correction.pk).exists():
        raise Contradiction(sayings.NOTHING_TO_CORRECT)
    if correction.state not in Correction.WAITING:
        raise AlreadyDecided(correction.decisions.effective().select_related("decided_by").get())


def _set_state(correction: Correction, state: str) -> None:
    correction.state = state
    correction.save(update_fields=["state"])


def _values_now(record: Record, element: str) -> list[str]:
    """Return what the filings of a record state of an element: an officer's word is about these."""
    if element not in ELEMENTS:
        return []
    said = Statement.objects.standing().filter(filing__in=_filings_in(record), element=element)
    return sorted(set(said.values_list("value", flat=True)))


def _filings_in(record: Record):
    return Filing.objects.current().filter(copy__record=record, copy__ended_at__isnull=True)


# ---- carrying out --------------------------------------------------------------------------------------------


def _carry_out(
    decision: Decision, correction: Correction, record: Record, value: str, *, by: User, at: datetime
) -> None:
    """Let what was accepted be said from now on."""
    if not correction.element:
        raise FilingRefused([
            Problem("value", value, sayings.CHANGED_BY_OTHERS_ALONE, "")
        ])  # fmt: skip
    targets = _targets(correction, record, by)
    if not targets:
        raise Contradiction(sayings.SAID_NO_MORE)
    if correction.element.startswith(NUMBERS):
        _rule(decision, correction, targets, value)
        _touch(record, decision, at)
    elif _is_for_the_record(correction, record, value, by):
        _set_value(decision, correction, record, value, at)
    else:
        for filing in targets:
            _amend(filing, correction, value, by=by, at=at, reason=decision.reason)


def _targets(correction: Correction, record: Record, by: User) -> list[Filing]:
    """Return the filings that are to say something else: the one in question, or all of this officer's that say it."""
    if correction.filing:
        return [correction.filing]
    mine = _filings_in(record).filter(agency__in=by.agencies_with(Membership.Role.OFFICER))
    if not correction.said:
        return list(mine.filter(pk=record.record_copy_id))
    if correction.element.startswith(NUMBERS):
        scheme = correction.element.removeprefix(NUMBERS)
        borne = Assignment.objects.filter(identifier__scheme__slug=scheme, identifier__value=correction.said)
        found = mine.filter(pk__in=borne.values("filing"))
    else:
        said = Statement.objects.standing().filter(element=correction.element, value=correction.said)
        found = mine.filter(pk__in=said.values("filing"))
    return list(found.order_by("pk")[:MOST_TARGETS])


def _is_for_the_record(correction: Correction, record: Record, value: str, by: User) -> bool:
    """Tell whether an officer of all its departments says it of the record as a whole: its filings stay as they are."""
    of_one_value = ELEMENTS[correction.element].joining is not Joining.UNION
    return correction.filing is None and bool(value) and of_one_value and may_decide(by, *record.copies.standing())


def _set_value(decision: Decision, correction: Correction, record: Record, value: str, at: datetime) -> None:
    said = Statement.objects.standing().filter(filing__in=_filings_in(record), element=correction.element)
    before = said.filter(value=correction.said).order_by("made_at", "id").first()
    new = normalise(
        Value(correction.element, value, before.language if before else "", before.scheme if before else "")
    )
    _refuse(problem for problem in check_filing([new]) if problem.element == correction.element)
    Statement.objects.create(
        record=record, element=new.element, value=new.value, language=new.language, scheme=new.scheme,
        origin=Statement.Origin.OFFICER, made_by=decision.decided_by, made_at=at, decision=decision,
    )  # fmt: skip


def _amend(filing: Filing, correction: Correction, value: str, *, by: User, at: datetime, reason: str) -> None:
    """Let one filing state the value instead of the one that is wrong; what else it states of the element stays."""
    values = [one for one in stated(filing) if one.element == correction.element]
    wrong = next((one for one in values if one.value == correction.said), None)
    model = wrong or (values[0] if values else Value(correction.element, ""))
    new = [Value(correction.element, value, model.language, model.scheme)] if value else []
    if wrong:
        place = values.index(wrong)
        values[place : place + 1] = new
    else:
        values = values + new if ELEMENTS[correction.element].repeatable else new or values
    try:
        amend(filing=filing, element=correction.element, values=values, reason=reason, by=by, at=at)
    except FilingRefused as refused:
        _refuse(refused.problems)


def _rule(decision: Decision, correction: Correction, targets: Iterable[Filing], value: str) -> None:
    """Call the number wrong in these filings, and add the right one."""
    scheme = Scheme.objects.get(slug=correction.element.removeprefix(NUMBERS))
    number = _normalised(scheme, value) if value else ""
    for filing in targets:
        wrong = Assignment.objects.filter(filing=filing, identifier__scheme=scheme, identifier__value=correction.said)
        for assignment in wrong.exclude(identifier__value=number):
            Ruling.objects.create(assignment=assignment, decision=decision, status=Ruling.Status.WRONG)
        if number:
            identifier = Identifier.objects.get_or_create(scheme=scheme, value=number)[0]
            right = Assignment.objects.get_or_create(
                filing=filing, identifier=identifier, role=Assignment.Role.FILED_UNDER,
                defaults={"is_filed": False, "status": Assignment.Status.CONFIRMED},
            )[0]  # fmt: skip
            Ruling.objects.create(assignment=right, decision=decision, status=Ruling.Status.CONFIRMED)


def _normalised(scheme: Scheme, value: str) -> str:
    try:
        return numbers.normalise(scheme.normaliser, value)
    except numbers.BadIdentifier as error:
        raise FilingRefused([Problem("value", value, str(error), error.example)]) from error


def _refuse(problems: Iterable[Problem]) -> None:
    """Raise what is wrong with a value, as problems of the field in which it was typed."""
    if found := [Problem("value", p.value, p.message, p.example) for p in problems]:
        raise FilingRefused(found)


def _touch(record: Record, decision: Decision, at: datetime) -> None:
    """Say that a record changed although its description may not: its numbers did."""
    if decision.rulings.exists():
        record.modified_at = at
        record.save(update_fields=["modified_at"])


def _pass_on(decision: Decision, correction: Correction, record: Record, agency: Agency | None, at: datetime) -> None:
    """Tell those who file for the department, a notice for each of its filings that say it, else for its first."""
    if correction.filing:
        filings = [correction.filing]
    else:
        own = _filings_in(record).filter(agency=agency).order_by("filed_at", "pk")
        said = Statement.objects.standing().filter(element=correction.element, value=correction.said)
        filings = list(own.filter(pk__in=said.values("filing"))[:MOST_TARGETS]) or list(own[:1])
    if not filings:
        raise FilingRefused([Problem("agency", "", sayings.CHOOSE_A_DEPARTMENT, "")])
    for filing in filings:
        Notice.objects.create(
            agency_id=filing.agency_id, filing=filing, decision=decision, element=correction.element,
            said=correction.said, proposed=correction.proposed, made_at=at,
        )  # fmt: skip


def forget_contacts_before(moment: datetime) -> int:
    """Forget where people can be reached whose corrections were asked before this moment and are answered."""
    done = Correction.objects.exclude(state__in=Correction.WAITING).filter(asked_at__lt=moment)
    return done.exclude(contact="").update(contact="")
