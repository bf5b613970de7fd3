from django.conf import settings
from django.db import models
from django.db.models import functions
from django.db.models.functions import Now

from .audience import audience_keys_of
from .image_file import ImageFile
from .public_id import public_id_field
from .record import Copy, Record


class Match(models.Model):
    """What one method found out about two files: the relation it supports, and what was measured.

    A *candidate* says only that the two are worth comparing, and bears the name of the method that proposed
    it. *Evidence* is the comparison. Neither knows of audiences: files meet where they are filed together.
    """

    class Supports(models.TextChoices):
        CANDIDATE = "candidate", "Worth comparing"
        SAME_IMAGE = "same-image", "The same picture"
        DERIVATIVE = "derivative", "One was made from the other"
        SAME_SCENE = "same-scene", "Another shot of the same scene"
        SHARES_PAGES = "shares-pages", "Some pages are the same"
        DIFFERENT = "different", "Different pictures"
        OPEN = "open", "A person must look"

    public_id = public_id_field()
    file_low = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="matches_low")
    file_high = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="matches_high")
    method = models.CharField(max_length=40, help_text="Name and version of what compared them.")
    rule = models.CharField(max_length=40, blank=True, help_text="Name and version of the rule that judged evidence.")
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
                name="match_relation_known",
                condition=models.Q(
                    supports__in=(
                        "candidate",
                        "same-image",
                        "derivative",
                        "same-scene",
                        "shares-pages",
                        "different",
                        "open",
                    )  # fmt: skip
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}: {self.supports}"

    def is_of(self, one: ImageFile, other: ImageFile) -> bool:
        return {self.file_low_id, self.file_high_id} == {one.pk, other.pk}


class ReviewItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def leading(self):
        """Keep, for each record, the question about the one of those that it most likely is the same as.

        The others follow from the answer: joined records share them, and after "different" the next one leads.
        """
        of_the_same = ReviewItem.objects.filter(worse=models.OuterRef("worse"))
        better_question = of_the_same.filter(
            models.Q(misfit__lt=models.OuterRef("misfit"))
            | models.Q(misfit=models.OuterRef("misfit"), better_rank__lt=models.OuterRef("better_rank"))
        )
        return self.filter(~models.Exists(better_question))

    def free_for(self, user):
        """Leave out what another person is looking at, by the database's clock."""
        return self.exclude(models.Q(held_until__gt=Now()) & ~models.Q(held_by=user))


class ReviewItem(models.Model):
    """A question for a person: are these two records' pictures the same? At most one open for two records.

    It belongs to the worse record: whose best copy comes later in the order of quality. While somebody looks at it,
    it is held for that person until a moment of the database's clock; a hold that is over holds nothing.
    """

    class Kind(models.TextChoices):
        """Why the software leaves it to a person, in a word: the queue can be worked through by it."""

        FAINT = "faint", "Next to nothing differs"
        COARSE = "coarse", "Small copy of nearly equal pictures"
        FINGERPRINTS = "fingerprints", "Too small or too flat to compare"
        SHEETS = "sheets", "Sheets on which something differs"
        UNREADABLE = "unreadable", "Sheets too small to read"
        DOCUMENTS = "documents", "Pages of documents"

    public_id = public_id_field()
    audience_key = models.CharField(max_length=80)
    better = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_as_better")
    worse = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="reviews_as_worse")
    better_rank = models.CharField(max_length=120, help_text="Rank of the better record's best copy.")
    copy_a = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+", help_text="Of the better record.")
    copy_b = models.ForeignKey(Copy, on_delete=models.CASCADE, related_name="+", help_text="Of the other record.")
    match = models.ForeignKey(Match, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20, choices=Kind, help_text="Why the software does not decide, in a word.")
    misfit = models.PositiveSmallIntegerField(
        help_text="0 to 1,000: how far the two are from fitting; the most likely pairs are asked about first."
    )
    because = models.TextField(help_text="The sentence that says why the software does not decide.")
    opened_at = models.DateTimeField()
    held_by = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="held_review",
        help_text="Who looks at it, or did last: nobody looks at two at once.",
    )
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
            models.CheckConstraint(
                name="review_kind_known",
                condition=models.Q(kind__in=("faint", "coarse", "fingerprints", "sheets", "unreadable", "documents")),
            ),
            models.CheckConstraint(
                name="review_hold_has_an_end",
                condition=models.Q(held_by__isnull=True) | models.Q(held_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=("worse", "misfit", "better_rank"), name="review_leading"),
            models.Index(fields=("audience_key", "misfit", "id"), name="review_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.better} / {self.worse}"
