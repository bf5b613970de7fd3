"""Every text that people see is marked, and every marked text is said in Spanish."""

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from .marked import CATALOGS, TEMPLATES, marked, template_files, unmarked

TEMPLATES_OF_PAGES = [path for path in template_files() if path.relative_to(TEMPLATES).parts[0] != "api"]


@pytest.fixture(scope="module")
def spanish() -> dict[tuple, Message]:
    with (CATALOGS / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file, locale="es")
    return {(message.id, message.context): message for message in catalog if message.id}


@pytest.mark.parametrize("path", TEMPLATES_OF_PAGES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_every_word_of_a_template_is_marked(path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Words</p>",
        '<img alt="A picture of {{ place }}">',
        '<input placeholder="{% if a %}Words{% endif %}">',
        "{{ title|default:'Untitled' }}",
        "{{ number }} file{{ number|pluralize }}",
        '{% include "x.html" with label="Files" %}',
        '<meta name="description" content="A page">',
        "<b>{% translate 'Yes' %}</b> No",
    ],
)
def test_an_unmarked_text_is_found(source):
    assert unmarked(source)


@pytest.mark.parametrize(
    "source",
    [
        "{# Words #}<p class='wide'>{{ words }} · {% translate 'Words' %}</p>",
        "{% blocktranslate trimmed %}Words <b>and</b> more{% endblocktranslate %}",
        '{% include "icon.html" with name="search" %}{% url "find" %}',
        "{{ title|default:_('Untitled') }} – Record Copy",
        "<code>/id/image</code><script src='x.js'></script>",
    ],
)
def test_what_is_marked_or_no_word_is_not_complained_of(source):
    assert unmarked(source) == []


def test_every_marked_text_is_in_spanish(spanish):
    missing = []
    for message in marked():
        if message.id:
            said = spanish.get((message.id, message.context))
            texts = said.string if said and isinstance(said.string, tuple) else (said.string if said else "",)
            if not all(texts) or said.fuzzy:
                missing.append((message.id, message.locations))
    assert missing == [], "run `make messages` and write the Spanish texts into catalog/locale/es"


def test_set_up_can_compile_it():
    with (CATALOGS / "es" / "LC_MESSAGES" / "django.po").open("rb") as file:
        assert [(message.id, wrong) for message, wrong in read_po(file, locale="es").check()] == []


def test_nothing_is_translated_that_nobody_says(spanish):
    known = {(message.id, message.context) for message in marked()}
    assert [key for key in spanish if key not in known] == [], "run `make messages`"


_PERCENT = re.compile(r"%\((\w+)\)[sd]|%[sd]")
_TAGS = re.compile(r"</?[a-z]+|(?:href|class|lang)=\"[^\"]*\"")


def _placeholders(text: str) -> set[str]:
    if _PERCENT.search(text):
        return {found.group() for found in _PERCENT.finditer(text)}
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_placeholders_and_tags_are_those_of_the_original(spanish):
    wrong = []
    for message in spanish.values():
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = _placeholders(originals[-1])
        for text in texts:
            # The singular may say "one" instead of a number.
            few = wanted - {"%(counter)s", "{number}"} if text is texts[0] and len(texts) > 1 else wanted
            if not few <= _placeholders(text) <= wanted:
                wrong.append(text)
            if sorted(_TAGS.findall(originals[-1])) != sorted(_TAGS.findall(text)):
                wrong.append(text)
    assert wrong == []
