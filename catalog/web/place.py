"""Where a picture was made, as a small picture: the city's outline with a dot, drawn on the server."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.metadata.places import BadPlace, Point, parse_box, parse_point

OUTLINE = "map/city.json"
WIDTH = 320
MARGIN = 12
TALLEST, LOWEST = 320, 140
PLACES_MAX = 20

Ring = list[tuple[float, float]]
"""Corners as degrees east and north."""


@dataclass(frozen=True, slots=True)
class Spot:
    words: str
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class PlacePicture:
    """`path` is the outline as an SVG path; empty where there is none around these spots."""

    width: int
    height: int
    path: str
    spots: list[Spot]


def spot_of(text: str) -> Point | None:
    """Return the point that a DCMI Point says, or the middle of a DCMI Box; None for a place in words alone."""
    try:
        return parse_point(text)
    except BadPlace:
        pass
    try:
        box = parse_box(text)
    except BadPlace:
        return None
    return Point((box.east + box.west) / 2, (box.north + box.south) / 2, box.name) if box.west <= box.east else None


def place_in_words(text: str) -> str:
    """Return `Mill Street (34.0500° N, 118.2500° W)` for a Point or Box; other words as they are."""
    point = spot_of(text)
    if point is None:
        return text
    north = _("%(degrees)s° N") if point.north >= 0 else _("%(degrees)s° S")
    east = _("%(degrees)s° E") if point.east >= 0 else _("%(degrees)s° W")
    where = f"{north % {'degrees': f'{abs(point.north):.4f}'}}, {east % {'degrees': f'{abs(point.east):.4f}'}}"
    return f"{point.name} ({where})" if point.name else where


def place_picture(texts: Iterable[str]) -> PlacePicture | None:
    """Draw where these places lie in the city; None where none of them says a spot in it, or there is no outline."""
    points = [point for text in texts if (point := spot_of(text))][:PLACES_MAX]
    city = _city() if points else None
    if city is None:
        return None
    inside = [point for point in points if city.holds(point)]
    spots = [Spot(place_in_words(_text(point)), *city.place(point.east, point.north)) for point in inside]
    return PlacePicture(WIDTH, city.height, city.path, spots) if spots else None


def _text(point: Point) -> str:
    return f"east={point.east}; north={point.north}" + (f"; name={point.name}" if point.name else "")


@dataclass(frozen=True)
class _City:
    west: float
    north: float
    south: float
    east: float
    across: float
    """How much shorter a degree of longitude is than one of latitude."""
    per_degree: float
    height: int
    path: str

    def place(self, east: float, north: float) -> tuple[float, float]:
        return _placed(east, north, self.west, self.north, self.across, self.per_degree)

    def holds(self, point: Point) -> bool:
        return self.west <= point.east <= self.east and self.south <= point.north <= self.north


def _placed(east: float, north: float, west: float, top: float, across: float, per_degree: float):
    return (
        round(MARGIN + (east - west) * across * per_degree, 1),
        round(MARGIN + (top - north) * per_degree, 1),
    )


@cache
def _city() -> _City | None:
    """Return the outline that lies among the static files, ready to be drawn; None where there is none."""
    rings = _rings()
    if not rings:
        return None
    easts = [east for ring in rings for east, _ in ring]
    norths = [north for ring in rings for _, north in ring]
    west, east, south, north = min(easts), max(easts), min(norths), max(norths)
    across = math.cos(math.radians((north + south) / 2))
    inner = WIDTH - 2 * MARGIN
    per_degree = min(inner / ((east - west) * across), (TALLEST - 2 * MARGIN) / (north - south))
    height = max(LOWEST, round((north - south) * per_degree + 2 * MARGIN))
    path = "".join(
        "M" + "L".join(" ".join(map(str, _placed(*corner, west, north, across, per_degree))) for corner in ring) + "Z"
        for ring in rings
    )
    return _City(west, north, south, east, across, per_degree, height, path)


def _rings() -> list[Ring]:
    for folder in settings.STATICFILES_DIRS:
        path = Path(folder, OUTLINE)
        if path.exists():
            return list(_rings_of(json.loads(path.read_text())))
    return []


def _rings_of(shape: dict) -> Iterable[Ring]:
    """Yield the rings of a GeoJSON object (RFC 7946) of any kind that has areas."""
    for part in [*shape.get("features", ()), *shape.get("geometries", ())]:
        yield from _rings_of(part)
    if shape.get("geometry"):
        yield from _rings_of(shape["geometry"])
    areas = {"Polygon": [shape.get("coordinates")], "MultiPolygon": shape.get("coordinates")}
    for area in areas.get(shape.get("type", ""), ()):
        for ring in area:
            yield [(east, north) for east, north, *_ in ring]
