"""The to-do list: who may take a job, and what becomes of one that fails."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from catalog import tasks
from catalog.models import Job
from catalog.services import jobs

pytestmark = pytest.mark.django_db


def test_a_job_is_taken_by_one(settings):
    job = jobs.enqueue(Job.Kind.SETTLE, 1)
    assert jobs.claim(job.pk).attempt == 1
    assert jobs.claim(job.pk) is None
    assert jobs.take_next() is None


def test_a_lost_workers_job_is_taken_over_and_its_late_effect_is_refused():
    jobs.enqueue(Job.Kind.SETTLE, 1)
    lost = jobs.take_next()
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    second = jobs.take_next()
    assert second.attempt == 2
    with pytest.raises(jobs.LeaseLost):
        jobs.finish(lost)
    jobs.finish(second)
    assert Job.objects.get().state == Job.State.DONE


def test_what_is_asked_for_while_it_runs_runs_once_more():
    jobs.enqueue(Job.Kind.SETTLE, 1)
    running = jobs.take_next()
    jobs.enqueue(Job.Kind.SETTLE, 1)
    jobs.finish(running)
    assert jobs.take_next().pk == running.pk


def test_three_failures_set_a_job_aside_with_its_reason_and_it_can_be_tried_again():
    job = jobs.enqueue(Job.Kind.SETTLE, 1)
    for _ in range(3):
        Job.objects.update(not_before=Now())
        jobs.fail(jobs.take_next(), "the disk said no")
    job.refresh_from_db()
    assert (job.state, job.last_error) == (Job.State.SET_ASIDE, "the disk said no")
    again = jobs.retry(job)
    assert again.pk != job.pk
    assert jobs.take_next() == again


def test_a_failed_job_waits_before_it_is_tried_again():
    jobs.enqueue(Job.Kind.SETTLE, 1)
    jobs.fail(jobs.take_next(), "no")
    assert jobs.take_next() is None
    assert Job.objects.get().state == Job.State.QUEUED


def test_a_job_that_takes_its_worker_down_every_time_is_set_aside_at_last():
    job = jobs.enqueue(Job.Kind.SETTLE, 1)
    Job.objects.update(attempt=Job.ATTEMPTS_ALLOWED)
    assert jobs.take_next() is None
    job.refresh_from_db()
    assert job.state == Job.State.SET_ASIDE
    assert "worker was lost" in job.last_error


def test_one_job_that_always_fails_does_not_stop_the_others(monkeypatch, file_it, run_jobs, agency, caplog):
    from tests.conftest import drawn, jpeg

    bad = jobs.enqueue(Job.Kind.SETTLE, 999_999)
    file_it(jpeg(drawn()), agency)
    run_jobs()
    bad.refresh_from_db()
    assert bad.failures >= 1  # once more where the others took long
    assert "DoesNotExist" in bad.last_error
    assert Job.objects.filter(state=Job.State.DONE).count() == 3


def test_an_unreachable_broker_does_not_lose_the_filing(
    monkeypatch, file_it, agency, django_capture_on_commit_callbacks
):
    from kombu.exceptions import OperationalError

    from tests.conftest import drawn, jpeg

    def away(*_, **__):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.work, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        receipt = file_it(jpeg(drawn()), agency)
        tasks.nudge(*receipt.jobs)
    assert jobs.take_next().kind == Job.Kind.EXAMINE
