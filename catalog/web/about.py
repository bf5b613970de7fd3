"""How it works: the page of explanations, and the page for those who connect other systems."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Record


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "catalog/about.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say to each person what they can do here, and what the words mean."""
    context = {"max_size_mb": settings.MAX_FILE_SIZE_MB, "email": settings.CATALOG_EMAIL}
    return render(request, "catalog/help.html", context)


@dataclass(frozen=True, slots=True)
class Door:
    """One address for other systems: what it gives, in which formats, and a line to paste into a shell."""

    name: str
    path: str
    what: str
    formats: str
    example: str


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    """Show an integrator every address, with examples on a record that is there."""
    newest = Record.objects.visible_to(request.user).standing().order_by("-pk").values_list("public_id", flat=True)
    record = newest.first() or "a1b2c3d4e5f6a1b2c3d4e5f6a1"
    site = request.build_absolute_uri("/").rstrip("/")
    return render(request, "catalog/standards.html", {"doors": list(_doors(site, record))})


def _doors(site: str, record: str):
    image, oai = f"/id/image/{record}", reverse("oai")
    yield Door(
        _("One record"), "/id/image/‹id›",
        _(
            "All that is known of a picture: description, files, filings, why it is authoritative, what it was made "
            "from. An address that was joined to another leads there in one hop."
        ),
        _("Turtle, RDF/XML, JSON-LD, N-Triples by the Accept header or by ending: .ttl .rdf .jsonld .nt"),
        f"curl -H 'Accept: text/turtle' {site}{image}",
    )  # fmt: skip
    yield Door(
        _("The catalog"), "/catalog",
        _("A DCAT catalog: whole as a stream, or in pages narrowed like a search, each naming the next (hydra:next)."),
        _("the same four; pages with ?after= and q, agency, year, number"),
        f"curl '{site}/catalog.ttl?after=&q=curb'",
    )  # fmt: skip
    yield Door(
        "OAI-PMH 2.0", oai,
        _(
            "What changed since a date, in the order of change. Deletions are remembered for good; sets by department, "
            "collection and type; tokens stay good."
        ),
        "oai_dc, oai_dcterms, rdf",
        f"curl '{site}{oai}?verb=ListRecords&metadataPrefix=oai_dc'",
    )  # fmt: skip
    yield Door(
        "data.json", "/data.json",
        _("What data.gov harvests from a city."),
        _("DCAT-US 1.1; DCAT-US 3.0 at /dcat-us-3.json"),
        f"curl {site}{reverse('data-json')}",
    )  # fmt: skip
    yield Door(
        _("A search, exported"), _("/export.‹ending›"),
        _("All that the search of the same words finds."),
        _("csv (safe to open in a spreadsheet), xml (Dublin Core), ttl, rdf, jsonld, nt"),
        f"curl '{site}/export.csv?q=curb&agency=streets'",
    )  # fmt: skip
    yield Door(
        _("Changes and search"), reverse("changes"),
        _("The newest changes for feed readers; a sitemap of all public records; search from a browser’s address bar."),
        f"Atom; {reverse('sitemap-index')}; {reverse('opensearch')} (OpenSearch)",
        f"curl {site}{reverse('changes')}",
    )  # fmt: skip
    yield Door(
        "REST API", reverse("api-docs"),
        _("Search, read a record with its evidence, file an image, follow its job, decide, undo."),
        _("JSON; the pages describe every call"),
        f"curl '{site}/api/records/?q=curb'",
    )  # fmt: skip
