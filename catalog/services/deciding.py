"""What people decide: that two copies are the same picture or not, and which filing is the record copy."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from catalog.models import (
    Agency,
    Bulk,
    Copy,
    Decision,
    Filing,
    ImageFile,
    Membership,
    Record,
    Relation,
    ReviewItem,
    User,
)

from . import sayings
from .coming import new_copy, next_apart
from .describing import describe
from .history import write_event
from .locking import lock_audience, lock_filing
from .looking import refuse_held
from .relating import retract_between
from .settling import regroup

PAIR_VERDICTS = (
    Decision.Verdict.SAME,
    Decision.Verdict.DERIVATIVE,
    Decision.Verdict.SAME_SCENE,
    Decision.Verdict.DIFFERENT,
)


class NotAllowed(Exception):
    """This person may not decide here; says which role is missing."""


class AlreadyDecided(Exception):
    """Somebody decided this meanwhile; `decision` is theirs."""

    def __init__(self, decision: Decision):
        super().__init__(
            sayings.ALREADY_DECIDED.format(person=decision.decided_by, decision=decision.get_verdict_display())
        )
        self.decision = decision


class Contradiction(Exception):
    """The decision cannot stand beside earlier ones; says beside which."""


def agencies_of(*copies: Copy):
    """Return the agencies that filed any of the copies, and did not withdraw it."""
    return Agency.objects.filter(pk__in=Filing.objects.standing().filter(copy__in=copies).values("agency"))


def may_decide(user: User, *copies: Copy) -> bool:
    """A person decides about copies whose every filing agency made them a records officer; nobody, where none is."""
    if not user.is_authenticated or not user.is_active:
        return False
    filing = set(agencies_of(*copies).values_list("pk", flat=True))
    return bool(filing) and filing <= set(user.agencies_with(Membership.Role.OFFICER).values_list("pk", flat=True))


def queue_for(user: User):
    """Return the questions that this person may answer now, most likely pairs first."""
    others = Agency.objects.exclude(pk__in=user.agencies_with(Membership.Role.OFFICER))
    foreign = Filing.objects.standing().filter(agency__in=others)
    return (
        ReviewItem.objects.visible_to(user)
        .leading()
        .exclude(copy_a__in=foreign.values("copy"))
        .exclude(copy_b__in=foreign.values("copy"))
        .select_related("copy_a__file", "copy_b__file", "copy_a__record", "copy_b__record")
        .order_by("misfit", "id")
    )


@transaction.atomic
def decide(
    *, copy_a: Copy, copy_b: Copy, verdict: str, reason: str, by: User, at: datetime, bulk: Bulk | None = None
) -> Decision:
    """Decide about two copies of one audience; their records follow at once.

    `copy_a` is the original where the verdict is "derivative". Raises NotAllowed, AlreadyDecided, Contradiction, and
    HeldByAnother where somebody else is looking at the pair.
    """
    if verdict not in PAIR_VERDICTS or copy_a == copy_b or copy_a.audience_key != copy_b.audience_key:
        raise ValueError("a decision is about two copies of one audience")
    lock_audience(copy_a.audience_key)
    copy_a, copy_b = _as_they_stand(copy_a, copy_b)
    _require_officer(by, copy_a, copy_b)
    _require_pictures(copy_a, copy_b)
    low, high = sorted((copy_a, copy_b), key=lambda c: c.pk)
    if standing := Decision.objects.effective().filter(copy_low=low, copy_high=high).first():
        raise AlreadyDecided(standing)
    refuse_held(copy_a, copy_b, by=by)
    if verdict == Decision.Verdict.SAME:
        _refuse_against_earlier(low, high)
    decision = Decision.objects.create(
        audience_key=copy_a.audience_key,
        copy_low=low,
        copy_high=high,
        verdict=verdict,
        reason=reason,
        decided_by=by,
        decided_at=at,
        bulk=bulk,
    )
    retract_between(copy_a.record, copy_b.record, at=at)
    _relate(decision, original=copy_a, other=copy_b, at=at)
    _tell("decision.made", decision, copy_a.record, at=at, by=by, reason=reason)
    regroup([copy_a, copy_b], copy_a.audience_key, at=at, actor=by)
    return decision


@transaction.atomic
def undo(*, decision: Decision, by: User, at: datetime, reason: str = "") -> Decision:
    """End a decision; filings, records and descriptions are again what the rest of the evidence says."""
    if decision.correction_id:
        raise ValueError("an answer to a correction is taken back with the correction")
    lock_audience(decision.audience_key)
    decision = Decision.objects.select_for_update().get(pk=decision.pk)
    copies = [c for c in (decision.copy_low, decision.copy_high) if c]
    subject = copies[0].record if copies else decision.subject.answering
    _require_officer(by, *(copies or subject.copies.standing()))
    if not decision.is_effective:
        raise Contradiction(sayings.UNDONE_BEFORE)
    take_back(decision, ending=Decision.Ending.UNDONE, by=by, at=at)
    verb = "conflict.undone" if decision.conflict else "decision.undone"
    _tell(verb, decision, subject, at=at, by=by, reason=reason)
    if not copies:
        describe(subject, at=at)
        return decision
    standing = [c for c in copies if c.ended_at is None]
    seeds = [seed for c in standing for seed in (_put_back(c, at) if c.apart else [c])]
    regroup(seeds, decision.audience_key, at=at, actor=by)
    return decision


def take_back(decision: Decision, *, ending: str, by: User, at: datetime) -> None:
    """End a decision, with all that was said by it; call it under the lock of its audience, and describe anew then."""
    decision.ended_at, decision.ended_by, decision.ending = at, by, ending
    decision.save(update_fields=["ended_at", "ended_by", "ending"])
    Relation.objects.standing().filter(decision=decision).update(retracted_at=at)
    decision.statements.standing().update(retracted_at=at)
    decision.notices.filter(answered_at__isnull=True).update(dropped_at=at)


@transaction.atomic
def set_apart(*, filing: Filing, reason: str, by: User, at: datetime) -> Decision:
    """Give a filing a record of its own although its bytes are those of others in its record.

    Raises Contradiction where it is the only filing of its copy.
    """
    filing = lock_filing(filing)
    copy = filing.copy
    _require_officer(by, copy)
    if filing.is_withdrawn:
        raise Contradiction(sayings.FILING_WITHDRAWN)
    if filing.file_id != copy.file_id:
        raise Contradiction(sayings.DESCRIBED_BEFORE)
    if not copy.filings.standing().filter(file=copy.file_id).exclude(pk=filing.pk).exists():
        raise Contradiction(sayings.ONLY_FILING_OF_COPY)
    own = new_copy(copy.file, copy.audience_key, at=at, apart=next_apart(copy.file, copy.audience_key))
    described_before = Filing.objects.filter(copy=copy, source=filing.source_id, item_key=filing.item_key).exclude(
        file=copy.file_id
    )
    Filing.objects.filter(Q(pk=filing.pk) | Q(pk__in=described_before)).update(copy=own)
    return decide(copy_a=copy, copy_b=own, verdict=Decision.Verdict.DIFFERENT, reason=reason, by=by, at=at)


@transaction.atomic
def designate(*, filing: Filing, reason: str, by: User, at: datetime) -> Decision:
    """Make this filing the record copy of its record."""
    filing = lock_filing(filing)
    record = filing.copy.record
    _require_officer(by, *record.copies.standing())
    if filing.is_withdrawn:
        raise Contradiction(sayings.FILING_WITHDRAWN)
    Decision.objects.effective().filter(record=record).update(
        ended_at=at, ended_by=by, ending=Decision.Ending.SUPERSEDED
    )
    decision = Decision.objects.create(
        audience_key=filing.audience_key,
        record=record,
        filing=filing,
        verdict=Decision.Verdict.DESIGNATED,
        reason=reason,
        decided_by=by,
        decided_at=at,
    )
    _tell("decision.made", decision, record, at=at, by=by, reason=reason)
    describe(record, at=at)
    return decision


def _require_officer(user: User, *copies: Copy) -> None:
    if not may_decide(user, *copies):
        names = ", ".join(a.name for a in agencies_of(*copies))
        raise NotAllowed(sayings.OFFICERS_ONLY.format(agencies=names))


def _as_they_stand(*copies: Copy) -> list[Copy]:
    """Return the copies as they are now, under the lock. Raises Contradiction where one ended meanwhile."""
    now = Copy.objects.standing().select_related("record").in_bulk([copy.pk for copy in copies])
    if len(now) < len(copies):
        raise Contradiction(sayings.PICTURE_WITHDRAWN)
    return [now[copy.pk] for copy in copies]


def _require_pictures(*copies: Copy) -> None:
    if ImageFile.objects.filter(copies__in=copies, state=ImageFile.State.DESCRIBED).exists():
        raise Contradiction(sayings.NO_PICTURE_YET)


def _refuse_against_earlier(low: Copy, high: Copy) -> None:
    """Refuse "same" where a standing decision keeps a copy of the one record from a copy of the other."""
    low, high = Copy.objects.get(pk=low.pk), Copy.objects.get(pk=high.pk)
    pair = (low.record_id, high.record_id)
    apart = Decision.objects.effective().of_standing_copies().exclude(verdict=Decision.Verdict.SAME)
    crossing = apart.filter(copy_low__record__in=pair, copy_high__record__in=pair).exclude(
        copy_low__record=low.record_id, copy_high__record=low.record_id
    )
    if low.record_id != high.record_id and (earlier := crossing.select_related("decided_by").first()):
        raise Contradiction(
            sayings.DECIDED_EARLIER.format(
                person=earlier.decided_by,
                day=f"{earlier.decided_at:%d %B %Y}",
                decision=earlier.get_verdict_display(),
            )
        )


def _relate(decision: Decision, *, original: Copy, other: Copy, at: datetime) -> None:
    kinds = {
        Decision.Verdict.DERIVATIVE: Relation.Kind.DERIVED_FROM,
        Decision.Verdict.SAME_SCENE: Relation.Kind.SAME_SCENE,
    }
    if kind := kinds.get(decision.verdict):
        Relation.objects.create(from_copy=other, to_copy=original, kind=kind, decision=decision, made_at=at)


def _put_back(copy: Copy, at: datetime) -> list[Copy]:
    """Undo a setting apart: its filings go back to the copy that they came from, and its record is absorbed there.

    Returns the copies that were with it or take it back, to be grouped anew.
    """
    about = Q(copy_low=copy) | Q(copy_high=copy)
    if Decision.objects.effective().filter(about).exists():
        raise Contradiction(sayings.OTHERS_REST_ON_IT)
    bytes_here = Copy.objects.standing().filter(file=copy.file_id, audience_key=copy.audience_key, apart=0)
    first = bytes_here.select_related("record").first()
    if first is None:
        return [copy]  # what it was set apart from was withdrawn
    beside = list(Copy.objects.standing().filter(record=copy.record_id).exclude(pk=copy.pk))
    Filing.objects.filter(copy=copy).update(copy=first)
    ReviewItem.objects.filter(Q(copy_a=copy) | Q(copy_b=copy)).delete()
    Copy.objects.filter(pk=copy.pk).update(ended_at=at, record=first.record)
    home = copy.home_record
    if home.pk != first.record_id:
        Record.objects.filter(absorbed_into=home).update(absorbed_into=first.record)
        Record.objects.filter(pk=home.pk).update(state=Record.State.ABSORBED, absorbed_into=first.record)
    write_event(
        "record.absorbed", object_id=home.public_id, at=at, audience_key=copy.audience_key,
        record=first.record, after={"into": first.record.public_id},
    )  # fmt: skip
    return [first, *beside]


def _tell(verb: str, decision: Decision, record: Record, *, at: datetime, by: User, reason: str) -> None:
    copies = [c.public_id for c in (decision.copy_low, decision.copy_high) if c]
    bulk = {"bulk": decision.bulk.public_id} if decision.bulk else {}
    about = {"element": decision.conflict.element} if decision.conflict else {"copies": copies}
    write_event(
        verb, object_id=decision.public_id, at=at, actor=by, audience_key=decision.audience_key, record=record,
        reason=reason, after={"verdict": decision.verdict, **about, **bulk},
    )  # fmt: skip
