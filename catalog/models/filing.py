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
        """Filings that no later filing of the same item supersedes, and that were not withdrawn."""
        return self.standing().filter(superseded_by__isnull=True)

    def standing(self):
        """Filings that were not withdrawn: only these hold a copy, describe a record and are counted."""
        return self.filter(withdrawn_at__isnull=True)


class Filing(models.Model):
    """The act of one agency filing one file, or its description alone, under one item key of a source. Permanent.

    It can be withdrawn: then it stays as a line of history, and counts for nothing else. While it is embargoed
    its audience is its agency, and the audience that it is meant for waits beside it.
    """

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
    embargo_until = models.DateField(
        null=True, blank=True, help_text="The day on which others than its agency may see it."
    )
    audience_after = models.CharField(
        max_length=20, choices=Audience, blank=True, help_text="For whom it is meant once its embargo is over."
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When its agency withdrew it.")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True, help_text="Why, in words that readers are shown.")

    objects = FilingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("source", "item_key"),
                condition=models.Q(supersedes__isnull=True, withdrawn_at__isnull=True),
                name="filing_one_first_an_item",
            ),
            models.UniqueConstraint(
                fields=("source", "idempotency_key"),
                condition=~models.Q(idempotency_key="") & models.Q(withdrawn_at__isnull=True),
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
            models.CheckConstraint(
                name="filing_embargoed_for_its_agency",
                condition=(
                    models.Q(embargo_until__isnull=True, audience_after="")
                    | models.Q(embargo_until__isnull=False, audience_after__in=Audience.values, audience="restricted")
                ),
            ),
            models.CheckConstraint(
                name="filing_withdrawn_for_a_reason",
                condition=(
                    models.Q(withdrawn_at__isnull=True, withdrawn_because="")
                    | models.Q(~models.Q(withdrawn_because=""), withdrawn_at__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=("embargo_until",), condition=models.Q(embargo_until__isnull=False), name="filing_embargoed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.file_name or self.item_key}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @staticmethod
    def audience_key_for(audience: str, agency: Agency) -> str:
        return audience_key(audience, agency.slug)


class Upload(models.Model):
    """A file that a person sent and has not yet described: the draft of a filing."""

    public_id = public_id_field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    audience = models.CharField(max_length=20, choices=Audience)
    embargo_until = models.DateField(null=True, blank=True)
    file_name = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    spool_name = models.CharField(max_length=100, help_text="Name in the store's drafts.")
    suggestions = models.JSONField(default=dict, help_text="What the file says of itself, for the form.")
    uploaded_at = models.DateTimeField()
    filing = models.OneToOneField(Filing, null=True, blank=True, on_delete=models.SET_NULL, related_name="upload")

    def __str__(self) -> str:
        return self.file_name
