"""What other catalogs harvest: one item a record that stands or stood, in the order of the last change."""

from django.db import models

from .audience import audience_key_field, audience_keys_of
from .record import Record


class FeedItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))


class FeedItem(models.Model):
    """A record as exports say it, written when the published order is followed, never by hand.

    An item is there from the first time that its record stands, and for good: where the record is absorbed or
    withdrawn it is marked as deleted, and it lives again when the record stands again.
    """

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="feed_item")
    audience_key = audience_key_field()
    stamp = models.DateTimeField(help_text="When the feeds took in its last change: a whole second.")
    is_deleted = models.BooleanField(default=False)
    entry = models.BinaryField(help_text="All that exports say of the record (catalog.formats.packing).")

    objects = FeedItemQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("audience_key", "stamp", "id"), name="feed_in_order")]

    def __str__(self) -> str:
        return f"{self.record_id} as of {self.stamp:%Y-%m-%dT%H:%M:%SZ}"


class FeedSet(models.Model):
    """One set of OAI-PMH that an item belongs to; audience and stamp stand here too, so that a set is read in order."""

    item = models.ForeignKey(FeedItem, on_delete=models.CASCADE, related_name="sets")
    spec = models.CharField(max_length=200, help_text="Such as dept:building, dept:building:permit-scans, type:image.")
    audience_key = models.CharField(max_length=80)
    stamp = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("item", "spec"), name="feed_set_once_an_item")]
        indexes = [models.Index(fields=("spec", "audience_key", "stamp", "item"), name="feed_set_in_order")]

    def __str__(self) -> str:
        return self.spec
