"""What a search could be narrowed by next: the values of what it finds, counted under the reader's rights.

Values of a facet are counted under all that was asked but that facet's own choice, so that another may be chosen
beside it. A count is exact where the search finds no more than 10,000, or everything. Between the two it is that of
10,000 of what is found, so there are at least so many.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from catalog.models import SearchFacet

from .narrowing import Narrowing
from .remembering import remembered
from .searching import MAX_COUNT

Kind = SearchFacet.Kind
COUNTED = [str(kind) for kind in Kind if kind != Kind.IDENTIFIER]
MOST = 30
MOST_YEARS = 150
"""So many values of a facet are told, the most frequent ones; of years the newest come first."""
COUNTING = """
    WITH matched (entry) AS MATERIALIZED ({looking}),
    counted AS (
        SELECT facet.kind, facet.value, count(*) AS number
        FROM (SELECT entry FROM matched LIMIT {most}) AS first
        JOIN catalog_searchfacet facet ON facet.entry_id = first.entry
        WHERE facet.kind IN ({kinds}) GROUP BY facet.kind, facet.value
    ),
    placed AS (
        SELECT kind, value, number, row_number() OVER (PARTITION BY kind ORDER BY number DESC, value) AS place
        FROM counted
    )
    SELECT kind, value, number, (SELECT count(*) FROM matched) FROM placed WHERE place <= %s ORDER BY kind, place
"""
EVERYTHING = """
    SELECT {number}, (SELECT count(*) FROM (
        SELECT 1 FROM catalog_searchfacet WHERE kind = %s AND value = %s AND audience_key IN ({audiences}) LIMIT {most}
    ) AS first_ones)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A value with the number of records that have it; where `is_least` there may be more."""

    value: str
    count: int
    is_least: bool


def facets_of(narrowing: Narrowing) -> dict[str, list[Counted]]:
    """Return the values of each facet, the most frequent first, years the newest first."""
    return remembered("facets", narrowing, lambda: _facets_of(narrowing))


def _facets_of(narrowing: Narrowing) -> dict[str, list[Counted]]:
    chosen = [name for name in COUNTED if narrowing.asked.get(name) and name != Kind.HAS]
    found = _counted(narrowing.qs, [name for name in COUNTED if name not in chosen])
    if narrowing.is_everything:
        found = _exactly(found, narrowing.audiences)
    for name in chosen:
        found |= _counted(narrowing.found_but_for(name), [name])
    found[Kind.YEAR] = sorted(found.get(Kind.YEAR, ()), key=lambda one: one.value, reverse=True)
    return {name: found.get(name, []) for name in COUNTED}


def _counted(matching: QuerySet, kinds: list[str]) -> dict[str, list[Counted]]:
    """Count the values of what is found, which is looked for once."""
    try:
        looking, params = matching.order_by().values("pk")[: MAX_COUNT + 1].query.sql_with_params()
    except EmptyResultSet:
        return {}
    sql = COUNTING.format(looking=looking, most=MAX_COUNT, kinds=", ".join(["%s"] * len(kinds)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *kinds, MOST_YEARS])
        rows = cursor.fetchall()
    found: dict[str, list[Counted]] = defaultdict(list)
    for kind, value, number, total in rows:
        if kind == Kind.YEAR or len(found[kind]) < MOST:
            found[kind].append(Counted(value, number, total > MAX_COUNT))
    return found


def _exactly(found: dict[str, list[Counted]], audiences: Collection[str]) -> dict[str, list[Counted]]:
    """Count these values among everything of these audiences, each up to 10,000."""
    asked = [(kind, one.value) for kind, values in found.items() for one in values if one.is_least]
    if not asked:
        return found
    places = ", ".join(["%s"] * len(audiences))
    each = (EVERYTHING.format(number=n, audiences=places, most=MAX_COUNT + 1) for n in range(len(asked)))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each), [part for value in asked for part in (*value, *audiences)])
        numbers = {asked[n]: number for n, number in cursor}
    return {kind: _ordered(kind, values, numbers) for kind, values in found.items()}


def _ordered(kind: str, values: list[Counted], numbers: dict[tuple[str, str], int]) -> list[Counted]:
    exact = [
        Counted(one.value, min(number, MAX_COUNT), number > MAX_COUNT)
        for one in values
        for number in [numbers.get((kind, one.value), one.count)]
    ]
    return sorted(exact, key=lambda one: (-one.count, one.value))
