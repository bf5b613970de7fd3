"""The pipeline in reading order: examine, compare, settle, publish. Doing a step twice is the same as once.

What is to be done stands in the Job rows. A message only says that there is work: whoever gets it takes one
job after the other from the table until none is due. So messages may be lost, doubled or late, and a queue
never grows long; `sweep` finds what waits although nobody was told.
"""

import logging
import time
from datetime import timedelta

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.imaging.decode import UnreadablePicture
from catalog.models import Batch, Filing, ImageFile, Job, PictureSearch
from catalog.services import (
    comparing,
    correcting,
    deciding_many,
    evidencing,
    examining,
    feeding,
    giving_way,
    history,
    jobs,
    matching,
    reaudiencing,
    relating,
    renaming,
    searching,
    seeking,
    settling,
    tallying,
    uploading,
    withdrawing_batches,
)

log = logging.getLogger(__name__)


WORK_SECONDS = 5
"""How long one message keeps its worker busy; then the next message has its turn (a sweep, a publication)."""
PUBLISH_SECONDS = 1
MATCHER_SECONDS = 3
"""How long a job is put back for while no matcher answers."""
MEASURE_SECONDS = settings.LEASE_SECONDS / 4
"""How long one job measures evidence before others have their turn: well within its lease."""
CONTACTS_KEPT = timedelta(days=90)
"""How long it stays known where whoever asked for a correction can be reached; longer while it is not answered."""
ENOUGH_WAITING = 16
"""With so many jobs due, workers are at it already, or the next sweep wakes them: one more message would be noise."""


# ---- what happens to a file, step by step --------------------------------------------------------------------


def examine(job: Job) -> None:
    """Decode, fingerprint and describe one file in a child process; a file that cannot be read is quarantined."""
    file = ImageFile.objects.get(pk=job.subject)
    if not file.is_examined:
        try:
            found = examining.look_at(file)
        except UnreadablePicture as error:
            with transaction.atomic():
                giving_way.set_aside(file, str(error), at=timezone.now())
                jobs.finish(job)
            return
    with transaction.atomic():
        if not file.is_examined:
            examining.write_down(file, found, at=timezone.now())
        jobs.enqueue(Job.Kind.COMPARE, file.pk)
        jobs.finish(job)


def compare(job: Job) -> None:
    """Look for files that may show the same picture."""
    file = ImageFile.objects.get(pk=job.subject)
    matches = comparing.find_candidates(file)
    with transaction.atomic():
        comparing.keep_matches(matches, at=timezone.now())
        jobs.enqueue(Job.Kind.SETTLE, file.pk)
        jobs.finish(job)


def settle(job: Job) -> None:
    """Measure what grouping the file needs, group what is around it anew, and describe its records.

    Where others settled while it was measured there may be more to measure; then it has another turn.
    """
    file = ImageFile.objects.get(pk=job.subject)
    settling.measure_around(file, seconds=MEASURE_SECONDS)
    with transaction.atomic():
        if not settling.settle(file, at=timezone.now()):
            jobs.enqueue(Job.Kind.SETTLE, file.pk)
        jobs.finish(job)


def relate(job: Job) -> None:
    """Link the file's record with those it was made from or shows the scene of; ask people what remains open."""
    file = ImageFile.objects.get(pk=job.subject)
    relating.measure_links(file, seconds=MEASURE_SECONDS)
    with transaction.atomic():
        relating.relate_led_by(file, at=timezone.now())
        jobs.finish(job)


def disclose(job: Job) -> None:
    """Give a filing whose embargo is over to those it is meant for."""
    filing = Filing.objects.select_related("agency").get(public_id=job.subject)
    with transaction.atomic():
        reaudiencing.end_embargo(filing, at=timezone.now())
        jobs.finish(job)


def retell(job: Job) -> None:
    """Tell of some records of an agency that is called otherwise now; the next job tells of the next."""
    with transaction.atomic():
        renaming.retell(job.subject, at=timezone.now())
        jobs.finish(job)


def bulk(job: Job) -> None:
    """Decide, or undo, some of the pairs that a person decides at once; the next job goes on."""
    is_more = deciding_many.work_on(int(job.subject), at=timezone.now())
    with transaction.atomic():
        if is_more:
            jobs.enqueue(Job.Kind.BULK, job.subject)
        jobs.finish(job)


def seek(job: Job) -> None:
    """Look for the record that somebody's picture belongs to; the picture is thrown away then."""
    search = PictureSearch.objects.filter(pk=job.subject).first()
    if search is None or search.state != PictureSearch.State.WAITING:
        jobs.finish(job)
        return
    spool_name, found = search.spool_name, seeking.look_for(search)
    with transaction.atomic():
        seeking.answer(search, found, at=timezone.now())
        jobs.finish(job)
    seeking.discard(spool_name)


def withdraw(job: Job) -> None:
    """Withdraw some filings of a batch that was withdrawn; the next job withdraws the next."""
    batch = Batch.objects.select_related("source").get(public_id=job.subject)
    with transaction.atomic():
        withdrawing_batches.withdraw_next(batch, at=timezone.now())
        jobs.finish(job)


STEPS = {
    Job.Kind.EXAMINE: examine,
    Job.Kind.COMPARE: compare,
    Job.Kind.SETTLE: settle,
    Job.Kind.RELATE: relate,
    Job.Kind.DISCLOSE: disclose,
    Job.Kind.RETELL: retell,
    Job.Kind.BULK: bulk,
    Job.Kind.SEEK: seek,
    Job.Kind.WITHDRAW: withdraw,
}


@shared_task(name="catalog.publish")
def publish() -> None:
    """Number what was committed and bring the search up to date."""
    history.publish_all()
    while searching.follow():
        pass


@shared_task(name="catalog.feed")
def feed() -> None:
    """Bring up to date what other catalogs harvest and the overview adds up; after a while let others have this worker.

    This is done now and then, because a record that changes several times meanwhile is written once.
    """
    end = time.monotonic() + WORK_SECONDS
    for follow in (feeding.follow, tallying.follow):
        while follow():
            if time.monotonic() > end:
                _send(feed)
                return


# ---- keeping it going ----------------------------------------------------------------------------------------


@shared_task(name="catalog.work")
def work() -> None:
    """Take jobs until none is due; after a while let others have this worker, and come again."""
    end = time.monotonic() + WORK_SECONDS
    published = time.monotonic()
    while job := jobs.take_next():
        attend_to(job)
        if time.monotonic() - published > PUBLISH_SECONDS:
            publish()
            published = time.monotonic()
        if time.monotonic() > end:
            _send(work)
            break
    publish()


def attend_to(job: Job) -> None:
    """Do the job's step; put it back, or aside, where the step fails."""
    try:
        STEPS[job.kind](job)
    except evidencing.OutOfTime:
        jobs.put_back(job)
    except matching.NoMatcher as reason:
        log.info("%s waits for the matcher: %s", job, reason)
        jobs.put_back(job, MATCHER_SECONDS)
    except jobs.LeaseLost:
        log.warning("%s was taken over by another worker", job)
    except Exception as error:
        log.exception("%s failed", job)
        jobs.fail(job, f"{type(error).__name__}: {error}")


@shared_task(name="catalog.sweep")
def sweep() -> None:
    """Find what waits although nobody is at it: lost messages, lost workers, work put back, embargoes that are over."""
    reaudiencing.note_embargoes_over(at=timezone.now())
    for _ in range(min(jobs.count_due(ENOUGH_WAITING), ENOUGH_WAITING)):
        _send(work)
    publish()
    _send(feed)
    jobs.forget_done_before(timezone.now() - timedelta(days=7))
    uploading.forget_before(timezone.now() - timedelta(days=14))
    seeking.forget_before(timezone.now() - timedelta(days=1))
    correcting.forget_contacts_before(timezone.now() - CONTACTS_KEPT)


def nudge(*waiting: Job) -> None:
    """Say that there is work, as soon as the transaction is committed."""
    if waiting:
        transaction.on_commit(_wake)


def publish_soon() -> None:
    transaction.on_commit(lambda: _send(publish))


def _wake() -> None:
    if jobs.count_due(ENOUGH_WAITING) < ENOUGH_WAITING:
        _send(work)


def _send(task) -> None:
    """Send a message; where the broker is away, the sweep will find the work."""
    try:
        task.apply_async(retry=False)
    except (OperationalError, OSError) as error:
        log.warning("no message could be sent, the sweep will find the work: %s", error)


@worker_process_shutdown.connect
def _close_sandbox(**_: object) -> None:
    if examining.sandbox.cache_info().currsize:
        examining.sandbox().close()
