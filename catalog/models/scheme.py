from django.db import models

from .agency import Agency
from .filing import Filing


class Scheme(models.Model):
    """A numbering system of the world outside, such as assessor's parcel numbers or permit numbers."""

    slug = models.SlugField(unique=True, help_text="apn, pin, permit, project, asset, accession ...")
    label = models.CharField(max_length=120, help_text="What people call the number, such as 'Parcel (APN)'.")
    issuer = models.CharField(max_length=200, blank=True, help_text="Who gives these numbers.")
    pattern = models.CharField(max_length=200, blank=True, help_text="Regular expression of a normalised number.")
    normaliser = models.CharField(max_length=40, help_text="Rule that brings a number to its one written form.")
    office_of_record = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="schemes_of_record",
        help_text="The agency whose filing is the record copy of what bears such a number.",
    )

    def __str__(self) -> str:
        return self.label


class Identifier(models.Model):
    """One number in a scheme."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="identifiers")
    value = models.CharField(max_length=200, help_text="Normalised.")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="predecessors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("scheme", "value"), name="identifier_once_a_scheme")]

    def __str__(self) -> str:
        return f"{self.scheme.label} {self.value}"


class Assignment(models.Model):
    """A filing's tie to an identifier."""

    class Role(models.TextChoices):
        DEPICTS = "depicts", "Depicts"
        FILED_UNDER = "filed under", "Filed under"

    class Status(models.TextChoices):
        ASSERTED = "asserted", "Asserted"
        CONFIRMED = "confirmed", "Confirmed"
        WRONG = "wrong", "Wrong"

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="assignments")
    identifier = models.ForeignKey(Identifier, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=Role, default=Role.FILED_UNDER)
    status = models.CharField(max_length=20, choices=Status, default=Status.ASSERTED)
    is_filed = models.BooleanField(
        default=True, db_default=True, help_text="The filing came with it; else a records officer added it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("filing", "identifier", "role"), name="assignment_once_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.role} {self.identifier}"
