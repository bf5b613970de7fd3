"""What the answers of this door have in common."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers


def streamed(request: HttpRequest, chunks: Iterable[bytes], content_type: str) -> StreamingHttpResponse:
    """Answer with a document of any length, written while it is read."""
    return finished(request, StreamingHttpResponse(chunks, content_type=content_type))


def finished(request: HttpRequest, response: HttpResponseBase, *vary: str) -> HttpResponseBase:
    """Let nobody keep for others what this reader may see."""
    patch_vary_headers(response, [*vary, "Cookie"])
    response["Cache-Control"] = "private, no-store" if request.user.is_authenticated else "no-cache"
    return response
