from django.conf import settings
from django.db import models
from django.db.models import functions

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
            models.CheckConstraint(
                name="match_of_two_in_order", condition=models.Q(file_low__lt=models.F("file_high"))
            ),
            models.CheckConstraint(
                name="match_relation_known", condition=models.Q(supports__in=("same-image", "candidate"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}: {self.supports}"


class ReviewItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def leading(self):
        """Keep, for each record, the question about the best of those it may be the same as.

        The others follow from the answer: joined records share them, and after "different" the next one leads.
        """
        better_question = ReviewItem.objects.filter(
            worse=models.OuterRef("worse"), better_rank__lt=models.OuterRef("better_rank")
        )
        return self.filter(~models.Exists(better_question))


class ReviewItem(models.Model):
    """A question for a person: are these two records' pictures the same? At most one open for two records."""

    public_id = public_id_field()
    audience_key = models.CharField(max_length=80)
    better = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_as_better")
    worse = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_as_worse")
    better_rank = models.CharField(max_length=120, help_text="Rank of the better record's best copy.")
    copy_a = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+", help_text="Of the better record.")
    copy_b = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+", help_text="Of the other record.")
    match = models.ForeignKey(Match, on_delete=models.PROTECT)
    distance_bits = models.PositiveSmallIntegerField()
    because = models.TextField(help_text="The sentence that says why the software does not decide.")
    opened_at = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    held_until = models.DateTimeField(null=True, blank=True)

    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                functions.Least("better", "worse"),
                functions.Greatest("better", "worse"),
                name="review_once_a_pair",
            ),
            models.CheckConstraint(name="review_of_two", condition=~models.Q(better=models.F("worse"))),
        ]
        indexes = [
            models.Index(fields=("worse", "better_rank"), name="review_leading"),
            models.Index(fields=("audience_key", "distance_bits", "id"), name="review_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.better} / {self.worse}"
