"""Records as the formats want them: plain values, already reduced to what the reader may see."""

from collections.abc import Collection, Iterable, Sequence

from django.conf import settings

from catalog.formats import entry as plain
from catalog.imaging.methods import PHASH
from catalog.metadata.places import BadPlace, parse_point
from catalog.models import Agency, Event, FeedItem, Fingerprint, ImageFile, Match, Record, Relation

from .evidencing import RULE, Finding
from .reading import CopyView, FilingView, RecordView, name_for, read_records
from .settling import PROOF

RULE_TEXT = (
    "Same bytes, or the same coded picture, or exactly the same pixels; or, laid over one another, pictures that "
    "agree everywhere. What measurements leave open is decided by a records officer. Fingerprints only propose."
)
CONDITIONS = {ImageFile.State.DAMAGED: plain.Condition.DAMAGED}
ROLES = {
    (Relation.Kind.DERIVED_FROM, True): "derived-from",
    (Relation.Kind.DERIVED_FROM, False): "has-derivative",
    (Relation.Kind.SAME_SCENE, True): "same-scene",
    (Relation.Kind.SAME_SCENE, False): "same-scene",
    (Relation.Kind.SHARES_PAGES, True): "shares-pages",
    (Relation.Kind.SHARES_PAGES, False): "shares-pages",
}
PROVEN = (
    "same coded picture or pixels",
    1.0,
    "1 where two files hold the same coded picture or the same pixels, else 0",
)
AGREEMENT = (
    "agreement",
    "1 where nothing differs when the pictures are laid over one another, towards 0 the more they differ",
)


def catalog_entry() -> plain.Catalog:
    """Return the catalog as a whole, as the settings describe it, with the moment of its last public change."""
    last = FeedItem.objects.visible_to(None).order_by("-stamp", "-pk").values_list("stamp", flat=True).first()
    return plain.Catalog(
        base_iri=settings.BASE_IRI,
        title=settings.CATALOG_TITLE,
        description="One authoritative record for every image that the city's departments file.",
        publisher_name=settings.CATALOG_PUBLISHER,
        contact_email=settings.CATALOG_EMAIL,
        modified=last,
    )


def agency_entries() -> list[plain.AgencyEntry]:
    return [_agency(a) for a in Agency.objects.order_by("slug")]


def entry(record: Record, user) -> plain.Entry:
    """Return all that an export says of one standing record."""
    return entries_of([record], user)[0]


def entries_of(records: Sequence[Record], user) -> list[plain.Entry]:
    """Return the same of many standing records, in their order."""
    hashes = _hashes(records)
    return [_entry(view, hashes.get(view.best.file.pk), user) for view in read_records(records, user)]


def _entry(view: RecordView, phash: str | None, user) -> plain.Entry:
    record, values = view.record, _values(view)
    shown = {c.copy.pk for c in view.copies if c.file.is_readable}
    return plain.Entry(
        public_id=record.public_id,
        values=values,
        issued=record.filed_at,
        modified=record.modified_at,
        audience=plain.Audience(record.audience_key.split(":")[0]),
        places=tuple(_places(values)),
        copies=tuple(_file(c, values) for c in view.copies if c.file.is_readable),
        filings=tuple(_filing(f, shown) for f in view.filings),
        merges=tuple(_merges(view, user)),
        matches=tuple(_matches(view)),
        relations=tuple(_relation(r) for r in view.relations),
        identifiers=tuple(
            plain.IdentifierEntry(scheme=i.scheme.slug, value=i.value, issuer=i.scheme.issuer or None)
            for i in view.identifiers
        ),
        replaces=view.absorbed,
        phash=phash,
        conflicts=tuple(_conflict_sentences(view)),
    )


def _values(view: RecordView) -> dict[str, tuple[plain.Text, ...]]:
    return {e.element: tuple(plain.Text(v["value"], v["language"] or None) for v in e.values) for e in view.description}


def _places(values) -> Iterable[plain.Place]:
    for text in values.get("spatial", ()):
        try:
            point = parse_point(text.text)
        except BadPlace:
            yield plain.Place(label=text)
        else:
            yield plain.Place(latitude=point.north, longitude=point.east)


def _agency(agency: Agency) -> plain.AgencyEntry:
    return plain.AgencyEntry(slug=agency.slug, name=agency.name, kind=agency.kind, email=agency.email or None)


def _file(view: CopyView, values) -> plain.FileEntry:
    licence = values.get("license", ())
    return plain.FileEntry(
        public_id=view.copy.public_id,
        title=f"{view.media_label}, {view.width_px:,} x {view.height_px:,}" if view.first_page else view.media_label,
        mime=view.file.media_type,
        size_bytes=view.file.size_bytes,
        sha256=view.file.sha256,
        width=view.width_px or None,
        height=view.height_px or None,
        pages=max(1, view.file.page_count),
        licence=licence[0].text if licence else None,
        is_best=view.is_best,
        differs=", ".join(view.differs) or None,
        condition=CONDITIONS.get(view.file.state, plain.Condition.SOUND),
    )


def _filing(view: FilingView, shown: Collection[int]) -> plain.FilingEntry:
    """Return a filing; it names its copy where there is a picture to show."""
    filing = view.filing
    return plain.FilingEntry(
        public_id=filing.public_id,
        agency=_agency(filing.agency),
        item_key=filing.item_key,
        filed_at=filing.filed_at,
        title=plain.Text(view.title),
        copy_id=filing.copy.public_id if filing.copy_id in shown else None,
        file_name=filing.file_name or None,
        is_record_copy=view.is_record_copy,
    )


def _merges(view: RecordView, user) -> Iterable[plain.MergeEntry]:
    """One activity for each time that a record was joined to this one, newest first."""
    if not view.absorbed:
        return
    joined = Event.objects.filter(record=view.record, verb="record.absorbed", object_id__in=view.absorbed)
    for event in joined.select_related("actor").order_by("-id")[:50]:
        actor = event.actor
        yield plain.MergeEntry(
            public_id=f"event-{event.pk}",
            label=f"Record {event.object_id} joined to {view.record.public_id}",
            started_at=event.at,
            ended_at=event.at,
            rule_version=f"{PROOF}, {RULE}",
            rule_text=RULE_TEXT,
            by_name=name_for(actor, user) if actor else "Record Copy",
            by_software=actor is None,
            filing_ids=tuple(f.filing.public_id for f in view.filings),
            match_ids=tuple(c.evidence.public_id for c in view.copies if c.evidence),
            absorbed_ids=(event.object_id,),
        )


def _matches(view: RecordView) -> Iterable[plain.MatchEntry]:
    best = view.best
    for copy in view.copies:
        if copy.evidence:
            metric, value, definition = _measured(copy.evidence)
            yield plain.MatchEntry(
                public_id=copy.evidence.public_id,
                label=copy.copy.because,
                metric=metric,
                value=value,
                metric_definition=definition,
                copy_ids=(best.copy.public_id, copy.copy.public_id),
            )


def _measured(match: Match) -> tuple[str, float, str]:
    """Return the name of what was measured, its value, and what the value means."""
    if match.method == PROOF:
        return PROVEN
    return AGREEMENT[0], Finding.of(match).fit, AGREEMENT[1]


def _relation(view) -> plain.RelationEntry:
    return plain.RelationEntry(
        role=ROLES[view.kind, view.is_from_here],
        record_id=view.other.public_id,
        is_derived=view.kind == Relation.Kind.DERIVED_FROM and view.is_from_here,
    )


def _hashes(records: Iterable[Record]) -> dict[int, str]:
    """Return the hash of the first page of each record's best file, by the file's key."""
    files = [record.best_copy.file_id for record in records if record.best_copy.file.has_bytes]
    if not files:
        return {}
    first = Fingerprint.objects.filter(page__file__in=files, page__number=1, method=PHASH)
    return {file: bytes(value)[:32].hex() for file, value in first.values_list("page__file", "value")}


def _conflict_sentences(view: RecordView) -> Iterable[str]:
    for conflict in (one for one in view.conflicts if not one.is_decided):
        said = "; ".join(
            f"{value} ({', '.join(f.filing.agency.name for f in filings)})" for value, filings in conflict.alternatives
        )
        yield f"{conflict.label}: {said}"
