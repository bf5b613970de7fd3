from django.conf import settings
from django.db import models

from .decision import Decision
from .match import ReviewItem
from .public_id import public_id_field
from .record import Copy


class Bulk(models.Model):
    """Many pairs that one person decides alike at once: looked through, confirmed, and taken back as one.

    Which pairs they are is written down when it is proposed, so that nothing is decided that was not looked through.
    """

    class Verdict(models.TextChoices):
        """What two pictures are to one another, in the words of a decision."""

        SAME = Decision.Verdict.SAME.value, Decision.Verdict.SAME.label
        DERIVATIVE = Decision.Verdict.DERIVATIVE.value, Decision.Verdict.DERIVATIVE.label
        SAME_SCENE = Decision.Verdict.SAME_SCENE.value, Decision.Verdict.SAME_SCENE.label
        DIFFERENT = Decision.Verdict.DIFFERENT.value, Decision.Verdict.DIFFERENT.label

    public_id = public_id_field()
    kind = models.CharField(max_length=20, choices=ReviewItem.Kind)
    misfit_max = models.PositiveSmallIntegerField(help_text="0 to 1,000: pairs that fit worse are not among them.")
    verdict = models.CharField(max_length=20, choices=Verdict)
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulks")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bulk_verdict_about_pairs",
                condition=models.Q(verdict__in=("same", "derivative", "same-scene", "different")),
            ),
            models.UniqueConstraint(
                fields=("made_by",), condition=models.Q(confirmed_at__isnull=True), name="bulk_one_proposal_a_person"
            ),
            models.CheckConstraint(
                name="bulk_undone_by_someone_after_confirming",
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=("made_by", "confirmed_at"), name="bulk_of_person")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.get_kind_display()} ({self.made_by})"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class BulkPair(models.Model):
    """One pair of a bulk, and what became of it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits"
        LEFT_OUT = "left-out", "Left out"
        DECIDED = "decided", "Decided"
        PASSED_OVER = "passed-over", "Not decided"
        UNDONE = "undone", "Taken back"
        LEFT = "left", "Left as it is"

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="pairs")
    copy_a = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+")
    copy_b = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+")
    misfit = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.PROPOSED)
    decision = models.OneToOneField(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="bulk_pair")
    why = models.TextField(blank=True, help_text="Why it was passed over, or left as it is.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("bulk", "copy_a", "copy_b"), name="bulk_pair_once"),
            models.CheckConstraint(
                name="bulk_pair_decided_has_a_decision",
                condition=models.Q(state__in=("decided", "undone", "left"), decision__isnull=False)
                | models.Q(state__in=("proposed", "left-out", "passed-over"), decision__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=("bulk", "state", "misfit"), name="bulk_pair_state")]

    def __str__(self) -> str:
        return f"{self.copy_a} / {self.copy_b}"
