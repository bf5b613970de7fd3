"""What a conflict, a correction or a notice is about, in words: an element of the description, or numbers."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from catalog.metadata.elements import DATE_SCHEMES, ELEMENTS
from catalog.models import NUMBERS, Scheme
from catalog.services.reading import label_of

from .sentences import said
from .words import date_in_words


def labels_of(elements: Iterable[str]) -> dict[str, str]:
    """Return what people call each of these, the numbers of a scheme by the scheme's own label."""
    elements = list(dict.fromkeys(elements))
    slugs = [element.removeprefix(NUMBERS) for element in elements if element.startswith(NUMBERS)]
    schemes = dict(Scheme.objects.filter(slug__in=slugs).values_list("slug", "label")) if slugs else {}
    return {e: schemes.get(e.removeprefix(NUMBERS)) or label_in_words(e) for e in elements}


def label_in_words(element: str) -> str:
    return said(label_of(element)) if element else _("Something else")


def value_in_words(element: str, value: str) -> str:
    """Return a number without its scheme's name, and a date as people write it."""
    if element.startswith(NUMBERS):
        prefix = f"{element.removeprefix(NUMBERS)} "
        return ", ".join(part.removeprefix(prefix) for part in value.split(", "))
    return date_in_words(value) if is_date(element) else value


def is_date(element: str) -> bool:
    known = ELEMENTS.get(element)
    return bool(known and set(known.schemes) & set(DATE_SCHEMES) and not known.is_open)
