"""The pipeline in reading order. Each task loads, calls once, hands on; running one twice is the same as once.

A message only says that a job is worth a look: what is to be done stands in the Job rows, and `sweep`
finds it again when a message, a worker or the broker was lost.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.imaging.decode import UnreadablePicture
from catalog.models import ImageFile, Job
from catalog.services import comparing, examining, history, jobs, searching, settling, uploading

log = logging.getLogger(__name__)


# ---- what happens to a file, step by step --------------------------------------------------------------------


@shared_task(name="catalog.examine")
def examine(job_id: int) -> None:
    """Decode, fingerprint and describe one file in a child process; a file that cannot be read is quarantined."""
    work(job_id, _examine)


def _examine(job: Job) -> None:
    file = ImageFile.objects.get(pk=job.subject)
    if not file.is_examined:
        try:
            found = examining.look_at(file)
        except UnreadablePicture as error:
            with transaction.atomic():
                examining.quarantine(file, str(error), at=timezone.now())
                then(*jobs.finish(job))
            return
    with transaction.atomic():
        if not file.is_examined:
            examining.write_down(file, found, at=timezone.now())
        then(jobs.enqueue(Job.Kind.COMPARE, file.pk), *jobs.finish(job))


@shared_task(name="catalog.compare")
def compare(job_id: int) -> None:
    """Look for files that may show the same picture."""
    work(job_id, _compare)


def _compare(job: Job) -> None:
    file = ImageFile.objects.get(pk=job.subject)
    matches = comparing.find_candidates(file, mirror())
    with transaction.atomic():
        comparing.keep_matches(matches, at=timezone.now())
        then(jobs.enqueue(Job.Kind.SETTLE, file.pk), *jobs.finish(job))


@shared_task(name="catalog.settle")
def settle(job_id: int) -> None:
    """Group the file's component anew, describe its records, ask people what remains open."""
    work(job_id, _settle)


def _settle(job: Job) -> None:
    file = ImageFile.objects.get(pk=job.subject)
    with transaction.atomic():
        settling.settle(file, at=timezone.now())
        then(*jobs.finish(job))
    publish_soon()


@shared_task(name="catalog.publish")
def publish() -> None:
    """Number what was committed and bring the search up to date."""
    while history.publish():
        pass
    while searching.follow():
        pass


# ---- keeping it going ----------------------------------------------------------------------------------------


@shared_task(name="catalog.sweep")
def sweep() -> None:
    """Find what waits although nobody is at it: lost messages, lost workers, work put back for later."""
    for job in Job.objects.filter(pk__in=jobs.due_ids()).order_by("id"):
        _send(TASKS[job.kind], job.pk)
    publish()
    jobs.forget_done_before(timezone.now() - timedelta(days=7))
    uploading.forget_before(timezone.now() - timedelta(days=14))


TASKS = {Job.Kind.EXAMINE: examine, Job.Kind.COMPARE: compare, Job.Kind.SETTLE: settle}


def work(job_id: int, step: Callable[[Job], None]) -> None:
    """Take the job, do its step, and put it back or aside where the step fails."""
    job = jobs.claim(job_id)
    if job is None:
        return
    try:
        step(job)
    except jobs.LeaseLost:
        log.warning("job %s was taken over by another worker", job_id)
    except Exception as error:
        log.exception("job %s failed", job_id)
        jobs.fail(job, f"{type(error).__name__}: {error}")


def then(*waiting: Job) -> None:
    """Nudge the workers about these jobs as soon as the transaction is committed."""
    for job in waiting:
        transaction.on_commit(lambda job=job: _send(TASKS[job.kind], job.pk))


nudge = then


def publish_soon() -> None:
    transaction.on_commit(lambda: _send(publish))


def _send(task, *arguments) -> None:
    """Send a message; where the broker is away, the sweep will find the work."""
    try:
        task.apply_async(arguments, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("no message could be sent, the sweep will find the work: %s", error)


@cache
def mirror() -> comparing.Mirror:
    """This process's copy of the published fingerprints."""
    return comparing.Mirror()


@worker_process_shutdown.connect
def _close_sandbox(**_: object) -> None:
    if examining.sandbox.cache_info().currsize:
        examining.sandbox().close()
