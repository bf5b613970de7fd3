"""Notices: what officers sent back to a department, for those who file for it."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tasks
from catalog.models import Decision, Notice
from catalog.services import deciding, notifying
from catalog.services.filing import FilingRefused
from catalog.services.locking import ChangedMeanwhile

from .cards import copy_picture
from .forms import NoticeForm, place_problems, problems_of
from .paging import paged, with_params
from .subjects import labels_of, value_in_words
from .words import day_in_words, since_in_words

A_PAGE = 20
WAITING, DONE = "waiting", "done"
STATES = ((WAITING, gettext_lazy("To do")), (DONE, gettext_lazy("Done")))


def for_filers(view):
    """Let people in who file for some department; others get what an address without anything gives."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_filer_anywhere:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except (deciding.Contradiction, ChangedMeanwhile) as error:
            refusal = {"heading": _("This has been answered or taken back"), "sentence": str(error)}
            return render(request, "catalog/refusal.html", refusal, status=409)

    return guarded


@for_filers
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    state = DONE if request.GET.get("state") == DONE else WAITING
    listed = notifying.notices_for(request.user).filter(answered_at__isnull=state == WAITING)
    listed = listed.order_by("-answered_at", "-id") if state == DONE else listed
    shown, neighbours = paged(request.GET, listed, A_PAGE)
    labels = labels_of(n.element for n in shown)
    context = {
        "notices": [_line(n, labels[n.element]) for n in shown],
        "states": [(words, with_params(request.GET, state=s), s == state) for s, words in STATES],
        "paging": neighbours,
    }
    return render(request, "catalog/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_filers
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one notice, and take what was done about it."""
    found = get_object_or_404(notifying.notices_for(request.user), public_id=public_id)
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _answered(request, found, form):
        messages.success(request, _("Done. Who sent it back reads your answer."))
        return redirect("notices")
    context = {
        "notice": found,
        "line": _line(found, labels_of([found.element])[found.element]),
        "form": form,
        "problems": problems_of([form]),
    }
    return render(request, "catalog/notice.html", context, status=400 if form.errors else 200)


def answers_to(decision: Decision) -> list[tuple[str, str, str]]:
    """Return what departments answered to a decision, the first first: department, words, day."""
    answered = decision.notices.filter(answered_at__isnull=False).select_related("agency").order_by("answered_at")
    return [(n.agency.name, n.answer, day_in_words(n.answered_at)) for n in answered]


def _answered(request: HttpRequest, found: Notice, form: NoticeForm) -> bool:
    try:
        notifying.answer_notice(notice=found, answer=form.cleaned_data["answer"], by=request.user, at=timezone.now())
        tasks.publish_soon()
    except FilingRefused as refused:
        place_problems(form, refused.problems)
    return not form.errors


def _line(found: Notice, label: str) -> dict:
    filing, record = found.filing, found.filing.copy.record.answering
    return {
        "address": reverse("notice", args=[found.public_id]),
        "title": record.title or filing.file_name or filing.item_key,
        "record": record if record.is_standing else None,
        "picture": copy_picture(filing.copy) if filing.copy.file.has_bytes else "",
        "agency": found.agency.name,
        "filed": day_in_words(filing.filed_at),
        "name": filing.file_name or filing.item_key,
        "amend": reverse("amend", args=[filing.public_id]),
        "label": label,
        "said": value_in_words(found.element, found.said),
        "proposed": found.proposed,
        "words": found.decision.reason,
        "since": since_in_words(found.made_at),
        "answer": found.answer,
        "answered_by": str(found.answered_by or ""),
        "answered": day_in_words(found.answered_at) if found.answered_at else "",
    }
