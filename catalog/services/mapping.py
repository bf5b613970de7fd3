"""What a search finds, as a map draws it: pictures that lie close together count as one, by a grid of degrees."""

from dataclasses import dataclass
from math import floor, log2

from django.db.models import Avg, Count, F, FloatField, Func, IntegerField, Max, Min, QuerySet, Value

from catalog.models import SearchEntry

from . import searching
from .narrowing import Narrowing
from .remembering import remembered

MOST_CELLS = 32
"""So many cells of the grid lie beside one another at most."""
MOST_PICTURES = 200
"""So many pictures are told one by one; more lie on the map as clusters of one."""
SMALLEST_DEGREES = 2**-20
"""About ten centimetres: what lies closer together is at one spot."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Some pictures at their middle, and the part of the map on which they lie: west, south, east, north."""

    north: float
    east: float
    count: int
    bounds: tuple[float, float, float, float]
    entry: SearchEntry | None
    """The picture, where it is one alone."""


class Cell(Func):
    """The number of the cell in which a figure of degrees lies, counted from -180."""

    function = "FLOOR"
    template = "%(function)s((%(expressions)s))"
    arg_joiner = " + 180) / ("
    output_field = IntegerField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="CAST((%(expressions)s) AS INTEGER)", **context)


def clusters_of(narrowing: Narrowing, cells: int = 12) -> list[Cluster]:
    """Return what the search finds within its bounds, or wherever it lies, in some `cells` clusters across.

    The grid stands still while the map is moved: its cells are powers of two of a degree, counted from -180.
    """
    placed = narrowing.qs.filter(north__isnull=False)
    rows = remembered(f"clusters/{cells}", narrowing, lambda: _clustered(placed, narrowing, cells))
    alone = [row["first"] for row in rows if row["count"] == 1][:MOST_PICTURES]
    entries = searching.with_records(SearchEntry.objects.all()).in_bulk(alone)
    return [
        Cluster(
            row["middle_north"], row["middle_east"], row["count"],
            (row["least_east"], row["least_north"], row["most_east"], row["most_north"]), entries.get(row["first"]),
        )
        for row in rows
    ]  # fmt: skip


def _clustered(placed: QuerySet, narrowing: Narrowing, cells: int) -> list[dict]:
    bounds = narrowing.asked.get("bounds") or _extent(placed)
    return _rows(placed, _cell_degrees(bounds, min(max(2, cells), MOST_CELLS // 2))) if bounds else []


def _rows(placed: QuerySet, cell: float) -> list[dict]:
    degrees = Value(cell, output_field=FloatField())
    by_cell = placed.order_by().values(row=Cell(F("north"), degrees), column=Cell(F("east"), degrees))
    told = by_cell.annotate(
        count=Count("pk"), first=Min("pk"), middle_north=Avg("north"), middle_east=Avg("east"),
        least_north=Min("north"), most_north=Max("north"), least_east=Min("east"), most_east=Max("east"),
    )  # fmt: skip
    return list(told.order_by("row", "column")[: (MOST_CELLS + 1) ** 2])


def _extent(placed: QuerySet) -> tuple[float, float, float, float] | None:
    ends = placed.order_by().aggregate(w=Min("east"), s=Min("north"), e=Max("east"), n=Max("north"))
    return None if ends["w"] is None else (ends["w"], ends["s"], ends["e"], ends["n"])


def _cell_degrees(bounds: tuple[float, float, float, float], cells: int) -> float:
    """Return the power of two of which the longer side holds at least `cells`, and fewer than twice as many."""
    west, south, east, north = bounds
    across = east - west if west <= east else east - west + 360
    return 2.0 ** floor(log2(max(across, north - south, SMALLEST_DEGREES) / cells))
