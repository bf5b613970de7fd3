"""What the rooms below say in English, said to readers in their own language.

Those rooms know of no reader, and many of their sentences lie in rows. So each is declared there, in `sayings`, as a
pattern; here a sentence is held against the patterns, what stands in its places is taken out, and the pattern's
translation is filled with it. A place that the patterns know as a phrase is translated in turn; names, numbers and what
people wrote stay. A sentence of which no pattern is known stays in English, and pages say that it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from string import Formatter

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from catalog.imaging import sayings as imaging
from catalog.metadata import identifiers, joining
from catalog.metadata import sayings as metadata
from catalog.metadata.elements import ELEMENTS
from catalog.metadata.validation import ENCODING_SCHEMES
from catalog.models import Audience, BulkPair, Conflict, Correction, Decision, Job, ReviewItem, Source
from catalog.services import sayings as services

from .words import date_in_words

register = template.Library()

ROOMS = (imaging, metadata, services)
LISTS = imaging.LISTS
SENTENCE, DAY = "because", "day"
"""A place for a whole sentence, and one for a date."""
ANYTHING = ".+?"

ELEMENT_LABELS = tuple(element.label for element in ELEMENTS.values())
CHOICES = (
    Audience, BulkPair.State, Conflict.State, Correction.State, Decision.Verdict, Decision.Ending, Job.Kind, Job.State,
    ReviewItem.Kind, Source.Kind,
)  # fmt: skip
LABELS = (*ELEMENT_LABELS, *(label for choices in CHOICES for label in choices.labels))
ORIGINS = (
    joining.BY_OFFICER, joining.BY_RECORD_COPY, joining.MOST_COMPLETE, joining.FILED, joining.EARLIEST, joining.LATEST,
    joining.MOST_SPECIFIC, joining.BY_ALL, joining.FILED_FIRST, joining.BY_RULE, joining.EMBEDDED,
)  # fmt: skip
"""Why a value stands in a description."""

PHRASES: dict[str, tuple[str, ...]] = {
    **imaging.PHRASES,
    **metadata.PHRASES,
    **services.PHRASES,
    "agency": (services.ERASED, "{name}"),
    "label": (*ELEMENT_LABELS, "{name}"),
    "element": (*(label.lower() for label in ELEMENT_LABELS), services.ERASED, "{name}"),
    "noun": (*(s.noun for s in ENCODING_SCHEMES.values()), *identifiers.NOUNS.values()),
    "decision": tuple(Decision.Verdict.labels),
    "verdict": (*(label.lower() for label in Decision.Verdict.labels), services.ERASED),
}


def _constants(room) -> Iterator[str]:
    """Yield every text that a room declares."""
    for name, value in vars(room).items():
        if name.isupper() and name not in ("PHRASES", "LISTS"):
            yield from _texts(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)


def _has_words(pattern: str) -> bool:
    return any(c.isalpha() for literal, *_ in Formatter().parse(pattern) for c in literal)


SENTENCES = tuple(
    dict.fromkeys(
        text for text in (*(t for room in ROOMS for t in _constants(room)), *LABELS, *ORIGINS) if _has_words(text)
    )
)
"""Every pattern that may be said by itself."""
PATTERNS = tuple(
    dict.fromkeys([*SENTENCES, *(text for group in PHRASES.values() for text in group if text and _has_words(text))])
)
"""Every pattern that is to be translated."""


@register.filter("said")
def said_on_a_page(text: str) -> str:
    """Say a sentence in the reader's language; one that is not known is marked as English."""
    found = _in_readers_language(text)
    return format_html('<span lang="{}">{}</span>', settings.LANGUAGE_CODE, text) if found is None else found


def said(text: str) -> str:
    """Say a sentence in the reader's language; one that is not known as it is."""
    found = _in_readers_language(text)
    return text if found is None else found


def _in_readers_language(text: str) -> str | None:
    language = get_language()
    return _translated(text, language) if text and language not in (None, settings.LANGUAGE_CODE) else text


@lru_cache(maxsize=10_000)
def _translated(text: str, language: str) -> str | None:
    return _as_one_of(SENTENCES, text)


# ---- finding a sentence again ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    start: str
    """What every sentence of it begins with."""
    expression: re.Pattern[str]


@cache
def _pattern(text: str) -> Pattern:
    parts = list(Formatter().parse(text))
    return Pattern(text, parts[0][0] if parts else "", re.compile(_expression(text, named=True), re.DOTALL))


def _expression(text: str, *, named: bool) -> str:
    """Return what matches a sentence of this pattern, its phrases spelled out."""
    parts = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"({f'?P<{name}>' if named else '?:'}{_place(name)})")
    return "".join(parts)


@cache
def _place(name: str) -> str:
    if name == SENTENCE:
        return ".*"
    if name not in PHRASES:
        return ANYTHING
    one = "|".join(_expression(text, named=False) for text in PHRASES[name])
    return f"(?:{one})(?:, (?:{one}))*" if name in LISTS else one


def _as_one_of(patterns: tuple[str, ...], text: str) -> str | None:
    """Return the translation of a text that follows one of these patterns; None where it follows none.

    Of several that it could follow, the one that says most of it in its own words.
    """
    for pattern in map(_pattern, _wordiest_first(patterns)):
        if text.startswith(pattern.start) and (found := pattern.expression.fullmatch(text)):
            words = {name: _in_place(name, value) for name, value in found.groupdict().items()}
            return _say(pattern.text).format(**words)
    return None


@cache
def _wordiest_first(patterns: tuple[str, ...]) -> list[str]:
    return sorted(patterns, key=lambda text: -sum(len(literal) for literal, *_ in Formatter().parse(text)))


def _say(pattern: str) -> str:
    return gettext(pattern) if _has_words(pattern) else pattern


def _in_place(name: str, value: str) -> str:
    if name == SENTENCE:
        return said(value)
    if name == DAY:
        return _day(value)
    if name in LISTS:
        return ", ".join(_phrase(name, one) for one in value.split(", "))
    return _phrase(name, value) if name in PHRASES else value


def _phrase(name: str, value: str) -> str:
    found = _as_one_of(PHRASES[name], value) if value else ""
    return value if found is None else found


def _day(text: str) -> str:
    """Return a date in the reader's words: of 2024-03-12, or of 12 March 2024."""
    try:
        return date_in_words(datetime.strptime(text, "%d %B %Y").date().isoformat())
    except ValueError:
        return date_in_words(text)
