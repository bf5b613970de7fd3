"""Saved searches: a person's own list, each with its result and a feed of what is new in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import SavedSearch
from catalog.services import saving
from catalog.services.narrowing import Narrowing

from .asking import Search, mistakes
from .facets import chips_of
from .paging import page_number, paging
from .sentences import said
from .words import day_in_words

SHOWN_AT_ONCE = 25


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """Show a person's saved searches, or save one."""
    if request.method == "POST":
        return _save(request)
    own = SavedSearch.objects.filter(owner=request.user).order_by("name", "pk")
    pages = max(1, -(-own.count() // SHOWN_AT_ONCE))
    page = min(page_number(request.GET.get("page", "")), pages)
    context = {
        "searches": [_line(request, one) for one in own[(page - 1) * SHOWN_AT_ONCE : page * SHOWN_AT_ONCE]],
        "paging": paging(request.GET, page, pages),
    }
    return render(request, "catalog/saved.html", context)


@login_required
@require_POST
def forget(request: HttpRequest, public_id: str) -> HttpResponse:
    search = get_object_or_404(SavedSearch, owner=request.user, public_id=public_id)
    search.delete()
    messages.success(request, _("“%(name)s” is no longer among your searches.") % {"name": search.name})
    return redirect("saved")


def _save(request: HttpRequest) -> HttpResponse:
    search = Search.of(QueryDict(request.POST.get("asked", "")))
    narrowing = Narrowing.of(request.user, search.asked)
    if mistakes(narrowing):
        return redirect(search.address)
    name = " ".join(request.POST.get("name", "").replace("\0", " ").split()) or _in_words(search, narrowing)
    try:
        saving.save_search(owner=request.user, name=name[:120], asked=search.asked.urlencode(), at=timezone.now())
    except saving.TooMany as error:
        messages.error(request, said(str(error)))
    else:
        messages.success(request, _("Saved as “%(name)s”.") % {"name": name[:120]})
    return redirect("saved")


def _in_words(search: Search, narrowing: Narrowing) -> str:
    parts = [narrowing.words, search.asked.get("number", ""), *(chip.label for chip in chips_of(search, narrowing))]
    return ", ".join(filter(None, map(str, parts))) or _("All pictures")


def _line(request: HttpRequest, one: SavedSearch) -> dict:
    search = Search.of(QueryDict(one.asked))
    return {
        "name": one.name,
        "words": _in_words(search, Narrowing.of(request.user, search.asked)),
        "address": search.address,
        "feed": search.elsewhere("search-feed"),
        "saved_on": day_in_words(one.saved_at),
        "public_id": one.public_id,
    }
