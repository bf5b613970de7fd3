from django.conf import settings
from django.db import models

from .agency import Agency
from .audience import audience_keys_of
from .decision import Decision
from .filing import Filing
from .public_id import public_id_field


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(filing__audience_key__in=audience_keys_of(user))

    def standing(self):
        """Notices that were not taken back with their decision, about filings that were not withdrawn."""
        return self.filter(dropped_at__isnull=True, filing__withdrawn_at__isnull=True)

    def waiting(self):
        return self.standing().filter(answered_at__isnull=True)


class Notice(models.Model):
    """A records officer sends a filing back to those who file for its agency, who answer when they have seen to it."""

    public_id = public_id_field()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="notices")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="notices")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="notices")
    element = models.CharField(max_length=60, blank=True, help_text="Dublin Core term, or identifier:<scheme>.")
    said = models.TextField(blank=True, help_text="What the filing says.")
    proposed = models.TextField(blank=True, help_text="What it should say, where somebody said so.")
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="When its decision was undone or superseded.")
    answer = models.TextField(blank=True, help_text="What the department did, in its own words.")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("decision", "filing"), name="notice_once_a_filing"),
            models.CheckConstraint(
                name="notice_answered_in_words",
                condition=(
                    models.Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                    | models.Q(~models.Q(answer=""), answered_at__isnull=False, answered_by__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=("agency", "made_at"),
                condition=models.Q(answered_at__isnull=True, dropped_at__isnull=True),
                name="notice_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.element}"
