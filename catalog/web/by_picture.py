"""Search by picture: drop one, and see which record it belongs to, what was made from it, and what looks alike."""

from itertools import groupby

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tasks
from catalog.models import Job, PictureFinding, PictureSearch
from catalog.services import reading, seeking
from catalog.services.store import Refused

from .cards import card_of_record
from .sentences import said

BELONGING_MAX = 12
Kind = PictureFinding.Kind
HEADINGS = {
    Kind.SAME: gettext_lazy("The record of this picture"),
    Kind.MAYBE: gettext_lazy("Perhaps the same picture"),
    Kind.DERIVATIVE: gettext_lazy("Made from it, or what it was made from"),
    Kind.SCENE: gettext_lazy("The same scene"),
    Kind.ALIKE: gettext_lazy("Looks alike"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Take a picture and lead to its answer; say what is wrong with what cannot be taken."""
    context = {"max_size_mb": settings.MAX_FILE_SIZE_MB}
    if request.method != "POST":
        return render(request, "catalog/by_picture.html", context)
    if too_often := ratelimit.consume_or_429(request, action="picture_search"):
        return too_often
    file = request.FILES.get("picture")
    if file is None:
        context["problem"] = _("Choose a picture first.")
        return render(request, "catalog/by_picture.html", context, status=422)
    try:
        search, job = seeking.ask(asked_by=request.user, chunks=file.chunks(), file_name=file.name, at=timezone.now())
    except Refused as error:
        context["problem"] = said(str(error))
        return render(request, "catalog/by_picture.html", context, status=422)
    tasks.nudge(job)
    return redirect("picture-search", search.public_id)


@require_safe
@never_cache
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what was found; while a worker still looks, a page that comes back by itself."""
    search = _open(request, public_id)
    context = {"search": search, "max_size_mb": settings.MAX_FILE_SIZE_MB}
    if search.state == PictureSearch.State.WAITING:
        context["has_failed"] = Job.objects.filter(
            kind=Job.Kind.SEEK, subject=str(search.pk), state=Job.State.SET_ASIDE
        ).exists()
        return render(request, "catalog/by_picture_waiting.html", context)
    if search.state == PictureSearch.State.REFUSED:
        return render(request, "catalog/by_picture.html", context | {"problem": search.refusal})
    found = seeking.findings_for(search, request.user)
    context["groups"] = [
        {
            "kind": kind,
            "heading": HEADINGS[kind],
            "findings": [{"card": card_of_record(record), "because": said(row.because)} for row, record in rows],
        }
        for kind, rows in groupby(found, key=lambda one: one[0].kind)
    ]
    same = [record for row, record in found if row.kind == Kind.SAME]
    context["belonging"] = _belonging(request, same, {record.pk for _, record in found})
    return render(request, "catalog/by_picture_found.html", context)


@require_safe
@never_cache
def picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the small picture of what was asked about to whoever asked."""
    search = _open(request, public_id)
    if not search.thumbnail:
        raise Http404
    return HttpResponse(bytes(search.thumbnail), content_type="image/webp")


def _open(request: HttpRequest, public_id: str) -> PictureSearch:
    return get_object_or_404(PictureSearch.objects.open_to(request.user), public_id=public_id)


def _belonging(request: HttpRequest, same: list, shown: set[int]) -> list[dict]:
    """Return what is linked with the record of the picture and is not shown above: crops, mark-ups, other shots."""
    if not same:
        return []
    relations = reading.read_record(same[0], request.user).relations
    others = reading.records_for_cards(r.other.pk for r in relations[: BELONGING_MAX * 2] if r.other.pk not in shown)
    return [
        {"sentence": said(relation.sentence), "card": card_of_record(others[relation.other.pk])}
        for relation in relations
        if relation.other.pk in others
    ][:BELONGING_MAX]
