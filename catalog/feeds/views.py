"""Records and the catalog as RDF, by content negotiation or file ending."""

from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from catalog.formats.negotiation import choose
from catalog.formats.rdf import record_triples
from catalog.formats.serialise import FORMATS, Format, serialise, stream
from catalog.models import Record
from catalog.services import entries

HTML = "text/html"
BY_ENDING = {f.ending.removeprefix("."): f for f in FORMATS}
BY_MIME = {f.media_type: f for f in FORMATS}


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
    found = get_object_or_404(
        Record.objects.visible_to(request.user).select_related(
            "absorbed_into", "best_copy__file", "record_copy__agency"
        ),
        public_id=public_id,
        state__in=(Record.State.STANDING, Record.State.ABSORBED),
    )
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
    return _finished(response, found.audience_key == "public")


@require_safe
@negotiated
def catalog(request: HttpRequest, ending: str | None = None) -> HttpResponseBase:
    """The whole catalog as this reader may see it, written record by record."""
    format = _format(request, ending)
    if format is None:
        return _finished(redirect("find"), True)
    dump = stream(entries.entries(request.user), entries.catalog_entry(), format, entries.agency_entries())
    return _finished(StreamingHttpResponse(dump, content_type=_content_type(format)), not request.user.is_authenticated)


def _format(request: HttpRequest, ending: str | None) -> Format | None:
    """Return the format asked for; None is the page for people."""
    if ending:
        return BY_ENDING[ending]
    mime = choose(request.headers.get("Accept", "*/*"), [HTML, *BY_MIME])
    if mime is None:
        raise NotAcceptable
    return BY_MIME.get(mime)


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


def _finished(response: HttpResponseBase, is_public: bool) -> HttpResponseBase:
    patch_vary_headers(response, ["Accept", "Cookie"])
    response["Cache-Control"] = "no-cache" if is_public else "private, no-store"
    return response
