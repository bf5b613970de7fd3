"""Dates as catalogues of museums and archives print them, brought to EDTF: `c. 1952`, `March 27-29, 1956`."""

from __future__ import annotations

import re

from .dates import UNKNOWN, is_edtf

_MONTHS = {
    name: number
    for number, month in enumerate(
        ("january", "february", "march", "april", "may", "june",
         "july", "august", "september", "october", "november", "december"), 1
    )
    for name in (month, month[:3], f"{month[:3]}.")
}  # fmt: skip
_MONTHS |= {"sept": 9, "sept.": 9}
_MONTH, _YEAR, _DAY, _TO = r"([a-z]+\.?)", r"([0-9]{4})", r"([0-9]{1,2})", r" ?(?:-|to) ?"
_ABOUT = re.compile(r"(?:circa|about|ca?\.?) ?(?=[0-9a-z])")
_UNKNOWN = frozenset({UNKNOWN, "undated", "no date", "n.d.", "n.d", "nd", "date unknown"})


def edtf_of_words(words: str) -> str | None:
    """Return a date in EDTF, or None where these words are not understood: a doubtful reading is no reading.

    `c.` makes each end approximate (`~`). Days and months are English; 3/4/1956 could be either and is not read.
    """
    if is_edtf(words.strip()):
        return words.strip()
    plain = re.sub("[\u2010-\u2015\u2212]", "-", " ".join(words.casefold().split()))
    if plain in _UNKNOWN:
        return UNKNOWN
    about = _ABOUT.match(plain)
    ends = _ends(plain[about.end() :] if about else plain)
    if ends is None:
        return None
    marked = [f"{end}~" if about else end for end in dict.fromkeys(ends)]
    found = "/".join(marked)
    return found if is_edtf(found) else None


def _ends(plain: str) -> tuple[str, ...] | None:
    """Return the first and the last day, month or year, or the only one."""
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(plain):
            try:
                return read(*match.groups())
            except KeyError:  # no month of that name
                return None
    return None


def _date(year: str, month: str = "", day: str = "") -> str:
    return year + (f"-{_MONTHS[month]:02}" if month else "") + (f"-{int(day):02}" if day else "")


_FORMS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (_YEAR, lambda y: (y,)),
        (rf"{_YEAR}{_TO}{_YEAR}", lambda y, z: (y, z)),
        (rf"{_MONTH},? ?{_YEAR}", lambda m, y: (_date(y, m),)),
        (rf"{_MONTH}{_TO}{_MONTH},? ?{_YEAR}", lambda m, n, y: (_date(y, m), _date(y, n))),
        (rf"{_MONTH},? ?{_YEAR}{_TO}{_MONTH},? ?{_YEAR}", lambda m, y, n, z: (_date(y, m), _date(z, n))),
        (rf"{_MONTH} {_DAY},? ?{_YEAR}", lambda m, d, y: (_date(y, m, d),)),
        (rf"{_DAY} {_MONTH},? ?{_YEAR}", lambda d, m, y: (_date(y, m, d),)),
        (rf"{_MONTH} {_DAY}{_TO}{_DAY},? ?{_YEAR}", lambda m, d, e, y: (_date(y, m, d), _date(y, m, e))),
        (
            rf"{_MONTH} {_DAY}{_TO}{_MONTH} {_DAY},? ?{_YEAR}",
            lambda m, d, n, e, y: (_date(y, m, d), _date(y, n, e)),
        ),
    )
)
