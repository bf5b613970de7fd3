"""For whom a filing is meant: its agency changes that, at once or from a day on, and then the filing moves.

Records never span audiences. So a filing leaves its copy in the one and comes to the copy of its file in the other,
as if it were filed there, to what was only described under its item key, too; evidence about the file is known
already, or asked for.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from catalog.models import Filing, Job, User

from . import jobs, sayings
from .amending import NotAllowed, may_amend
from .coming import copy_of
from .describing import describe
from .filing import Placing, checked_placing, lock_source, next_job
from .history import write_event
from .leaving import leave
from .locking import lock_filing
from .settling import regroup
from .withdrawing import AlreadyWithdrawn, checked_reason

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a filing: is anything new, and what is to be done next."""

    filing: Filing
    is_new: bool
    jobs: tuple[Job, ...] = ()


@transaction.atomic
def change_audience(
    *, filing: Filing, audience: str, embargo_until: str = "", reason: str, by: User, at: datetime
) -> Change:
    """Let a filing be meant for this audience, from the day on that is written in `embargo_until` or at once.

    Raises NotAllowed, FilingRefused with every problem, AlreadyWithdrawn, ChangedMeanwhile.
    """
    if not may_amend(by, filing):
        raise NotAllowed(sayings.CHANGES_OWN.format(agency=filing.agency))
    placing = checked_placing(audience, embargo_until, at)
    reason = checked_reason(reason)
    lock_source(filing.source)
    return _place(filing, placing, reason=reason, by=by, at=at)


@transaction.atomic
def end_embargo(filing: Filing, *, at: datetime) -> Change:
    """Give a filing to those it is meant for, if its embargo is over; doing it twice is the same as once.

    Where its agency has changed its mind meanwhile nothing happens, or all at the next sweep.
    """
    if filing.embargo_until is None:
        return Change(filing, is_new=False)
    lock_source(filing.source)
    now = lock_filing(filing, Filing.audience_key_for(filing.audience_after, filing.agency))
    is_over = now.embargo_until is not None and now.embargo_until <= timezone.localdate(at)
    if not is_over or now.audience_after != filing.audience_after:
        return Change(now, is_new=False)
    return _place(now, Placing(now.audience_after), reason=sayings.EMBARGO_OVER, by=None, at=at)


def note_embargoes_over(*, at: datetime) -> int:
    """Note a job for each filing whose embargo is over and for which there is none; return how many."""
    same = Job.objects.filter(kind=Job.Kind.DISCLOSE, subject=OuterRef("public_id"))
    failed = Q(state=Job.State.SET_ASIDE, ended_at__date__gte=OuterRef("embargo_until"))
    over = Filing.objects.standing().filter(embargo_until__lte=timezone.localdate(at))
    waiting = over.exclude(Exists(same.filter(Q(state__in=jobs.OPEN) | failed))).order_by("embargo_until", "pk")
    filings = list(waiting.values_list("public_id", flat=True)[:AT_ONCE])
    for filing in filings:
        jobs.enqueue(Job.Kind.DISCLOSE, filing)
    return len(filings)


def _place(filing: Filing, placing: Placing, *, reason: str, by: User | None, at: datetime) -> Change:
    key = Filing.audience_key_for(placing.audience, filing.agency)
    filing = lock_filing(filing, key)
    if filing.is_withdrawn:
        raise AlreadyWithdrawn(sayings.WITHDRAWN_BEFORE)
    if placing == Placing.of(filing):
        return Change(filing, is_new=False)
    left, was_here = filing.copy, True
    if key != filing.audience_key:
        filing.copy, was_here = copy_of(filing.file, key, at, filing.supersedes)
    before = filing.audience
    filing.audience, filing.audience_key = placing.audience, key
    filing.embargo_until, filing.audience_after = placing.embargo_until, placing.audience_after
    filing.save(update_fields=["copy", "audience", "audience_key", "embargo_until", "audience_after"])
    until = placing.embargo_until.isoformat() if placing.embargo_until else None
    write_event(
        "filing.audience-changed", object_id=filing.public_id, at=at, actor=by, audience_key=key,
        record=filing.copy.record, reason=reason, before={"audience": before},
        after={"agency": filing.agency.slug, "audience": placing.audience, "embargo_until": until},
    )  # fmt: skip
    if filing.copy == left:
        return Change(filing, is_new=True)
    write_event(
        "filing.left", object_id=filing.public_id, at=at, actor=by, audience_key=left.audience_key,
        record=left.record, after={"agency": filing.agency.slug},
    )  # fmt: skip
    leave(left, at=at, actor=by)
    if filing.copy.record.is_standing:
        describe(filing.copy.record, at=at)
    elif not filing.file.has_bytes:
        regroup([filing.copy], key, at=at, actor=by)
    job = next_job(filing.file, was_here)
    return Change(filing, is_new=True, jobs=(job,) if job else ())
