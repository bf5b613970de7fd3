"""A record as a reader sees it: all that its page, the API and the exports say of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from catalog.imaging.media import MediaType
from catalog.metadata.elements import ELEMENTS
from catalog.models import (
    Agency,
    Assignment,
    Conflict,
    Copy,
    Decision,
    Event,
    Filing,
    Identifier,
    ImageFile,
    Match,
    Page,
    Record,
    Relation,
    Statement,
    User,
)

MAX_FILINGS = 500
MAX_EVENTS = 50
CAPTURE_WORDS = {
    "make": "camera make",
    "model": "camera",
    "date_time_original": "date taken",
    "software": "program",
    "serial": "serial number",
}


@dataclass(frozen=True, slots=True)
class FilingView:
    filing: Filing
    title: str
    is_record_copy: bool
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of the record; `differs` says in short phrases what it would show otherwise than the best copy."""

    copy: Copy
    file: ImageFile
    first_page: Page | None
    media_label: str
    differs: tuple[str, ...]
    filings: tuple[FilingView, ...]
    is_best: bool
    evidence: Match | None

    @property
    def is_described_only(self) -> bool:
        return not self.file.has_bytes

    @property
    def width_px(self) -> int:
        return self.first_page.width_px if self.first_page else 0

    @property
    def height_px(self) -> int:
        return self.first_page.height_px if self.first_page else 0


@dataclass(frozen=True, slots=True)
class DescribedElement:
    label: str
    element: str
    values: tuple[dict, ...]
    """Each with value, language, scheme, because, and `agencies`: the names of those who state it."""


@dataclass(frozen=True, slots=True)
class ConflictView:
    element: str
    label: str
    alternatives: tuple[tuple[str, tuple[FilingView, ...]], ...]


@dataclass(frozen=True, slots=True)
class RelationView:
    """`sentence` begins with 'This picture'; `other` is the standing record at the other end.

    `because` says what was found, where evidence found it; else `decision` is the person's.
    """

    sentence: str
    because: str
    kind: str
    how: str
    other: Record
    decision: Decision | None
    evidence: Match | None
    is_from_here: bool


@dataclass(frozen=True, slots=True)
class EventView:
    at: datetime
    sentence: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordView:
    record: Record
    copies: tuple[CopyView, ...]
    filings: tuple[FilingView, ...]
    description: tuple[DescribedElement, ...]
    identifiers: tuple[Identifier, ...]
    conflicts: tuple[ConflictView, ...]
    relations: tuple[RelationView, ...]
    decisions: tuple[Decision, ...]
    history: tuple[EventView, ...]
    absorbed: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def best(self) -> CopyView:
        return next(c for c in self.copies if c.is_best)


def read_record(record: Record, user) -> RecordView:
    """Gather what there is to say about a standing record that this person may see.

    All that is gathered lies in the record's own audience, save relations, which are shown where the other
    end is visible too. Records with very many filings show the first 500.
    """
    copies = list(
        Copy.objects.standing().filter(record=record).select_related("file").order_by("file__rank", "apart", "id")
    )
    filings = _filings(record, copies)
    views = _copy_views(record, copies, filings)
    by_id = {f.filing.public_id: f for f in filings}
    return RecordView(
        record=record,
        copies=views,
        filings=filings,
        description=tuple(_description(record, by_id)),
        identifiers=tuple(dict.fromkeys(i for f in filings for i in f.identifiers)),
        conflicts=tuple(_conflict(c, by_id) for c in record.conflicts.order_by("element")),
        relations=tuple(_relations(copies, user)),
        decisions=tuple(_decisions(record, copies)),
        history=tuple(_history(record, user)),
        absorbed=tuple(record.absorbed.order_by("id").values_list("public_id", flat=True)[:MAX_FILINGS]),
        why=tuple(_why(record, views)),
    )


def label_of(element: str) -> str:
    """Return what people call a Dublin Core element, or a conflict's `identifier:<scheme>`."""
    known = ELEMENTS.get(element)
    return known.label if known else element.replace("identifier:", "").replace("-", " ").capitalize()


def media_label(mime: str) -> str:
    """Return the name of a kind of file; nothing where there is no file yet."""
    return MediaType.from_mime(mime).label if mime else ""


def differences(file: ImageFile, page: Page | None, best: ImageFile, best_page: Page | None) -> tuple[str, ...]:
    """Say in short phrases how a file differs from the best copy's file."""
    if file.pk == best.pk:
        return ("the same bytes",)
    phrases = []
    if page and best_page and (page.width_px, page.height_px) != (best_page.width_px, best_page.height_px):
        phrases.append(_size_phrase(page, best_page))
    if file.media_type != best.media_type:
        phrases.append(f"{media_label(file.media_type)} instead of {media_label(best.media_type)}")
    phrases += [
        f"other {word}" for key, word in CAPTURE_WORDS.items() if file.capture.get(key) != best.capture.get(key)
    ]
    if file.state == ImageFile.State.DAMAGED:
        phrases.append("damaged")
    return tuple(phrases) or ("other metadata in the file",)


def _size_phrase(page: Page, best: Page) -> str:
    if abs(page.width_px * best.height_px - page.height_px * best.width_px) <= 2 * max(best.width_px, best.height_px):
        return f"{100 * page.width_px / best.width_px:.0f} % of the size"
    if (page.width_px, page.height_px) == (best.height_px, best.width_px):
        return "turned by a quarter"
    return f"{page.width_px:,} x {page.height_px:,} pixels"


def _filings(record: Record, copies: list[Copy]) -> tuple[FilingView, ...]:
    filings = list(
        Filing.objects.filter(copy__in=copies)
        .select_related("agency", "filed_by", "file", "source", "copy")
        .order_by("filed_at", "id")[:MAX_FILINGS]
    )
    titles = dict(
        Statement.objects.standing().filter(filing__in=filings, element="title").values_list("filing_id", "value")
    )
    numbers: dict[int, list[Identifier]] = defaultdict(list)
    assigned = Assignment.objects.filter(filing__in=filings).exclude(status=Assignment.Status.WRONG)
    for assignment in assigned.select_related("identifier__scheme").order_by("identifier__scheme__slug", "id"):
        numbers[assignment.filing_id].append(assignment.identifier)
    return tuple(
        FilingView(f, titles.get(f.pk, f.file_name), f.pk == record.record_copy_id, tuple(numbers[f.pk]))
        for f in filings
    )


def _copy_views(record: Record, copies: list[Copy], filings: Iterable[FilingView]) -> tuple[CopyView, ...]:
    of_copy: dict[int, list[FilingView]] = defaultdict(list)
    for view in filings:
        of_copy[view.filing.copy_id].append(view)
    pages = {p.file_id: p for p in Page.objects.filter(file__in=[c.file_id for c in copies], number=1)}
    best = next(c for c in copies if c.pk == record.best_copy_id)
    files = [c.file_id for c in copies]
    evidence: dict[int, Match] = {}
    for match in Match.objects.filter(supports=Match.Supports.SAME_IMAGE, file_low__in=files, file_high__in=files):
        for file_id in {match.file_low_id, match.file_high_id} - {best.file_id}:
            if file_id not in evidence or best.file_id in (match.file_low_id, match.file_high_id):
                evidence[file_id] = match
    return tuple(
        CopyView(
            copy=c,
            file=c.file,
            first_page=pages.get(c.file_id),
            media_label=media_label(c.file.media_type),
            differs=() if c == best else differences(c.file, pages.get(c.file_id), best.file, pages.get(best.file_id)),
            filings=tuple(of_copy[c.pk]),
            is_best=c == best,
            evidence=evidence.get(c.file_id),
        )
        for c in sorted(copies, key=lambda c: c != best)
    )


def _description(record: Record, filings: dict[str, FilingView]) -> Iterable[DescribedElement]:
    values: dict[str, list[dict]] = defaultdict(list)
    for value in record.description.get("values", ()):
        stating = [filings[key].filing.agency.name for key in value["filings"] if key in filings]
        values[value["element"]].append({**value, "agencies": list(dict.fromkeys(stating))})
    order = {element: n for n, element in enumerate(ELEMENTS)}
    for element in sorted(values, key=lambda e: order.get(e, len(order))):
        yield DescribedElement(label_of(element), element, tuple(values[element]))


def _conflict(conflict: Conflict, filings: dict[str, FilingView]) -> ConflictView:
    return ConflictView(
        conflict.element,
        label_of(conflict.element),
        tuple(
            (a["value"], tuple(filings[key] for key in a["filings"] if key in filings)) for a in conflict.alternatives
        ),
    )


def _relations(copies: list[Copy], user) -> Iterable[RelationView]:
    relations = (
        Relation.objects.standing()
        .filter(Q(from_copy__in=copies) | Q(to_copy__in=copies))
        .select_related("decision__decided_by", "match", "from_copy__record", "to_copy__record")
        .order_by("id")
    )
    here = {c.pk for c in copies}
    visible = set(
        Record.objects.visible_to(user)
        .standing()
        .filter(pk__in=[r.pk for rel in relations for r in (rel.from_copy.record, rel.to_copy.record)])
        .values_list("pk", flat=True)
    )
    for relation in relations:
        is_from_here = relation.from_copy_id in here
        other = (relation.to_copy if is_from_here else relation.from_copy).record
        if other.pk in visible:
            yield RelationView(
                sentence=_relation_sentence(relation, is_from_here),
                because=relation.because,
                kind=relation.kind,
                how=relation.how,
                other=other,
                decision=relation.decision,
                evidence=relation.match,
                is_from_here=is_from_here,
            )


def _relation_sentence(relation: Relation, is_from_here: bool) -> str:
    what = "document" if relation.kind == Relation.Kind.SHARES_PAGES else "picture"
    return f"This {what} {RELATION_WORDS[Relation.Kind(relation.kind), is_from_here]}"


def _decisions(record: Record, copies: list[Copy]) -> Iterable[Decision]:
    about = Q(copy_low__in=copies) | Q(copy_high__in=copies) | Q(record=record)
    return (
        Decision.objects.effective()
        .filter(about)
        .select_related("decided_by", "copy_low__record", "copy_high__record", "filing__agency")
        .order_by("-decided_at")[:MAX_EVENTS]
    )


EVENT_SENTENCES = {
    "filing.received": "{agency} filed {name}.",
    "filing.amended": "{agency} amended its filing: {element}.",
    "record.stands": "The record was published.",
    "record.stands-again": "The record stands again on its own.",
    "record.absorbed": "Record {object} was joined to this one.",
    "relation.made": "Found by comparing the pictures: it {relation} record {object}.",
    "relation.retracted": "No longer found: it {relation} record {object}.",
    "decision.made": "Decided: {verdict}.",
    "decision.undone": "Undone: {verdict}.",
}
RELATION_WORDS = {
    (Relation.Kind.DERIVED_FROM, True): "was made from",
    (Relation.Kind.DERIVED_FROM, False): "is the source of",
    (Relation.Kind.SAME_SCENE, True): "is another shot of the same scene as",
    (Relation.Kind.SAME_SCENE, False): "is another shot of the same scene as",
    (Relation.Kind.SHARES_PAGES, True): "shares pages with",
    (Relation.Kind.SHARES_PAGES, False): "shares pages with",
}
ERASED = "(erased)"


def name_for(person: User | None, reader) -> str:
    """Return who did something, as this reader may know it: visitors learn the role, not the name."""
    if person is None:
        return "The catalog"
    return str(person) if reader is not None and reader.is_authenticated else "A member of staff"


def _history(record: Record, reader) -> Iterable[EventView]:
    events = Event.objects.filter(record=record, verb__in=EVENT_SENTENCES).order_by("-id")
    agencies = dict(Agency.objects.values_list("slug", "name"))
    for event in events.select_related("actor", "payload")[:MAX_EVENTS]:
        after = event.payload.after if hasattr(event, "payload") and event.payload.after else {}
        words = {
            "object": event.object_id,
            "agency": agencies.get(after.get("agency"), ERASED),
            "name": after.get("name", ERASED),
            "element": label_of(after["element"]).lower() if "element" in after else ERASED,
            "relation": RELATION_WORDS.get((after.get("kind"), after.get("is_from_here")), ERASED),
            "verdict": dict(Decision.Verdict.choices).get(after.get("verdict"), ERASED).lower(),
        }
        sentence = EVENT_SENTENCES[event.verb].format(**words)
        yield EventView(event.at, sentence, name_for(event.actor, reader), event.reason)


def _why(record: Record, copies: Iterable[CopyView]) -> Iterable[str]:
    """Say why this is the authoritative version: whose filing is the record copy, and which copy shows most."""
    filing = record.record_copy
    yield f"{filing.agency}'s filing is the record copy. {record.record_copy_because}"
    copies = list(copies)
    if len(copies) > 1:
        best = copies[0]
        filed = next((f.filing.agency.name for f in best.filings), "")
        yield f"The best copy is {f'filed by {filed}' if filed else 'shown here'}. {record.best_copy_because}"
