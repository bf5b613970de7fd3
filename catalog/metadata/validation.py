"""Hold a filer's values against their encoding schemes, and say in a sentence what is wrong with them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from . import sayings
from .dates import UNKNOWN, is_edtf, is_w3cdtf
from .elements import ELEMENTS, Element
from .languages import is_language_code, is_language_tag, three_letter_code
from .places import BadPlace, parse_box, parse_period, parse_point

LONGEST_VALUE = 10_000
"""Characters, after normalising."""

LONGEST_SCHEME = 100
"""Characters of a scheme's name."""

DCMI_TYPES = [
    "Collection",
    "Dataset",
    "Event",
    "Image",
    "InteractiveResource",
    "MovingImage",
    "PhysicalObject",
    "Service",
    "Software",
    "Sound",
    "StillImage",
    "Text",
]
"""The DCMI Type Vocabulary (DCMI Metadata Terms, section 7)."""


@dataclass(frozen=True)
class Value:
    """One Dublin Core value as somebody states it; `language` is a BCP 47 tag, `scheme` an encoding scheme's name."""

    element: str
    value: str
    language: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Problem:
    """A value that cannot be filed: the element's name, the value, a whole sentence, and an example that would pass."""

    element: str
    value: str
    message: str
    example: str


# --- one spelling ------------------------------------------------------------------------------------------------

_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_STRIPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\ufeff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that nobody types and no reader sees: the control characters (C0, C1), which XML 1.0 (2.2) does not
admit and PostgreSQL partly refuses and which come with fixed-width camera fields and pasted text; the byte order mark;
noncharacters; and the two overrides that make text read backwards, with which one can pass off `gpj.exe` as `exe.jpg`.
Marks and isolates that right-to-left text needs stay."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: text that was damaged before it came here. Refused, for to drop it would alter what was said."""


def normalise(value: Value) -> Value:
    """Return the value in the spelling that is stored: no control characters, composed (NFC), trimmed.

    Line breaks become one kind of line break in a description and a space elsewhere; tabs become spaces; an unknown
    date is `unknown` in small letters. Doing it twice is the same as once.
    """
    element = ELEMENTS.get(value.element)
    text = normalise_text(value.value, keeps_line_breaks=element is not None and element.keeps_line_breaks)
    if element and element.may_be_unknown and text.casefold() == UNKNOWN:
        text = UNKNOWN
    language, scheme = normalise_text(value.language), normalise_text(value.scheme)
    if (text, language, scheme) == (value.value, value.language, value.scheme):
        return value
    return replace(value, value=text, language=language, scheme=scheme)


def normalise_text(text: str, *, keeps_line_breaks: bool = False) -> str:
    """Return text without control characters, composed (NFC) and trimmed; see `normalise`."""
    if text.isascii() and text.isprintable():  # most values: nothing to compose, nothing to take away
        return text.strip()
    text = _LINE_BREAK.sub("\n" if keeps_line_breaks else " ", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _STRIPPED.sub("", text)).strip()


# --- schemes -----------------------------------------------------------------------------------------------------

_MEDIA_TYPE = re.compile(
    r"(application|audio|font|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.IGNORECASE
)
_URI = re.compile(r"(https?://[^\s/?#]+|(urn|info|ark|doi|hdl|tag):)[^\s]*", re.IGNORECASE)
_NEVER_IN_A_URI = re.compile(r'[\s<>"{}|\\^`]')


def _is_media_type(text: str) -> bool:
    """RFC 6838, section 4.2."""
    return bool(_MEDIA_TYPE.fullmatch(text))


def _is_uri(text: str) -> bool:
    """RFC 3986 and 3987, of the schemes that name a document: no `javascript:`, `data:` or `file:`."""
    return bool(_URI.fullmatch(text)) and not _NEVER_IN_A_URI.search(text)


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def passes(text: str) -> bool:
        try:
            parse(text)
        except BadPlace:
            return False
        return True

    return passes


@dataclass(frozen=True)
class EncodingScheme:
    """How a value is written: a question, what the value would be if it passed, and an example."""

    passes: Callable[[str], bool]
    noun: str
    example: str


ENCODING_SCHEMES: dict[str, EncodingScheme] = {
    "DCMIType": EncodingScheme(DCMI_TYPES.__contains__, "a DCMI type", "StillImage"),
    "IMT": EncodingScheme(_is_media_type, "a media type", "image/jpeg"),
    "EDTF": EncodingScheme(is_edtf, "a date in EDTF", "1998-05-03"),
    "W3CDTF": EncodingScheme(is_w3cdtf, "a date in W3CDTF", "1998-05-03"),
    "ISO639-2": EncodingScheme(is_language_code, "a language code of ISO 639-2", "eng"),
    "ISO639-3": EncodingScheme(is_language_code, "a language code of ISO 639-3", "eng"),
    "Point": EncodingScheme(_parses(parse_point), "a DCMI Point in degrees", "east=-118.2437; north=34.0522"),
    "Box": EncodingScheme(
        _parses(parse_box),
        "a DCMI Box in degrees",
        "northlimit=34.06; southlimit=34.04; eastlimit=-118.23; westlimit=-118.26",
    ),
    "Period": EncodingScheme(_parses(parse_period), "a DCMI Period", "start=1998-05-03; end=1998-05-10"),
    "URI": EncodingScheme(_is_uri, "an address", "https://creativecommons.org/licenses/by/4.0/"),
}
"""The encoding schemes that are checked, by the names of the DCMI terms; LCSH, TGN and local lists are not."""


# --- checks ------------------------------------------------------------------------------------------------------


def check(values: Iterable[Value]) -> list[Problem]:
    """Return what is wrong with each value, after normalising; an empty list when all can be stored."""
    return [problem for value in values if (problem := _problem(normalise(value)))]


def check_filing(values: Iterable[Value]) -> list[Problem]:
    """Return what is wrong with the values of one filing taken together.

    Besides `check`: what is required is there, and what can be said only once is said once. The agency and the
    audience are the service's to check.
    """
    stated = [normalise(value) for value in values]
    return [p for value in stated if (p := _problem(value))] + _missing(stated) + _repeated(stated)


def _missing(stated: list[Value]) -> list[Problem]:
    present = {value.element for value in stated if value.value}
    return [
        _missing_problem(element) for element in ELEMENTS.values() if element.required and element.name not in present
    ]


def _missing_problem(element: Element) -> Problem:
    words = sayings.REQUIRED_OR_UNKNOWN if element.may_be_unknown else sayings.REQUIRED
    example = _example(element)
    return Problem(element.name, "", words.format(label=element.label, example=example), example)


def _repeated(stated: list[Value]) -> list[Problem]:
    said = Counter(value.element for value in set(stated))
    return [
        _complain(value, sayings.TWO_WHERE_ONE_CAN_BE, _example(ELEMENTS[value.element]))
        for value in dict.fromkeys(stated)
        if said[value.element] > 1 and value.element in ELEMENTS and not ELEMENTS[value.element].repeatable
    ]


def _problem(value: Value) -> Problem | None:
    element = ELEMENTS.get(value.element)
    if element is None:
        return _complain(value, sayings.UNKNOWN_ELEMENT, "title")
    return _text_problem(value, element) or _tag_problem(value) or _scheme_problem(value, element)


def _text_problem(value: Value, element: Element) -> Problem | None:
    if not value.value:
        return _complain(value, sayings.EMPTY, _example(element))
    if _SURROGATE.search(value.value + value.language + value.scheme):
        return _complain(value, sayings.HALF_A_CHARACTER, _example(element))
    if len(value.value) > LONGEST_VALUE:
        wrong = sayings.TOO_LONG.format(number=f"{len(value.value):,}", most=f"{LONGEST_VALUE:,}")
        return _complain(value, wrong, _example(element))
    if len(value.scheme) > LONGEST_SCHEME:
        return _complain(value, sayings.SCHEME_TOO_LONG.format(most=LONGEST_SCHEME), _example(element))
    return None


def _tag_problem(value: Value) -> Problem | None:
    if not value.language or is_language_tag(value.language):
        return None
    return _complain(value, sayings.NO_LANGUAGE_TAG.format(language=_short(value.language)), "en")


def _scheme_problem(value: Value, element: Element) -> Problem | None:
    if element.may_be_unknown and value.value == UNKNOWN:
        return None
    names = _schemes_that_apply(value, element)
    if names is None:
        allowed = " or ".join(element.schemes)
        wrong = sayings.OTHER_SCHEME.format(scheme=_short(value.scheme), wanted=allowed)
        return _complain(value, wrong, _example(element))
    schemes = [ENCODING_SCHEMES[name] for name in names if name in ENCODING_SCHEMES]
    if not schemes or any(scheme.passes(value.value) for scheme in schemes):
        return None
    return _complain(value, sayings.IS_NOT.format(noun=schemes[0].noun), _suggestion(value, element, schemes[0]))


def _schemes_that_apply(value: Value, element: Element) -> tuple[str, ...] | None:
    """Return the schemes of which the value must pass one, none for free text, or None for a scheme out of place."""
    if not value.scheme:
        return () if element.is_open else element.schemes
    if value.scheme in element.schemes or element.is_open:
        return (value.scheme,)
    return None


def _suggestion(value: Value, element: Element, scheme: EncodingScheme) -> str:
    """Prefer what this filer probably meant to a stock example."""
    if element.name == "language" and (code := three_letter_code(value.value)):
        return code
    if element.name == "type":
        wanted = value.value.casefold().replace(" ", "")
        return next((name for name in DCMI_TYPES if name.casefold() == wanted), scheme.example)
    return scheme.example


def _example(element: Element) -> str:
    for name in element.schemes:
        if name in ENCODING_SCHEMES and not element.is_open:
            return ENCODING_SCHEMES[name].example
    return _FREE_TEXT_EXAMPLES.get(element.name, sayings.A_FEW_WORDS)


_FREE_TEXT_EXAMPLES = {
    "title": "North elevation, 12 Mill Street",
    "creator": "Osei, Ama",
    "subject": "sidewalks",
    "spatial": "12 Mill Street",
    "extent": "4032 x 3024 pixels",
    "rights": "Copyright City of Los Angeles",
}


def _complain(value: Value, wrong: str, example: str) -> Problem:
    element = ELEMENTS.get(value.element)
    label = element.label if element else value.element
    words = sayings.WRONG if value.value else sayings.WRONG_WITHOUT_VALUE
    said = words.format(label=label, value=_short(value.value), wrong=wrong, example=example)
    return Problem(value.element, value.value, said, example)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
