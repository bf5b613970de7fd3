"""What other catalogs harvest: keeping its items in step with the published order, and reading them in order.

A harvester asks for what changed since the date that the last answer bore, so nothing may be stamped before that
date once it was given. Therefore an answer bears the moment until which the follower's cursor is closed, shows
only what was stamped before it, and whatever is taken in later is stamped with that moment or later.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from django.db import DatabaseError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from catalog.formats.entry import Entry
from catalog.formats.packing import pack, unpack
from catalog.models import Agency, Cursor, FeedItem, FeedSet, Filing, Record, Source
from catalog.models.audience import audience_keys_of

from . import entries
from .history import changed_after, publish_all
from .inserting import insert

FEEDS = "feeds"
EVENTS_AT_ONCE = 1_500
BATCH = 200
"""So many records are read at once where all are."""
TYPE_SETS = {"type:image": "Still images"}


@dataclass(frozen=True, slots=True)
class Item:
    """A record as a feed shows it; `entry` is None where it is deleted, or was not asked for."""

    key: int
    public_id: str
    stamp: datetime
    sets: tuple[str, ...]
    is_deleted: bool
    entry: Entry | None

    @property
    def place(self) -> tuple[datetime, int]:
        """Its place in the order of all feeds: what comes after it was stamped later, or has a higher key."""
        return self.stamp, self.key


# ---- following -------------------------------------------------------------------------------------------------


def follow(limit: int = EVENTS_AT_ONCE) -> bool:
    """Take in the next published events and close the seconds before; return whether there were any.

    What is to be written is gathered before the cursor is locked: whatever changes meanwhile has an event that comes
    later.
    """
    Cursor.objects.get_or_create(name=FEEDS)
    last = Cursor.objects.get(name=FEEDS).sequence
    newest, records = changed_after(last, limit)
    changed = _changed(records)
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(name=FEEDS)
        if cursor.sequence != last:
            return True  # another follower was faster
        now = _second(timezone.now())
        stamp = max(now, cursor.closed_at or now)
        _write(changed, stamp)
        cursor.sequence, cursor.closed_at = newest, stamp
        cursor.save(update_fields=["sequence", "closed_at"])
    return newest != last


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class _Change:
    record: Record
    packed: bytes
    sets: frozenset[str]
    is_deleted: bool


def _changed(records: Iterable[Record]) -> list[_Change]:
    """Return the items that must be written: of standing records, and of those that had an item and stand no more."""
    records = list(records.select_related("best_copy__file", "record_copy__agency").order_by("pk"))
    standing = [record for record in records if record.is_standing]
    said = {e.public_id: e for e in entries.entries_of(standing, None)}
    sets_of = _sets_of(standing)
    known = {item.record_id: item for item in FeedItem.objects.filter(record__in=records).prefetch_related("sets")}
    changed = []
    for record in records:
        item = known.get(record.pk)
        before = item and _Change(
            record, bytes(item.entry), frozenset(one.spec for one in item.sets.all()), item.is_deleted
        )
        if record.is_standing:
            now = _Change(record, pack(said[record.public_id]), frozenset(sets_of[record.pk]), is_deleted=False)
        elif before:
            now = replace(before, is_deleted=True)
        else:
            continue
        if now != before:
            changed.append(now)
    return changed


def _sets_of(records: Iterable[Record]) -> dict[int, set[str]]:
    """Return the sets of each record: its kind, the departments that filed it, and where they filed it from."""
    found = {record.pk: set(TYPE_SETS) for record in records}
    filed = (
        Filing.objects.standing().filter(copy__record__in=list(found)).values_list("copy__record", "source").distinct()
    )
    filed = list(filed.order_by())
    sources = Source.objects.select_related("agency").in_bulk({source for _, source in filed})
    for record, key in filed:
        source = sources[key]
        found[record] |= {f"dept:{source.agency.slug}", collection_spec(source, source.agency)}
    return found


def collection_spec(source: Source, agency: Agency) -> str:
    """Return the set of what an agency filed from one source; sources whose names are spelt alike share one."""
    return f"dept:{agency.slug}:{slugify(source.name)[:60] or f'source-{source.pk}'}"


def _write(changed: list[_Change], stamp: datetime) -> None:
    items = FeedItem.objects.bulk_create(
        (
            FeedItem(
                record=change.record,
                audience_key=change.record.audience_key,
                stamp=stamp,
                is_deleted=change.is_deleted,
                entry=change.packed,
            )
            for change in changed
        ),
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["audience_key", "stamp", "is_deleted", "entry"],
    )
    FeedSet.objects.filter(item__in=items).delete()
    insert(
        FeedSet,
        [
            {"item_id": item.pk, "spec": spec, "audience_key": item.audience_key, "stamp": stamp}
            for item, change in zip(items, changed, strict=True)
            for spec in sorted(change.sets)
        ],
    )


# ---- reading ---------------------------------------------------------------------------------------------------


def closed_until() -> datetime:
    """Return the moment before which nothing will be stamped any more, after bringing the feeds up to date.

    Where the database is busy the last one stands: an answer is then a little older, never wrong.
    """
    publish_all()
    cursor = Cursor.objects.filter(name=FEEDS).first()
    if cursor is None or cursor.closed_at is None or cursor.closed_at < _second(timezone.now()):
        try:
            while follow():
                pass
        except DatabaseError:
            if cursor is None or cursor.closed_at is None:
                raise
            return cursor.closed_at.astimezone(UTC)
        cursor = Cursor.objects.get(name=FEEDS)
    return cursor.closed_at.astimezone(UTC)


def items(
    user,
    *,
    until: datetime,
    since: datetime | None = None,
    after: tuple[datetime, int] | None = None,
    spec: str = "",
    limit: int,
    with_entries: bool = True,
    with_deleted: bool = True,
) -> list[Item]:
    """Return the next items that this person may see, in order: stamped before `until` and from `since` on.

    `after` is the place of the last one that was read; `spec` keeps one set.
    """
    keys = _places(audience_keys_of(user), until, since, after, spec, limit, with_deleted)
    return read([key for _, key in keys], with_entries=with_entries)


def read(keys: list[int], *, with_entries: bool = True) -> list[Item]:
    """Return the items of these keys in their order."""
    return _items(FeedItem.objects.filter(pk__in=keys), keys, with_entries)


def _items(found: QuerySet[FeedItem], keys: list[int], with_entries: bool = True) -> list[Item]:
    """Return these items; their columns are read as they are, for to make rows of them took most of the time."""
    sets: dict[int, list[str]] = defaultdict(list)
    for key, spec in FeedSet.objects.filter(item__in=keys).order_by("spec").values_list("item", "spec"):
        sets[key].append(spec)
    columns = ("pk", "record__public_id", "stamp", "is_deleted", *(["entry"] if with_entries else []))
    rows = {row[0]: row for row in found.values_list(*columns)}
    return [_item(rows[key], tuple(sets[key])) for key in keys if key in rows]


def _item(row: tuple, sets: tuple[str, ...]) -> Item:
    key, public_id, stamp, is_deleted, *packed = row
    entry = unpack(packed[0]) if packed and not is_deleted else None
    return Item(key, public_id, stamp.astimezone(UTC), sets, is_deleted, entry)


def _places(
    audiences: list[str],
    until: datetime,
    since: datetime | None,
    after: tuple[datetime, int] | None,
    spec: str,
    limit: int,
    with_deleted: bool,
) -> list[tuple[datetime, int]]:
    """Return (stamp, key) of the next items: each audience's in its own order, merged."""
    ordered = [
        _places_of_one(audience, until, since, after, spec, limit, with_deleted=with_deleted) for audience in audiences
    ]
    return list(islice(merge(*ordered), limit))


def _places_of_one(
    audience: str, until: datetime, since: datetime | None, after: tuple | None, spec: str, limit: int, *, with_deleted
) -> list[tuple[datetime, int]]:
    """Read one audience in the order of its index: first the rest of the second in which was left off, then on."""
    of_set = {"spec": spec, "audience_key": audience}
    rows = FeedSet.objects.filter(**of_set) if spec else FeedItem.objects.filter(audience_key=audience)
    key = "item_id" if spec else "id"
    rows = rows.filter(stamp__lt=until).order_by("stamp", key).values_list("stamp", key)
    if since:
        rows = rows.filter(stamp__gte=since)
    if not with_deleted:
        rows = rows.filter(**{"item__is_deleted" if spec else "is_deleted": False})
    if after is None:
        return list(rows[:limit])
    stamp, last = after
    found = list(rows.filter(stamp=stamp, **{f"{key}__gt": last})[:limit])
    return found + list(rows.filter(stamp__gt=stamp)[: limit - len(found)])


def count(user, *, until: datetime, since: datetime | None = None, spec: str = "") -> int:
    """Count what `items` would return in all."""
    which = {"audience_key__in": audience_keys_of(user), "stamp__lt": until} | ({"stamp__gte": since} if since else {})
    if spec:
        return FeedSet.objects.filter(spec=spec, **which).count()
    return FeedItem.objects.filter(**which).count()


def find_item(user, public_id: str) -> Item | None:
    """Return the item of a record, or None where this person may see none."""
    found = FeedItem.objects.visible_to(user).filter(record__public_id=public_id)
    items = _items(found, list(found.values_list("pk", flat=True)))
    return items[0] if items else None


def earliest(user) -> datetime | None:
    """Return the stamp of the first item that this person may see."""
    stamps = FeedItem.objects.visible_to(user).order_by("stamp").values_list("stamp", flat=True)
    first = stamps.first()
    return first.astimezone(UTC) if first else None


def sets(user) -> list[tuple[str, str]]:
    """Return (spec, name) of the sets in which there is something for this person."""
    known = dict(TYPE_SETS)
    for source in Source.objects.select_related("agency").order_by("agency__slug", "name"):
        known[f"dept:{source.agency.slug}"] = source.agency.name
        known.setdefault(collection_spec(source, source.agency), f"{source.agency.name}: {source.name}")
    audiences = audience_keys_of(user)
    return [
        (spec, name)
        for spec, name in sorted(known.items())
        if FeedSet.objects.filter(spec=spec, audience_key__in=audiences).exists()
    ]


def entries_of(user, *, spec: str = "") -> Iterator[Entry]:
    """Yield every record that this person may see and that stands, in bounded memory."""
    until, after = closed_until() + timedelta(seconds=1), None
    while batch := items(user, until=until, after=after, spec=spec, limit=BATCH, with_deleted=False):
        yield from (item.entry for item in batch if item.entry)
        after = batch[-1].place


def entries_of_records(user, records: Iterable[int]) -> Iterator[Entry]:
    """Yield these records, by their keys, as far as this person may see them and they stand."""
    rows = FeedItem.objects.visible_to(user).filter(record__in=list(records), is_deleted=False).order_by("record")
    yield from (unpack(packed) for packed in rows.values_list("entry", flat=True))


def items_of_records(user, records: Iterable[int]) -> list[Item]:
    """Return these records, by their keys, as far as this person may see them and they stand: last changed first."""
    keys = FeedItem.objects.visible_to(user).filter(record__in=list(records), is_deleted=False)
    return read(list(keys.order_by("-stamp", "-id").values_list("pk", flat=True)))


def newest(user, limit: int) -> list[Item]:
    """Return what changed last among what this person may see, the newest first."""
    keys = FeedItem.objects.visible_to(user).filter(is_deleted=False).order_by("-stamp", "-id")
    return read(list(keys.values_list("pk", flat=True)[:limit]))


def public_pages(size: int) -> list[int]:
    """Return the numbers of the stretches of `size` keys in which there is a record that everybody may see."""
    last = FeedItem.objects.aggregate(last=Max("pk"))["last"] or 0
    return [page for page in range(1, last // size + 2) if _public_stretch(page, size).exists()]


def public_page(page: int, size: int) -> list[tuple[str, datetime]]:
    """Return (public id, stamp) of the records of a stretch that everybody may see."""
    return list(_public_stretch(page, size).order_by("pk").values_list("record__public_id", "stamp"))


def _public_stretch(page: int, size: int):
    public = FeedItem.objects.visible_to(None).filter(is_deleted=False)
    return public.filter(pk__gt=(page - 1) * size, pk__lte=page * size)
