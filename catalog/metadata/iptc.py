"""Read the application record of an IPTC Information Interchange Model block (IIM version 4.2, 1999)."""

from __future__ import annotations

from .tiff import decode_text

OBJECT_NAME = 5
KEYWORDS = 25
DATE_CREATED = 55
TIME_CREATED = 60
DIGITAL_CREATION_DATE = 62
DIGITAL_CREATION_TIME = 63
BY_LINE = 80
HEADLINE = 105
COPYRIGHT_NOTICE = 116
CAPTION = 120

NAMES = {
    OBJECT_NAME: "ObjectName",
    KEYWORDS: "Keywords",
    DATE_CREATED: "DateCreated",
    BY_LINE: "By-line",
    HEADLINE: "Headline",
    COPYRIGHT_NOTICE: "CopyrightNotice",
    CAPTION: "Caption",
    DIGITAL_CREATION_DATE: "DigitalCreationDate",
}
"""Names of the datasets of record 2, as people know them."""

_TAG_MARKER = 0x1C
_CODED_CHARACTER_SET = (1, 90)
_UTF_8 = b"\x1b%G"
MOST_DATASETS = 10_000


class BrokenIptc(ValueError):
    """A block that cannot be read to its end, with the reason and the datasets that came before."""

    def __init__(self, reason: str, datasets: dict[int, tuple[str, ...]]) -> None:
        super().__init__(reason)
        self.datasets = datasets


def read_iptc(block: bytes) -> dict[int, tuple[str, ...]]:
    """Return the texts of each dataset of record 2, in their order. Raises BrokenIptc.

    Text is UTF-8 where dataset 1:90 says so (IIM, 5.6 and appendix C), else what it looks like.
    """
    found: dict[tuple[int, int], list[bytes]] = {}
    at, count = 0, 0
    while at + 5 <= len(block) and block[at] == _TAG_MARKER and count < MOST_DATASETS:
        length, start = _extent(block, at)
        if start + length > len(block):
            raise BrokenIptc("a dataset lies beyond the end", _texts(found))
        found.setdefault((block[at + 1], block[at + 2]), []).append(block[start : start + length])
        at, count = start + length, count + 1
    if block[at:].strip(b"\0"):
        raise BrokenIptc("its datasets do not follow one another", _texts(found))
    return _texts(found)


def _extent(block: bytes, at: int) -> tuple[int, int]:
    """Return length and start of a dataset's text; the extended form says first in how many bytes its length is."""
    length = int.from_bytes(block[at + 3 : at + 5], "big")
    if length < 0x8000:
        return length, at + 5
    digits = length & 0x7FFF
    return int.from_bytes(block[at + 5 : at + 5 + min(digits, 8)], "big"), at + 5 + digits


def _texts(found: dict[tuple[int, int], list[bytes]]) -> dict[int, tuple[str, ...]]:
    is_utf_8 = _UTF_8 in found.get(_CODED_CHARACTER_SET, [])
    return {
        dataset: tuple(raw.decode("utf-8", "replace") if is_utf_8 else decode_text(raw) for raw in raws)
        for (record, dataset), raws in found.items()
        if record == 2
    }
