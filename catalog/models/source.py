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
    """One run of filing from a source."""

    public_id = public_id_field()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    started_at = models.DateTimeField()
    manifest = models.JSONField(default=dict, help_text="What was named when the run began: folder, metadata file.")

    def __str__(self) -> str:
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"
