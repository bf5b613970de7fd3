"""How it works: the page of explanations."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "catalog/about.html", {"max_size_mb": settings.MAX_FILE_SIZE_MB})
