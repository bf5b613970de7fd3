"""Corrections: the list of those who answer them, and answering: yes, no, or to be seen to by its department."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import tasks
from catalog.models import Agency, Correction, Membership
from catalog.services import amending, correcting, deciding
from catalog.services.filing import FilingRefused
from catalog.services.locking import ChangedMeanwhile
from catalog.services.reading import name_for

from .cards import copy_picture
from .forms import AnswerForm, place_problems, problems_of
from .notices import answers_to
from .paging import paged, with_params
from .review import for_officers
from .sentences import said
from .subjects import labels_of, value_in_words
from .words import day_in_words, moment_in_words, since_in_words

A_PAGE = 20
OPEN, WITH_DEPARTMENTS, ANSWERED = "open", "with-departments", "answered"
STATES = {
    OPEN: (gettext_lazy("Waiting"), (Correction.State.OPEN, Correction.State.DEALT_WITH)),
    WITH_DEPARTMENTS: (gettext_lazy("With their department"), (Correction.State.PASSED_ON,)),
    ANSWERED: (gettext_lazy("Answered"), (Correction.State.ACCEPTED, Correction.State.REJECTED)),
}


@require_safe
@never_cache
def corrections(request: HttpRequest) -> HttpResponse:
    """Lead whoever has a reference to what became of it; officers to what waits for them."""
    if reference := request.GET.get("reference", "").replace("\0", "").replace("/", " ").strip()[:40]:
        return redirect("correction-status", reference)
    if not (request.user.is_authenticated and request.user.is_officer_anywhere):
        return render(request, "catalog/correction_find.html", {})
    return render(request, "catalog/corrections.html", _listed(request))


def _listed(request: HttpRequest) -> dict:
    state = request.GET.get("state", "")
    state = state if state in STATES else OPEN
    mine = Agency.objects.filter(pk__in=request.user.agencies_with(Membership.Role.OFFICER).values("pk"))
    agency = mine.filter(slug=request.GET.get("agency", "").replace("\0", "")).first()
    queue = correcting.queue_for(request.user).filter(state__in=STATES[state][1])
    queue = queue.live() if state != ANSWERED else queue.order_by("-asked_at", "-id")
    queue = queue.filter(agency_key=agency.pk) if agency else queue
    shown, neighbours = paged(request.GET, queue, A_PAGE)
    return {
        "corrections": _lines(shown),
        "state": state,
        "states": [(words, with_params(request.GET, state=s), s == state) for s, (words, _states) in STATES.items()],
        "fields": [
            {
                "name": "agency",
                "label": _("Department"),
                "options": list(mine.order_by("name").values_list("slug", "name")),
                "chosen": agency.slug if agency else "",
            }
        ],
        "is_narrowed": agency is not None,
        "paging": neighbours,
    }


def _lines(shown: list[Correction]) -> list[dict]:
    labels = labels_of(c.element for c in shown)
    agencies = dict(Agency.objects.filter(pk__in={c.agency_key for c in shown}).values_list("pk", "name"))
    return [
        {
            "address": reverse("correction", args=[c.public_id]),
            "title": correcting.record_of(c).title or _("Untitled"),
            "reference": c.reference,
            "label": labels[c.element],
            "said": value_in_words(c.element, c.said),
            "proposed": c.proposed,
            "because": c.because,
            "agency": agencies.get(c.agency_key, ""),
            "since": since_in_words(c.asked_at),
            "state": said(c.get_state_display()),
        }
        for c in shown
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def correction(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what somebody says is wrong beside what is filed, and take the officer's answer."""
    found = get_object_or_404(correcting.queue_for(request.user), public_id=public_id)
    agencies = list(correcting.agencies_for(found).order_by("name"))
    form = AnswerForm(request.POST or None, agencies=agencies, initial={"value": found.proposed})
    if request.method == "POST" and form.is_valid() and _answered(request, found, form):
        messages.success(request, _("Answered. Whoever asked can read it with their reference."))
        return redirect("corrections")
    context = _context(request, found, form, agencies)
    return render(request, "catalog/correction.html", context, status=400 if form.errors else 200)


def _answered(request: HttpRequest, found: Correction, form: AnswerForm) -> bool:
    try:
        correcting.answer_correction(correction=found, by=request.user, at=timezone.now(), **form.given())
        tasks.publish_soon()
    except FilingRefused as refused:
        place_problems(form, refused.problems)
    except (ChangedMeanwhile, amending.NotAllowed) as error:
        raise deciding.Contradiction(str(error)) from error
    return not form.errors


@require_POST
@for_officers
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(correcting.queue_for(request.user), public_id=public_id)
    correcting.reopen(correction=found, by=request.user, at=timezone.now())
    tasks.publish_soon()
    messages.success(request, _("Opened again. What an answer amended in a filing stays amended."))
    return redirect("correction", public_id)


def _context(request: HttpRequest, found: Correction, form: AnswerForm, agencies: list[Agency]) -> dict:
    record = correcting.record_of(found)
    live = Correction.objects.live().filter(pk=found.pk).exists()
    best = record.best_copy
    return {
        "correction": found,
        "record": record,
        "title": record.title or _("Untitled"),
        "picture": copy_picture(best, "preview") if best and best.file.has_bytes else "",
        "label": labels_of([found.element])[found.element],
        "said": value_in_words(found.element, found.said),
        "asked": moment_in_words(found.asked_at),
        "asked_by": str(found.asked_by) if found.asked_by else "",
        "filed_on": day_in_words(found.filing.filed_at) if found.filing else "",
        "state_words": said(found.get_state_display()),
        "is_waiting": live and found.state in Correction.WAITING,
        "is_withdrawn": not live,
        "may_accept": bool(found.element),
        "agencies": agencies,
        "form": form,
        "problems": problems_of([form]),
        "decisions": _decisions(request, found),
        "may_reopen": live and found.decisions.effective().exists(),
    }


def _decisions(request: HttpRequest, found: Correction) -> list[dict]:
    made = found.decisions.select_related("decided_by").order_by("-decided_at", "-pk")
    return [
        {
            "words": said(d.get_verdict_display()),
            "by": name_for(d.decided_by, request.user),
            "when": moment_in_words(d.decided_at),
            "answer": d.reason,
            "ended": said(d.get_ending_display()),
            "answers": answers_to(d),
        }
        for d in made[:50]
    ]
