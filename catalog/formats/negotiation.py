"""Which of the representations at hand a client would rather have (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)

# They say how the text is encoded and laid out, and change nothing in what it means (RFC 6906, section 3).
_WITHOUT_WEIGHT = frozenset({"charset", "profile"})


@dataclass(frozen=True, slots=True)
class _Range:
    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        return self.type != "*", self.subtype != "*", len(self.parameters)

    def covers(self, other: "_Range") -> bool:
        same_type = self.type in ("*", other.type) and self.subtype in ("*", other.subtype)
        return same_type and self.parameters <= other.parameters


def choose(accept_header: str, available: Sequence[str]) -> str | None:
    """Return the best of the available media types, which stand in the server's own order of preference.

    The most specific range that covers a type gives its quality; among equals the first is taken. An empty
    header, or one without a single readable range, accepts everything. None: nothing is acceptable (406).
    """
    ranges = list(_ranges(accept_header)) or list(_ranges("*/*"))
    qualities = [(_quality(media_type, ranges), media_type) for media_type in available]
    best, media_type = max(qualities, key=lambda each: each[0], default=(0.0, None))
    return media_type if best > 0 else None


def _quality(media_type: str, ranges: list[_Range]) -> float:
    offered = _range(media_type)
    covering = [range_ for range_ in ranges if offered and range_.covers(offered)]
    return max(covering, key=lambda range_: (range_.specificity, range_.quality)).quality if covering else 0.0


def _ranges(header: str) -> Iterator[_Range]:
    """Yield what is readable; a client's slip in one range does not cost it the others."""
    for item in _split(header, ","):
        if range_ := _range(item):
            yield range_


def _range(text: str) -> _Range | None:
    media_type, *said = _split(text, ";")
    type_, slash, subtype = media_type.lower().partition("/")
    parameters = dict(_parameter(each) for each in said if each)
    quality = parameters.pop("q", "1")
    names = (type_, subtype, *parameters)
    if not slash or not all(map(_NAME.fullmatch, names)) or (type_ == "*" and subtype != "*"):
        return None
    if not _QUALITY.fullmatch(quality):
        return None
    weighed = frozenset(each for each in parameters.items() if each[0] not in _WITHOUT_WEIGHT)
    return _Range(type_, subtype, weighed, float(quality))


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
    return name.lower(), value


def _split(text: str, separator: str) -> list[str]:
    """Split at separators outside quoted strings, in one pass however hostile the text."""
    parts, start, quoted, escaped = [], 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:position].strip())
            start = position + 1
    return [*parts, text[start:].strip()]
