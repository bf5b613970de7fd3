"""Corrections: what anybody says is wrong with a picture's filing, and how they may ask what became of it."""

import re
import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from .audience import audience_keys_of
from .filing import Filing
from .public_id import public_id_field
from .record import Record

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What a reference is made of: digits and letters of which none is taken for another, read aloud or written down."""
_REFERENCE = re.compile(rf"(?:RC)?([{LETTERS}]{{4}})([{LETTERS}]{{4}})")


def new_reference() -> str:
    """Return a reference such as RC-7F3K-92QD: eight random characters, 39 bits."""
    drawn = "".join(secrets.choice(LETTERS) for _place in range(8))
    return f"RC-{drawn[:4]}-{drawn[4:]}"


def read_reference(typed: str) -> str:
    """Return a reference in its one spelling, however it was typed; nothing where it can be none."""
    parts = _REFERENCE.fullmatch("".join(typed.upper().replace("-", " ").split()))
    return f"RC-{parts[1]}-{parts[2]}" if parts else ""


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those about what this person may see now: what they are about may be meant for others since."""
        keys = audience_keys_of(user)
        return self.filter(
            models.Q(filing__audience_key__in=keys) | models.Q(filing__isnull=True, record__audience_key__in=keys)
        )

    def live(self):
        """Those about what is still there."""
        stands = models.Q(record__state=Record.State.STANDING) | models.Q(
            record__absorbed_into__state=Record.State.STANDING
        )
        return self.filter(
            models.Q(filing__withdrawn_at__isnull=True, filing__isnull=False) | models.Q(stands, filing=None)
        )

    def with_agency(self):
        """Add `agency_key`: whose officers answer, the filing's department, else that of the record copy."""
        own = Coalesce("filing__agency", "record__absorbed_into__record_copy__agency", "record__record_copy__agency")
        return self.annotate(agency_key=own)

    def open(self):
        return self.filter(state__in=Correction.WAITING)


class Correction(models.Model):
    """Anybody's request to change what a filing, or a record as a whole, says. The filing as it was stays."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for an officer"
        PASSED_ON = "passed-on", "With its department"
        DEALT_WITH = "dealt-with", "Answered by its department"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not accepted"

    WAITING = (State.OPEN, State.PASSED_ON, State.DEALT_WITH)
    """States in which an officer may still say yes or no."""

    public_id = public_id_field()
    reference = models.CharField(
        max_length=12, unique=True, editable=False, default=new_reference, help_text="What whoever asked keeps of it."
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="corrections")
    filing = models.ForeignKey(
        Filing,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        help_text="The filing that is wrong; empty: the record as a whole.",
    )
    element = models.CharField(
        max_length=60, blank=True, help_text="Dublin Core term, or identifier:<scheme>; empty: something else."
    )
    said = models.TextField(blank=True, help_text="The value that is wrong; empty: one is missing.")
    proposed = models.TextField(blank=True, help_text="What it should be; empty: it should not be there.")
    because = models.TextField(help_text="How whoever asked knows.")
    contact = models.EmailField(blank=True, help_text="Where they can be reached; shown to officers alone.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="corrections"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="correction_state_known",
                condition=models.Q(state__in=("open", "passed-on", "dealt-with", "accepted", "rejected")),
            ),
            models.CheckConstraint(
                name="correction_says_why", condition=~models.Q(because="") & ~models.Q(reference="")
            ),
        ]
        indexes = [models.Index(fields=("state", "asked_at", "id"), name="correction_queue")]

    def __str__(self) -> str:
        return self.reference

    @property
    def audience_key(self) -> str:
        """Who may see what it is about, now."""
        return self.filing.audience_key if self.filing else self.record.audience_key
