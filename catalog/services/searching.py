"""Search: keeping its entries in step with the published order, and answering the search box."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.datastructures import MultiValueDict

from catalog.metadata.dates import days
from catalog.metadata.places import Point, locate
from catalog.models import (
    Assignment,
    Conflict,
    Cursor,
    Filing,
    Record,
    SearchEntry,
    SearchFacet,
    SearchText,
    Statement,
)
from catalog.models.search import words_of

from .history import changed_after
from .inserting import insert
from .narrowing import LONGEST_VALUE, Narrowing
from .remembering import remembered

SEARCH = "search/2"
"""The name of the cursor, with the version of what entries hold: under a new one all are written anew, from the first
event on, while what was written before is still found."""
MAX_COUNT = 10_000
MAX_RANKED = 2_000
"""Of so many that words fit the best come first; more are shown newest first."""
MAX_PAGE = 400
EVENTS_AT_ONCE = 1_500
MANY_SUBJECTS = 50
"""So many subjects, or places, of one record narrow a search."""
Asked = Mapping[str, str] | MultiValueDict
Kind = SearchFacet.Kind


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. `total` is counted up to 10,000; `is_capped` says that there are more."""

    results: list[SearchEntry]
    total: int
    is_capped: bool
    page: int
    pages: int
    narrowing: Narrowing


def find(*, user, words: str = "", asked: Asked | None = None, page: int = 1, per_page: int = 24) -> Found:
    """Return a page of the standing records that this person may see and that fit all that is asked (narrowing.py).

    Best first where words were given that fit no more than 2,000 records, newest first otherwise.
    """
    narrowing = narrow(user, words, asked)
    matching = narrowing.qs
    total = remembered("count", narrowing, lambda: count(matching))
    pages = max(1, min(MAX_PAGE, ceil(min(total, MAX_COUNT) / per_page)))
    page = min(max(1, page), pages)
    window = slice((page - 1) * per_page, page * per_page)
    if narrowing.has_words and 0 < total <= MAX_RANKED:
        keys = matching.keys_by_relevance(narrowing.words)[window]
        by_key = with_records(SearchEntry.objects.filter(pk__in=keys)).in_bulk()
        shown = [by_key[key] for key in keys if key in by_key]
    else:
        newest = matching.order_by("-filed_at", "-id").values("pk")[window]
        shown = list(with_records(SearchEntry.objects.filter(pk__in=newest)).order_by("-filed_at", "-id"))
    return Found(shown, min(total, MAX_COUNT), total > MAX_COUNT, page, pages, narrowing)


def narrow(user, words: str = "", asked: Asked | None = None) -> Narrowing:
    """Return the search of this person for words, or for what parameters ask."""
    if not isinstance(asked, MultiValueDict):
        asked = MultiValueDict({name: [value] for name, value in {"q": words, **(asked or {})}.items()})
    return Narrowing.of(user, asked)


def count(matching: QuerySet) -> int:
    """Count entries up to 10,001."""
    return matching.order_by().values("pk")[: MAX_COUNT + 1].count()


def with_records(entries: QuerySet) -> QuerySet:
    """Let entries bring what a card of their record shows."""
    return entries.select_related("record__best_copy__file", "record__record_copy__agency")


def newest_found(*, user, asked: Asked, limit: int) -> list[int]:
    """Return the keys of the records that `find` would find and that were filed last."""
    matching = narrow(user, asked=asked).qs
    return list(matching.order_by("-filed_at", "-id").values_list("record", flat=True)[:limit])


def all_found(*, user, asked: Asked, batch: int = 200) -> Iterator[list[int]]:
    """Yield the keys of all records that `find` would find, in batches, in the order in which they stood first."""
    matching = narrow(user, asked=asked).qs
    last = 0
    while rows := _behind(matching, last, batch):
        yield [key for key, _ in rows]
        last = rows[-1][0]


def found_after(*, user, after: str, limit: int, asked: Asked) -> list[tuple[int, str]]:
    """Return (key, public id) of the next records that `find` would find, behind the one with this public id."""
    last = Record.objects.visible_to(user).filter(public_id=after).values_list("pk", flat=True).first() if after else 0
    return _behind(narrow(user, asked=asked).qs, last or 0, limit)


def _behind(matching: QuerySet, last: int, limit: int) -> list[tuple[int, str]]:
    """Return (key, public id) of the next records behind the one with this key."""
    behind = matching.filter(record__gt=last).order_by("record")
    return list(behind.values_list("record", "record__public_id")[:limit])


def numbers_of(entries: Iterable[SearchEntry], most: int = 6) -> dict[int, list[tuple[str, str]]]:
    """Return (scheme, number) of each of these entries, some of them where there are many."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    facets = SearchFacet.objects.filter(entry__in=list(entries), kind=Kind.IDENTIFIER).order_by("entry", "value")
    for entry, value in facets.values_list("entry", "value")[: 200 * most]:
        if len(found[entry]) < most:
            found[entry].append(tuple(value.split(":", 1)))
    return found


# ---- keeping in step -------------------------------------------------------------------------------------------


@transaction.atomic
def follow(limit: int = EVENTS_AT_ONCE) -> bool:
    """Bring the search up to date with the next published events; return whether there were any."""
    Cursor.objects.get_or_create(name=SEARCH)
    cursor = Cursor.objects.select_for_update().get(name=SEARCH)
    last, records = changed_after(cursor.sequence, limit)
    if last == cursor.sequence:
        return False
    index_records(records)
    cursor.sequence = last
    cursor.save(update_fields=["sequence"])
    return True


def index_records(records: Iterable[Record]) -> None:
    """Write the search entries of standing records; remove those of all others.

    In the order of their keys, so that two that do this at once never wait for one another.
    """
    records = sorted(records, key=lambda record: record.pk)
    standing = [record for record in records if record.is_standing]
    SearchEntry.objects.filter(record__in=[r for r in records if not r.is_standing]).delete()
    if not standing:
        return
    filings = _filings(standing)
    numbers = _numbers(filings)
    texts = _texts(standing, filings)
    disputed = set(Conflict.objects.undecided().filter(record__in=standing).values_list("record", flat=True))
    rows = SearchEntry.objects.bulk_create(
        (_entry(record, len(filings[record.pk]), has_conflict=record.pk in disputed) for record in standing),
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=[
            "audience_key", "year", "first_day", "last_day", "north", "east", "filed_at", "filing_count",
            "has_conflict",
        ],
    )  # fmt: skip
    SearchText.objects.bulk_create(
        (
            SearchText(
                entry=row,
                title=record.title,
                body=_body(texts[record.pk], filings[record.pk], numbers[record.pk]),
            )
            for row, record in zip(rows, standing, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["title", "body"],
    )
    _write_facets(
        {
            row: _facets(row, record, filings[record.pk], numbers[record.pk])
            for row, record in zip(rows, standing, strict=True)
        }
    )


def _entry(record: Record, filing_count: int, *, has_conflict: bool) -> SearchEntry:
    created = next(iter(_said(record, "created")), "")
    first_day, last_day = days(created) or (None, None)
    spot = _spot(record)
    return SearchEntry(
        record=record,
        audience_key=record.audience_key,
        year=_year(created),
        first_day=first_day,
        last_day=last_day,
        north=spot and spot.north,
        east=spot and spot.east,
        filed_at=record.filed_at,
        filing_count=filing_count,
        has_conflict=has_conflict,
    )


def _facets(entry: SearchEntry, record: Record, filings: list[Filing], numbers: list[tuple[str, str]]) -> set:
    """Return (kind, value) of all that narrows a search to this record."""
    found = {(Kind.AGENCY, filing.agency.slug) for filing in filings}
    found |= {(Kind.SOURCE, filing.source.kind) for filing in filings}
    found |= {(Kind.FORMAT, filing.file.media_type) for filing in filings if filing.file.media_type}
    found |= {(Kind.IDENTIFIER, f"{scheme}:{value}") for scheme, value in numbers}
    found |= {(Kind.SUBJECT, one) for one in _narrowing(_said(record, "subject"))}
    found |= {(Kind.PLACE, one) for one in _narrowing(_place_names(record))}
    if entry.year is not None:
        found.add((Kind.YEAR, f"{entry.year:04}"))
    if entry.has_conflict:
        found.add((Kind.HAS, SearchFacet.Has.CONFLICT))
    if entry.filing_count > 1:
        found.add((Kind.HAS, SearchFacet.Has.COPIES))
    return {(str(kind), str(value)) for kind, value in found}


def _narrowing(values: Iterable[str]) -> list[str]:
    """Return these values as they narrow a search: on one line, and no longer than a column."""
    short = (" ".join(value.split())[:LONGEST_VALUE].strip() for value in values)
    return [value for value in dict.fromkeys(short) if value][:MANY_SUBJECTS]


def _said(record: Record, *elements: str) -> list[str]:
    return [v["value"] for v in record.description.get("values", ()) if v["element"] in elements]


def _place_names(record: Record) -> Iterator[str]:
    for value in _said(record, "spatial"):
        spot = locate(value)
        yield spot.name if spot else value


def _spot(record: Record) -> Point | None:
    """Return the first spot that the description says: where the picture shows, else what it is about."""
    stated = [*_said(record, "spatial"), *_said(record, "coverage")]
    return next(filter(None, map(locate, stated)), None)


def _write_facets(wanted: Mapping[SearchEntry, set[tuple[str, str]]]) -> None:
    """Let each entry have these facets, and no others."""
    known: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    audiences = {row.pk: row.audience_key for row in wanted}
    gone, new = [], []
    for facet in SearchFacet.objects.filter(entry__in=list(audiences)):
        if facet.audience_key == audiences[facet.entry_id]:
            known[facet.entry_id][facet.kind, facet.value] = facet.pk
        else:
            gone.append(facet.pk)
    for row, facets in wanted.items():
        gone += [key for facet, key in known[row.pk].items() if facet not in facets]
        new += [
            {"entry_id": row.pk, "kind": kind, "value": value, "audience_key": row.audience_key}
            for kind, value in sorted(facets - set(known[row.pk]))
        ]
    SearchFacet.objects.filter(pk__in=gone).delete()
    insert(SearchFacet, new)


def _filings(records: list[Record]) -> dict[int, list[Filing]]:
    """Return the filings of each record."""
    found: dict[int, list[Filing]] = defaultdict(list)
    filings = (
        Filing.objects.standing()
        .filter(copy__record__in=records)
        .select_related("agency", "source", "file")
        .order_by("pk")
    )
    for filing in filings.annotate(record_key=F("copy__record")):
        found[filing.record_key].append(filing)
    return found


def _numbers(filings: dict[int, list[Filing]]) -> dict[int, list[tuple[str, str]]]:
    """Return (scheme, number) of each record."""
    record_of = {filing.pk: record for record, own in filings.items() for filing in own}
    found: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    assigned = Assignment.objects.filter(filing__in=record_of).exclude(status=Assignment.Status.WRONG)
    pairs = assigned.order_by("pk").values_list("filing", "identifier__scheme__slug", "identifier__value")
    for filing, *pair in pairs:
        found[record_of[filing]][tuple(pair)] = None
    return defaultdict(list, {record: list(numbers) for record, numbers in found.items()})


def _texts(records: list[Record], filings: dict[int, list[Filing]]) -> dict[int, list[str]]:
    """Return what is stated of each record, of its filings and of their files."""
    of_filing: dict[int, set[int]] = defaultdict(set)
    of_file: dict[int, set[int]] = defaultdict(set)
    for record, own in filings.items():
        for filing in own:
            of_filing[filing.pk].add(record)
            of_file[filing.file_id].add(record)
    of_record = {record.pk: {record.pk} for record in records}
    found: dict[int, list[str]] = defaultdict(list)
    for name, keys in (("filing", of_filing), ("file", of_file), ("record", of_record)):
        stated = Statement.objects.standing().filter(**{f"{name}__in": list(keys)}).order_by("pk")
        for key, value in stated.values_list(name, "value"):
            for record in keys[key]:
                found[record].append(value)
    return found


def _body(texts: list[str], filings: list[Filing], numbers: list[tuple[str, str]]) -> str:
    """Return all words by which somebody may look for the record, those of its lesser copies included."""
    said = [*texts, *(value for _, value in numbers)]
    said += [filing.file_name for filing in filings] + [filing.agency.name for filing in filings]
    return " ".join(word for text in dict.fromkeys(said) for word in words_of(text))


def _year(created: str) -> int | None:
    """Return the year in which the scene was taken, where all of it lies in one year."""
    year = created[:4]
    return int(year) if len(year) == 4 and year.isdecimal() and "/" not in created else None
