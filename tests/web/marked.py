"""The texts that are marked for translation, and those that should be; `make messages` brings the catalogs up to date.

What is marked is found with Babel alone: a new machine need not have gettext.
"""

import io
import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

from catalog.web import sentences

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
CATALOGS = ROOT / "catalog" / "locale"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "counted": (1, 2),
}
HEARD = ("alt", "aria-label", "content", "data-label", "label", "placeholder", "title")
"""Attributes that are read out or shown."""
NOT_WORDS = re.compile(r"Record Copy|&\w+;")
"""The product's own name, and characters by name."""
PROGRAMS = {"code", "kbd", "script", "style"}

_WHO_AND_WHEN = re.compile(
    r'^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):.*\n', re.M
)
"""Headers that would change with every run; the history of the file says it better."""


def template_files() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


# ---- what is marked ----------------------------------------------------------------------------------------------


def marked() -> Catalog:
    """Return every text that templates, Python and the rooms below the pages declare."""
    found = Catalog(charset="utf-8")
    for path in template_files():
        source = templatize(path.read_text(), origin=path)
        _add(found, path, "\n".join(line.lstrip() for line in source.splitlines()))
    for path in sorted((ROOT / "catalog").rglob("*.py")):
        _add(found, path, path.read_text())
    for pattern in sentences.PATTERNS:
        found.add(pattern, locations=[("catalog/web/sentences.py", None)])
    return found


def _add(found: Catalog, path: Path, source: str) -> None:
    name = path.relative_to(ROOT).as_posix()
    for _line, function, texts, comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, ["Translators:"], {}):
        strings = texts if isinstance(texts, tuple) else (texts,)
        spec = KEYWORDS[function]
        context = None
        if spec and isinstance(spec[0], tuple):
            context, *strings = strings
        wanted = strings[: 2 if function.removesuffix("_lazy") in ("ngettext", "npgettext", "counted") else 1]
        if all(wanted):
            key = tuple(wanted) if len(wanted) > 1 else wanted[0]
            found.add(key, locations=[(name, None)], auto_comments=comments, context=context)


def update_all() -> None:
    for path in sorted(CATALOGS.glob("*/LC_MESSAGES/*.po")):
        update(path)


def update(path: Path) -> None:
    """Add what is newly marked to a catalog and drop what is marked no more; translations stay as they are."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    catalog.update(marked(), no_fuzzy_matching=True, update_creation_date=False)
    written = io.BytesIO()
    write_po(written, catalog, width=110, include_lineno=False, ignore_obsolete=True)
    path.write_text(_WHO_AND_WHEN.sub("", written.getvalue().decode()))


# ---- what should be ----------------------------------------------------------------------------------------------

_LITERAL = re.compile(r"\|default:\s*(?P<q>['\"])[^'\"]*[^\W\d_][^'\"]*(?P=q)|\|(?:pluralize|yesno)\b")
_GIVEN = re.compile(r"\b\w+=(['\"])[^'\"]*(?:[A-ZÁ-Ú]|\w \w)[^'\"]*\1")


def unmarked(source: str) -> list[str]:
    """Return what a template shows or has read out without marking it for translation."""
    found, shown, inside = [], [], ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            shown.append("" if inside else token.contents)
            continue
        name = token.contents.split()[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK:
            if inside:
                inside = "" if name == f"end{inside}" else inside
            elif (
                name in ("blocktranslate", "blocktrans", "comment")
                or name == "block"
                and token.contents.endswith("_class")
            ):
                inside = name
            elif name == "include" and _GIVEN.search(token.contents):
                found.append(token.contents)
        if token.token_type in (TokenType.BLOCK, TokenType.VAR) and _LITERAL.search(token.contents):
            found.append(token.contents)
    reader = _Shown()
    reader.feed("".join(shown))
    return found + reader.found


class _Shown(HTMLParser):
    """Collects texts and attributes that hold letters."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        named = dict(attrs)
        is_said = tag != "meta" or named.get("name") == "description"
        self.found += [
            f'{name}="{value}"' for name, value in attrs if name in HEARD and is_said and value and _has_words(value)
        ]

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if _has_words(data) and not PROGRAMS & set(self.open):
            self.found.append(" ".join(data.split()))


def _has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", NOT_WORDS.sub("", text)))
