"""Records and the catalog as RDF, by content negotiation or file ending."""

from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from catalog.formats.negotiation import choose
from catalog.formats.rdf import View, record_triples
from catalog.formats.serialise import FORMATS, Format, serialise, stream
from catalog.models import Record
from catalog.services import entries, feeding, reading, searching, tracking
from catalog.services.narrowing import Narrowing

from .answers import finished
from .exports import mistake_in

HTML = "text/html"
BY_ENDING = {f.ending.removeprefix("."): f for f in FORMATS}
BY_MIME = {f.media_type: f for f in FORMATS}
PAGE = 100
PAGED_BY = {"after", *Narrowing.base_filters}


class NotAcceptable(Exception):
    """None of the formats that the reader accepts is one of ours."""


def negotiated(view):
    """Answer 406, with what there is, where nothing acceptable can be given."""

    @wraps(view)
    def answer(request: HttpRequest, **parts) -> HttpResponseBase:
        try:
            return view(request, **parts)
        except NotAcceptable:
            kinds = ", ".join([HTML, *BY_MIME])
            return HttpResponse(f"Ask for one of: {kinds}.\n", status=406, content_type="text/plain; charset=utf-8")

    return answer


@require_safe
@negotiated
def record(request: HttpRequest, public_id: str, ending: str | None = None) -> HttpResponse:
    """The identifier of a record: data in the format asked for, or on to its page (303)."""
    records = Record.objects.visible_to(request.user).filter(state__in=tracking.ANSWERING)
    fetched = records.select_related("absorbed_into", "best_copy__file", "record_copy__agency")
    found = fetched.filter(public_id=public_id).first()
    if found is None:
        return _gone(request, public_id, ending)
    if found.absorbed_into:
        return _moved(found.absorbed_into, ending)
    format = _format(request, ending)
    if format is None:
        response = redirect("record", found.public_id)
        response.status_code = 303
    else:
        triples = record_triples(entries.entry(found, request.user), entries.catalog_entry())
        response = HttpResponse(serialise(triples, format), content_type=_content_type(format))
        response["Link"] = _alternates("record-data", found.public_id)
    return finished(request, response, "Accept")


@require_safe
@negotiated
def catalog(request: HttpRequest, ending: str | None = None) -> HttpResponseBase:
    """The catalog as this reader may see it: all of it, written record by record, or a page of what a search finds."""
    format = _format(request, ending)
    if format is None:
        return finished(request, redirect("find"), "Accept")
    if PAGED_BY & request.GET.keys():
        return _page(request, format)
    found = feeding.entries_of(request.user)
    dump = stream(found, entries.catalog_entry(), format, entries.agency_entries())
    return finished(request, StreamingHttpResponse(dump, content_type=_content_type(format)), "Accept")


def _page(request: HttpRequest, format: Format) -> HttpResponseBase:
    """Write one page, and where the next one lies: behind the last record of this one, whatever was filed meanwhile."""
    if mistake := mistake_in(request):
        return mistake
    feeding.closed_until()
    after = request.GET.get("after", "")
    found = searching.found_after(user=request.user, after=after, limit=PAGE + 1, asked=request.GET)
    shown, is_more = found[:PAGE], len(found) > PAGE
    page = list(feeding.entries_of_records(request.user, [key for key, _ in shown]))
    here = request.build_absolute_uri()
    following = request.GET.copy()
    if is_more:
        following["after"] = shown[-1][1]
    view = View(here, request.build_absolute_uri(f"?{following.urlencode()}") if is_more else None)
    written = stream(page, entries.catalog_entry(), format, entries.agency_entries(), view)
    response = HttpResponse(b"".join(written), content_type=_content_type(format))
    if view.following:
        response["Link"] = f'<{view.following}>; rel="next"'
    return finished(request, response, "Accept")


def _format(request: HttpRequest, ending: str | None) -> Format | None:
    """Return the format asked for; None is the page for people."""
    if ending:
        return BY_ENDING[ending]
    mime = choose(request.headers.get("Accept", "*/*"), [HTML, *BY_MIME])
    if mime is None:
        raise NotAcceptable
    return BY_MIME.get(mime)


def _gone(request: HttpRequest, public_id: str, ending: str | None) -> HttpResponse:
    """Say that a record is gone to those who could see it, without anything that it said."""
    record = get_object_or_404(tracking.records_gone_for(request.user), public_id=public_id)
    tombstone = reading.read_tombstone(record, request.user)
    if _format(request, ending) is None:
        response = render(request, "catalog/gone.html", {"tombstone": tombstone}, status=410)
    else:
        told = f"{tombstone.sentence} {tombstone.reason}".strip()
        response = HttpResponse(f"{told}\n", status=410, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"  # filing it again brings it back
    patch_vary_headers(response, ["Accept", "Cookie"])
    return response


def _moved(answering: Record, ending: str | None) -> HttpResponse:
    """Send on to the record that answers now; not to be remembered, since a decision can be undone."""
    parts = {"public_id": answering.public_id, **({"ending": ending} if ending else {})}
    address = reverse("record-data", kwargs=parts)
    response = redirect(address, permanent=True)
    response["Cache-Control"] = "no-store"
    return response


def _alternates(name: str, public_id: str) -> str:
    links = (
        f'<{reverse(name, kwargs={"public_id": public_id, "ending": ending})}>; rel="alternate"; type="{f.media_type}"'
        for ending, f in BY_ENDING.items()
    )
    return ", ".join(links)


def _content_type(format: Format) -> str:
    return f"{format.media_type}; charset=utf-8" if format.media_type.startswith("text/") else format.media_type
