from django.conf import settings
from django.db import models

from .audience import audience_keys_of
from .image_file import ImageFile
from .public_id import public_id_field
from .record import Copy, Record


class Match(models.Model):
    """Evidence about two files: what was measured, and the relation it supports."""

    class Supports(models.TextChoices):
        SAME_IMAGE = "same-image", "The same picture"
        CANDIDATE = "candidate", "May be the same: a person decides"

    public_id = public_id_field()
    file_low = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="matches_low")
    file_high = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="matches_high")
    method = models.CharField(max_length=40, help_text="Name and version of what compared them.")
    supports = models.CharField(max_length=20, choices=Supports)
    distance_bits = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Least distance of their pages' 256-bit hashes in any orientation."
    )
    measurements = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=("file_low", "file_high", "method"), name="match_once_a_pair_and_method"),
            models.CheckConstraint(name="match_of_two_in_order", condition=models.Q(file_low__lt=models.F("file_high"))),
            models.CheckConstraint(name="match_relation_known", condition=models.Q(supports__in=("same-image", "candidate"))),
        ]

    def __str__(self) -> str:
        return f"{self.method}: {self.supports}"


class ReviewItem(models.Model):
    """A question for a person: are these two records' pictures the same? At most one open for two records."""

    public_id = public_id_field()
    audience_key = models.CharField(max_length=80)
    record_low = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_low")
    record_high = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_high")
    copy_a = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+", help_text="The better copy.")
    copy_b = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+")
    match = models.ForeignKey(Match, on_delete=models.PROTECT)
    distance_bits = models.PositiveSmallIntegerField()
    is_leading = models.BooleanField(
        default=True, help_text="Asked now. The others follow from the answers and are asked only if still open."
    )
    because = models.TextField(help_text="The sentence that says why the software does not decide.")
    opened_at = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    held_until = models.DateTimeField(null=True, blank=True)

    class QuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.filter(audience_key__in=audience_keys_of(user))

        def leading(self):
            return self.filter(is_leading=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("record_low", "record_high"), name="review_once_a_pair"),
            models.CheckConstraint(
                name="review_of_two_in_order", condition=models.Q(record_low__lt=models.F("record_high"))
            ),
        ]
        indexes = [models.Index(fields=("audience_key", "is_leading", "distance_bits", "id"), name="review_queue")]

    def __str__(self) -> str:
        return f"{self.record_low} / {self.record_high}"
