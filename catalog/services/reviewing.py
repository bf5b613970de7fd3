"""The review queue: which pairs of records a person is asked about, and what differs between two copies."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import product

from django.db.models import Q

from catalog.imaging.fingerprints import ORIENTATIONS
from catalog.models import Copy, Decision, Match, Record, ReviewItem

from .comparing import candidates_of

WORDS_OF_ORIENTATION = {
    "NONE": "",
    "ROTATE_90": "turned by a quarter",
    "ROTATE_180": "turned upside down",
    "ROTATE_270": "turned by a quarter",
    "FLIP_LEFT_RIGHT": "mirrored",
    "FLIP_TOP_BOTTOM": "mirrored and turned",
    "TRANSPOSE": "mirrored and turned",
    "TRANSVERSE": "mirrored and turned",
}


def refresh_reviews(records: Iterable[Record], *, at: datetime) -> None:
    """Make the open questions about these records follow from evidence and decisions as they now are.

    Two records are asked about when a candidate match ties copies of theirs and no decision stands between
    them. Call it under the lock of their audience, after copies have moved.
    """
    records = {r.pk: r for r in records}
    copies = list(Copy.objects.standing().filter(record__in=records).select_related("file"))
    wanted = _questions(copies)
    open_items = ReviewItem.objects.filter(Q(better__in=records) | Q(worse__in=records))
    known = {frozenset((item.better_id, item.worse_id)): item for item in open_items}
    ReviewItem.objects.filter(pk__in=[item.pk for pair, item in known.items() if pair not in wanted]).delete()
    for pair, (match, copy_a, copy_b) in wanted.items():
        fields = {
            "better_id": copy_a.record_id,
            "worse_id": copy_b.record_id,
            "better_rank": best_rank(copy_a.record),
            "copy_a": copy_a,
            "copy_b": copy_b,
            "match": match,
            "distance_bits": match.distance_bits,
            "because": because(match),
        }
        if item := known.get(pair):
            if any(getattr(item, name) != value for name, value in fields.items()):
                ReviewItem.objects.filter(pk=item.pk).update(**fields)
        else:
            ReviewItem.objects.create(audience_key=copy_a.audience_key, opened_at=at, **fields)


def best_rank(record: Record) -> str:
    return record.best_copy.file.rank


def because(match: Match) -> str:
    """Say why the software leaves this pair to a person."""
    facts = match.measurements
    name = ORIENTATIONS[facts["orientation"]]
    turned = WORDS_OF_ORIENTATION.get(getattr(name, "name", str(name)), "")
    looks = f"The pictures look alike{f', one of them {turned}' if turned else ''}"
    pages = ""
    if max(facts["pages_low"], facts["pages_high"]) > 1:
        pages = f" (page {facts['page_low']} of the one, page {facts['page_high']} of the other)"
    return (
        f"{looks}{pages}: their fingerprints differ in {match.distance_bits} of 256 bits. "
        "Their coded pictures differ, so only a person can say whether they are the same."
    )


def _questions(copies: list[Copy]) -> dict[frozenset[int], tuple[Match, Copy, Copy]]:
    """Return {two record keys: (closest match, copy of the better record, copy of the other)}."""
    if not copies:
        return {}
    audience = copies[0].audience_key
    matches = list(candidates_of([c.file for c in copies]))
    files = {m.file_low_id for m in matches} | {m.file_high_id for m in matches}
    of_file: dict[int, list[Copy]] = {}
    near = Copy.objects.standing().filter(file__in=files, audience_key=audience, record__state=Record.State.STANDING)
    for copy in near.select_related("file", "record__best_copy__file"):
        of_file.setdefault(copy.file_id, []).append(copy)
    ours = {c.record_id for c in copies}
    possible: dict[frozenset[int], list[tuple[Match, Copy, Copy]]] = defaultdict(list)
    for match in matches:
        for low, high in product(of_file.get(match.file_low_id, ()), of_file.get(match.file_high_id, ())):
            pair = frozenset((low.record_id, high.record_id))
            if len(pair) == 2 and pair & ours:
                a, b = sorted((low, high), key=lambda c: (best_rank(c.record), c.record_id))
                possible[pair].append((match, a, b))
    questions = {pair: min(found, key=_closeness) for pair, found in possible.items()}
    answered = _answered({record for pair in questions for record in pair})
    return {pair: question for pair, question in questions.items() if pair not in answered}


def _closeness(question: tuple[Match, Copy, Copy]) -> tuple:
    """Order by distance, then by the copies' own order: never by what came first."""
    match, a, b = question
    return match.distance_bits, a.file.rank, a.apart, b.file.rank, b.apart


def _answered(records: set[int]) -> set[frozenset[int]]:
    """Return the pairs of records between whose copies a decision stands."""
    decisions = Decision.objects.effective().filter(copy_low__record__in=records, copy_high__record__in=records)
    return {frozenset(pair) for pair in decisions.values_list("copy_low__record", "copy_high__record")}
