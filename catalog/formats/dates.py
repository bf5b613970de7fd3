"""Dates as EDTF writes them (ISO 8601-2, Library of Congress profile), and which of them XML Schema knows."""

import re
from collections.abc import Callable
from datetime import date, datetime

_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d)?")

_EDTF_YEAR = r"(?:Y-?\d+(?:E\d+)?(?:S\d+)?|-?[\dX]{4}(?:S\d+)?)"
_EDTF_DATE = rf"[?~%]?{_EDTF_YEAR}[?~%]?(?:-[?~%]?[\dX]{{2}}[?~%]?){{0,2}}"
_EDTF_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d(?::\d\d)?)?"
_EDTF_END = rf"(?:{_EDTF_MOMENT}|{_EDTF_DATE}|\.\.)?"
_EDTF_MEMBER = rf"(?:{_EDTF_DATE}(?:\.\.(?:{_EDTF_DATE})?)?|\.\.{_EDTF_DATE})"
_EDTF = re.compile(
    rf"{_EDTF_MOMENT}|{_EDTF_DATE}|{_EDTF_END}/{_EDTF_END}|"
    rf"\[{_EDTF_MEMBER}(?:, ?{_EDTF_MEMBER})*\]|\{{{_EDTF_MEMBER}(?:, ?{_EDTF_MEMBER})*\}}",
    re.ASCII,
)


def is_edtf(text: str) -> bool:
    """Tell whether the text has the form of an EDTF date, interval or set; calendar rules are not checked."""
    return text != "/" and _EDTF.fullmatch(text) is not None


def xsd_type(text: str) -> str | None:
    """Return the XML Schema type that says exactly this: gYear, gYearMonth, date or dateTime, else None.

    Year 0000 and negative years count as none: XML Schema 1.0 and 1.1 disagree about them.
    """
    if not text.isascii() or text.startswith("0000"):
        return None
    if _YEAR.fullmatch(text):
        return "gYear"
    if _MONTH.fullmatch(text):
        return "gYearMonth"
    if _DAY.fullmatch(text) and _exists(date.fromisoformat, text):
        return "date"
    if _MOMENT.fullmatch(text) and _exists(datetime.fromisoformat, text):
        return "dateTime"
    return None


def bounds(text: str) -> tuple[str, str] | None:
    """Return first and last year, month or day of a date or interval, where XML Schema knows both; else None."""
    first, _, last = text.partition("/")
    ends = tuple(end.partition("T")[0] if xsd_type(end) else "" for end in (first, last or first))
    return (ends[0], ends[1]) if all(ends) and not text.endswith("/") else None


def _exists(parse: Callable[[str], date], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
