from django.db import models
from django.urls import reverse

from .audience import audience_key_field, audience_keys_of
from .filing import Filing
from .image_file import ImageFile
from .public_id import public_id_field


class RecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def standing(self):
        return self.filter(state=Record.State.STANDING)

    def gone(self):
        """Records that answered their audience and do so no more, for no filing is left."""
        return self.filter(state__in=(Record.State.PENDING, Record.State.WITHDRAWN), gone_at__isnull=False)


class Record(models.Model):
    """The canonical entry that people cite: one per image and audience.

    A record that was joined to another is *absorbed*: it keeps its address and points to the standing
    record that answers for it. Two triggers (migration 0002) hold that pointer to one hop.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending: its file has not settled yet"
        STANDING = "standing", "Standing"
        ABSORBED = "absorbed", "Absorbed: another record answers for it"
        WITHDRAWN = "withdrawn", "Withdrawn"

    public_id = public_id_field()
    audience_key = audience_key_field()
    state = models.CharField(max_length=20, choices=State, default=State.PENDING, db_index=True)
    absorbed_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed")
    best_copy = models.ForeignKey("Copy", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    best_copy_because = models.TextField(blank=True, help_text="The sentence that says why this copy shows most.")
    record_copy = models.ForeignKey(Filing, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    record_copy_because = models.TextField(
        blank=True, help_text="The sentence that says why this filing is authoritative."
    )
    title = models.TextField(blank=True)
    description = models.JSONField(default=dict, help_text="The computed description with the origin of each value.")
    filed_at = models.DateTimeField(help_text="When its first filing was made.")
    modified_at = models.DateTimeField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="When it last ceased to answer, for no filing was left; its address says so."
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="record_absorbed_points_elsewhere",
                condition=(
                    models.Q(state="absorbed", absorbed_into__isnull=False)
                    | models.Q(~models.Q(state="absorbed"), absorbed_into__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="record_not_absorbed_into_itself",
                condition=models.Q(absorbed_into__isnull=True) | ~models.Q(absorbed_into=models.F("id")),
            ),
            models.CheckConstraint(
                name="record_standing_has_a_best_copy",
                condition=~models.Q(state="standing") | models.Q(best_copy__isnull=False, record_copy__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=("audience_key", "state", "-id"), name="record_newest_in_audience")]

    def __str__(self) -> str:
        return self.title or self.public_id

    def get_absolute_url(self) -> str:
        return reverse("record", args=[self.public_id])

    @property
    def is_standing(self) -> bool:
        return self.state == self.State.STANDING

    @property
    def answering(self) -> "Record":
        """The record that answers for this address: itself, or the one it was absorbed into."""
        return self.absorbed_into or self


class CopyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def standing(self):
        return self.filter(ended_at__isnull=True)


class Copy(models.Model):
    """A record's membership of an ImageFile.

    It is made once, with a record of its own (its *home*), and moves between records as they are joined
    and split; the home is where it goes back to.
    """

    class Tie(models.TextChoices):
        ANCHOR = "anchor", "The best copy itself"
        SAME_IMAGE = "same-image", "The same picture in another file"
        DECIDED = "decided", "Joined by a records officer"

    public_id = public_id_field()
    file = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="copies")
    audience_key = audience_key_field()
    apart = models.PositiveIntegerField(
        default=0, help_text="0, or a number for filings of these bytes that an officer set apart from the others."
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="copies")
    home_record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="home_copy")
    tie = models.CharField(max_length=20, choices=Tie, default=Tie.ANCHOR)
    because = models.TextField(blank=True, help_text="Why it belongs to its record, in a sentence.")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When no filing was left that holds it.")

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "copies"
        constraints = [
            models.UniqueConstraint(
                fields=("file", "audience_key", "apart"),
                condition=models.Q(ended_at__isnull=True),
                name="copy_once_a_file_and_audience",
            ),
        ]

    def __str__(self) -> str:
        return f"copy {self.public_id}"
