from django.conf import settings
from django.db import models

from .public_id import public_id_field
from .record import Record


class PictureSearchQuerySet(models.QuerySet):
    def open_to(self, user):
        """Searches that this person made; those of visitors are open to whoever knows their address."""
        own = models.Q(asked_by=user) if user.is_authenticated else models.Q(pk__in=())
        return self.filter(own | models.Q(asked_by__isnull=True))


class PictureSearch(models.Model):
    """Somebody's question which record a picture belongs to. Its picture is thrown away with it after a day."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a worker"
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "The picture cannot be read"

    public_id = public_id_field()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    asked_at = models.DateTimeField(db_index=True)
    file_name = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    spool_name = models.CharField(max_length=100, blank=True, help_text="Name in the store until it is answered.")
    thumbnail = models.BinaryField(default=b"", help_text="Small WebP of what was asked about.")
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    refusal = models.TextField(blank=True, help_text="Why the picture cannot be read, in words.")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = PictureSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "picture searches"
        constraints = [
            models.CheckConstraint(
                name="picture_search_answered_once",
                condition=(
                    models.Q(state="waiting", answered_at__isnull=True)
                    | models.Q(~models.Q(state="waiting"), answered_at__isnull=False, spool_name="")
                ),
            ),
            models.CheckConstraint(
                name="picture_search_refused_for_a_reason",
                condition=models.Q(state="refused") ^ models.Q(refusal=""),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class PictureFinding(models.Model):
    """A record that a picture that was asked about belongs to, or is like."""

    class Kind(models.TextChoices):
        SAME = "same", "The same picture"
        MAYBE = "maybe", "Perhaps the same picture"
        DERIVATIVE = "derivative", "One was made from the other"
        SCENE = "scene", "The same scene"
        ALIKE = "alike", "Looks alike"

    search = models.ForeignKey(PictureSearch, on_delete=models.CASCADE, related_name="findings")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    place = models.PositiveSmallIntegerField(help_text="Order within the answer, the nearest first.")
    because = models.TextField(blank=True, help_text="What was measured, in words.")

    class Meta:
        ordering = ("place",)
        constraints = [models.UniqueConstraint(fields=("search", "record"), name="picture_finding_once_a_record")]

    def __str__(self) -> str:
        return f"{self.search}: {self.kind}"
