"""The to-do list: taking a job, finishing it with its effect, setting it aside. Nothing here sends a message."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from catalog.models import Job

from . import sayings

OPEN = (Job.State.QUEUED, Job.State.RUNNING)
BACK_OFF = timedelta(seconds=5)
AHEAD = timedelta(days=1)
"""What somebody waits for before a screen is due as if it had waited for so long already."""


class LeaseLost(Exception):
    """Another worker has taken the job meanwhile: this one's effects are rolled back."""


def enqueue(kind: str, subject: object, *, is_waited_for: bool = False) -> Job:
    """Note that the work is to be done; call it in the transaction that makes it necessary.

    What somebody waits for before a screen comes before what is due.
    A job that waits already is enough, one that is running will run once more. Its row stays locked until
    the transaction ends, so that no worker starts it without seeing what was changed.
    """
    for _ in range(5):
        same = Job.objects.filter(kind=kind, subject=str(subject))
        if same.filter(state=Job.State.QUEUED).update(not_before=Now(), failures=0) or same.filter(
            state=Job.State.RUNNING
        ).update(is_wanted_again=True):
            return same.filter(state__in=OPEN).latest("id")
        try:
            with transaction.atomic():
                due = {"not_before": Now() - AHEAD} if is_waited_for else {}
                return Job.objects.create(kind=kind, subject=str(subject), **due)
        except IntegrityError:
            continue  # somebody noted the same between our look and our note
    raise RuntimeError(f"could not note the job {kind} {subject}")


def take_next(tries: int = 3) -> Job | None:
    """Take the job that has been due for longest; None where there is nothing to do.

    Workers that reach for the same job try the next of a short list; the database lets one have each.
    """
    for _ in range(tries):
        due = list(Job.objects.due().order_by("not_before", "id").values_list("id", flat=True)[:8])
        if not due:
            return None
        for job_id in due:
            if job := claim(job_id):
                return job
    return None


def claim(job_id: int) -> Job | None:
    """Take the job for the length of its lease, by the database's clock; None where it is not to be had."""
    taken = (
        Job.objects.due()
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS),
            is_wanted_again=False,
        )
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    if job.attempt > Job.ATTEMPTS_ALLOWED:
        _set_aside(job, sayings.WORKER_LOST.format(number=job.attempt - 1))
        return None
    return job


def finish(job: Job) -> None:
    """Mark the job done, in the transaction of its effect; raise LeaseLost where it is no longer ours.

    A job that was asked for again while it ran waits for its next turn.
    """
    ours = _ours(job)
    if ours.filter(is_wanted_again=False).update(state=Job.State.DONE, ended_at=Now(), lease_until=None):
        return
    again = ours.update(state=Job.State.QUEUED, attempt=0, failures=0, lease_until=None, not_before=Now())
    if not again:
        raise LeaseLost(str(job))


def fail(job: Job, error: str) -> None:
    """Put a failed job back for later, or aside with its reason when it has failed as often as is allowed."""
    if job.failures + 1 >= Job.FAILURES_ALLOWED:
        _set_aside(job, error)
        return
    _ours(job).update(
        state=Job.State.QUEUED,
        failures=F("failures") + 1,
        last_error=error[:4000],
        lease_until=None,
        not_before=Now() + BACK_OFF * 2**job.failures,
    )


def put_back(job: Job, seconds: float = 0) -> None:
    """Put a job back for some seconds: nothing failed, but it cannot go on now, or others shall have their turn."""
    _ours(job).update(
        state=Job.State.QUEUED,
        attempt=0,
        failures=0,
        lease_until=None,
        not_before=Now() + timedelta(seconds=seconds),
    )


def retry(job: Job) -> Job:
    """Take up a job that was set aside; return the open job for the same work."""
    with transaction.atomic():
        return enqueue(job.kind, job.subject)


def count_due(most: int) -> int:
    """Count the jobs that may be taken now, up to `most`."""
    return Job.objects.due()[:most].count()


def forget_done_before(moment: datetime, limit: int = 10_000) -> int:
    """Delete jobs that were done before the moment; what they did stands in the history."""
    old = Job.objects.filter(state=Job.State.DONE, ended_at__lt=moment).values_list("id", flat=True)[:limit]
    return Job.objects.filter(pk__in=list(old)).delete()[0]


def _ours(job: Job):
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt)


def _set_aside(job: Job, error: str) -> None:
    _ours(job).update(
        state=Job.State.SET_ASIDE,
        failures=F("failures") + 1,
        last_error=error[:4000],
        lease_until=None,
        ended_at=Now(),
    )
