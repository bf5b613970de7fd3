"""The city's own numbers, each in one spelling.

Departments write the same number with spaces, dashes, slashes, in capitals or not; it is one number. A normaliser
gives the spelling under which it is stored, unique within its scheme. Normalising what is normalised changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from . import sayings

LONGEST_IDENTIFIER = 64
"""Characters, as written."""


class BadIdentifier(ValueError):
    """A number that does not have its scheme's form; says so in a sentence with an example that would pass."""

    def __init__(self, normaliser: str, raw: str) -> None:
        self.normaliser, self.raw, self.example = normaliser, raw, EXAMPLES[normaliser]
        shown = raw if len(raw) <= 60 else raw[:59] + "…"
        super().__init__(sayings.NO_NUMBER.format(value=shown, noun=NOUNS[normaliser], example=self.example))


EXAMPLES = {
    "apn": "5149-015-902",
    "pin": "129-5A205 123",
    "permit": "21016-10000-12345",
    "project": "E1908412",
    "asset": "SL-00123",
    "accession": "2001.35.41413",
}
"""What would pass, by normaliser."""

NOUNS = {
    "apn": "an assessor parcel number of ten digits",
    "pin": "a parcel identification number",
    "permit": "a permit number",
    "project": "a project number",
    "asset": "an asset number",
    "accession": "an accession number",
}

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00ad]")
"""Hyphens, dashes and the minus sign that word processors and PDF put for a hyphen."""


def normalise(normaliser: str, raw: str) -> str:
    """Return the one spelling of a number. Raises BadIdentifier, and KeyError for a normaliser that there is not."""
    rule = NORMALISERS[normaliser]
    normal = rule(_plain(raw)) if len(raw) <= LONGEST_IDENTIFIER else None
    if normal is None:
        raise BadIdentifier(normaliser, raw)
    return normal


def looks_like(raw: str) -> list[str]:
    """Return every spelling under which these words of a search could be stored as a number; none for plain words.

    A number has a digit in it and no word of three letters or more stands beside it: `12 Mill Street` is none.
    """
    plain = _plain(raw)
    if len(raw) > LONGEST_IDENTIFIER or any(_is_plain_word(word) for word in plain.split()):
        return []
    forms = (rule(plain) for rule in NORMALISERS.values())
    return list(dict.fromkeys(form for form in forms if form))


def _is_plain_word(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word not in ("APN", "AIN", "PIN")


def _plain(raw: str) -> str:
    """Return capitals, ASCII digits and hyphens for their many look-alikes, single spaces, nothing around."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", _DASHES.sub("-", raw)))
    return " ".join(text.upper().split())


# --- one rule per scheme: plain text to the one spelling, or None -------------------------------------------------

_APN = re.compile(r"(?:(?:APN|AIN)[ :#]*)?([0-9]{4})[ .-]*([0-9]{3})[ .-]*([0-9]{3})")
_PIN = re.compile(r"(?:PIN[ :#]+)?([0-9]{2,3}[A-Z0-9.-]*[A-Z][A-Z0-9]*) *[ -] *([0-9]{1,4})")
_SEPARATORS = re.compile(r"[ _/.\\:-]+")
_SEPARATORS_BUT_DOTS = re.compile(r"[ _/\\:-]+")
_TOKENS = re.compile(r"(?=.*[0-9])[A-Z0-9]+(?:-[A-Z0-9]+)*")
_DOTTED_TOKENS = re.compile(r"(?=.*[0-9])[A-Z0-9]+(?:[.-][A-Z0-9]+)*")


def _apn(plain: str) -> str | None:
    """Los Angeles County Assessor: map book (4 digits), page (3), parcel (3), joined by dashes."""
    match = _APN.fullmatch(plain)
    return "-".join(match.groups()) if match else None


def _pin(plain: str) -> str | None:
    """City of Los Angeles, Bureau of Engineering: the map sheet, a space, the lot on it, such as `129-5A205 123`."""
    match = _PIN.fullmatch(plain)
    return " ".join(match.groups()) if match else None


def _dashed(plain: str) -> str | None:
    """Letters and digits with single dashes between them, a digit at least; leading zeros count."""
    joined = _SEPARATORS.sub("-", plain.strip("# "))
    return joined if _TOKENS.fullmatch(joined) else None


def _accession(plain: str) -> str | None:
    """As `_dashed`, but dots stay: museums count year.lot.item."""
    joined = re.sub(r" *\. *", ".", _SEPARATORS_BUT_DOTS.sub("-", re.sub(r" *\. *", ".", plain)))
    return joined if _DOTTED_TOKENS.fullmatch(joined) else None


NORMALISERS: dict[str, Callable[[str], str | None]] = {
    "apn": _apn,
    "pin": _pin,
    "permit": _dashed,
    "project": _dashed,
    "asset": _dashed,
    "accession": _accession,
}
"""The rules by name; a Scheme of the catalog names one."""
