"""Dates as catalogers write them: EDTF (ISO 8601-2:2019, Library of Congress profile) and W3CDTF (W3C note, 1997).

A date is a stretch of time: 1998 reaches from its first second to its last. Two dates agree where their stretches
meet, and the shorter one says more. Where a standard leaves a stretch open, the rule is ours and said below.
"""

from __future__ import annotations

import calendar
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

with warnings.catch_warnings():  # edtf-validate 2.0 builds its grammar with pyparsing's old names
    warnings.simplefilter("ignore", DeprecationWarning)
    from edtf_validate.valid_edtf import is_valid as _matches_edtf_grammar

UNKNOWN = "unknown"
"""What a filer says who does not know the date; agrees with every date and is less specific than any."""

LONGEST_DATE = 64
"""Characters; nothing that a person calls a date is longer, and the grammar is slow on long nonsense."""

_FULL_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_W3CDTF = re.compile(
    r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?)?)?"
)


@lru_cache(maxsize=10_000)
def is_edtf(text: str) -> bool:
    """Say whether this is a date of EDTF level 0, 1 or 2 that the calendar has; remembered, for the grammar is slow."""
    if len(text) > LONGEST_DATE or not _days_exist(text):
        return False
    try:
        return bool(_matches_edtf_grammar(text))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):  # its check of intervals meets the impossible
        return False


def is_w3cdtf(text: str) -> bool:
    """Say whether this is a date of the W3C profile of ISO 8601: a time has minutes at least, and a zone."""
    return len(text) <= LONGEST_DATE and bool(_W3CDTF.fullmatch(text)) and _days_exist(text)


def _days_exist(text: str) -> bool:
    return all(_is_day(int(year), int(month), int(day)) for year, month, day in _FULL_DATE.findall(text))


def _is_day(year: int, month: int, day: int) -> bool:
    leap_year_or_not = year or 4  # year 0 of ISO 8601 is a leap year; calendar begins with 1
    return not 1 <= month <= 12 or 1 <= day <= calendar.monthrange(leap_year_or_not, month)[1]


# --- stretches ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """The seconds from `first` to `last`, both included, on a scale on which every month has 31 days.

    The scale keeps the order of the clock on the wall and makes widths comparable; it is no calendar. For a moment
    with a zone, `moment` is the same second in UTC.
    """

    first: int
    last: int
    moment: int | None = None

    @property
    def width_seconds(self) -> int:
        return self.last - self.first + 1

    def meets(self, other: Stretch) -> bool:
        """Say whether some second belongs to both; two moments with zones are compared in UTC."""
        if self.moment is not None and other.moment is not None:
            return self.moment == other.moment
        return self.first <= other.last and other.first <= self.last


_FOREVER = 10**15
_ANY_TIME = Stretch(-_FOREVER, _FOREVER)
_DAY_SECONDS, _LAST_DAY = 24 * 60 * 60, 2**31 - 1
_DATE = re.compile(r"(?P<year>-?[0-9X]{4})(-(?P<month>[0-9X]{2})(-(?P<day>[0-9X]{2}))?)?")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")


def stretch(text: str) -> Stretch | None:
    """Return the time that a date covers, or None for a date beyond this small reading (years of five digits).

    Ours: a season is anywhere in its year, for seasons differ by hemisphere; an approximate or uncertain date
    (`~ ? %`) reaches as far again before and after; a list (`[...]`, `{...}`) reaches from its first to its last.
    """
    if text == UNKNOWN:
        return _ANY_TIME
    if text[:1] in ("[", "{"):
        return _hull(re.split(r",|\.\.", text[1:-1]))
    if "/" in text:
        return _hull(text.split("/"))
    if "T" in text:
        return _moment(*text.split("T", 1))
    exact = _days(re.sub("[~?%]", "", text))
    return exact if exact is None or exact_as_written(text) else _widened(exact)


def exact_as_written(text: str) -> bool:
    """Say whether the date carries no mark of doubt."""
    return not re.search("[~?%]", text)


def _widened(exact: Stretch) -> Stretch:
    return Stretch(exact.first - exact.width_seconds, exact.last + exact.width_seconds)


def _hull(parts: list[str]) -> Stretch | None:
    """Return the stretch from the first part to the last; an empty part or `..` is open."""
    ends = [_ANY_TIME if part in ("", "..") else stretch(part) for part in parts]
    if None in ends:
        return None
    first, last = ends[0], ends[-1]
    return Stretch(first.first, last.last) if first and last else None


def _days(text: str) -> Stretch | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    years = _digits(match["year"], 0, 9999)
    months = _digits(match["month"] or "XX", 1, 12)
    days = _digits(match["day"] or "XX", 1, 31)
    if months[0] > 12:  # seasons and quarters, ISO 8601-2 table 12: 21 to 41
        months = (1, 12)
    return Stretch(_second(years[0], months[0], days[0]), _second(years[1], months[1], days[1], 23, 59, 59))


def _digits(text: str, least: int, most: int) -> tuple[int, int]:
    """Return the smallest and largest number that digits with X for the unspecified ones can be."""
    low, high = int(text.replace("X", "0")), int(text.replace("X", "9"))
    if text.startswith("-"):
        return high, low
    return max(low, least), min(high, most) if "X" in text else high


def days(text: str) -> tuple[int, int] | None:
    """Return the first and the last day of a date on the scale of Stretch, or None where it says no day at all.

    An open end is the first or the last day that a database column of 32 bits holds.
    """
    covered = stretch(text)
    if covered is None or covered == _ANY_TIME:
        return None
    first, last = covered.first // _DAY_SECONDS, covered.last // _DAY_SECONDS
    return max(first, -_LAST_DAY), min(last, _LAST_DAY)


def _moment(day: str, time: str) -> Stretch | None:
    date, clock = _DATE.fullmatch(day), _TIME.fullmatch(time)
    if not (date and clock) or "X" in day or not date["day"] or day.startswith("-"):
        return None
    hour, minute, second = int(clock[1]), int(clock[2]), clock[3]
    at = (int(date["year"]), int(date["month"]), int(date["day"]), hour, minute)
    first, last = _second(*at, int(second or 0)), _second(*at, int(second or 59))
    return Stretch(first, last, _in_utc(*at, int(second or 0), clock[4]) if clock[4] else None)


def _in_utc(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: str) -> int | None:
    try:
        local = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return _second(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _second(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return ((((year * 12 + month - 1) * 31 + day - 1) * 24 + hour) * 60 + minute) * 60 + second


# --- questions ---------------------------------------------------------------------------------------------------


def dates_agree(one: str, other: str) -> bool:
    """Say whether both dates can be true of one event: 1998 and 1998-05-03 can, 1998 and 1999 cannot."""
    if one == other:
        return True
    mine, theirs = stretch(one), stretch(other)
    return mine is not None and theirs is not None and mine.meets(theirs)


def vagueness(text: str) -> tuple[int, bool, bool]:
    """Return a key by which the most specific date sorts first: width, then marks of doubt, then a missing zone."""
    covered = stretch(text) or _ANY_TIME
    return covered.width_seconds, not exact_as_written(text), covered.moment is None


def begins(text: str) -> int:
    """Return a key by which dates sort by their beginning; what cannot be placed sorts last."""
    covered = stretch(text)
    return covered.first if covered and covered is not _ANY_TIME else _FOREVER


def ends(text: str) -> int:
    """Return a key by which dates sort by their end; what cannot be placed sorts first."""
    covered = stretch(text)
    return covered.last if covered and covered is not _ANY_TIME else -_FOREVER
