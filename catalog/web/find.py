"""Find: the search box, what narrows a result, and everything under one parcel or permit."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalog.metadata import identifiers as numbers
from catalog.models import Scheme, SearchEntry, SearchFacet
from catalog.services import searching
from catalog.services.narrowing import Narrowing

from .asking import Search, mistakes
from .cards import card_of_entry
from .facets import chips_of
from .number import number_context
from .paging import page_number, paging

PER_PAGE = {"grid": 24, "list": 50, "map": 24}
VIEW_LABELS = {
    "grid": gettext_lazy("Pictures"),
    "list": gettext_lazy("List"),
    "map": gettext_lazy("Map"),
}
EXPORTS = {
    "csv": "CSV",
    "xml": "Dublin Core (XML)",
    "ttl": "Turtle",
    "rdf": "RDF/XML",
    "jsonld": "JSON-LD",
    "nt": "N-Triples",
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    address: str
    is_here: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A record in the list: its card, and the numbers that it bears."""

    card: object
    numbers: list[Link]
    filing_count: int


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    search = Search.of(request.GET)
    if search.asked.get("number") and not mistakes(Narrowing.of(request.user, search.asked)):
        return redirect(search.address)
    return _answer(request, search, {"is_opening": not request.GET})


@require_safe
def find_number(request: HttpRequest, scheme_slug: str, value: str) -> HttpResponse:
    """Show what bears a parcel, permit or other number, whoever filed it."""
    scheme = get_object_or_404(Scheme.objects.select_related("office_of_record"), slug=scheme_slug)
    try:
        normal = numbers.normalise(scheme.normaliser, value)
    except numbers.BadIdentifier as error:
        raise Http404(str(error)) from error
    if normal != value:
        return redirect("record-number", scheme.slug, normal)
    search = Search.of(request.GET, number=f"{scheme.slug}:{normal}")
    context = {"heading": f"{scheme.label} {normal}", "number": number_context(scheme, normal, request.user)}
    return _answer(request, search, context)


def _answer(request: HttpRequest, search: Search, context: dict) -> HttpResponse:
    page = page_number(request.GET.get("page", ""))
    found = searching.find(user=request.user, asked=search.asked, page=page, per_page=PER_PAGE[search.view])
    narrowing = found.narrowing
    in_path = ("number",) if "heading" in context else ()
    context |= {
        "query": narrowing.words,
        "view": search.view,
        "views": [
            Link(label, search.set(view="" if name == "grid" else name).address, name == search.view, name)
            for name, label in VIEW_LABELS.items()
        ],
        "chosen": chips_of(search, narrowing),
        "kept": search.kept_but("q", *in_path),
        "kept_beside_dates": search.kept_but("since", "until", *in_path),
        "since": search.asked.get("since", ""),
        "until": search.asked.get("until", ""),
        "errors": mistakes(narrowing),
        "here": request.path,
        "without_choices": search.only("q", "number").address,
        "facets_address": search.facets_address(),
        "exports": [Link(label, search.elsewhere("export", ending)) for ending, label in EXPORTS.items()],
        "feed": search.elsewhere("search-feed"),
        "asked": search.asked.urlencode(),
        "result_words": _result_in_words(found),
        "paging": paging(request.GET, found.page, found.pages),
    }
    context |= _lines(found) if search.view == "list" else {"cards": [card_of_entry(one) for one in found.results]}
    if search.view == "map":
        context |= {
            "bounds": ",".join(map(str, narrowing.asked.get("bounds") or ())),
            "clusters_address": search.elsewhere("map-clusters"),
            "map_address": search.set(bounds="").address,
            "tiles": settings.MAP_TILES_URL,
            "tiles_attribution": settings.MAP_TILES_ATTRIBUTION,
        }
    if context.get("is_opening"):
        context["examples"] = _examples(request.user)
    return render(request, "catalog/find.html", context)


def _lines(found: searching.Found) -> dict:
    borne = searching.numbers_of(found.results)
    labels = dict(Scheme.objects.values_list("slug", "label")) if borne else {}
    return {
        "lines": [
            Line(
                card_of_entry(entry),
                [
                    Link(f"{labels.get(scheme, scheme)} {value}", reverse("record-number", args=[scheme, value]))
                    for scheme, value in borne.get(entry.pk, ())
                    if "/" not in value
                ],
                entry.filing_count,
            )
            for entry in found.results
        ]
    }


def _result_in_words(found: searching.Found) -> str:
    words = found.narrowing.words
    if not found.total:
        return _("No record for “%(words)s”") % {"words": words} if words else _("No record")
    told = {"number": f"{found.total:,}", "words": words}
    if found.is_capped:
        number = _("More than %(number)s records") % told
    else:
        number = ngettext("%(number)s record", "%(number)s records", found.total) % told
    if words:
        return _("%(number)s for “%(words)s”") % {"number": number, "words": words}
    return _("%(number)s, newest first") % {"number": number} if found.total > 1 else number


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
