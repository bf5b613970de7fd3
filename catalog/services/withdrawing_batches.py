"""Withdrawing a whole batch: what one run of filing brought is taken back, some filings at a time.

The batch says that it is withdrawn, by whom and why; from then on nothing more is filed under it. Each of its filings
is then withdrawn as if its agency had withdrawn it alone, whoever may see it and whether it is embargoed or not. A step
does all of its filings or none; the job that stands until none is left does the next.
"""

from datetime import datetime

from django.db import transaction

from catalog.models import Audience, Batch, Filing, Job, Membership, User, audience_key

from . import jobs, sayings
from .amending import NotAllowed
from .filing import lock_source
from .history import write_event
from .locking import lock_audiences
from .withdrawing import AlreadyWithdrawn, checked_reason, take_back

AT_ONCE = 50
"""So many filings a step: its audiences are locked for some seconds, not for minutes."""


@transaction.atomic
def withdraw_batch(*, batch: Batch, reason: str, by: User | None, at: datetime) -> Job:
    """Withdraw all that was filed in a batch; `by` is None where the operator does it. Return the job that does it.

    Raises NotAllowed, FilingRefused without a reason, AlreadyWithdrawn.
    """
    agency = batch.source.agency
    if by is not None and not may_withdraw(by, batch):
        raise NotAllowed(sayings.WITHDRAWS_OWN_BATCHES.format(agency=agency))
    reason = checked_reason(reason)
    lock_source(batch.source)
    if Batch.objects.get(pk=batch.pk).is_withdrawn:
        raise AlreadyWithdrawn(sayings.BATCH_WITHDRAWN_BEFORE)
    batch.withdrawn_at, batch.withdrawn_by, batch.withdrawn_because = at, by, reason
    batch.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    write_event(
        "batch.withdrawn", object_id=batch.public_id, at=at, actor=by, reason=reason,
        audience_key=audience_key(Audience.RESTRICTED, agency.slug),
        after={"agency": agency.slug, "filings": batch.filings.standing().count()},
    )  # fmt: skip
    return jobs.enqueue(Job.Kind.WITHDRAW, batch.public_id)


@transaction.atomic
def withdraw_next(batch: Batch, *, at: datetime) -> int:
    """Withdraw the latest filings of a withdrawn batch that still stand, and note the next step; return how many."""
    lock_source(batch.source)  # for whom they are changes under this lock alone
    filings = list(batch.filings.standing().order_by("-pk")[:AT_ONCE])
    earlier = Filing.objects.filter(superseded_by__in=filings)
    lock_audiences(*(one.audience_key for one in [*filings, *earlier]))
    for filing in filings:
        take_back(filing, reason=batch.withdrawn_because, by=batch.withdrawn_by, at=at)
    if len(filings) == AT_ONCE:
        jobs.enqueue(Job.Kind.WITHDRAW, batch.public_id)
    return len(filings)


def may_withdraw(user: User, batch: Batch) -> bool:
    """Tell whether a person files for the agency whose batch it is."""
    return user.is_authenticated and user.is_active and user.has_role(Membership.Role.FILER, batch.source.agency_id)


def batches_of(user: User):
    """Return the batches of the agencies to which a person belongs: nobody else is told of them."""
    if not user.is_authenticated or not user.is_active:
        return Batch.objects.none()
    agencies = Membership.objects.filter(user=user).values("agency")
    return Batch.objects.filter(source__agency__in=agencies).select_related("source__agency", "withdrawn_by")
