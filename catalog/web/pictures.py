"""The bytes of pictures: thumbnails, previews, originals. What one may not see is not there."""

import unicodedata
from pathlib import PurePosixPath

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.models import Audience, Copy, ImageFile, Upload
from catalog.services import tracking, uploading
from catalog.services.store import store

OF_A_COPY_SECONDS = 24 * 60 * 60
OF_A_RECORD_SECONDS = 5 * 60
PREVIEW_TYPES = {"thumbnail": "image/webp", "preview": "image/jpeg"}
ORIGINAL_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def record_picture(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    """Show a record's best copy; an absorbed address shows the picture of the record that answers for it."""
    records = tracking.records_open_to(request.user)
    record = get_object_or_404(
        records.select_related("best_copy__file", "absorbed_into__best_copy__file"), public_id=public_id
    ).answering
    if record.best_copy is None:
        raise Http404
    return _preview(record.best_copy, kind, 1, OF_A_RECORD_SECONDS)


@require_safe
def copy_picture(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    copy = _visible_copy(request, public_id)
    page = request.GET.get("page", "1")
    return _preview(copy, kind, int(page) if page.isdecimal() and len(page) < 5 else 1, OF_A_COPY_SECONDS)


@require_safe
def copy_original(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Hand out the bytes as they were filed, as an attachment that no browser runs."""
    copy = _visible_copy(request, public_id)
    if not copy.file.is_readable:
        raise Http404
    filing = copy.filings.standing().order_by("filed_at", "id").first()
    response = FileResponse(
        store().open_original(copy.file),
        as_attachment=True,
        filename=safe_file_name(filing.file_name if filing else copy.public_id),
        content_type=copy.file.media_type,
    )
    response["Content-Length"] = copy.file.size_bytes
    response["Content-Security-Policy"] = ORIGINAL_POLICY
    return _cached(response, copy, OF_A_COPY_SECONDS)


@require_safe
@never_cache
def draft_picture(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a small picture of a draft to the person who sent it."""
    if not request.user.is_authenticated:
        raise Http404
    upload = get_object_or_404(Upload, owner=request.user, filing=None, public_id=public_id)
    picture = uploading.draft_thumbnail(upload)
    if picture is None:
        return _no_preview()
    return HttpResponse(picture, content_type="image/webp")


def safe_file_name(name: str) -> str:
    """Return the last part of a filed name without anything that is not to be seen."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ") or "picture"


def _visible_copy(request: HttpRequest, public_id: str) -> Copy:
    copies = tracking.copies_open_to(request.user).select_related("file")
    return get_object_or_404(copies, public_id=public_id)


def _preview(copy: Copy, kind: str, page_number: int, seconds: int) -> HttpResponseBase:
    picture = store().open_preview(copy.file, page_number, kind) if _has_preview(copy.file) else None
    if picture is None:
        return _no_preview()
    return _cached(FileResponse(picture, content_type=PREVIEW_TYPES[kind]), copy, seconds)


def _has_preview(file: ImageFile) -> bool:
    return file.is_examined and file.is_readable


def _no_preview() -> HttpResponse:
    response = redirect(static("img/no-preview.svg"))
    response["Cache-Control"] = "no-store"
    return response


def _cached(response: HttpResponseBase, copy: Copy, seconds: int) -> HttpResponseBase:
    shared = "public" if copy.audience_key == Audience.PUBLIC else "private"
    response["Cache-Control"] = f"{shared}, max-age={seconds}"
    return response
