"""What two copies say of themselves, element by element, for the person who decides about them."""

import re
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from catalog.metadata.elements import DATE_SCHEMES, ELEMENTS
from catalog.models import Assignment, Copy, Statement

from .sentences import said
from .words import date_in_words

CAPTURE = (
    ("make", _("Camera make")),
    ("model", _("Camera")),
    ("serial", _("Camera number")),
    ("software", _("Program")),
)
FILE_NAME = _("File name")
LONGEST_MARKED = 400
"""Of longer values the parts that differ are not looked for: they are read as a whole."""
LEAST_ALIKE = 0.3
"""Values that have less in common are other values; marking the rest would mark everything."""
WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Part(NamedTuple):
    """A piece of a value, and whether the other value says something else there."""

    text: str
    differs: bool


class Row(NamedTuple):
    """What two copies say under one label."""

    label: str
    a: str
    b: str

    @property
    def parts_a(self) -> list[Part]:
        return marked(self.a, self.b)

    @property
    def parts_b(self) -> list[Part]:
        return marked(self.b, self.a)


def side_by_side(copy_a: Copy, copy_b: Copy) -> list[Row]:
    """Return (label, of A, of B) in the order of a description; what neither states is left out."""
    a, b = _said_of(copy_a), _said_of(copy_b)
    return [Row(label, a.get(label, ""), b.get(label, "")) for label in a | b]


def marked(value: str, other: str) -> list[Part]:
    """Divide a value into what the other says as well and what it does not, word by word."""
    if not value or not other or max(len(value), len(other)) > LONGEST_MARKED:
        return [Part(value, False)]
    first, second = sorted((value, other))  # the same words are found alike whichever of the two is asked about
    words = {text: WORDS.findall(text) for text in (first, second)}
    found = SequenceMatcher(None, words[first], words[second], autojunk=False)
    if found.ratio() < LEAST_ALIKE:
        return [Part(value, False)]
    own = 0 if value == first else 1
    parts = []
    for how, *spans in found.get_opcodes():
        start, end = spans[2 * own : 2 * own + 2]
        if start < end:
            parts.append(Part("".join(words[value][start:end]), how != "equal"))
    return _run_together(parts)


def _run_together(parts: list[Part]) -> list[Part]:
    """Let blanks between two words that differ be marked with them."""
    last = len(parts) - 1
    marked = [Part(part.text, part.differs or (part.text.isspace() and 0 < n < last)) for n, part in enumerate(parts)]
    return [
        Part("".join(part.text for part in run), differs) for differs, run in groupby(marked, lambda part: part.differs)
    ]


def _said_of(copy: Copy) -> dict[str, str]:
    filings = copy.filings.standing()
    stated_of: dict[str, list[str]] = {}
    stated = list(Statement.objects.standing().filter(filing__in=filings)) + list(
        Statement.objects.standing().filter(file=copy.file_id)
    )
    order = {name: n for n, name in enumerate(ELEMENTS)}
    for statement in sorted(stated, key=lambda s: (order.get(s.element, len(order)), s.pk)):
        element = ELEMENTS.get(statement.element)
        is_date = element is not None and element.schemes == DATE_SCHEMES
        value = date_in_words(statement.value) if is_date else statement.value
        stated_of.setdefault(said(element.label) if element else statement.element, []).append(value)
    assigned = Assignment.objects.filter(filing__in=filings).exclude(status=Assignment.Status.WRONG)
    for assignment in assigned.select_related("identifier__scheme").order_by("identifier__scheme__slug", "pk"):
        stated_of.setdefault(assignment.identifier.scheme.label, []).append(assignment.identifier.value)
    for key, label in CAPTURE:
        if value := copy.file.capture.get(key):
            stated_of.setdefault(str(label), []).append(str(value))
    stated_of[str(FILE_NAME)] = [filing.file_name for filing in filings]
    return {label: "; ".join(dict.fromkeys(values)) for label, values in stated_of.items()}
