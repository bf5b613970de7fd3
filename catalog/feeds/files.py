"""A file with its description: as a sidecar beside it, or inside a copy of it. The original itself never changes."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.formats.embedding import CannotEmbed, embedded
from catalog.formats.entry import Entry
from catalog.formats.qualified import write_qualified_dublin_core
from catalog.formats.xmp import xmp_packet
from catalog.models import Copy
from catalog.services import entries
from catalog.services.store import store

from .answers import finished

SANDBOX = "default-src 'none'; sandbox"


@require_safe
def sidecar(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The description of the record that this file belongs to, as qualified Dublin Core."""
    _, entry = _described(request, public_id)
    body = write_qualified_dublin_core(entry, entries.catalog_entry())
    return finished(request, _attached(HttpResponse(body, content_type="application/xml"), f"{public_id}.xml"))


@require_safe
def described(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A copy of the file with the description in it as XMP; the coded picture is the original's, bit for bit."""
    copy, entry = _described(request, public_id)
    if not copy.file.is_readable:
        raise Http404
    original = store().open_original(copy.file)
    try:
        chunks = embedded(original, copy.file.media_type, xmp_packet(entry, entries.catalog_entry()))
    except CannotEmbed as reason:
        original.close()
        return HttpResponse(f"{reason}\n", status=406, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(_until_closed(original, chunks), content_type=copy.file.media_type)
    ending = PurePosixPath(copy.file.media_type).name.replace("jpeg", "jpg")
    return finished(request, _attached(response, f"{public_id}.{ending}"))


def _until_closed(file: BinaryIO, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with file:
        yield from chunks


def _described(request: HttpRequest, public_id: str) -> tuple[Copy, Entry]:
    copies = Copy.objects.visible_to(request.user).standing().select_related("file", "record")
    copy = get_object_or_404(copies.filter(record__state="standing"), public_id=public_id)
    return copy, entries.entry(copy.record, request.user)


def _attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = SANDBOX
    return response
