"""File: choose files, describe them, see what became of them."""

from collections import Counter
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog import tasks
from catalog.models import Audience, Copy, Filing, ImageFile, Job, Record, ReviewItem, Scheme, Upload
from catalog.services import uploading
from catalog.services.filing import FilingRefused
from catalog.services.store import Refused

from .cards import copy_picture
from .forms import NUMBER, ChooseForm, DescribeForm, problems_of
from .sentences import said
from .words import counted, date_in_words, day_in_words, joined, size_in_words, times

DRAFTS_A_PAGE = 20


def for_filers(view):
    """Let people in who file for some agency; others get what an address without anything gives."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.is_filer_anywhere:
            raise Http404
        return view(request)

    return guarded


@for_filers
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    form = ChooseForm(
        request.POST or None, request.FILES or None, user=request.user, max_size_mb=settings.MAX_FILE_SIZE_MB
    )
    if request.method == "POST" and form.is_valid():
        refused = _receive(request, form)
        if len(refused) < len(form.cleaned_data["files"]):
            for sentence in refused:
                messages.error(request, sentence)
            return redirect("describe")
        for sentence in refused:
            form.add_error("files", sentence)
    context = {"form": form, "drafts": _drafts(request).count(), "problems": problems_of([form])}
    return render(request, "catalog/file.html", context, status=422 if form.errors else 200)


def _receive(request: HttpRequest, form: ChooseForm) -> list[str]:
    """Keep each file as a draft; return a sentence for each that is not taken."""
    refused = []
    for file in form.cleaned_data["files"]:
        try:
            uploading.receive_upload(
                owner=request.user,
                agency=form.cleaned_data["agency"],
                audience=form.cleaned_data["audience"],
                embargo_until=form.cleaned_data["embargo_until"],
                chunks=file.chunks(),
                file_name=file.name,
                at=timezone.now(),
            )
        except Refused as error:
            refused.append(_("{name} was not taken. {reason}").format(name=file.name, reason=said(str(error))))
    return refused


def _drafts(request: HttpRequest):
    return Upload.objects.filter(owner=request.user, filing=None)


@for_filers
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest) -> HttpResponse:
    if "discard" in request.POST:
        return _discard(request)
    drafts = list(_drafts(request).select_related("agency").order_by("uploaded_at", "id")[:DRAFTS_A_PAGE])
    if not drafts:
        return redirect("file")
    schemes = list(Scheme.objects.order_by("pk"))
    sent = request.method == "POST"
    forms = [
        DescribeForm(request.POST if sent and _was_sent(request, upload) else None, upload=upload, schemes=schemes)
        for upload in drafts
    ]
    moments = request.POST.getlist("at")[:DRAFTS_A_PAGE]
    if sent:
        at = timezone.now()
        filed = [form for form in forms if form.is_bound and _file_draft(form, at)]
        if filed:
            moments.append(at.isoformat())
        forms = [form for form in forms if form not in filed]
        if not any(form.errors for form in forms):
            return redirect(f"{reverse('filed')}?{urlencode({'at': moments}, doseq=True)}")
        if filed:
            done = counted("{number} picture filed;", "{number} pictures filed;", len(filed))
            messages.success(request, _("{done} what is below still needs mending.").format(done=done))
    problems = problems_of(forms)
    context = {"forms": [_shown(form) for form in forms], "problems": problems, "moments": moments}
    return render(request, "catalog/describe.html", context, status=422 if problems else 200)


def _was_sent(request: HttpRequest, upload: Upload) -> bool:
    return f"{upload.public_id}-title" in request.POST


def _file_draft(form: DescribeForm, at: datetime) -> bool:
    if not form.is_valid():
        return False
    try:
        receipt = uploading.file_upload(upload=form.upload, values=form.values(), identifiers=form.numbers(), at=at)
    except FilingRefused as refused:
        form.add_problems(refused.problems)
        return False
    tasks.nudge(*receipt.jobs)
    return True


def _discard(request: HttpRequest) -> HttpResponse:
    gone = uploading.forget(_drafts(request))
    thrown = counted("{number} draft thrown away.", "{number} drafts thrown away.", gone)
    messages.info(request, _("{thrown} Nothing that was filed is touched.").format(thrown=thrown))
    return redirect("file")


def _shown(form: DescribeForm) -> dict:
    """Return a form with its fields in the groups in which the page shows them."""
    upload = form.upload
    named = {name: {"field": form[name], "origin": form.origin_of(name)} for name in form.base_fields}
    numbers = [{"field": form[name]} for name in form.fields if name.startswith(NUMBER)]
    more = [*numbers[2:], *(named[name] for name in ("subject", "spatial", "rights", "license"))]
    return {
        "upload": upload,
        "facts": size_in_words(upload.size_bytes),
        "audience": _audience_in_words(upload),
        "picture": reverse("draft-picture", args=[upload.public_id]),
        "already": _already_here(upload),
        "problems": form.non_field_errors(),
        "title": named["title"],
        "first": [named["created"], named["creator"]],
        "description": named["description"],
        "numbers": numbers[:2],
        "more": more,
        "has_more": any(item["field"].value() or item["field"].errors for item in more),
    }


def _audience_in_words(upload: Upload) -> str:
    meant_for = said(upload.get_audience_display())
    if upload.embargo_until is None:
        return meant_for
    day = date_in_words(upload.embargo_until.isoformat())
    return _("{meant_for}, from {day}; until then its agency only").format(meant_for=meant_for, day=day)


def _already_here(upload: Upload) -> Record | None:
    """Return the record that these bytes will join, which the filer may see: it is of the same audience."""
    audience = Audience.RESTRICTED if upload.embargo_until else upload.audience
    key = Filing.audience_key_for(audience, upload.agency)
    copies = Copy.objects.visible_to(upload.owner).standing().filter(audience_key=key, apart=0)
    copy = copies.filter(file__sha256=upload.sha256).select_related("record").first()
    return copy.record if copy and copy.record.is_standing else None


@for_filers
@require_safe
def filed(request: HttpRequest) -> HttpResponse:
    """Tell what became of what this person filed at these moments."""
    moments = [moment for text in request.GET.getlist("at")[:DRAFTS_A_PAGE] if (moment := _moment(text))]
    filings = list(
        Filing.objects.visible_to(request.user)
        .standing()
        .filter(filed_by=request.user, filed_at__in=moments)
        .select_related("file", "copy__record", "agency")
        .order_by("id")
    )
    if not filings:
        raise Http404
    outcomes = [_outcome(filing) for filing in filings]
    context = {
        "outcomes": outcomes,
        "tally": _tally(outcomes),
        "is_unsettled": any(o["state"] == "waits" for o in outcomes),
        "address": request.get_full_path(),
    }
    template = "catalog/_outcomes.html" if request.htmx else "catalog/filed.html"
    return render(request, template, context)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _outcome(filing: Filing) -> dict[str, str]:
    state, words = _state_in_words(filing)
    record = filing.copy.record
    shows = state != "failed" and record.is_standing
    return {
        "file_name": filing.file_name,
        "picture": copy_picture(filing.copy) if shows else "",
        "state": state,
        "words": words,
        "address": record.get_absolute_url() if shows else "",
        "title": record.title or _("Its record"),
    }


def _state_in_words(filing: Filing) -> tuple[str, str]:
    file, record = filing.file, filing.copy.record
    if file.state == ImageFile.State.QUARANTINED:
        kept = _("The file is kept aside; nothing is lost.")
        return "failed", f"{said(file.state_reason)} {kept}"
    if not record.is_standing or file.settled_at is None:
        if _is_set_aside(file):
            return "failed", _("It could not be examined. The operators see it in their list and can try again.")
        received = _("Received whole, {size}. Its turn comes within a minute or two.")
        return "waits", received.format(size=size_in_words(file.size_bytes))
    others = _others_in(record, filing)
    if others:
        agencies = joined(list(dict.fromkeys(f.agency.name for f in others)))
        before = _(
            "The same picture was filed before, by {agencies} on {day}. "
            "It now counts as filed {times}; each filing stays as it was made."
        )
        day = day_in_words(others[0].filed_at)
        return "here", before.format(agencies=agencies, day=day, times=times(len(others) + 1))
    if ReviewItem.objects.filter(worse=record).exists() or ReviewItem.objects.filter(better=record).exists():
        return (
            "review",
            _("It is filed. It looks like another picture; a records officer will say whether it is the same."),
        )
    if file.state == ImageFile.State.DAMAGED:
        damaged = _("A new record. {reason} If you have it intact somewhere, file that too.")
        return "done", damaged.format(reason=said(file.state_reason))
    return "done", _("A new record. Nothing like it was here.")


def _is_set_aside(file: ImageFile) -> bool:
    latest = Job.objects.filter(subject=str(file.pk)).order_by("-id").first()
    return latest is not None and latest.state == Job.State.SET_ASIDE


def _others_in(record: Record, filing: Filing) -> list[Filing]:
    others = Filing.objects.standing().filter(copy__record=record).exclude(pk=filing.pk).select_related("agency")
    return list(others.order_by("filed_at", "id")[:50])


def _tally(outcomes: list[dict[str, str]]) -> str:
    states = Counter(outcome["state"] for outcome in outcomes)
    tallies = [
        counted("{number} filed", "{number} filed", states["done"]),
        counted("{number} already here", "{number} already here", states["here"]),
        counted("{number} filed and waiting for review", "{number} filed and waiting for review", states["review"]),
        counted("{number} being examined", "{number} being examined", states["waits"]),
        counted("{number} not taken", "{number} not taken", states["failed"]),
    ]
    order = ("done", "here", "review", "waits", "failed")
    return ", ".join(words for state, words in zip(order, tallies, strict=True) if states[state])
