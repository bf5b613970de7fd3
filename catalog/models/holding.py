from django.db import models

from .image_file import ImageFile
from .source import Source


class Holding(models.Model):
    """Where an ImageFile lies: our store, or a path on a source."""

    file = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="holdings")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: our own store."
    )
    path = models.CharField(max_length=1000, help_text="Key in the store, or path on the source.")
    is_kept = models.BooleanField(help_text="The bytes are here, not only referenced there.")
    checked_at = models.DateTimeField(null=True, blank=True)
    check_result = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("file", "source", "path"), name="holding_once_a_source_path"),
            models.UniqueConstraint(
                fields=("file",), condition=models.Q(source__isnull=True), name="holding_once_in_our_store"
            ),
        ]

    def __str__(self) -> str:
        return self.path
