"""Every sentence that the rooms below declare is found again, with whatever stands in its places, and translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext

from catalog.imaging import sayings as imaging
from catalog.services import sayings as services
from catalog.web import sentences
from catalog.web.sentences import DAY, LISTS, PATTERNS, PHRASES, ROOMS, SENTENCE, SENTENCES, said

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
KEPT = {
    "agency": "Building and Safety", "agencies": "Metro, Housing", "count": "3", "known": "apn, permit",
    "language": "xx", "most": "20,000", "name": "Mill Street.jpg", "number": "1,234", "object": "abc", "one": "A-1",
    "other": "B-2", "percent": "12%", "person": "Olga Ruiz", "program": "GIMP 2.10", "scheme": "LCSH",
    "size": "4,032 x 3,024", "stretch": "6%", "value": "12/3/24", "wanted": "EDTF or W3CDTF", "ending": ".jpg",
    "format": "TIFF",
}  # fmt: skip
"""What stands in a place of which no phrase is known."""


@pytest.fixture(autouse=True)
def _in_spanish():
    with translation.override("es"):
        yield


def _in_both(pattern: str, deep: int = 3) -> Iterator[tuple[str, str]]:
    """Yield a sentence of the pattern in English and Spanish for every phrase that can stand in one of its places."""
    names = [name for _, name, _, _ in Formatter().parse(pattern) if name]
    choices = {name: list(_of_place(name, deep)) for name in names}
    usual = {name: choice[0] for name, choice in choices.items()}
    spanish = gettext(pattern) if re.search(r"[^\W\d_]", re.sub(r"{\w+}", "", pattern)) else pattern
    for name in names or [""]:
        for choice in choices.get(name, [("", "")]):
            chosen = {**usual, name: choice} if name else usual
            yield (
                pattern.format(**{n: c[0] for n, c in chosen.items()}),
                spanish.format(**{n: c[1] for n, c in chosen.items()}),
            )


def _of_place(name: str, deep: int) -> Iterator[tuple[str, str]]:
    if name == SENTENCE:
        yield services.EARLIEST, gettext(services.EARLIEST)
        yield from _in_both(imaging.MORE_INK) if deep > 1 else ()
    elif name == DAY:
        yield "12 March 2024", "12 de marzo de 2024"
        yield "2024-03-12", "12 de marzo de 2024"
    elif name in PHRASES:
        found = [pair for one in PHRASES[name] for pair in (_in_both(one, deep - 1) if one else [("", "")])]
        yield from found
        if name in LISTS:
            yield tuple(", ".join(side) for side in zip(*found[:3], strict=True))
    else:
        yield KEPT[name], KEPT[name]


@pytest.mark.parametrize("pattern", SENTENCES)
def test_a_sentence_is_found_again_and_translated(pattern):
    for english, spanish in _in_both(pattern):
        assert said(english) == spanish


def test_every_pattern_is_translated():
    same = {"Error:", "Metro"}
    assert [p for p in PATTERNS if gettext(p) == p and p not in same and len(p) > 12] == []


def test_one_sentence_stands_within_another():
    found = services.BEST_OF_ALL.format(
        because=services.PAGE_OF.format(
            number=2, count=3, because=imaging.LOOK_THE_SAME.format(too_small=imaging.TOO_SMALL.format(number="300"))
        )
    )
    assert said(found) == (
        "Página 2 de 3: Parecen iguales, pero la más pequeña (300 px) es demasiado pequeña para leer cada carácter. "
        "De las hojas presentadas, es la que mejor le corresponde."
    )


def test_names_and_numbers_stay_as_they_are():
    sentence = services.OFFICE_OF_RECORD.format(agency="Parks (East) {old}", number="Parcel (APN) 5149-015-902")
    assert "Parks (East) {old}" in said(sentence)
    assert "Parcel (APN) 5149-015-902" in said(sentence)


def _on_a_page(sentence: str) -> str:
    return Template("{% load sentences %}{{ sentence|said }}").render(Context({"sentence": sentence}))


def test_what_is_not_known_is_shown_as_it_is_and_marked_as_english():
    assert said("Seen <b>somewhere</b>.") == "Seen <b>somewhere</b>."
    assert _on_a_page("Seen <b>somewhere</b>.") == '<span lang="en">Seen &lt;b&gt;somewhere&lt;/b&gt;.</span>'
    assert _on_a_page("") == ""


def test_what_is_known_is_escaped_too():
    sentence = services.OFFICE_OF_RECORD.format(agency="<b>", number="1")
    assert "&lt;b&gt;" in _on_a_page(sentence)


def test_readers_of_english_get_what_was_written():
    with translation.override("en"):
        assert _on_a_page("Seen somewhere.") == "Seen somewhere."
        assert said(services.EARLIEST) == services.EARLIEST


def test_every_place_is_a_phrase_or_kept():
    places = {name for p in PATTERNS for _, name, _, _ in Formatter().parse(p) if name}
    assert places - PHRASES.keys() - KEPT.keys() - {SENTENCE, DAY} == set()


# ---- nothing is said elsewhere -----------------------------------------------------------------------------------

SAID_TO_OTHERS = {
    "metadata/catalog_csv.py": "by commands",
    "metadata/filing_csv.py": "by commands",
    "metadata/table.py": "by commands",
    "metadata/elements.py": "definitions, for programs",
    "models/audience.py": "to developers",
    "services/entries.py": "in exports",
    "services/founding.py": "to operators",
    "services/issuing.py": "by commands",
    "services/tracking.py": "by the API",
    "imaging/sandbox.py": "to operators, in the log",
    "imaging/child.py": "to operators, in the log",
}
EXAMPLES = {"Filed under the wrong permit."}
_SENTENCE = re.compile(r"(?=.*[a-z] [a-z]).*[a-z0-9}…)”][.?]")


def _spoken(path: Path) -> Iterator[str]:
    """Yield every text in a module that reads like a sentence and is no docstring, field help or log."""
    tree = ast.parse(path.read_text())
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "help_text"}
    silent |= {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for inner in ast.walk(node)
        if inner is not node
    }
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if _SENTENCE.fullmatch(text) and text not in EXAMPLES:
            yield text


def test_rooms_below_say_nothing_that_is_not_declared():
    found = {}
    for room in ("imaging", "metadata", "services", "models"):
        for path in sorted((CATALOG / room).rglob("*.py")):
            name = path.relative_to(CATALOG).as_posix()
            if name not in SAID_TO_OTHERS and path.stem != "sayings" and (spoken := list(_spoken(path))):
                found[name] = spoken
    assert found == {}, "declare it in the room's sayings.py, so that it can be said in Spanish"


def test_the_list_of_what_is_said_to_others_is_no_longer_than_it_must_be():
    assert [name for name in SAID_TO_OTHERS if not list(_spoken(CATALOG / name))] == []


def test_no_room_is_forgotten():
    assert {f"catalog.{path.parent.name}.sayings" for path in CATALOG.rglob("sayings.py")} == {
        room.__name__ for room in ROOMS
    }
    assert sentences.said is said


def test_rooms_below_know_no_language():
    rooms = ("imaging", "metadata", "formats", "services", "models", "api", "feeds")
    files = [path for room in rooms for path in (CATALOG / room).rglob("*.py")]
    assert [path for path in files if "utils.translation" in path.read_text()] == [], "only pages are translated"
