"""Sizes, dates and counts in the words that people use."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.timesince import timesince

UNITS = ("bytes", "kB", "MB", "GB", "TB")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PLAIN_DATE = re.compile(
    r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2})"
    r"(?:T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


def size_in_words(size_bytes: int) -> str:
    """Return `188 kB`, `1.4 MB`: in powers of 1,000, as file managers and price lists count."""
    if size_bytes == 1:
        return "1 byte"
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit and size < 9.95 else f"{size:,.0f} {UNITS[unit]}"


def date_in_words(edtf: str) -> str:
    """Return `12 March 2024` for 2024-03-12; what is more than a plain date stays as it is written."""
    parts = _PLAIN_DATE.fullmatch(edtf)
    if not parts:
        return edtf
    year, month, day, time, zone = parts.groups()
    words = " ".join([*([str(int(day))] if day else []), *([MONTHS[int(month) - 1]] if month else []), year])
    zone = "" if not zone else " UTC" if zone == "Z" else f" UTC{zone}"
    return f"{words}, {time}{zone}" if time else words


def day_in_words(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment_in_words(moment: datetime) -> str:
    return f"{day_in_words(moment)}, {timezone.localtime(moment):%H:%M}"


def since_in_words(moment: datetime) -> str:
    """Return `3 minutes ago`; the moment itself when it is longer ago than a day."""
    now = timezone.now()
    if (now - moment).total_seconds() < 60:
        return "just now"
    if (now - moment).days:
        return moment_in_words(moment)
    return f"{timesince(moment, now, depth=1)} ago"


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 record`, `2,576 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def joined(words: list[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
