"""Find: the search box, the lists that narrow a result, and everything under one parcel or permit."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from catalog.metadata import identifiers as numbers
from catalog.models import Agency, Scheme, SearchEntry, SearchFacet
from catalog.services import searching

from .cards import card_of_entry
from .paging import page_number, paging, with_params
from .words import count

SHOWN_AT_ONCE = 8
LONGEST_QUERY = 300
NARROWED_BY = ("agency", "year")


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
def find(request: HttpRequest) -> HttpResponse:
    return _answer(request, {"is_opening": not request.GET})


@require_safe
def find_number(request: HttpRequest, scheme_slug: str, value: str) -> HttpResponse:
    """Show what bears a parcel, permit or other number, whoever filed it."""
    scheme = get_object_or_404(Scheme, slug=scheme_slug)
    try:
        normal = numbers.normalise(scheme.normaliser, value)
    except numbers.BadIdentifier as error:
        raise Http404(str(error)) from error
    if normal != value:
        return redirect("record-number", scheme.slug, normal)
    return _answer(request, {"heading": f"{scheme.label} {normal}"}, number=f"{scheme.slug}:{normal}")


def _answer(request: HttpRequest, context: dict, number: str = "") -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", " ").strip()[:LONGEST_QUERY]
    narrowed = {name: request.GET.get(name, "").replace("\0", "") for name in NARROWED_BY}
    found = searching.find(
        user=request.user, words=words, number=number, page=page_number(request.GET.get("page", "")), **narrowed
    )
    context |= {
        "query": words,
        "cards": [card_of_entry(entry) for entry in found.results],
        "facets": _facets(request, found, narrowed),
        "chosen": _chosen(request, narrowed),
        "kept": [(name, value) for name, value in narrowed.items() if value],
        "result_words": _result_in_words(found, words),
        "paging": paging(request.GET, found.page, found.pages),
    }
    if context.get("is_opening"):
        context["examples"] = _examples(request.user)
    return render(request, "catalog/find.html", context)


def _facets(request: HttpRequest, found: searching.Found, narrowed: dict[str, str]) -> list[Facet]:
    counted = found.facets()
    years = [(str(year), str(year), n) for year, n in counted["year"]]
    facets = []
    for name, label, rows in (("agency", "Agency", counted["agency"]), ("year", "Year", years)):
        values = [
            FacetValue(
                text,
                f"{n:,}",
                with_params(request.GET, **{name: "" if narrowed[name] == value else value}),
                narrowed[name] == value,
            )
            for value, text, n in rows
        ]
        if values:
            facets.append(Facet(name, label, values[:SHOWN_AT_ONCE], values[SHOWN_AT_ONCE:]))
    return facets


def _chosen(request: HttpRequest, narrowed: dict[str, str]) -> list[FacetValue]:
    labels = dict(narrowed)
    if narrowed["agency"]:
        agency = Agency.objects.filter(slug=narrowed["agency"]).first()
        labels["agency"] = agency.name if agency else narrowed["agency"]
    return [
        FacetValue(labels[name], "", with_params(request.GET, **{name: ""}), True)
        for name, value in narrowed.items()
        if value
    ]


def _result_in_words(found: searching.Found, words: str) -> str:
    number = f"More than {count(found.total, 'record')}" if found.is_capped else count(found.total, "record")
    if not found.total:
        number = "No record"
    if words:
        return f"{number} for “{words}”"
    return f"{number}, newest first" if found.total > 1 else number


def _examples(user) -> list[dict[str, str]]:
    """Return a number of each of two kinds that the newest pictures bear, to try the box with."""
    newest = SearchEntry.objects.visible_to(user).order_by("-filed_at", "-id").values("pk")[:200]
    facets = SearchFacet.objects.filter(kind=SearchFacet.Kind.IDENTIFIER, entry__in=newest).order_by("-entry", "pk")
    labels = dict(Scheme.objects.values_list("slug", "label"))
    examples: dict[str, dict[str, str]] = {}
    for value in facets.values_list("value", flat=True)[:100]:
        scheme, number = value.split(":", 1)
        examples.setdefault(scheme, {"label": labels.get(scheme, scheme), "scheme": scheme, "number": number})
    return list(examples.values())[:2]
