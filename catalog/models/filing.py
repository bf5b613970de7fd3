from django.conf import settings
from django.db import models

from .agency import Agency
from .audience import Audience, audience_key, audience_key_field, audience_keys_of
from .image_file import ImageFile
from .public_id import public_id_field
from .source import Batch, Source


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def current(self):
        """Filings that no later filing of the same item supersedes."""
        return self.filter(superseded_by__isnull=True)


class Filing(models.Model):
    """The act of one agency filing one file, or its description alone, under one item key of a source. Permanent."""

    public_id = public_id_field()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="filings")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="filings")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="filings")
    item_key = models.CharField(max_length=500, help_text="What the source calls this item, such as a path.")
    file = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="filings")
    file_name = models.CharField(
        max_length=500, blank=True, help_text="Name of the file as filed; never used as a path here."
    )
    copy = models.ForeignKey("Copy", on_delete=models.PROTECT, related_name="filings")
    audience = models.CharField(max_length=20, choices=Audience)
    audience_key = audience_key_field()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    filed_at = models.DateTimeField(db_index=True)
    supersedes = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
        help_text="The earlier filing under the same item key whose bytes were others.",
    )
    idempotency_key = models.CharField(max_length=200, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("source", "item_key", "file"), name="filing_once_an_item_and_file"),
            models.UniqueConstraint(
                fields=("source", "idempotency_key"),
                condition=~models.Q(idempotency_key=""),
                name="filing_once_an_idempotency_key",
            ),
            models.CheckConstraint(name="filing_audience_known", condition=models.Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="filing_audience_key_agrees",
                condition=(
                    models.Q(audience="restricted", audience_key__startswith="restricted:")
                    | models.Q(~models.Q(audience="restricted"), audience_key=models.F("audience"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.file_name or self.item_key}"

    @staticmethod
    def audience_key_for(audience: str, agency: Agency) -> str:
        return audience_key(audience, agency.slug)


class Upload(models.Model):
    """A file that a person sent and has not yet described: the draft of a filing."""

    public_id = public_id_field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    audience = models.CharField(max_length=20, choices=Audience)
    file_name = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    spool_name = models.CharField(max_length=100, help_text="Name in the store's drafts.")
    suggestions = models.JSONField(default=dict, help_text="What the file says of itself, for the form.")
    uploaded_at = models.DateTimeField()
    filing = models.OneToOneField(Filing, null=True, blank=True, on_delete=models.SET_NULL, related_name="upload")

    def __str__(self) -> str:
        return self.file_name
