"""Jobs: what workers are doing, what waits, and what was set aside with its reason; for operators."""

from collections.abc import Iterable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import tasks
from catalog.models import Filing, Job
from catalog.services import jobs as services

from .paging import page_number, paging
from .sentences import said
from .words import since_in_words

JOBS_A_PAGE = 50
ABOUT_A_FILE = (Job.Kind.EXAMINE, Job.Kind.COMPARE, Job.Kind.SETTLE)


def for_operators(view):
    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_operator:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@for_operators
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in Job.State.values else Job.State.RUNNING
    counts = dict(Job.objects.values_list("state").annotate(number=Count("pk")))
    counts[Job.State.SET_ASIDE] = _set_aside().count()
    listed = _set_aside() if state == Job.State.SET_ASIDE else Job.objects.filter(state=state)
    pages = max(1, -(-counts.get(state, 0) // JOBS_A_PAGE))
    page = min(page_number(request.GET.get("page", "")), pages)
    shown = list(listed.order_by("-id")[(page - 1) * JOBS_A_PAGE : page * JOBS_A_PAGE])
    failed = [] if state == Job.State.SET_ASIDE else list(_set_aside().order_by("-id")[:10])
    names = _names([*shown, *failed], request.user)
    context = {
        "tallies": [_tally(s, counts.get(s, 0), state) for s in Job.State.values],
        "failed": [_line(job, names) for job in (failed or (shown if state == Job.State.SET_ASIDE else []))],
        "jobs": [] if state == Job.State.SET_ASIDE else [_line(job, names) for job in shown],
        "state": state,
        "state_words": said(Job.State(state).label),
        "paging": paging(request.GET, page, pages),
        "address": request.get_full_path(),
    }
    return render(request, "catalog/_jobs.html" if request.htmx else "catalog/jobs.html", context)


def _set_aside():
    """Jobs that failed for good and whose work was not taken up again."""
    later = Job.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    return Job.objects.filter(~Exists(later), state=Job.State.SET_ASIDE)


def _tally(state: str, number: int, chosen: str) -> dict:
    return {
        "label": said(Job.State(state).label),
        "count": number,
        "address": f"?state={state}",
        "is_bad": state == Job.State.SET_ASIDE,
        "is_chosen": state == chosen,
    }


def _names(jobs: Iterable[Job], user) -> dict[str, str]:
    """Return the names under which files were filed, as far as this operator may see them."""
    files = {int(job.subject) for job in jobs if job.kind in ABOUT_A_FILE and job.subject.isdecimal()}
    filings = Filing.objects.visible_to(user).filter(file__in=files).order_by("-id")
    rows = filings.values_list("file_id", "file_name", "agency__name")
    return {str(file): f"{name}, {agency}" for file, name, agency in rows}


def _line(job: Job, names: dict[str, str]) -> dict:
    return {
        "kind": said(job.get_kind_display()),
        "subject": names.get(job.subject, _("file {number}").format(number=job.subject))
        if job.kind in ABOUT_A_FILE
        else job.subject,
        "state": said(job.get_state_display()),
        "attempt": job.attempt,
        "reason": job.last_error,
        "when": since_in_words(job.ended_at or job.made_at),
        "retry": reverse("job-retry", args=[job.pk]),
    }


@require_POST
@for_operators
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=job_id, state=Job.State.SET_ASIDE)
    tasks.nudge(services.retry(job))
    messages.success(request, _("It will be tried again now."))
    return redirect("jobs")
