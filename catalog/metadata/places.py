"""Places in words that programs can read: DCMI Point, Box and Period.

All three are lists of `component=value` joined by semicolons (https://www.dublincore.org/specifications/dublin-core/
dcmi-point/, dcmi-box/ and dcmi-period/). Without `units` and `projection` the figures are degrees, north and east.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

POINT_COMPONENTS = frozenset(("east", "north", "elevation", "units", "zunits", "projection", "name"))
BOX_LIMITS = ("northlimit", "southlimit", "eastlimit", "westlimit")
BOX_COMPONENTS = frozenset((*BOX_LIMITS, "uplimit", "downlimit", "units", "zunits", "projection", "name"))
PERIOD_COMPONENTS = frozenset(("start", "end", "scheme", "name"))


class BadPlace(ValueError):
    """A Point, Box or Period that says nothing certain; the message says why, without a capital or full stop."""


@dataclass(frozen=True)
class Point:
    """A spot in degrees east and north (negative: west and south), with its name where it has one."""

    east: float
    north: float
    name: str = ""


@dataclass(frozen=True)
class Box:
    """A field in degrees; where `west` is greater than `east` it spans the 180th meridian."""

    north: float
    south: float
    east: float
    west: float
    name: str = ""


def write_point(east: float, north: float) -> str:
    """Write a DCMI Point with seven decimals, about a centimetre, and no idle zeros."""
    return f"east={_degrees_text(east)}; north={_degrees_text(north)}"


def _degrees_text(degrees: float) -> str:
    text = f"{degrees:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def parse_point(text: str) -> Point:
    """Read a DCMI Point in degrees. Raises BadPlace."""
    parts = _components(text, POINT_COMPONENTS)
    _require_degrees(parts)
    return Point(_degrees(parts, "east", 180), _degrees(parts, "north", 90), parts.get("name", ""))


def parse_box(text: str) -> Box:
    """Read a DCMI Box in degrees. Raises BadPlace."""
    parts = _components(text, BOX_COMPONENTS)
    _require_degrees(parts)
    north, south = _degrees(parts, "northlimit", 90), _degrees(parts, "southlimit", 90)
    if south > north:
        raise BadPlace("its south limit lies north of its north limit")
    return Box(
        north, south, _degrees(parts, "eastlimit", 180), _degrees(parts, "westlimit", 180), parts.get("name", "")
    )


def locate(text: str) -> Point | None:
    """Return the spot that a Point or the middle of a Box says, with its name; None for a place in words."""
    for parse in (parse_point, parse_box):
        try:
            place = parse(text)
        except BadPlace:
            continue
        return place if isinstance(place, Point) else _middle(place)
    return None


def _middle(box: Box) -> Point:
    across = (box.east - box.west) % 360 if box.west > box.east else box.east - box.west
    east = box.west + across / 2
    return Point(east - 360 if east > 180 else east, (box.north + box.south) / 2, box.name)


def parse_period(text: str) -> dict[str, str]:
    """Read a DCMI Period into its components; one end at least is there. Raises BadPlace."""
    parts = _components(text, PERIOD_COMPONENTS)
    if not parts.get("start") and not parts.get("end"):
        raise BadPlace("it has neither start nor end")
    return parts


def _components(text: str, known: frozenset[str]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for written in text.split(";"):
        if not written.strip():
            continue
        name, equals, value = (piece.strip() for piece in written.partition("="))
        if not equals or name not in known:
            raise BadPlace(f"“{written.strip()[:40]}” is none of its components")
        if name in parts:
            raise BadPlace(f"it says {name} twice")
        parts[name] = value
    return parts


def _require_degrees(parts: dict[str, str]) -> None:
    """The catalog draws places on a map of degrees; other units and projections are for other catalogs."""
    if parts.get("units", "signed decimal degrees") != "signed decimal degrees" or parts.get("projection"):
        raise BadPlace("it is not in degrees")


def _degrees(parts: dict[str, str], component: str, most: int) -> float:
    try:
        degrees = Decimal(parts[component])
    except KeyError:
        raise BadPlace(f"it lacks {component}") from None
    except InvalidOperation:
        raise BadPlace(f"its {component} is no number") from None
    if not degrees.is_finite() or abs(degrees) > most:
        raise BadPlace(f"its {component} is not between -{most} and {most}")
    return float(degrees)
