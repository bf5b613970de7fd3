"""Judging again what was measured: when the rule or the method changes, old evidence is brought up to them.

People's decisions stay as they are, and go before evidence as ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catalog.models import Copy, ImageFile, Job, Match, Record

from . import jobs
from .evidencing import METHOD, judge_again, measure_files

ANY_METHOD = f"{METHOD.partition('/')[0]}/"


@dataclass(frozen=True, slots=True)
class Change:
    """A pair of files about which evidence says something else than before."""

    match: Match
    before: str
    after: str
    records: tuple[tuple[Record, Record], ...]
    """In each audience the two records that the files belong to now."""

    @property
    def effect(self) -> str:
        """Say what may come of it, in a word."""
        together = all(one == other for one, other in self.records)
        if self.after == Match.Supports.SAME_IMAGE:
            return "" if together else "join"
        if self.before == Match.Supports.SAME_IMAGE and together:
            return "part"
        return {
            Match.Supports.OPEN: "ask",
            Match.Supports.DERIVATIVE: "link",
            Match.Supports.SAME_SCENE: "link",
            Match.Supports.SHARES_PAGES: "link",
        }.get(Match.Supports(self.after), "unlink")


def changes(*, since: datetime | None = None) -> Iterator[Change]:
    """Yield what the present rule and method say otherwise than what is kept; nothing is written.

    Evidence of another version of the method is measured anew, 0.1 s a pair; the rest is only judged again.
    """
    kept = Match.objects.filter(method__startswith=ANY_METHOD).select_related("file_low", "file_high").order_by("pk")
    if since:
        kept = kept.filter(made_at__gte=since)
    for match in kept.iterator(chunk_size=500):
        before = match.supports
        if match.method == METHOD:
            is_changed, now = judge_again(match), match
        else:
            now = _measured(match)
            is_changed = now.pk is None
        if is_changed:
            yield Change(now, before, now.supports, tuple(_records(match.file_low, match.file_high)))


def carry_out(change: Change) -> list[Job]:
    """Keep what evidence says now, and let the files be grouped and related anew; return the jobs that do it."""
    with transaction.atomic():
        if change.match.pk is None:
            Match.objects.bulk_create([change.match], ignore_conflicts=True)
        else:
            change.match.save(update_fields=["rule", "supports", "measurements"])
        files = (change.match.file_low_id, change.match.file_high_id)
        return [jobs.enqueue(Job.Kind.SETTLE, file) for file in files]


def _measured(old: Match) -> Match:
    """Return the evidence of the present method about the files of an older match, measured if need be."""
    known = Match.objects.filter(file_low=old.file_low_id, file_high=old.file_high_id, method=METHOD).first()
    return known or measure_files(old.file_low, old.file_high)


def _records(low: ImageFile, high: ImageFile) -> Iterator[tuple[Record, Record]]:
    ones = {c.audience_key: c.record for c in Copy.objects.standing().filter(file=low).select_related("record")}
    for other in Copy.objects.standing().filter(file=high).select_related("record").order_by("audience_key"):
        if one := ones.get(other.audience_key):
            yield one, other.record
