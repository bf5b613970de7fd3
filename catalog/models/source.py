from django.conf import settings
from django.db import models

from .agency import Agency
from .public_id import public_id_field


class Source(models.Model):
    """Where an agency's filings come from."""

    class Kind(models.TextChoices):
        FORM = "form", "Web form"
        API = "api", "API"
        FOLDER = "folder", "Folder"
        TABLE = "table", "Table of descriptions"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=120, help_text="Name within the agency, such as 'permit scans 2019'.")
    kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("agency", "name"), name="source_name_once_an_agency")]

    def __str__(self) -> str:
        return f"{self.agency}: {self.name}"


class Batch(models.Model):
    """One run of filing from a source; it can be withdrawn whole, and then nothing more is filed under it."""

    public_id = public_id_field()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    started_at = models.DateTimeField()
    manifest = models.JSONField(default=dict, help_text="What was named when the run began: folder, metadata file.")
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when all that was filed in it is withdrawn."
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True, help_text="Why, in words that readers are shown.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="batch_withdrawn_for_a_reason",
                condition=(
                    models.Q(withdrawn_at__isnull=True, withdrawn_because="")
                    | models.Q(~models.Q(withdrawn_because=""), withdrawn_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
