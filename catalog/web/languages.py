"""Which language an answer is in: pages follow their reader, what programs read is always in English."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

FOR_PROGRAMS = ("catalog.api.", "catalog.feeds.")


class ReadersLanguage(LocaleMiddleware):
    """A reader's own choice, else what their browser asks for; caches are told, of pages alone."""

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        if view.__module__.startswith(FOR_PROGRAMS):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if _is_page(request, response):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            response.headers.setdefault("Content-Language", translation.get_language())
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    found = request.resolver_match
    is_for_programs = found is not None and found.func.__module__.startswith(FOR_PROGRAMS)
    return not is_for_programs and response.headers.get("Content-Type", "").startswith("text/html")
