"""The result of any search, whole: as a table, as Dublin Core, or as RDF."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from catalog.formats.dublin_core import write_all_simple_dublin_core
from catalog.formats.entry import Entry
from catalog.formats.serialise import FORMATS, stream
from catalog.formats.table import table
from catalog.services import entries, feeding, searching

from .answers import streamed

SEARCHED_BY = {"q": "words", "agency": "agency", "year": "year", "number": "number"}
LONGEST_VALUE = 300
WRITERS = {
    "csv": ("text/csv; charset=utf-8", table),
    "xml": ("application/xml", write_all_simple_dublin_core),
    **{
        one.ending.removeprefix("."): (one.media_type, lambda found, catalog, one=one: stream(found, catalog, one))
        for one in FORMATS
    },
}


@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Write all that the same search finds on the page of Find; without words, all that the reader may see."""
    if ending not in WRITERS:
        raise Http404(f"Exports end with one of: {', '.join(WRITERS)}.")
    content_type, write = WRITERS[ending]
    response = streamed(request, write(_found(request.user, searched(request)), entries.catalog_entry()), content_type)
    response["Content-Disposition"] = f'attachment; filename="records.{ending}"'
    return response


def searched(request: HttpRequest) -> dict[str, str]:
    """Return what was searched for, as the page of Find takes it."""
    return {
        name: request.GET.get(parameter, "").replace("\0", " ").strip()[:LONGEST_VALUE]
        for parameter, name in SEARCHED_BY.items()
    }


def _found(user, asked: dict[str, str]) -> Iterator[Entry]:
    feeding.closed_until()
    for keys in searching.all_found(user=user, **asked):
        yield from feeding.entries_of_records(user, keys)
