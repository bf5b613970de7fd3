"""Search: keeping its entries in step with the published order, and answering the search box."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from catalog.metadata.identifiers import looks_like
from catalog.models import (
    Agency,
    Assignment,
    Conflict,
    Cursor,
    Filing,
    Identifier,
    Record,
    SearchEntry,
    SearchFacet,
    Statement,
)
from catalog.models.search import words_of

from .history import changed_after
from .inserting import insert

SEARCH = "search"
MAX_COUNT = 10_000
MAX_WORDS = 12
MAX_PAGE = 400
EVENTS_AT_ONCE = 1_500


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. `total` is counted up to 10,000; `is_capped` says that there are more."""

    results: list[SearchEntry]
    total: int
    is_capped: bool
    page: int
    pages: int
    matching: QuerySet

    def facets(self, most: int = 30) -> dict[str, list[tuple]]:
        """Count agencies as (slug, name, count) and years as (year, count) over the first 10,000 of what was found."""
        some = self.matching.order_by().values("pk")[:MAX_COUNT]
        by_agency = (
            SearchFacet.objects.filter(kind=SearchFacet.Kind.AGENCY, entry__in=some)
            .values_list("value")
            .annotate(count=Count("pk"))
            .order_by("-count", "value")[:most]
        )
        by_year = (
            SearchEntry.objects.filter(pk__in=some, year__isnull=False)
            .values_list("year")
            .annotate(count=Count("pk"))
            .order_by("-year")[:most]
        )
        names = dict(Agency.objects.values_list("slug", "name"))
        return {
            "agency": [(slug, names.get(slug, slug), count) for slug, count in by_agency],
            "year": list(by_year),
        }


def find(
    *,
    user,
    words: str = "",
    agency: str = "",
    year: str = "",
    number: str = "",
    page: int = 1,
    per_page: int = 24,
) -> Found:
    """Return a page of the standing records that this person may see and that fit everything asked.

    words   free words; a parcel or permit number among them is found in any spelling
    agency  slug; year as four digits; number as `scheme:normalised`
    Best first where words were given, newest first otherwise and where the words fit more than 10,000 records.
    """
    words, numbers = _understood(words)
    matching = _fitting(user, words, numbers, agency, year, number)
    total = matching.order_by().values("pk")[: MAX_COUNT + 1].count()
    pages = max(1, min(MAX_PAGE, ceil(min(total, MAX_COUNT) / per_page)))
    page = min(max(1, page), pages)
    window = slice((page - 1) * per_page, page * per_page)
    with_records = ("record__best_copy__file", "record__record_copy__agency")
    if words_of(words) and not numbers and 0 < total <= MAX_COUNT:
        keys = matching.keys_by_relevance(words)[window]
        found = SearchEntry.objects.select_related(*with_records).in_bulk(keys)
        shown = [found[key] for key in keys if key in found]
    else:
        shown = matching.select_related(*with_records).order_by("-filed_at", "-id")[window]
    return Found(list(shown), min(total, MAX_COUNT), total > MAX_COUNT, page, pages, matching)


def all_found(
    *, user, words: str = "", agency: str = "", year: str = "", number: str = "", batch: int = 200
) -> Iterator[list[int]]:
    """Yield the keys of all records that `find` would find, in batches, in the order in which they stood first."""
    matching = _fitting(user, *_understood(words), agency, year, number)
    last = 0
    while rows := _behind(matching, last, batch):
        yield [key for key, _ in rows]
        last = rows[-1][0]


def found_after(*, user, after: str, limit: int, **asked: str) -> list[tuple[int, str]]:
    """Return (key, public id) of the next records that `find` would find, behind the one with this public id."""
    last = Record.objects.visible_to(user).filter(public_id=after).values_list("pk", flat=True).first() if after else 0
    return _behind(_fitting(user, *_understood(asked.pop("words", "")), **asked), last or 0, limit)


def _behind(matching: QuerySet, last: int, limit: int) -> list[tuple[int, str]]:
    """Return (key, public id) of the next records behind the one with this key."""
    behind = matching.filter(record__gt=last).order_by("record")
    return list(behind.values_list("record", "record__public_id")[:limit])


def _understood(words: str) -> tuple[str, list[str]]:
    """Return the words that are searched for, and the known numbers that they spell."""
    words = " ".join(words.split()[:MAX_WORDS])
    return words, _numbers_like(words)


def _fitting(user, words: str, numbers: list[str], agency: str = "", year: str = "", number: str = "") -> QuerySet:
    fitting = _matching(SearchEntry.objects.visible_to(user), agency, year, [number] if number else [])
    return fitting.filter(_bears(numbers)) if numbers else fitting.matching(words)


def _matching(entries, agency: str, year: str, numbers: list[str]):
    if agency:
        entries = entries.filter(facets__kind=SearchFacet.Kind.AGENCY, facets__value=agency)
    if year:
        entries = entries.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else entries.none()
    return entries.filter(_bears(numbers)) if numbers else entries


def _numbers_like(words: str) -> list[str]:
    """Return `scheme:number` of the known numbers that these words spell."""
    forms = looks_like(words)
    if not forms:
        return []
    known = Identifier.objects.filter(value__in=forms).values_list("scheme__slug", "value")
    return [f"{scheme}:{value}" for scheme, value in known]


def _bears(numbers: Iterable[str]) -> Q:
    facets = SearchFacet.objects.filter(kind=SearchFacet.Kind.IDENTIFIER, value__in=list(numbers))
    return Q(pk__in=facets.values("entry"))


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
    disputed = set(Conflict.objects.filter(record__in=standing).values_list("record", flat=True))
    rows = SearchEntry.objects.bulk_create(
        (
            SearchEntry(
                record=record,
                audience_key=record.audience_key,
                title=record.title,
                body=_body(texts[record.pk], filings[record.pk], numbers[record.pk]),
                year=_year(record),
                filed_at=record.filed_at,
                filing_count=len(filings[record.pk]),
                has_conflict=record.pk in disputed,
            )
            for record in standing
        ),
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["audience_key", "title", "body", "year", "filed_at", "filing_count", "has_conflict"],
    )
    _write_facets(rows, filings, numbers)


def _write_facets(rows: list[SearchEntry], filings: dict, numbers: dict) -> None:
    """Let each entry have the facets of its record, and no others."""
    known: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for facet in SearchFacet.objects.filter(entry__in=rows):
        known[facet.entry_id][facet.kind, facet.value] = facet.pk
    gone, new = [], []
    for row in rows:
        wanted = {(SearchFacet.Kind.AGENCY.value, filing.agency.slug) for filing in filings[row.record_id]}
        wanted |= {(SearchFacet.Kind.IDENTIFIER.value, f"{scheme}:{value}") for scheme, value in numbers[row.record_id]}
        gone += [key for facet, key in known[row.pk].items() if facet not in wanted]
        fresh = sorted(wanted - set(known[row.pk]))
        new += [{"entry_id": row.pk, "kind": kind, "value": value} for kind, value in fresh]
    SearchFacet.objects.filter(pk__in=gone).delete()
    insert(SearchFacet, new)


def _filings(records: list[Record]) -> dict[int, list[Filing]]:
    """Return the filings of each record."""
    found: dict[int, list[Filing]] = defaultdict(list)
    filings = Filing.objects.standing().filter(copy__record__in=records).select_related("agency").order_by("pk")
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


def _year(record: Record) -> int | None:
    """Return the year in which the scene was taken, where all of it lies in one year."""
    created = next((v["value"] for v in record.description.get("values", ()) if v["element"] == "created"), "")
    year = created[:4]
    return int(year) if len(year) == 4 and year.isdecimal() and "/" not in created else None
