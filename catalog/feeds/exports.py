"""The result of any search, whole: as a table, as Dublin Core, or as RDF."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.views.decorators.http import require_safe

from catalog.formats.dublin_core import write_all_simple_dublin_core
from catalog.formats.entry import Entry
from catalog.formats.serialise import FORMATS, stream
from catalog.formats.table import table
from catalog.services import entries, feeding, searching

from .answers import streamed

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
    if mistake := mistake_in(request):
        return mistake
    content_type, write = WRITERS[ending]
    response = streamed(request, write(_found(request.user, request.GET), entries.catalog_entry()), content_type)
    response["Content-Disposition"] = f'attachment; filename="records.{ending}"'
    return response


def mistake_in(request: HttpRequest) -> HttpResponse | None:
    """Refuse a search that is not understood: whatever it would give would not be what was meant."""
    narrowing = searching.narrow(request.user, asked=request.GET)
    said = [f"{name}: {' '.join(problems)}\n" for name, problems in narrowing.errors.items()]
    if not said:
        return None
    return HttpResponse("".join(said), status=400, content_type="text/plain; charset=utf-8")


def _found(user, asked: QueryDict) -> Iterator[Entry]:
    feeding.closed_until()
    for keys in searching.all_found(user=user, asked=asked):
        yield from feeding.entries_of_records(user, keys)
