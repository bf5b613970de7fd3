from django.conf import settings
from django.db import models

from .filing import Filing
from .image_file import ImageFile
from .public_id import public_id_field


class StatementQuerySet(models.QuerySet):
    def standing(self):
        """Statements that no later one supersedes and nobody retracted."""
        return self.filter(superseded_by__isnull=True, retracted_at__isnull=True)


class Statement(models.Model):
    """One Dublin Core value, with where it comes from. Said of a filing, found in a file, or said of a record."""

    class Origin(models.TextChoices):
        FILED = "filed", "As filed"
        EMBEDDED = "embedded", "Embedded in the file"
        AMENDMENT = "amendment", "Amended by the filing agency"
        OFFICER = "officer", "Set by a records officer"
        RULE = "rule", "Concluded by a rule"

    public_id = public_id_field()
    filing = models.ForeignKey(Filing, null=True, blank=True, on_delete=models.PROTECT, related_name="statements")
    file = models.ForeignKey(ImageFile, null=True, blank=True, on_delete=models.PROTECT, related_name="statements")
    record = models.ForeignKey("Record", null=True, blank=True, on_delete=models.PROTECT, related_name="statements")
    element = models.CharField(max_length=40, help_text="Local name of the Dublin Core term, such as title.")
    value = models.TextField()
    language = models.CharField(max_length=20, blank=True, help_text="Language tag of the value, where it has one.")
    scheme = models.CharField(max_length=40, blank=True, help_text="Encoding scheme of the value, where it has one.")
    origin = models.CharField(max_length=20, choices=Origin)
    note = models.CharField(max_length=200, blank=True, help_text="Such as the metadata field that it was read from.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    retracted_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(
        "Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
        help_text="The decision by which an officer set it.",
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="statement_of_one_thing",
                condition=(
                    models.Q(
                        filing__isnull=False,
                        file__isnull=True,
                        record__isnull=True,
                        origin__in=("filed", "amendment", "rule"),
                    )
                    | models.Q(filing__isnull=True, file__isnull=False, record__isnull=True, origin="embedded")
                    | models.Q(
                        filing__isnull=True, file__isnull=True, record__isnull=False, origin__in=("officer", "rule")
                    )
                ),
            ),
            models.CheckConstraint(
                name="statement_decided_by_an_officer",
                condition=models.Q(decision__isnull=True) | models.Q(origin="officer"),
            ),
            models.CheckConstraint(
                name="statement_says_something", condition=~models.Q(value="") & ~models.Q(element="")
            ),
            models.CheckConstraint(
                name="statement_not_its_own_successor",
                condition=models.Q(supersedes__isnull=True) | ~models.Q(supersedes=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.value[:60]}"
