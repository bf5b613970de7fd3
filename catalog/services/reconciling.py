"""What officers decide about filings that contradict one another: one value is right, all apply, or one is an error.

The filings stay as they are. What was decided is said of their record, or of the numbers of their filings, and both can
be taken back.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from catalog.models import (
    NUMBERS,
    Agency,
    Assignment,
    Conflict,
    Decision,
    Filing,
    Membership,
    Notice,
    Ruling,
    Statement,
    User,
)

from . import sayings
from .deciding import AlreadyDecided, Contradiction, NotAllowed, may_decide, take_back
from .describing import describe
from .history import write_event
from .locking import lock_audience

CONFLICT_VERDICTS = (Decision.Verdict.ONE_RIGHT, Decision.Verdict.ALL_APPLY, Decision.Verdict.SENT_BACK)
ABOUT_ONE_VALUE = (Decision.Verdict.ONE_RIGHT, Decision.Verdict.SENT_BACK)


def queue_for(user: User):
    """Return the conflicts about which this person may decide, whatever their state, the oldest first."""
    others = Agency.objects.exclude(pk__in=user.agencies_with(Membership.Role.OFFICER))
    foreign = Filing.objects.standing().filter(
        agency__in=others, copy__record=OuterRef("record"), copy__ended_at__isnull=True
    )
    return (
        Conflict.objects.visible_to(user)
        .of_standing_records()
        .exclude(Exists(foreign))
        .select_related("record__best_copy__file", "record__record_copy__agency", "decision__decided_by")
        .order_by("noticed_at", "id")
    )


def may_decide_about(user: User, conflict: Conflict) -> bool:
    """A person decides about a conflict as about the copies of its record."""
    return may_decide(user, *conflict.record.copies.standing())


@transaction.atomic
def decide(
    *, conflict: Conflict, verdict: str, value: str, as_it_stands: str, reason: str, by: User, at: datetime
) -> Decision:
    """Decide about a conflict as it stands; the record's description and numbers follow at once.

    `value` is the alternative that is right, or that is an error; empty where all apply. `as_it_stands` is the digest
    of the alternatives that the person saw. Raises NotAllowed, AlreadyDecided, Contradiction.
    """
    if verdict not in CONFLICT_VERDICTS:
        raise ValueError("this is no decision about a conflict")
    lock_audience(conflict.record.audience_key)
    conflict = Conflict.objects.select_related("record", "decision__decided_by").get(pk=conflict.pk)
    if not may_decide_about(by, conflict):
        raise NotAllowed(sayings.OFFICERS_OF_PICTURE)
    _require_open(conflict, as_it_stands)
    if (value in conflict.values) != (verdict in ABOUT_ONE_VALUE):
        raise Contradiction(sayings.CHOOSE_A_VALUE)
    for earlier in conflict.decisions.effective():
        take_back(earlier, ending=Decision.Ending.SUPERSEDED, by=by, at=at)
    decision = Decision.objects.create(
        audience_key=conflict.record.audience_key, conflict=conflict, about=conflict.values, value=value,
        verdict=verdict, reason=reason, decided_by=by, decided_at=at,
    )  # fmt: skip
    _carry_out(decision, conflict, at)
    write_event(
        "conflict.decided", object_id=decision.public_id, at=at, actor=by, audience_key=decision.audience_key,
        record=conflict.record, reason=reason, before=conflict.alternatives,
        after={"verdict": verdict, "element": conflict.element, "value": value},
    )  # fmt: skip
    describe(conflict.record, at=at)
    return decision


def _require_open(conflict: Conflict, as_it_stands: str) -> None:
    if conflict.decision and conflict.state in (Conflict.State.DECIDED, Conflict.State.SENT_BACK):
        raise AlreadyDecided(conflict.decision)
    if conflict.state == Conflict.State.SETTLED or not conflict.record.is_standing:
        raise Contradiction(sayings.NOTHING_CONTRADICTS)
    if as_it_stands != conflict.as_it_stands:
        raise Contradiction(sayings.FILINGS_CHANGED)


def _carry_out(decision: Decision, conflict: Conflict, at: datetime) -> None:
    if decision.verdict == Decision.Verdict.SENT_BACK:
        _send_back(decision, conflict, at)
    elif decision.verdict == Decision.Verdict.ONE_RIGHT and conflict.is_of_numbers:
        _rule(decision, conflict)
    elif decision.verdict == Decision.Verdict.ONE_RIGHT:
        _set_value(decision, conflict, at)


def _set_value(decision: Decision, conflict: Conflict, at: datetime) -> None:
    """Say the value of the record, in the language and scheme in which it was filed."""
    stating = Statement.objects.standing().filter(
        filing__public_id__in=_filings_of(conflict, decision.value), element=conflict.element, value=decision.value
    )
    filed = stating.order_by("made_at", "id").first()
    Statement.objects.create(
        record=conflict.record, element=conflict.element, value=decision.value,
        language=filed.language if filed else "", scheme=filed.scheme if filed else "",
        origin=Statement.Origin.OFFICER, made_by=decision.decided_by, made_at=at, decision=decision,
    )  # fmt: skip


def _rule(decision: Decision, conflict: Conflict) -> None:
    """Confirm the numbers that are right wherever the record's filings bear them, and call the others wrong."""
    scheme = conflict.element.removeprefix(NUMBERS)
    right = {part.removeprefix(f"{scheme} ") for part in decision.value.split(", ")}
    filings = Filing.objects.standing().filter(copy__record=conflict.record, copy__ended_at__isnull=True)
    borne = Assignment.objects.filter(filing__in=filings, identifier__scheme__slug=scheme)
    for assignment in borne.select_related("identifier").order_by("pk"):
        is_right = assignment.identifier.value in right
        status = Ruling.Status.CONFIRMED if is_right else Ruling.Status.WRONG
        Ruling.objects.create(assignment=assignment, decision=decision, status=status)


def _send_back(decision: Decision, conflict: Conflict, at: datetime) -> None:
    """Tell those who filed the value that it is an error, a notice for each filing."""
    filings = Filing.objects.standing().filter(public_id__in=_filings_of(conflict, decision.value))
    for filing in filings.order_by("pk"):
        Notice.objects.create(
            agency_id=filing.agency_id, filing=filing, decision=decision, element=conflict.element,
            said=decision.value, made_at=at,
        )  # fmt: skip


def _filings_of(conflict: Conflict, value: str) -> Iterable[str]:
    return next((one["filings"] for one in conflict.alternatives if one["value"] == value), ())
