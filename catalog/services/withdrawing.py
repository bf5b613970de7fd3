"""Withdrawing: the agency that filed takes its filing back. The filing stays as a line of history, with the reason."""

from datetime import datetime

from django.db import transaction

from catalog.metadata.validation import Problem, normalise_text
from catalog.models import Filing, User

from . import sayings
from .amending import NotAllowed, may_amend
from .describing import describe_record_of
from .filing import FilingRefused, lock_source
from .history import LONGEST_REASON, write_event
from .leaving import leave
from .locking import lock_filing


class AlreadyWithdrawn(Exception):
    """The filing was withdrawn before."""


@transaction.atomic
def withdraw(*, filing: Filing, reason: str, by: User, at: datetime) -> Filing:
    """Withdraw a filing; its copy and record follow at once. Filing the same again is the undo.

    Raises NotAllowed, FilingRefused without a reason, AlreadyWithdrawn, ChangedMeanwhile.
    """
    if not may_amend(by, filing):
        raise NotAllowed(sayings.WITHDRAWS_OWN.format(agency=filing.agency))
    reason = checked_reason(reason)
    lock_source(filing.source)
    return take_back(filing, reason=reason, by=by, at=at)


def take_back(filing: Filing, *, reason: str, by: User | None, at: datetime) -> Filing:
    """Withdraw a filing whose source is locked, whoever asks for it. Raises AlreadyWithdrawn, ChangedMeanwhile."""
    earlier = Filing.objects.filter(superseded_by=filing).first()
    filing = lock_filing(filing, *([earlier.audience_key] if earlier else []))
    if filing.is_withdrawn:
        raise AlreadyWithdrawn(sayings.WITHDRAWN_BEFORE)
    filing.withdrawn_at, filing.withdrawn_by, filing.withdrawn_because = at, by, reason
    filing.embargo_until, filing.audience_after = None, ""
    filing.supersedes = None
    filing.save(
        update_fields=[
            "withdrawn_at", "withdrawn_by", "withdrawn_because", "embargo_until", "audience_after", "supersedes",
        ]
    )  # fmt: skip
    Filing.objects.filter(supersedes=filing).update(supersedes=earlier)  # not before: an item has one first filing
    write_event(
        "filing.withdrawn", object_id=filing.public_id, at=at, actor=by, audience_key=filing.audience_key,
        record=filing.copy.record, reason=reason, after={"agency": filing.agency.slug},
    )  # fmt: skip
    leave(filing.copy, at=at, actor=by)
    if earlier:
        describe_record_of(earlier, at=at)
    return filing


def checked_reason(reason: str) -> str:
    """Return the reason as it is kept. Raises FilingRefused where there is none."""
    reason = normalise_text(reason)
    if not reason or len(reason) > LONGEST_REASON:
        message = sayings.SAY_WHY.format(number=f"{LONGEST_REASON:,}")
        raise FilingRefused([Problem("reason", reason, message, "Filed under the wrong permit.")])
    return reason
