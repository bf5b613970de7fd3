from django.db import models


class Agency(models.Model):
    """Who files images: a department, or an authority such as Metro."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "Department"
        AUTHORITY = "authority", "Authority"
        OTHER = "other", "Other body"

    slug = models.SlugField(unique=True, help_text="Short name used in addresses and commands.")
    name = models.CharField(max_length=200, unique=True, help_text="Name as the public knows it.")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.DEPARTMENT)
    email = models.EmailField(blank=True, help_text="Where questions about this agency's filings go.")
    valid_from = models.DateField(null=True, blank=True, help_text="First day under this name.")
    valid_until = models.DateField(null=True, blank=True, help_text="Last day under this name.")
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, help_text="The agency that took over its work."
    )

    class Meta:
        verbose_name_plural = "agencies"
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="agency_dates_in_order",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_from__lte=models.F("valid_until")),
            ),
            models.CheckConstraint(name="agency_not_its_own_successor", condition=~models.Q(successor=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.name
