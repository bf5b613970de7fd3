"""The crosswalk from what a file carries to Dublin Core, and which source is believed first.

Order of belief: Exif, then XMP, then IPTC; where the IPTC block's digest shows that a program changed it without
changing the XMP, IPTC comes before XMP (Metadata Working Group, Guidelines for Handling Image Metadata 2.0, chapter 3).
What a later source merely repeats is dropped; what it says otherwise stays, in this order, for the filer to choose, but
for dates: a picture was taken once, and the most believed source says when.
Software is no creator. The meanings of the XMP properties are those of ISO 16684-1 and the IPTC Photo Metadata
Standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Literal

from . import exif as exif_tags
from . import iptc as iptc_tags
from .dates import dates_agree
from .exif import Exif
from .languages import is_language_tag
from .places import write_point
from .validation import Value, check, normalise, normalise_text
from .xmp import DC, EXIF, PHOTOSHOP, Text

Family = Literal["EXIF", "XMP", "IPTC"]
MOST_SUGGESTIONS = 200
"""Suggestions for one element; keyword lists of stock agencies have about fifty."""


@dataclass(frozen=True)
class Suggestion:
    """A value that the file itself proposes, and where in the file it stands, such as `EXIF DateTimeOriginal`."""

    element: str
    value: str
    language: str = ""
    scheme: str = ""
    source: str = ""


@dataclass
class Carried:
    """Everything that was read from one file, and what could not be read: pairs of part and reason."""

    exif: Exif = field(default_factory=Exif)
    xmp: dict[str, tuple[Text, ...]] = field(default_factory=dict)
    iptc: dict[int, tuple[str, ...]] = field(default_factory=dict)
    iptc_is_newer: bool = False
    width: int = 0
    height: int = 0
    is_upright: bool = False
    unread: list[tuple[str, str]] = field(default_factory=list)

    @property
    def families(self) -> tuple[Family, ...]:
        """The sources in the order in which they are believed."""
        return ("EXIF", "IPTC", "XMP") if self.iptc_is_newer else ("EXIF", "XMP", "IPTC")


def suggest(carried: Carried) -> tuple[Suggestion, ...]:
    """Return what the file proposes, element by element, the most believed first.

    Every suggestion passes `validation.check`; what would not is added to `carried.unread`.
    """
    proposals = [
        *_texts(carried),
        *_dates(carried, "created", _CREATED),
        *_digitized(carried),
        *_place(carried),
        *_extent(carried),
    ]
    return tuple(suggestion for suggestion in proposals if _passes(suggestion, carried))


def _passes(suggestion: Suggestion, carried: Carried) -> bool:
    problems = check([Value(suggestion.element, suggestion.value, suggestion.language, suggestion.scheme)])
    carried.unread += [(suggestion.source, problem.message) for problem in problems]
    return not problems


# --- text --------------------------------------------------------------------------------------------------------

_TEXT_SOURCES: dict[str, tuple[tuple[Family, int | str, str], ...]] = {
    "title": (
        ("XMP", DC + "title", "dc:title"),
        ("XMP", PHOTOSHOP + "Headline", "photoshop:Headline"),
        ("IPTC", iptc_tags.OBJECT_NAME, "ObjectName"),
        ("IPTC", iptc_tags.HEADLINE, "Headline"),
    ),
    "creator": (
        ("EXIF", exif_tags.ARTIST, "Artist"),
        ("XMP", DC + "creator", "dc:creator"),
        ("IPTC", iptc_tags.BY_LINE, "By-line"),
    ),
    "subject": (
        ("XMP", DC + "subject", "dc:subject"),
        ("IPTC", iptc_tags.KEYWORDS, "Keywords"),
    ),
    "description": (
        ("EXIF", exif_tags.IMAGE_DESCRIPTION, "ImageDescription"),
        ("XMP", DC + "description", "dc:description"),
        ("IPTC", iptc_tags.CAPTION, "Caption"),
    ),
    "rights": (
        ("EXIF", exif_tags.COPYRIGHT, "Copyright"),
        ("XMP", DC + "rights", "dc:rights"),
        ("IPTC", iptc_tags.COPYRIGHT_NOTICE, "CopyrightNotice"),
    ),
}

_JUNK = re.compile(
    r"""((\S+\s+){0,2}digital\s*(still\s*)?camera     # OLYMPUS DIGITAL CAMERA, Digital StillCamera
    |(\S+\s+)?camera\s+pictures?                    # SAMSUNG CAMERA PICTURES
    |sony\s+(dsc|mavica)|exif[\s_]?jpeg([\s_]picture)?|my\s+beautiful\s+picture
    |dcim\b\S*                                      # DCIM\100MEDIA\DJI_0018.JPG
    |([a-z]{1,4}[_-]?|dsc[fn]_?|imag)[0-9]{4,8}(\.jpe?g|\.tiff?|\.png)?  # DSC00006, IMG_2927.JPG
    |jpe?g|image|picture|photo|untitled|unknown|default|none|n/?a|null|test|ascii
    |artist|owner|user|author|photographer|picasa|(copyright|\(c\)|©|\W)+|\(c\)\s*by\s+\S+\s+user
    |cof|hdr|rhdr|sdr|dav|edf|btf|nor|oznor|mde       # telephones' scene modes
    |created\s+with\s+(the\s+)?gimp.*|converted(\s+pbm\s+file|:.*)|software::.*|lead\s+technologies.*)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""What cameras and programs write by themselves where a person could have written something."""


def _texts(carried: Carried) -> Iterator[Suggestion]:
    for element, sources in _TEXT_SOURCES.items():
        ordered = sorted(sources, key=lambda source: carried.families.index(source[0]))
        said = (suggestion for source in ordered for suggestion in _said(carried, element, *source))
        yield from _without_repeats(said)


def _said(carried: Carried, element: str, family: Family, key: int | str, name: str) -> Iterator[Suggestion]:
    for text, language in _values(carried, family, key):
        tag = language if is_language_tag(language) else ""
        value = normalise(Value(element, text, tag))
        if _is_meant(element, value.value):
            yield Suggestion(element, value.value, value.language, source=f"{family} {name}")


def _values(carried: Carried, family: Family, key: int | str) -> Iterable[Text]:
    if family == "XMP":
        return carried.xmp.get(str(key), ())
    if family == "IPTC":
        return [(text, "") for text in carried.iptc.get(int(key), ())]
    return [(text, "") for text in _exif_values(carried.exif, int(key))]


def _exif_values(exif: Exif, tag: int) -> list[str]:
    """Several artists stand in one tag, joined by semicolons; Copyright may leave the photographer's half blank."""
    if tag == exif_tags.ARTIST:
        return exif.text(tag).split(";")
    if tag == exif_tags.COPYRIGHT and tag in exif.main:
        return [exif.main[tag].first_text()]
    return [exif.text(tag)]


def _is_meant(element: str, text: str) -> bool:
    """Say whether a person may have written this; only a keyword needs no letter in it, as in `1998`."""
    has_something = any(character.isalnum() if element == "subject" else character.isalpha() for character in text)
    return has_something and not _JUNK.fullmatch(text)


def _without_repeats(said: Iterable[Suggestion]) -> Iterator[Suggestion]:
    kept: list[Suggestion] = []
    for suggestion in said:
        if len(kept) < MOST_SUGGESTIONS and not any(_repeats(suggestion, earlier) for earlier in kept):
            kept.append(suggestion)
            yield suggestion


_SHORTEST_CUT = 31
"""Characters: IIM cuts a by-line at 32 bytes, object names and keywords at 64, a caption at 2,000 (IIM 4.2, 6)."""


def _repeats(later: Suggestion, earlier: Suggestion) -> bool:
    """Say whether the later text is the earlier one, in other letters, or cut off as IPTC cuts."""
    mine, theirs = (" ".join(text.value.casefold().split()) for text in (later, earlier))
    is_cut = later.source.startswith("IPTC") and len(mine) >= _SHORTEST_CUT and theirs.startswith(mine)
    return mine == theirs or is_cut


# --- dates -------------------------------------------------------------------------------------------------------

_DateSource = tuple[Family, int | str, str, int]
_CREATED: tuple[_DateSource, ...] = (
    ("EXIF", exif_tags.DATE_TIME_ORIGINAL, "DateTimeOriginal", exif_tags.OFFSET_TIME_ORIGINAL),
    ("XMP", PHOTOSHOP + "DateCreated", "photoshop:DateCreated", 0),
    ("XMP", EXIF + "DateTimeOriginal", "exif:DateTimeOriginal", 0),
    ("IPTC", iptc_tags.DATE_CREATED, "DateCreated", iptc_tags.TIME_CREATED),
)
_DIGITIZED: tuple[_DateSource, ...] = (
    ("EXIF", exif_tags.DATE_TIME_DIGITIZED, "DateTimeDigitized", exif_tags.OFFSET_TIME_DIGITIZED),
    ("XMP", EXIF + "DateTimeDigitized", "exif:DateTimeDigitized", 0),
    ("IPTC", iptc_tags.DIGITAL_CREATION_DATE, "DigitalCreationDate", iptc_tags.DIGITAL_CREATION_TIME),
)
_DIGITAL_CAMERA = 3
"""FileSource of a digital still camera (CIPA DC-008, tag 41728): its picture never was anything but digital."""


def _dates(carried: Carried, element: str, sources: tuple[_DateSource, ...]) -> Iterator[Suggestion]:
    """Yield the date of the most believed source that has one."""
    for family, key, name, companion in sorted(sources, key=lambda source: carried.families.index(source[0])):
        if date := _date(carried, family, key, companion, f"{family} {name}"):
            yield Suggestion(element, date, scheme="EDTF", source=f"{family} {name}")
            return


def _digitized(carried: Carried) -> Iterator[Suggestion]:
    """Suggest the day of a scan, where it is another day than the picture's and no camera calls the picture its own."""
    source = carried.exif.main.get(exif_tags.FILE_SOURCE)
    if source and source.raw[:1] == bytes([_DIGITAL_CAMERA]):
        return
    created = [suggestion.value for suggestion in _dates(replace(carried, unread=[]), "created", _CREATED)]
    for suggestion in _dates(carried, "digitized", _DIGITIZED):
        day = suggestion.value.split("T")[0]
        if not any(dates_agree(day, date) for date in created):
            yield suggestion


def _date(carried: Carried, family: Family, key: int | str, companion: int, source: str) -> str:
    texts = [text for text, _ in _values(carried, family, key)][:1]
    text = texts[0].strip() if texts else ""
    if _is_placeholder(text):
        return ""
    beside = [more for more, _ in _values(carried, family, companion)][:1] if companion else []
    parsed = iptc_date(text, *beside) if family == "IPTC" else camera_date(text, *beside)
    if not parsed:
        carried.unread.append((source, f"“{normalise_text(text)[:40]}” is no date"))
    return parsed


def _is_placeholder(text: str) -> bool:
    """Say whether a clock was never set: blanks or zeros where the figures would be (CIPA DC-008, tag 36867)."""
    return not re.search("[1-9]", text) or bool(re.match("0000", text))


_CAMERA_DATE = re.compile(
    r"([0-9]{4})(?:[:/.-]([0-9]{2})(?:[:/.-]([0-9]{2})"
    r"(?:[ T]+([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")


def camera_date(text: str, offset: str = "") -> str:
    """Return an Exif or XMP date as EDTF, or nothing where it is none.

    Exif writes `2011:01:13 14:33:39` and the offset in a tag of its own; XMP writes ISO 8601 to any precision. Parts of
    a second are dropped, and so is a time without seconds: EDTF has neither.
    """
    match = _CAMERA_DATE.fullmatch(text.strip())
    if not match:
        return ""
    year, month, day, hour, minute, second, zone = match.groups()
    zone = zone or (offset.strip() if _OFFSET.fullmatch(offset.strip()) else "")
    return _edtf(year, month, day, hour and second and f"{hour}:{minute}:{second}", zone)


def iptc_date(date: str, time: str = "") -> str:
    """Return an IPTC date and time as EDTF, or nothing: CCYYMMDD, 00 for what is not known, and HHMMSS±HHMM."""
    match = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", date.strip())
    clock = re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{2})([+-][0-9]{4})?", time.strip())
    if not match:
        return camera_date(date)
    year, month, day = (None if figures == "00" else figures for figures in match.groups())
    return _edtf(year, month, day, clock and ":".join(clock.groups()[:3]), (clock and clock[4]) or "")


def _edtf(year: str | None, month: str | None, day: str | None, time: str | None, zone: str) -> str:
    """Join the parts that are there, if such a moment exists."""
    date = "-".join(part for part in (year, month, month and day) if part)
    moment = f"{date}T{time}" if time and day and month else ""
    try:
        datetime.fromisoformat(moment or f"{date}-01-01"[:10])
    except ValueError:
        return ""
    return f"{moment}{_zone_text(zone)}" if moment else date


def _zone_text(zone: str) -> str:
    """Return the zone with a colon; Greenwich is Z, the one form that EDTF's grammar has for it."""
    if zone and not zone[1:].strip("0:"):
        return "Z"
    return f"{zone[:3]}:{zone[-2:]}" if len(zone) == 5 else zone


# --- place and size ----------------------------------------------------------------------------------------------

_VOID = "V"
"""GPSStatus of a receiver that had no fix (CIPA DC-008, GPS tag 9)."""


def _place(carried: Carried) -> Iterator[Suggestion]:
    exif = carried.exif.gps
    if exif_tags.STATUS in exif and exif[exif_tags.STATUS].text().strip() == _VOID:
        return
    source, north, east = "EXIF GPS", _exif_degrees(carried, "Latitude"), _exif_degrees(carried, "Longitude")
    if north is None or east is None:
        source, north, east = "XMP exif:GPS", _xmp_degrees(carried, "Latitude"), _xmp_degrees(carried, "Longitude")
    if north is None or east is None or not (north or east):  # 0, 0 is what a receiver without a fix writes
        return
    yield Suggestion("spatial", write_point(east, north), scheme="Point", source=source)


_AXES = {
    "Latitude": (exif_tags.LATITUDE, exif_tags.LATITUDE_REF),
    "Longitude": (exif_tags.LONGITUDE, exif_tags.LONGITUDE_REF),
}
_COORDINATE = re.compile(r"([0-9]{1,3}),([0-9]{1,2}(?:\.[0-9]+)?)(?:,([0-9]{1,2}))?([NSEW])")


def _exif_degrees(carried: Carried, axis: str) -> float | None:
    """Return signed degrees from degrees, minutes and seconds and their hemisphere."""
    figures, hemisphere = (carried.exif.gps.get(tag) for tag in _AXES[axis])
    if figures is None:
        return None
    numbers = figures.numbers()
    letter = hemisphere.text().strip().upper()[:1] if hemisphere else ""
    limit = 90 if axis == "Latitude" else 180
    degrees = sum(Fraction(number) / 60**place for place, number in enumerate(numbers[:3]))
    if not numbers or letter not in ("N", "S", "E", "W") or degrees > limit:
        carried.unread.append((f"EXIF GPS{axis}", "it is no position on the globe"))
        return None
    return float(-degrees if letter in ("S", "W") else degrees)


def _xmp_degrees(carried: Carried, axis: str) -> float | None:
    """Return signed degrees from `DDD,MM.mmmmk` or `DDD,MM,SSk` (XMP specification part 2, GPSCoordinate)."""
    values = carried.xmp.get(f"{EXIF}GPS{axis}", ())
    match = _COORDINATE.fullmatch(values[0][0]) if values else None
    if not match:
        return None
    degrees = float(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return -degrees if match[4] in "SW" else degrees


_SIDEWAYS = (5, 6, 7, 8)
"""Exif orientations that turn the picture by a quarter (CIPA DC-008, tag 274)."""


def _extent(carried: Carried) -> Iterator[Suggestion]:
    """Suggest the size in pixels, as the picture is seen upright."""
    if carried.width <= 0 or carried.height <= 0:
        return
    orientation = carried.exif.main.get(exif_tags.ORIENTATION)
    turned = not carried.is_upright and orientation is not None and orientation.number() in _SIDEWAYS
    width, height = (carried.height, carried.width) if turned else (carried.width, carried.height)
    yield Suggestion("extent", f"{width} x {height} pixels", source="picture")
