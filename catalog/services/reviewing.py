"""The review queue: which pairs of records a person is asked about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from catalog.imaging.media import MediaType
from catalog.imaging.methods import ORIENTATIONS
from catalog.imaging.rule import AGREEING_BLOCKS
from catalog.models import Match, Record, ReviewItem

from . import sayings

QUESTIONS_MAX = 3
"""So many open questions a record has about those it may be: the most likely ones."""
WORDS_OF_ORIENTATION = {
    "NONE": "",
    "ROTATE_90": sayings.QUARTER,
    "ROTATE_180": sayings.UPSIDE_DOWN,
    "ROTATE_270": sayings.QUARTER,
    "FLIP_LEFT_RIGHT": sayings.MIRRORED,
    "FLIP_TOP_BOTTOM": sayings.MIRRORED_AND_TURNED,
    "TRANSPOSE": sayings.MIRRORED_AND_TURNED,
    "TRANSVERSE": sayings.MIRRORED_AND_TURNED,
}


@dataclass(frozen=True, slots=True)
class Question:
    """Are these two records' pictures the same? `misfit`: 0 to 1,000, the least is the most likely."""

    better: Record
    worse: Record
    match: Match
    misfit: int
    because: str

    @property
    def order(self) -> tuple:
        """The most likely first, then the best: never by what came first."""
        return self.misfit, self.better.best_copy.file.rank, self.better.best_copy.apart

    def other(self, record: Record) -> Record:
        return self.worse if self.better == record else self.better

    def fields(self) -> dict:
        return {
            "better_id": self.better.pk,
            "worse_id": self.worse.pk,
            "better_rank": self.better.best_copy.file.rank,
            "copy_a_id": self.better.best_copy_id,
            "copy_b_id": self.worse.best_copy_id,
            "match_id": self.match.pk,
            "kind": kind_of(self.match, self.better, self.worse),
            "misfit": self.misfit,
            "because": self.because,
        }


def ask(record: Record, questions: Iterable[Question], *, left_to: Collection[int] = (), at: datetime) -> set[int]:
    """Let the record's own open questions be the most likely of these; return records whose own may change.

    A question belongs to the worse of its two records; what worse records ask to which it is `left_to` stays. Call it
    under the lock of the audience.
    """
    open_items = {
        frozenset((item.better_id, item.worse_id)): item
        for item in ReviewItem.objects.filter(Q(better=record) | Q(worse=record))
    }
    asked = {frozenset((q.better.pk, q.worse.pk)): q for q in questions}
    own = sorted((q for q in asked.values() if q.worse == record), key=lambda q: q.order)[:QUESTIONS_MAX]
    kept = {frozenset((q.better.pk, q.worse.pk)): q for q in own}
    of_others = {pair: q for pair, q in asked.items() if q.worse != record}
    gone = [
        item
        for pair, item in open_items.items()
        if pair not in kept and pair not in of_others and item.worse_id not in left_to
    ]
    ReviewItem.objects.filter(pk__in=[item.pk for item in gone]).delete()
    for pair, question in kept.items():
        _write(open_items.get(pair), question, at)
    stirred = {q.worse.pk for pair, q in of_others.items() if _is_news(open_items.get(pair), q)}
    return stirred | {item.worse_id for item in gone} - {record.pk}


def _is_news(item: ReviewItem | None, question: Question) -> bool:
    return item is None or any(getattr(item, name) != value for name, value in question.fields().items())


def _write(item: ReviewItem | None, question: Question, at: datetime) -> None:
    if item is None:
        ReviewItem.objects.create(audience_key=question.better.audience_key, opened_at=at, **question.fields())
    elif _is_news(item, question):
        ReviewItem.objects.filter(pk=item.pk).update(**question.fields())


def forget_questions_of(records: Collection[int]) -> set[int]:
    """Delete the questions about records that no longer stand; return the records that were asked about with them."""
    items = ReviewItem.objects.filter(Q(better__in=records) | Q(worse__in=records))
    others = {pk for pair in items.values_list("better", "worse") for pk in pair} - set(records)
    items.delete()
    return others


def looks_alike(record: Record, other: Record, match: Match) -> Question:
    """Ask about two records whose pictures cannot be compared, but whose fingerprints almost agree."""
    better, worse = sorted((record, other), key=lambda r: (r.best_copy.file.rank, r.best_copy.apart))
    misfit = round(1000 * min(256, match.distance_bits) / 256)
    return Question(better, worse, match, misfit=misfit, because=because(match))


def kind_of(match: Match, *records: Record) -> ReviewItem.Kind:
    """Say in a word why the software leaves two records to a person, from what was measured."""
    compared = [page["evidence"] for page in match.measurements.get("pages", ()) if page["evidence"]]
    if any(r.best_copy.file.page_count > 1 or r.best_copy.file.media_type == MediaType.PDF.mime for r in records):
        return ReviewItem.Kind.DOCUMENTS
    if match.supports == Match.Supports.SAME_IMAGE:
        return ReviewItem.Kind.COARSE
    if not compared or compared[0].get("blocks", 0) < AGREEING_BLOCKS:
        return ReviewItem.Kind.FINGERPRINTS
    finding = match.measurements["finding"]
    is_sheet = compared[0].get("glyph_px", 0) > 0
    if finding["leans"] or (is_sheet and not finding["differences"]):
        return ReviewItem.Kind.UNREADABLE
    return ReviewItem.Kind.SHEETS if is_sheet else ReviewItem.Kind.FAINT


def because(match: Match) -> str:
    """Say why the software leaves a pair to a person that only fingerprints bring together."""
    facts = match.measurements
    name = ORIENTATIONS[facts["orientation"]]
    turned = WORDS_OF_ORIENTATION.get(getattr(name, "name", str(name)), "")
    compared = ""
    if max(facts["pages_low"], facts["pages_high"]) > 1:
        compared = sayings.PAGES_COMPARED.format(number=facts["page_low"], other=facts["page_high"])
    return sayings.LOOK_ALIKE.format(
        turned=sayings.ONE_TURNED.format(orientation=turned) if turned else "",
        compared=compared,
        number=match.distance_bits,
    )
