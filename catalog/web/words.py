"""Sizes, dates and counts in the words that people use."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.timesince import timesince
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalog.metadata.dates import UNKNOWN

UNITS = ("bytes", "kB", "MB", "GB", "TB")
_SOUNDS_LIKE_I = re.compile(r"\W*h?i(?![aeou])", re.IGNORECASE)
_PLAIN_DATE = re.compile(
    r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


def size_in_words(size_bytes: int) -> str:
    """Return `188 kB`, `1.4 MB`: in powers of 1,000, as file managers and price lists count."""
    if size_bytes == 1:
        return _("1 byte")
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit and size < 9.95 else f"{size:,.0f} {UNITS[unit]}"


def date_in_words(edtf: str) -> str:
    """Return `12 March 2024` for 2024-03-12; what is more than a plain date stays as it is written."""
    parts = _PLAIN_DATE.fullmatch(edtf)
    if not parts:
        return _("unknown") if edtf == UNKNOWN else edtf
    year, month, day, time, zone = parts.groups()
    words = _day(year, month, day)
    zone = "" if not zone else " UTC" if zone == "Z" else f" UTC{zone}"
    return f"{words}, {time}{zone}" if time else words


def _day(year: str | int, month: str | int | None, day: str | int | None) -> str:
    if not month:
        return str(year)
    named = {"month": MONTHS[int(month)], "year": year}
    return _("{day} {month} {year}").format(day=int(day), **named) if day else _("{month} {year}").format(**named)


def day_in_words(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return _day(local.year, local.month, local.day)


def moment_in_words(moment: datetime) -> str:
    return f"{day_in_words(moment)}, {timezone.localtime(moment):%H:%M}"


def clock_in_words(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def since_in_words(moment: datetime) -> str:
    """Return `3 minutes ago`; the moment itself when it is longer ago than a day."""
    now = timezone.now()
    if (now - moment).total_seconds() < 60:
        return _("just now")
    if (now - moment).days:
        return moment_in_words(moment)
    return _("{time} ago").format(time=timesince(moment, now, depth=1))


def counted(one: str, many: str, number: int) -> str:
    """Return `1 record` or `2,576 records`: the texts say where the {number} stands."""
    return ngettext(one, many, number).format(number=f"{number:,}")


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 record`, `2,576 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def times(number: int) -> str:
    return {1: _("once"), 2: _("twice")}.get(number) or _("{number} times").format(number=f"{number:,}")


def joined(words: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    *first, last = words
    return _and(last).format(first=", ".join(first), last=last)


def _and(last: str) -> str:
    """Spanish says `e` for `y` before the sound of i."""
    if get_language() == "es" and _SOUNDS_LIKE_I.match(last):
        return "{first} e {last}"
    return _("{first} and {last}")
