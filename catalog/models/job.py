from django.db import models
from django.db.models.functions import Now


class JobQuerySet(models.QuerySet):
    def due(self):
        """Jobs that may be taken now, by the database's clock: queued ones whose time has come, and lost ones."""
        return self.filter(
            models.Q(state=Job.State.QUEUED, not_before__lte=Now())
            | models.Q(state=Job.State.RUNNING, lease_until__lt=Now())
        )


class Job(models.Model):
    """One piece of work. The row is the to-do list; a Celery message only says that it is worth a look."""

    class Kind(models.TextChoices):
        EXAMINE = "examine", "Examine a file"
        COMPARE = "compare", "Look for candidates"
        SETTLE = "settle", "Group and describe"
        RELATE = "relate", "Link and ask"
        DISCLOSE = "disclose", "End an embargo"
        RETELL = "retell", "Tell of an agency's change"
        BULK = "bulk", "Decide, or undo, many pairs"
        SEEK = "seek", "Look for a picture"
        WITHDRAW = "withdraw", "Withdraw a batch"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        SET_ASIDE = "set-aside", "Set aside after failing"

    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=40, help_text="Key of what the work is about.")
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0, help_text="How often it was taken; also the lease's token.")
    failures = models.PositiveIntegerField(default=0, help_text="How often it failed, not counting lost workers.")
    not_before = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    is_wanted_again = models.BooleanField(default=False, help_text="Asked for once more while it was running.")
    last_error = models.TextField(blank=True)
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    FAILURES_ALLOWED = 3
    ATTEMPTS_ALLOWED = 20  # a job that takes its worker down every time is set aside at last, too

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=models.Q(state__in=("queued", "running")),
                name="job_once_open",
            ),
            models.CheckConstraint(
                name="job_running_has_a_lease",
                condition=models.Q(state="running", lease_until__isnull=False) | ~models.Q(state="running"),
            ),
            models.CheckConstraint(
                name="job_ended_has_a_moment",
                condition=models.Q(state__in=("queued", "running"), ended_at__isnull=True)
                | models.Q(state__in=("done", "set-aside"), ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=("state", "not_before"), condition=models.Q(state__in=("queued", "running")), name="job_open"
            ),
            models.Index(fields=("kind", "subject"), name="job_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
