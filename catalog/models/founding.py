from django.db import models


class Founding(models.Model):
    """What was settled when the catalog was founded, and is not changed by a mistake in an environment. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    base_iri = models.CharField(max_length=500, help_text="The beginning of every identifier that it gives.")
    kept_at = models.DateTimeField(help_text="Since when identifiers begin so.")

    class Meta:
        constraints = [models.CheckConstraint(name="founding_once", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return self.base_iri
