"""The figures of the overview: sums by audience, kept in step with the published order."""

from django.db import models

from .audience import audience_key_field, audience_keys_of
from .record import Record


class TallyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))


class Tally(models.Model):
    """How many there are of one kind in one audience: of records, of filings by an agency, of duplicates between two.

    A sum never mixes audiences, so nobody's figures change by what they may not see.
    """

    class Kind(models.TextChoices):
        RECORD = "record", "Records"
        IMAGE = "image", "Pictures: files that show something"
        DESCRIBED = "described", "Records without a picture"
        CONFLICT = "conflict", "Records with a conflict"
        FILED = "filed", "Filings from a source"
        DUPLICATE = "duplicate", "Filings of a file that need not be stored, beside the one that is kept"

    audience_key = audience_key_field()
    kind = models.CharField(max_length=20, choices=Kind)
    agency = models.BigIntegerField(default=0, help_text="Key of the agency that filed, 0 where all are counted.")
    beside = models.BigIntegerField(default=0, help_text="Key of the agency that filed the file that is kept, or 0.")
    source = models.BigIntegerField(default=0, help_text="Key of the source that it came from, or 0.")
    count = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    latest_at = models.DateTimeField(null=True, help_text="When the latest filing was made that was counted here.")

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=("audience_key", "kind", "agency", "beside", "source"), name="tally_once"),
            models.CheckConstraint(name="tally_of_something", condition=models.Q(count__gte=0, size_bytes__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.kind} in {self.audience_key}"


class Tallied(models.Model):
    """What one record adds to the tallies, to be taken from them when it changes."""

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.CASCADE, related_name="+")
    audience_key = models.CharField(max_length=80)
    adds = models.JSONField(help_text="Kind, agency, agency beside, source, count and bytes of each part.")

    def __str__(self) -> str:
        return f"what record {self.record_id} adds"
