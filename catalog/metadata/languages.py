"""Which language codes there are.

`languages.txt` has one language a line: its three-letter code (ISO 639-3, which keeps the terminological codes of
ISO 639-2), then its two-letter code (ISO 639-1) and its bibliographic code (ISO 639-2/B) where there are any. Codes
without a two-letter equivalent are from the IANA Language Subtag Registry (RFC 5646), file date 2025-08-25, in the
public domain.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_PRIVATE = re.compile("q[a-t][a-z]")
"""Set aside for local use by ISO 639-2."""

_TAG = re.compile(
    r"""(?P<primary>[A-Za-z]{2,3})      # language
    (-[A-Za-z]{3}){0,3}                 # extended language
    (-[A-Za-z]{4})?                     # script
    (-([A-Za-z]{2}|[0-9]{3}))?          # region
    (-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*  # variants
    (-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*     # extensions
    (-x(-[A-Za-z0-9]{1,8})+)?""",
    re.VERBOSE,
)


@cache
def _three_letter_by_code() -> dict[str, str]:
    """Return every code of ISO 639-1, 639-2, 639-3 and 639-5 with the three-letter code of the same language."""
    lines = resources.files(__package__).joinpath("languages.txt").read_text("ascii").splitlines()
    return {code: line.split()[0] for line in lines for code in line.split()}


def is_language_code(code: str) -> bool:
    """Say whether this is a three-letter code, in small letters as the standard writes it."""
    return len(code) == 3 and (code in _three_letter_by_code() or bool(_PRIVATE.fullmatch(code)))


def three_letter_code(code: str) -> str | None:
    """Return the terminological three-letter code for a code of any kind (`en` and `ger` give `eng` and `deu`)."""
    return _three_letter_by_code().get(code.lower())


def is_language_tag(tag: str) -> bool:
    """Say whether this is a well-formed language tag (RFC 5646, 2.1) whose language exists, such as `es-MX`."""
    match = _TAG.fullmatch(tag)
    return match is not None and match["primary"].lower() in _three_letter_by_code()
