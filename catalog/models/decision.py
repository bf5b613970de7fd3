import hashlib
import json

from django.conf import settings
from django.db import models

from .audience import audience_key_field, audience_keys_of
from .match import Match
from .public_id import public_id_field
from .record import Copy, Record

NUMBERS = "identifier:"
"""How the subject of a conflict or a correction begins where it is the numbers of one scheme: identifier:apn."""


class ConflictQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(record__audience_key__in=audience_keys_of(user))

    def of_standing_records(self):
        return self.filter(record__state=Record.State.STANDING)

    def undecided(self):
        """Those of which nobody knows yet which value is right."""
        return self.filter(state__in=(Conflict.State.OPEN, Conflict.State.SENT_BACK))

    def shown(self):
        """Those of which the filings still contradict one another, decided or not."""
        return self.exclude(state=Conflict.State.SETTLED)


class Conflict(models.Model):
    """Filings of one record contradict one another where both cannot be true.

    What is written here is computed with the record's description: the alternatives from its filings, the state from
    these and from the decision that holds. A conflict that is over keeps its row and its address.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waits for an officer"
        SENT_BACK = "sent-back", "With its department"
        DECIDED = "decided", "Decided"
        SETTLED = "settled", "Over: the filings agree"

    public_id = public_id_field()
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="conflicts")
    element = models.CharField(max_length=60, help_text="Dublin Core term, or identifier:<scheme>.")
    alternatives = models.JSONField(help_text="Each value with the filings that state it.")
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    decision = models.ForeignKey(
        "Decision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The decision that holds now.",
    )
    noticed_at = models.DateTimeField(help_text="Since when it waits or waited for an officer.")

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("record", "element"), name="conflict_once_an_element"),
            models.CheckConstraint(
                name="conflict_decided_by_a_decision",
                condition=(
                    models.Q(state__in=("open", "settled"), decision__isnull=True)
                    | models.Q(state__in=("sent-back", "decided"), decision__isnull=False)
                ),
            ),
        ]
        indexes = [models.Index(fields=("state", "noticed_at", "id"), name="conflict_queue")]

    def __str__(self) -> str:
        return f"{self.record}: {self.element}"

    @property
    def values(self) -> list[str]:
        return [one["value"] for one in self.alternatives]

    @property
    def as_it_stands(self) -> str:
        """A short digest of the alternatives: who decides sends back the one that they saw."""
        said = json.dumps(self.alternatives, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def is_of_numbers(self) -> bool:
        return self.element.startswith(NUMBERS)


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(audience_key__in=audience_keys_of(user))

    def effective(self):
        return self.filter(ended_at__isnull=True)

    def about_records(self):
        """All but answers to corrections, which are told on their own pages alone."""
        return self.filter(correction__isnull=True)

    def of_standing_copies(self):
        """Decisions about two copies that both stand: others hold again when their copies come back."""
        return self.filter(copy_low__ended_at__isnull=True, copy_high__ended_at__isnull=True)


class Decision(models.Model):
    """What a person decided about a pair of copies, about which filing is the record copy, a conflict, a correction.

    One effective decision per subject; a later one, or its undo, ends it. Undone ones stay readable.
    """

    class Verdict(models.TextChoices):
        SAME = "same", "The same picture"
        DERIVATIVE = "derivative", "One was made from the other"
        SAME_SCENE = "same-scene", "Another shot of the same scene"
        DIFFERENT = "different", "Different pictures"
        DESIGNATED = "designated", "This filing is the record copy"
        ONE_RIGHT = "one-right", "One of the values is right"
        ALL_APPLY = "all-apply", "All of the values apply"
        SENT_BACK = "sent-back", "An error, sent back to its department"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Not accepted"
        PASSED_ON = "passed-on", "Passed on to its department"

    class Ending(models.TextChoices):
        UNDONE = "undone", "Undone"
        SUPERSEDED = "superseded", "Superseded by a later decision"

    public_id = public_id_field()
    audience_key = audience_key_field()
    copy_low = models.ForeignKey(Copy, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions_low")
    copy_high = models.ForeignKey(Copy, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions_high")
    record = models.ForeignKey(Record, null=True, blank=True, on_delete=models.PROTECT, related_name="designations")
    filing = models.ForeignKey("Filing", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    conflict = models.ForeignKey(Conflict, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    correction = models.ForeignKey(
        "Correction", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    about = models.JSONField(default=list, help_text="The values that filings stated when it was decided.")
    value = models.TextField(blank=True, help_text="The value that was called right, or an error.")
    verdict = models.CharField(max_length=20, choices=Verdict)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ending = models.CharField(max_length=20, choices=Ending, blank=True)
    bulk = models.ForeignKey(
        "Bulk", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions",
        help_text="With which others it was made at once.",
    )  # fmt: skip

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("copy_low", "copy_high"),
                condition=models.Q(ended_at__isnull=True, copy_low__isnull=False),
                name="decision_one_effective_a_pair",
            ),
            models.UniqueConstraint(
                fields=("record",),
                condition=models.Q(ended_at__isnull=True, record__isnull=False),
                name="decision_one_effective_a_designation",
            ),
            models.UniqueConstraint(
                fields=("conflict",),
                condition=models.Q(ended_at__isnull=True, conflict__isnull=False),
                name="decision_one_effective_a_conflict",
            ),
            models.UniqueConstraint(
                fields=("correction",),
                condition=models.Q(ended_at__isnull=True, correction__isnull=False),
                name="decision_one_effective_a_correction",
            ),
            models.CheckConstraint(
                name="decision_of_one_subject",
                condition=(
                    models.Q(
                        copy_low__isnull=False,
                        copy_high__isnull=False,
                        copy_low__lt=models.F("copy_high"),
                        record__isnull=True,
                        filing__isnull=True,
                        conflict__isnull=True,
                        correction__isnull=True,
                        verdict__in=("same", "derivative", "same-scene", "different"),
                    )
                    | models.Q(
                        copy_low__isnull=True,
                        copy_high__isnull=True,
                        record__isnull=False,
                        filing__isnull=False,
                        conflict__isnull=True,
                        correction__isnull=True,
                        verdict="designated",
                    )
                    | models.Q(
                        copy_low__isnull=True,
                        copy_high__isnull=True,
                        record__isnull=True,
                        filing__isnull=True,
                        conflict__isnull=False,
                        correction__isnull=True,
                        verdict__in=("one-right", "all-apply", "sent-back"),
                    )
                    | models.Q(
                        copy_low__isnull=True,
                        copy_high__isnull=True,
                        record__isnull=True,
                        filing__isnull=True,
                        conflict__isnull=True,
                        correction__isnull=False,
                        verdict__in=("accepted", "rejected", "passed-on"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="decision_ended_by_someone",
                condition=(
                    models.Q(ended_at__isnull=True, ended_by__isnull=True, ending="")
                    | models.Q(ended_at__isnull=False, ended_by__isnull=False, ending__in=("undone", "superseded"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.decided_by})"

    @property
    def is_effective(self) -> bool:
        return self.ended_at is None

    @property
    def subject(self) -> Record:
        """The record that it was made about."""
        return self.record or (self.conflict or self.correction or self.copy_low).record


class RulingQuerySet(models.QuerySet):
    def effective(self):
        return self.filter(decision__ended_at__isnull=True)


class Ruling(models.Model):
    """What a decision says of one number of one filing. The latest one that is effective says what its state is."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        WRONG = "wrong", "Wrong"

    assignment = models.ForeignKey("Assignment", on_delete=models.PROTECT, related_name="rulings")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="rulings")
    status = models.CharField(max_length=20, choices=Status)

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("assignment", "decision"), name="ruling_once_a_decision"),
            models.CheckConstraint(name="ruling_status_known", condition=models.Q(status__in=("confirmed", "wrong"))),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.status}"


class RelationQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(retracted_at__isnull=True)

    def of_standing_copies(self):
        """Standing relations of which both ends are there."""
        return self.standing().filter(from_copy__ended_at__isnull=True, to_copy__ended_at__isnull=True)


class Relation(models.Model):
    """Record to record: what one has to do with the other. Held between copies, so that it follows them.

    It rests on a person's decision or on evidence. Evidence relates the best copies of two records; where one
    of them changes, the relation is retracted and made anew.
    """

    class Kind(models.TextChoices):
        DERIVED_FROM = "derived-from", "was made from"
        SAME_SCENE = "same-scene", "shows the same scene as"
        SHARES_PAGES = "shares-pages", "shares pages with"

    from_copy = models.ForeignKey(Copy, on_delete=models.PROTECT, related_name="relations_from")
    to_copy = models.ForeignKey(Copy, on_delete=models.PROTECT, related_name="relations_to")
    kind = models.CharField(max_length=20, choices=Kind)
    decision = models.OneToOneField(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="relation")
    match = models.ForeignKey(Match, null=True, blank=True, on_delete=models.PROTECT, related_name="relations")
    how = models.CharField(max_length=40, blank=True, help_text="How it was made, in a word or two: crop, mark-up.")
    region = models.JSONField(
        null=True,
        blank=True,
        help_text="Part of the original that is shown: left, top, right, bottom as shares of its sides.",
    )
    because = models.TextField(blank=True, help_text="What was found, in a sentence.")
    made_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("from_copy", "to_copy", "kind"),
                condition=models.Q(retracted_at__isnull=True),
                name="relation_once_standing",
            ),
            models.CheckConstraint(name="relation_between_two", condition=~models.Q(from_copy=models.F("to_copy"))),
            models.CheckConstraint(
                name="relation_by_decision_or_evidence",
                condition=models.Q(decision__isnull=False, match__isnull=True)
                | models.Q(decision__isnull=True, match__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_copy} {self.kind} {self.to_copy}"
