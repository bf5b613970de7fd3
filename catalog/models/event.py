"""History. Rows are only ever added: triggers (migration 0002) refuse UPDATE and DELETE on both engines."""

from django.conf import settings
from django.db import models

from .audience import audience_keys_of


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))


class Event(models.Model):
    """One line of history, written in the transaction of the change that it tells of."""

    at = models.DateTimeField(help_text="When the change was made, by the clock of whoever made it.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: the software."
    )
    verb = models.CharField(max_length=40, help_text="file.examined, filing.received, record.absorbed ...")
    audience_key = models.CharField(max_length=80, blank=True, help_text="Who may read this line; empty: operators.")
    record = models.ForeignKey("Record", null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    object_id = models.CharField(max_length=40, help_text="Public id of what was changed.")
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the payload's salt, before and after.")

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("record", "-id"), name="event_of_record")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_id}"


class EventPayload(models.Model):
    """The values before and after; erasable by lawful order without breaking the digest in the Event."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="payload")
    salt = models.CharField(max_length=32)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"payload of {self.event}"


class Unpublished(models.Model):
    """An Event that waits for its place in the published order; the publisher's to-do list."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.event} waits"


class Publication(models.Model):
    """An Event's place in the published order, given by the one publisher after the event was committed."""

    sequence = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="publication")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("sequence",)

    def __str__(self) -> str:
        return str(self.sequence)


class Cursor(models.Model):
    """How far a follower of the published order has come. The publisher's own row is its lock."""

    name = models.CharField(max_length=40, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="What this follower takes in from now on is stamped with this moment or later."
    )

    def __str__(self) -> str:
        return f"{self.name} at {self.sequence}"
