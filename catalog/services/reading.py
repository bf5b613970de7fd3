"""A record as a reader sees it: all that its page, the API and the exports say of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from catalog.imaging.media import MediaType
from catalog.metadata.elements import ELEMENTS
from catalog.models import (
    NUMBERS,
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

from . import sayings

MAX_FILINGS = 500
MAX_EVENTS = 50


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
    """What filings contradict one another about, decided or not; `decision` is the one that holds."""

    conflict: Conflict
    element: str
    label: str
    alternatives: tuple[tuple[str, tuple[FilingView, ...]], ...]

    @property
    def decision(self) -> Decision | None:
        return self.conflict.decision

    @property
    def is_decided(self) -> bool:
        return self.conflict.state == Conflict.State.DECIDED


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
class VersionView:
    """A record that holds what its department filed in the place of one of this record's filings, or before it."""

    record: Record
    filing: Filing
    is_newer: bool


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left to say of a record that answers no more: nothing of what it said, nor of its picture.

    `agency`, `by` and `reason` are empty where the last filing was not withdrawn, but is meant for others now.
    """

    at: datetime
    agency: str = ""
    by: str = ""
    reason: str = ""

    @property
    def sentence(self) -> str:
        day = timezone.localdate(self.at).isoformat()
        words = sayings.WITHDREW if self.agency else sayings.SEEN_NO_MORE
        return words.format(agency=self.agency, day=day)


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


def records_for_cards(keys: Iterable[int]) -> dict[int, Record]:
    """Return these records by their keys, with all that a card shows of them."""
    return Record.objects.select_related("best_copy__file", "record_copy__agency").in_bulk(list(keys))


def read_record(record: Record, user) -> RecordView:
    """Gather what there is to say about a standing record that this person may see.

    All that is gathered lies in the record's own audience, save relations, which are shown where the other
    end is visible too. Records with very many filings show the first 500.
    """
    (view,) = read_records([record], user)
    return replace(
        view,
        decisions=tuple(_decisions(record, [c.copy for c in view.copies])),
        history=tuple(_history(record, {f.filing.public_id for f in view.filings}, user)),
    )


def read_records(records: Sequence[Record], user) -> list[RecordView]:
    """Gather the same of many records, in their order, with as many queries as for one; no decisions and no history."""
    copies = _by(
        "record_id",
        Copy.objects.standing().filter(record__in=records).select_related("file").order_by("file__rank", "apart", "id"),
    )
    filings = _filings(records, copies)
    views = _copy_views(records, copies, filings)
    disputed = Conflict.objects.shown().filter(record__in=records).select_related("decision__decided_by")
    conflicts = _by("record_id", disputed.order_by("element"))
    absorbed: defaultdict[int, list[str]] = defaultdict(list)
    joined = Record.objects.filter(absorbed_into__in=records).order_by("id")
    for answering, public_id in joined.values_list("absorbed_into", "public_id"):
        absorbed[answering].append(public_id)
    relations = _relations(copies, user)
    found = []
    for record in records:
        own = filings[record.pk]
        by_id = {f.filing.public_id: f for f in own}
        found.append(
            RecordView(
                record=record,
                copies=views[record.pk],
                filings=tuple(own),
                description=tuple(_description(record, by_id)),
                identifiers=tuple(dict.fromkeys(i for f in own for i in f.identifiers)),
                conflicts=tuple(_conflict(c, by_id) for c in conflicts[record.pk]),
                relations=tuple(relations[record.pk]),
                decisions=(),
                history=(),
                absorbed=tuple(absorbed[record.pk][:MAX_FILINGS]),
                why=tuple(_why(record, views[record.pk])),
            )
        )
    return found


def versions_of(view: RecordView, user) -> tuple[list[VersionView], set[int]]:
    """Return the records of what superseded this record's filings and of what these superseded, and what is superseded.

    The records come in the order of their filings; of one that holds several such filings the latest is named. What is
    superseded is told by the keys of this record's own filings.
    """
    own = {f.filing.pk for f in view.filings}
    earlier = {f.filing.supersedes_id for f in view.filings} - {None}
    beside = Filing.objects.visible_to(user).standing().filter(Q(supersedes__in=own) | Q(pk__in=earlier))
    keys = list(beside.values_list("pk", flat=True)[:MAX_FILINGS])
    if not keys:
        return [], set()
    joined = ("agency", "copy__record__best_copy__file", "copy__record__record_copy__agency")
    found, superseded = {}, set()
    for filing in Filing.objects.filter(pk__in=keys).select_related(*joined).order_by("filed_at", "id"):
        superseded |= own & {filing.supersedes_id}
        record = filing.copy.record
        if record != view.record and record.is_standing:
            found[record.pk] = VersionView(record, filing, filing.supersedes_id in own)
    return list(found.values()), superseded


def read_tombstone(record: Record, user) -> Tombstone:
    """Say who withdrew a record, when and why."""
    last = Q(copy__record=record) | Q(copy__home_record=record)
    withdrawn = Filing.objects.filter(last, withdrawn_at__isnull=False).select_related("agency", "withdrawn_by")
    filing = withdrawn.order_by("-withdrawn_at", "-id").first()
    gone_at = record.gone_at or record.modified_at
    if filing is None or filing.withdrawn_at != gone_at:
        return Tombstone(gone_at)
    return tombstone_of_filing(filing, user)


def tombstone_of_filing(filing: Filing, user) -> Tombstone:
    by = name_for(filing.withdrawn_by, user)
    return Tombstone(filing.withdrawn_at, filing.agency.name, by, filing.withdrawn_because)


def _by(attribute: str, rows: Iterable) -> defaultdict[int, list]:
    """Return the rows in their order, by the value of an attribute."""
    found: defaultdict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, attribute)].append(row)
    return found


def label_of(element: str) -> str:
    """Return what people call a Dublin Core element, or a conflict's `identifier:<scheme>`."""
    known = ELEMENTS.get(element)
    return known.label if known else element.removeprefix(NUMBERS).replace("-", " ").capitalize()


def media_label(mime: str) -> str:
    """Return the name of a kind of file; nothing where there is no file yet."""
    return MediaType.from_mime(mime).label if mime else ""


def differences(file: ImageFile, page: Page | None, best: ImageFile, best_page: Page | None) -> tuple[str, ...]:
    """Say in short phrases how a file differs from the best copy's file."""
    if file.pk == best.pk:
        return (sayings.SAME_BYTES,)
    phrases = []
    if page and best_page and (page.width_px, page.height_px) != (best_page.width_px, best_page.height_px):
        phrases.append(_size_phrase(page, best_page))
    if file.media_type != best.media_type:
        formats = {"format": media_label(file.media_type), "other": media_label(best.media_type)}
        phrases.append(sayings.OTHER_FORMAT.format(**formats))
    phrases += [
        sayings.OTHER_CAPTURE.format(capture=word)
        for key, word in sayings.CAPTURE_WORDS.items()
        if file.capture.get(key) != best.capture.get(key)
    ]
    if file.state == ImageFile.State.DAMAGED:
        phrases.append(sayings.DAMAGED)
    return tuple(phrases) or (sayings.OTHER_METADATA,)


def _size_phrase(page: Page, best: Page) -> str:
    if abs(page.width_px * best.height_px - page.height_px * best.width_px) <= 2 * max(best.width_px, best.height_px):
        return sayings.SHARE_OF_SIZE.format(share=f"{100 * page.width_px / best.width_px:.0f} %")
    if (page.width_px, page.height_px) == (best.height_px, best.width_px):
        return sayings.QUARTER
    return sayings.PIXELS.format(size=f"{page.width_px:,} x {page.height_px:,}")


def _filings(records: Sequence[Record], copies: Mapping[int, list[Copy]]) -> defaultdict[int, list[FilingView]]:
    """Return the filings of each record, earliest first; of a record with very many the first 500."""
    known = {copy.pk: copy for own in copies.values() for copy in own}
    of_copies = Filing.objects.standing().filter(copy__in=list(known))
    ordered = of_copies.select_related("agency", "source").order_by("filed_at", "id")
    crowded = [record.pk for record in records]
    if len(records) > 1:
        counted = of_copies.values("copy__record").annotate(count=Count("pk")).filter(count__gt=MAX_FILINGS)
        crowded = list(counted.values_list("copy__record", flat=True))
    filings = list(ordered.exclude(copy__record__in=crowded)) if len(records) > 1 else []
    for record in crowded:
        filings += ordered.filter(copy__in=copies[record])[:MAX_FILINGS]
    for filing in filings:
        filing.copy = known[filing.copy_id]
        filing.file = filing.copy.file
    titled = Statement.objects.standing().filter(filing__in=filings, element="title")
    titles = dict(titled.values_list("filing_id", "value"))
    numbers: dict[int, list[Identifier]] = defaultdict(list)
    assigned = Assignment.objects.filter(filing__in=filings).exclude(status=Assignment.Status.WRONG)
    for assignment in assigned.select_related("identifier__scheme").order_by("identifier__scheme__slug", "id"):
        numbers[assignment.filing_id].append(assignment.identifier)
    chosen = {record.record_copy_id for record in records}
    found: defaultdict[int, list[FilingView]] = defaultdict(list)
    for f in filings:
        title = titles.get(f.pk, f.file_name)
        found[f.copy.record_id].append(FilingView(f, title, f.pk in chosen, tuple(numbers[f.pk])))
    return found


def _copy_views(
    records: Sequence[Record], copies: Mapping[int, list[Copy]], filings: Mapping[int, list[FilingView]]
) -> dict[int, tuple[CopyView, ...]]:
    files = [copy.file_id for own in copies.values() for copy in own if copy.file.has_bytes]
    pages = {p.file_id: p for p in Page.objects.filter(file__in=files, number=1)} if files else {}
    evidence = _evidence(records, copies)
    return {
        record.pk: tuple(_views_of_one(record, copies[record.pk], filings[record.pk], pages, evidence))
        for record in records
    }


def _evidence(records: Sequence[Record], copies: Mapping[int, list[Copy]]) -> dict[tuple[int, int], Match]:
    """Return by record and file why the file is the same picture: by comparison with the best copy, if there is one."""
    several = {copy.file_id for own in copies.values() if len(own) > 1 for copy in own}
    if not several:
        return {}
    known = Match.objects.filter(supports=Match.Supports.SAME_IMAGE, file_low__in=several, file_high__in=several)
    beside = _by("file_low_id", known.order_by("id"))
    found: dict[tuple[int, int], Match] = {}
    for record in records:
        best = next((c.file_id for c in copies[record.pk] if c.pk == record.best_copy_id), 0)
        own = {copy.file_id for copy in copies[record.pk]}
        for match in (m for low in own for m in beside[low] if m.file_high_id in own):
            ends = {match.file_low_id, match.file_high_id}
            for file_id in ends - {best}:
                if (record.pk, file_id) not in found or best in ends:
                    found[record.pk, file_id] = match
    return found


def _views_of_one(
    record: Record,
    copies: Iterable[Copy],
    filings: Iterable[FilingView],
    pages: Mapping[int, Page],
    evidence: Mapping[tuple[int, int], Match],
) -> Iterable[CopyView]:
    """Yield the record's copies, the best one first."""
    of_copy = _by("copy_id", (view.filing for view in filings))
    by_key = {view.filing.pk: view for view in filings}
    ordered = sorted(copies, key=lambda c: c.pk != record.best_copy_id)
    best = ordered[0]
    for c in ordered:
        page = pages.get(c.file_id)
        yield CopyView(
            copy=c,
            file=c.file,
            first_page=page,
            media_label=media_label(c.file.media_type),
            differs=() if c == best else differences(c.file, page, best.file, pages.get(best.file_id)),
            filings=tuple(by_key[filing.pk] for filing in of_copy[c.pk]),
            is_best=c == best,
            evidence=evidence.get((record.pk, c.file_id)),
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
    of_scheme = {f"{NUMBERS}{i.scheme.slug}": i.scheme.label for f in filings.values() for i in f.identifiers}
    return ConflictView(
        conflict,
        conflict.element,
        of_scheme.get(conflict.element) or label_of(conflict.element),
        tuple(
            (a["value"], tuple(filings[key] for key in a["filings"] if key in filings)) for a in conflict.alternatives
        ),
    )


def _relations(copies: Mapping[int, list[Copy]], user) -> defaultdict[int, list[RelationView]]:
    """Return by record what it has to do with other records that this person may see."""
    here = {copy.pk: record for record, own in copies.items() for copy in own}
    either = Q(from_copy__in=list(here)) | Q(to_copy__in=list(here))
    keys = list(Relation.objects.of_standing_copies().filter(either).values_list("pk", flat=True))
    if not keys:
        return defaultdict(list)
    joined = ("decision__decided_by", "match", "from_copy__record", "to_copy__record")
    relations = Relation.objects.filter(pk__in=keys).select_related(*joined).order_by("id")
    ends = {r.pk for relation in relations for r in (relation.from_copy.record, relation.to_copy.record)}
    standing = Record.objects.visible_to(user).standing().filter(pk__in=ends) if ends else ()
    visible = {record.pk for record in standing}
    found: defaultdict[int, list[RelationView]] = defaultdict(list)
    for relation in relations:
        for own, other, is_from_here in _ends(relation, here):
            if other.pk in visible:
                found[own].append(_relation_view(relation, other, is_from_here))
    return found


def _ends(relation: Relation, here: Mapping[int, int]) -> Iterable[tuple[int, Record, bool]]:
    """Yield the records from which the relation is seen, each once, with the other end."""
    start, end = here.get(relation.from_copy_id), here.get(relation.to_copy_id)
    if start is not None:
        yield start, relation.to_copy.record, True
    if end is not None and end != start:
        yield end, relation.from_copy.record, False


def _relation_view(relation: Relation, other: Record, is_from_here: bool) -> RelationView:
    return RelationView(
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
    words = sayings.THIS_DOCUMENT if relation.kind == Relation.Kind.SHARES_PAGES else sayings.THIS_PICTURE
    return words.format(relation=RELATION_WORDS[Relation.Kind(relation.kind), is_from_here])


def _decisions(record: Record, copies: list[Copy]) -> Iterable[Decision]:
    about = Q(copy_low__in=copies) | Q(copy_high__in=copies) | Q(record=record)
    of_filings_here = Q(filing__isnull=True) | Q(filing__withdrawn_at__isnull=True, filing__copy__in=copies)
    holding = Decision.objects.effective().of_standing_copies().filter(about, of_filings_here)
    keys = list(holding.order_by("-decided_at").values_list("pk", flat=True)[:MAX_EVENTS])
    if not keys:
        return ()
    joined = ("decided_by", "copy_low__record", "copy_high__record", "filing__agency")
    return Decision.objects.filter(pk__in=keys).select_related(*joined).order_by("-decided_at")


RELATION_WORDS = {
    (Relation.Kind.DERIVED_FROM, True): sayings.MADE_FROM,
    (Relation.Kind.DERIVED_FROM, False): sayings.SOURCE_OF,
    (Relation.Kind.SAME_SCENE, True): sayings.SAME_SCENE,
    (Relation.Kind.SAME_SCENE, False): sayings.SAME_SCENE,
    (Relation.Kind.SHARES_PAGES, True): sayings.SHARES_PAGES,
    (Relation.Kind.SHARES_PAGES, False): sayings.SHARES_PAGES,
}


TOLD_WITH_REASON = ("filing.withdrawn",)
"""What is told of a filing that has left is told without its file's name, and without reasons but the last."""


def name_for(person: User | None, reader) -> str:
    """Return who did something, as this reader may know it: visitors learn the role, not the name."""
    if person is None:
        return sayings.CATALOG
    return str(person) if reader is not None and reader.is_authenticated else sayings.STAFF


def _history(record: Record, filings: Collection[str], reader) -> Iterable[EventView]:
    events = Event.objects.filter(record=record, verb__in=sayings.EVENT_SENTENCES).order_by("-id")
    agencies = dict(Agency.objects.values_list("slug", "name"))
    shown = list(events.select_related("payload")[:MAX_EVENTS])
    actors = {event.actor_id for event in shown} - {None}
    people = User.objects.in_bulk(actors) if actors else {}
    left = _filings_that_left(record, shown, filings)
    for event in shown:
        has_left = event.object_id in left
        after = event.payload.after if hasattr(event, "payload") and event.payload.after else {}
        words = {
            "object": event.object_id,
            "agency": agencies.get(after.get("agency"), sayings.ERASED),
            "file": sayings.A_FILE if has_left else after.get("name", sayings.ERASED),
            "element": label_of(after["element"]).lower() if "element" in after else sayings.ERASED,
            "relation": RELATION_WORDS.get((after.get("kind"), after.get("is_from_here")), sayings.ERASED),
            "verdict": dict(Decision.Verdict.choices).get(after.get("verdict"), sayings.ERASED).lower(),
        }
        reason = "" if has_left and event.verb not in TOLD_WITH_REASON else event.reason
        sentence = sayings.EVENT_SENTENCES[event.verb].format(**words)
        yield EventView(event.at, sentence, name_for(people.get(event.actor_id), reader), reason)


def _filings_that_left(record: Record, events: Iterable[Event], filings: Collection[str]) -> set[str]:
    """Return the ids of filings among the objects of these events that are withdrawn, or meant for others now."""
    told = {event.object_id for event in events if event.verb.startswith("filing.")} - set(filings)
    if not told:
        return told
    here = Filing.objects.standing().filter(public_id__in=told, audience_key=record.audience_key)
    return told - set(here.values_list("public_id", flat=True))


def _why(record: Record, copies: Iterable[CopyView]) -> Iterable[str]:
    """Say why this is the authoritative version: whose filing is the record copy, and which copy shows most."""
    filing = record.record_copy
    yield sayings.RECORD_COPY_OF.format(agency=filing.agency, because=record.record_copy_because)
    copies = list(copies)
    if len(copies) > 1:
        best = copies[0]
        filed = next((f.filing.agency.name for f in best.filings), "")
        words = sayings.BEST_COPY_FILED if filed else sayings.BEST_COPY_SHOWN
        yield words.format(agency=filed, because=record.best_copy_because)
