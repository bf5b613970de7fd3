"""What narrows a result: the facets with their counts, loaded after it, and what was chosen."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalog.models import Agency, SearchFacet, Source
from catalog.services.faceting import COUNTED, Counted, facets_of
from catalog.services.narrowing import Narrowing
from catalog.services.reading import media_label

from .asking import Search

SHOWN_AT_ONCE = 8
LABELS = {
    "agency": gettext_lazy("Department"),
    "source": gettext_lazy("Kind of source"),
    "place": gettext_lazy("Place"),
    "year": gettext_lazy("Year"),
    "subject": gettext_lazy("Subject"),
    "format": gettext_lazy("Format"),
    "has": gettext_lazy("Copies and conflicts"),
}
SOURCES = {
    Source.Kind.FORM: gettext_lazy("Web form"),
    Source.Kind.API: gettext_lazy("API"),
    Source.Kind.FOLDER: gettext_lazy("Folder"),
    Source.Kind.TABLE: gettext_lazy("Table of descriptions"),
}
HAS = {
    SearchFacet.Has.CONFLICT: gettext_lazy("Has conflicts"),
    SearchFacet.Has.COPIES: gettext_lazy("Several copies"),
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    label: str
    count: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    values: list[FacetValue]
    more: list[FacetValue]


@require_safe
def facets(request: HttpRequest) -> HttpResponse:
    """The facets of a search: a part of the page of its results, and a page of its own without JavaScript."""
    search = Search.of(request.GET)
    narrowing = Narrowing.of(request.user, search.asked)
    context = {
        "facets": list(_facets(search, facets_of(narrowing))),
        "chosen": chips_of(search, narrowing),
        "back": search.address,
        "query": narrowing.words,
    }
    template = "catalog/_facets.html" if request.htmx else "catalog/facets.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def chips_of(search: Search, narrowing: Narrowing) -> list[FacetValue]:
    """Return what was chosen, each with the address of the search without it."""
    names = _agency_names() if narrowing.asked.get("agency") else {}
    chips = [
        FacetValue(_label(name, value, names), "", search.toggled(name, value).address, True)
        for name in COUNTED
        for value in narrowing.asked.get(name, ())
    ]
    return [*chips, *_other_chips(search, narrowing)]


def _other_chips(search: Search, narrowing: Narrowing) -> Iterator[FacetValue]:
    for name, words in (("since", _("from %(date)s")), ("until", _("to %(date)s"))):
        if narrowing.asked.get(name):
            said = search.asked[name]
            yield FacetValue(words % {"date": said}, "", search.set(**{name: ""}).address, True)
    if narrowing.asked.get("bounds"):
        yield FacetValue(_("in a part of the map"), "", search.set(bounds="").address, True)


def _facets(search: Search, counted: dict[str, list[Counted]]) -> Iterator[Facet]:
    names = _agency_names()
    for name, values in counted.items():
        chosen = search.asked.getlist(name)
        shown = [
            FacetValue(
                _label(name, one.value, names),
                f"{one.count:,}+" if one.is_least else f"{one.count:,}",
                search.toggled(name, one.value).address,
                one.value in chosen,
            )
            for one in values
        ]
        if shown:
            yield Facet(name, LABELS[name], shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:])


def _agency_names() -> dict[str, str]:
    return dict(Agency.objects.values_list("slug", "name"))


def _label(name: str, value: str, agencies: dict[str, str]) -> str:
    if name == "agency":
        return agencies.get(value, value)
    if name == "format":
        return media_label(value)
    return str({"source": SOURCES, "has": HAS}.get(name, {}).get(value, value))
