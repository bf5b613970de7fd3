from django.conf import settings
from django.db import models

from .public_id import public_id_field


class SavedSearch(models.Model):
    """A search that a person asks again and again. What it finds is looked for anew each time, under their rights."""

    public_id = public_id_field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=120, help_text="What its owner calls it.")
    asked = models.TextField(blank=True, help_text="What is asked, as in the address of Find: q=mill&agency=metro.")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=("owner", "asked"), name="saved_search_once_a_person"),
            models.CheckConstraint(name="saved_search_has_a_name", condition=~models.Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
