"""data.json, as cities give it to data.gov, in both versions of DCAT-US."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from catalog.formats import data_json as formats
from catalog.services import entries, feeding

from .answers import streamed

JSON = "application/json"


@require_safe
def data_json(request: HttpRequest) -> HttpResponseBase:
    found = feeding.entries_of(request.user)
    return streamed(request, formats.data_json(found, entries.catalog_entry()), JSON)


@require_safe
def dcat_us_3(request: HttpRequest) -> HttpResponseBase:
    found = feeding.entries_of(request.user)
    return streamed(request, formats.dcat_us_3(found, entries.catalog_entry()), JSON)
