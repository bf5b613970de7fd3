"""The overview's figures: kept in step with the published order, and added up for a reader.

What a record adds is written down beside the sums and taken from them when the record changes, so taking in a change
twice does no harm, and a page of a million records reads a few hundred rows. Sums are kept by audience.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q

from catalog.models import Agency, Conflict, Copy, Cursor, Filing, Record, Source, Tallied, Tally

from .history import changed_after

TALLIES = "tallies"
EVENTS_AT_ONCE = 1_500

Part = tuple[str, int, int, int]
"""Kind of a tally, key of the agency that filed, of the agency beside it and of the source; 0 where there is none."""
Adds = dict[Part, tuple[int, int]]
"""What there is of each part: how many, and how many bytes."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Filings whose file need not be stored, of one agency beside what another one keeps."""

    agency: str
    beside: str
    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Filed:
    agency: str
    source: str
    kind: str
    count: int
    size_bytes: int
    latest_at: datetime | None


@dataclass(slots=True)
class Overview:
    """What a reader may know of the catalog as a whole."""

    records: int = 0
    images: int = 0
    described: int = 0
    conflicts: int = 0
    filed: list[Filed] = field(default_factory=list)
    duplicates: list[Duplicates] = field(default_factory=list)

    @property
    def filings(self) -> int:
        return sum(one.count for one in self.filed)

    @property
    def filed_bytes(self) -> int:
        return sum(one.size_bytes for one in self.filed)

    @property
    def duplicate_count(self) -> int:
        return sum(one.count for one in self.duplicates)

    @property
    def saved_bytes(self) -> int:
        return sum(one.size_bytes for one in self.duplicates)


def overview(user) -> Overview:
    """Add up the figures of the audiences that this person sees."""
    sums: Counter[Part] = Counter()
    sizes: Counter[Part] = Counter()
    latest: dict[Part, datetime] = {}
    for row in Tally.objects.visible_to(user).filter(count__gt=0):
        part = row.kind, row.agency, row.beside, row.source
        if row.latest_at:
            latest[part] = max(row.latest_at, latest.get(part, row.latest_at))
        sums[part] += row.count
        sizes[part] += row.size_bytes
    agencies = dict(Agency.objects.values_list("pk", "name"))
    sources = Source.objects.in_bulk({source for _, _, _, source in sums} - {0})
    found = Overview()
    for part in sorted(sums):
        kind, agency, beside, source = part
        name, number, size = agencies.get(agency, ""), sums[part], sizes[part]
        if kind == Tally.Kind.FILED and source in sources:
            of = sources[source]
            found.filed.append(Filed(name, of.name, of.get_kind_display(), number, size, latest.get(part)))
        elif kind == Tally.Kind.DUPLICATE:
            found.duplicates.append(Duplicates(name, agencies.get(beside, ""), number, size))
        elif kind in SINGLE:
            setattr(found, SINGLE[kind], number)
    return found


SINGLE = {
    Tally.Kind.RECORD: "records",
    Tally.Kind.IMAGE: "images",
    Tally.Kind.DESCRIBED: "described",
    Tally.Kind.CONFLICT: "conflicts",
}


@transaction.atomic
def follow(limit: int = EVENTS_AT_ONCE) -> bool:
    """Take the next published events into the sums; return whether there were any."""
    Cursor.objects.get_or_create(name=TALLIES)
    cursor = Cursor.objects.select_for_update().get(name=TALLIES)
    last, records = changed_after(cursor.sequence, limit)
    if last == cursor.sequence:
        return False
    tally(list(records))
    cursor.sequence = last
    cursor.save(update_fields=["sequence"])
    return True


def tally(records: list[Record]) -> None:
    """Let the sums hold what these records add now, in place of what they added. Call it under the cursor's lock."""
    now = _adds([record for record in records if record.is_standing])
    before = {row.pk: row for row in Tallied.objects.filter(record__in=records)}
    changes: dict[str, dict[Part, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    written, gone = [], []
    for record in records:
        old, new = before.get(record.pk), now.get(record.pk, {})
        if old and old.audience_key == record.audience_key and _unpacked(old.adds) == new:
            continue
        if old:
            _add(changes[old.audience_key], _unpacked(old.adds), -1)
        if new:
            _add(changes[record.audience_key], new, 1)
            written.append(Tallied(record=record, audience_key=record.audience_key, adds=_packed(new)))
        elif old:
            gone.append(record.pk)
    Tallied.objects.filter(pk__in=gone).delete()
    Tallied.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["record"], update_fields=["audience_key", "adds"]
    )
    for audience_key, parts in changes.items():
        for part, (number, size) in sorted(parts.items()):
            if number or size:
                _change(audience_key, part, number, size)
    _note_latest([record for record in records if record.is_standing])


def _add(changes: dict[Part, list[int]], adds: Adds, sign: int) -> None:
    for part, (number, size) in adds.items():
        changes[part][0] += sign * number
        changes[part][1] += sign * size


def _change(audience_key: str, part: Part, number: int, size: int) -> None:
    kind, agency, beside, source = part
    row, _ = Tally.objects.get_or_create(
        audience_key=audience_key, kind=kind, agency=agency, beside=beside, source=source
    )
    Tally.objects.filter(pk=row.pk).update(count=F("count") + number, size_bytes=F("size_bytes") + size)


def _note_latest(records: list[Record]) -> None:
    """Remember when the latest of these records' filings from each source was made."""
    of_records = Filing.objects.standing().filter(copy__record__in=records, copy__ended_at__isnull=True)
    by_source = of_records.order_by().values_list("audience_key", "agency", "source").annotate(latest=Max("filed_at"))
    for audience_key, agency, source, latest in by_source:
        rows = Tally.objects.filter(audience_key=audience_key, kind=Tally.Kind.FILED, agency=agency, source=source)
        rows.filter(Q(latest_at__isnull=True) | Q(latest_at__lt=latest)).update(latest_at=latest)


def _adds(records: list[Record]) -> dict[int, Adds]:
    """Return what each standing record adds."""
    filings: dict[int, list[tuple]] = defaultdict(list)
    columns = ("copy__record", "agency", "source", "copy", "file", "file__size_bytes")
    of_records = Filing.objects.standing().filter(copy__record__in=records, copy__ended_at__isnull=True)
    for record, *filed in of_records.order_by("filed_at", "pk").values_list(*columns):
        filings[record].append(tuple(filed))
    images: Counter[int] = Counter(
        Copy.objects.standing().filter(record__in=records, file__sha256__isnull=False).values_list("record", flat=True)
    )
    disputed = set(Conflict.objects.undecided().filter(record__in=records).values_list("record", flat=True))
    return {r.pk: _adds_of(r, filings[r.pk], images[r.pk], r.pk in disputed) for r in records}


def _adds_of(record: Record, filings: Iterable[tuple], images: int, is_disputed: bool) -> Adds:
    """Sum up one record: every filing of a file but the first of its best copy is a duplicate."""
    adds: defaultdict[Part, list[int]] = defaultdict(lambda: [0, 0])

    def add(kind: str, size: int = 0, agency: int = 0, beside: int = 0, source: int = 0, number: int = 1) -> None:
        adds[str(kind), agency, beside, source][0] += number
        adds[str(kind), agency, beside, source][1] += size

    add(Tally.Kind.RECORD)
    if images:
        add(Tally.Kind.IMAGE, number=images)
    else:
        add(Tally.Kind.DESCRIBED)
    if is_disputed:
        add(Tally.Kind.CONFLICT)
    filings = list(filings)
    kept = next((agency for agency, _, copy, _, _ in filings if copy == record.best_copy_id), 0)
    is_kept = False
    for agency, source, copy, _file, size in filings:
        add(Tally.Kind.FILED, size or 0, agency=agency, source=source)
        if not is_kept and copy == record.best_copy_id:
            is_kept = True
        elif size and kept:
            add(Tally.Kind.DUPLICATE, size, agency=agency, beside=kept)
    return {part: (number, size) for part, (number, size) in adds.items()}


def _packed(adds: Adds) -> list[list]:
    return [[*part, number, size] for part, (number, size) in sorted(adds.items())]


def _unpacked(rows: Iterable[list]) -> Adds:
    return {(kind, agency, beside, source): (number, size) for kind, agency, beside, source, number, size in rows}
