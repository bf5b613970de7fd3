"""The bytes of pictures: thumbnails, previews, originals. What one may not see is not there.

A picture that is narrowed or withdrawn is to be gone at once. So a cache between may keep what is public, but asks each
time whether it may show it still; only the reader's own browser, which has it already, shows it for a while unasked.
"""

import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.models import Audience, Copy, ImageFile, Upload
from catalog.services import tracking, uploading
from catalog.services.store import store

BROWSER_SECONDS = 5 * 60
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
    return _preview(request, record.best_copy, kind, 1)


@require_safe
def copy_picture(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    copy = _visible_copy(request, public_id)
    page = request.GET.get("page", "1")
    return _preview(request, copy, kind, int(page) if page.isdecimal() and len(page) < 5 else 1)


@require_safe
def copy_original(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Hand out the bytes as they were filed, as an attachment that no browser runs."""
    copy = _visible_copy(request, public_id)
    if not copy.file.is_readable:
        raise Http404
    return _kept(request, copy, _tag(copy, "original"), lambda: _original(copy))


def _original(copy: Copy) -> HttpResponseBase:
    filing = copy.filings.standing().order_by("filed_at", "id").first()
    response = FileResponse(
        store().open_original(copy.file),
        as_attachment=True,
        filename=safe_file_name(filing.file_name if filing else copy.public_id),
        content_type=copy.file.media_type,
    )
    response["Content-Length"] = copy.file.size_bytes
    response["Content-Security-Policy"] = ORIGINAL_POLICY
    return response


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


def _preview(request: HttpRequest, copy: Copy, kind: str, page_number: int) -> HttpResponseBase:
    def shown() -> HttpResponseBase | None:
        picture = store().open_preview(copy.file, page_number, kind)
        return FileResponse(picture, content_type=PREVIEW_TYPES[kind]) if picture else None

    if not _has_preview(copy.file):
        return _no_preview()
    return _kept(request, copy, _tag(copy, kind, page_number), shown)


def _has_preview(file: ImageFile) -> bool:
    return file.is_examined and file.is_readable


def _no_preview() -> HttpResponse:
    response = redirect(static("img/no-preview.svg"))
    response["Cache-Control"] = "no-store"
    return response


def _tag(copy: Copy, kind: str, page_number: int = 0) -> str:
    """Return what names these bytes and no others; a copy gets other bytes when the picture comes to a description."""
    return quote_etag(f"{copy.public_id}.{page_number}.{kind}.{copy.file.examined_at:%Y%m%d%H%M%S%f}")


def _kept(request: HttpRequest, copy: Copy, tag: str, shown: Callable[[], HttpResponseBase | None]) -> HttpResponseBase:
    """Answer with the picture, or that the one which the reader keeps is still good; say who may keep it, how long."""
    response = get_conditional_response(request, etag=tag) or shown()
    if response is None:
        return _no_preview()
    response["ETag"] = tag
    if copy.audience_key == Audience.PUBLIC:
        response["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}, s-maxage=0"
    else:
        response["Cache-Control"] = f"private, max-age={BROWSER_SECONDS}"
        patch_vary_headers(response, ["Cookie"])
    return response
