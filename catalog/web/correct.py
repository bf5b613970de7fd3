"""Something is wrong with this: a form for anybody, without an account, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.metadata.elements import PERSON
from catalog.models import NUMBERS, Assignment, Correction, Filing, Record, Scheme
from catalog.models.correction import read_reference
from catalog.services import amending, correcting
from catalog.services.filing import FilingRefused

from .cards import copy_picture
from .forms import CorrectionForm, Subject, place_problems, problems_of
from .sentences import said
from .subjects import labels_of, value_in_words
from .throttling import is_too_often
from .words import day_in_words

ASKED_AN_HOUR = 10
"""So many corrections one address may ask for in an hour."""
UNKNOWN_AN_HOUR = 30
"""So many references that there are not one address may try in an hour."""
TOO_OFTEN = "too-often"
COMMON = ("title", "created", "creator", "description", "subject", "spatial", "rights", "license")
"""What may be said to be missing."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a correction is asked of: a record, or one filing in it, and what there may be wrong."""

    record: Record
    filing: Filing | None
    subjects: list[Subject]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct_record(request: HttpRequest, public_id: str) -> HttpResponse:
    records = Record.objects.visible_to(request.user).select_related("absorbed_into", "best_copy__file")
    record = get_object_or_404(records, public_id=public_id)
    if record.state == Record.State.ABSORBED:
        return redirect("correct-record", record.answering.public_id)
    if not record.is_standing:
        raise Http404
    return _answer(request, Wrong(record, None, _subjects(_said_of_record(record))))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct_filing(request: HttpRequest, public_id: str) -> HttpResponse:
    filings = Filing.objects.visible_to(request.user).standing().filter(copy__record__state=Record.State.STANDING)
    filings = filings.select_related("agency", "copy__record__best_copy__file")
    filing = get_object_or_404(filings, public_id=public_id)
    return _answer(request, Wrong(filing.copy.record, filing, _subjects(_said_of_filing(filing))))


def _answer(request: HttpRequest, wrong: Wrong) -> HttpResponse:
    form = CorrectionForm(request.POST or None, subjects=wrong.subjects)
    if request.method == "POST" and form.is_valid():
        correction = _asked(request, wrong, form)
        if correction:
            return redirect("correction-status", correction.reference)
    best = wrong.record.best_copy
    context = {
        "record": wrong.record,
        "title": wrong.record.title or _("Untitled"),
        "filing": wrong.filing,
        "filed_on": day_in_words(wrong.filing.filed_at) if wrong.filing else "",
        "picture": copy_picture(best) if best.file.has_bytes else "",
        "form": form,
        "problems": problems_of([form]),
    }
    status = 200 if not form.errors else 429 if form.has_error("__all__", TOO_OFTEN) else 400
    return render(request, "catalog/correct.html", context, status=status)


def _asked(request: HttpRequest, wrong: Wrong, form: CorrectionForm) -> Correction | None:
    """Take the correction, or put what is wrong with it beside its field."""
    if is_too_often(request, "correction", ASKED_AN_HOUR):
        words = _("Many corrections came from where you are. What you wrote is still here: send it again in an hour.")
        form.add_error(None, form.refusal(words, TOO_OFTEN))
        return None
    try:
        return correcting.receive_correction(
            record=wrong.record, filing=wrong.filing, **form.asked(), at=timezone.now(),
            asked_by=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
    except FilingRefused as refused:
        place_problems(form, refused.problems)
    except correcting.TooMany as error:
        form.add_error(None, form.refusal(said(str(error)), TOO_OFTEN))
    return None


def _said_of_record(record: Record) -> Iterable[tuple[str, str]]:
    yield from ((v["element"], v["value"]) for v in record.description.get("values", ()))
    filings = Filing.objects.standing().filter(copy__record=record, copy__ended_at__isnull=True)
    yield from _numbers(Assignment.objects.filter(filing__in=filings))


def _said_of_filing(filing: Filing) -> Iterable[tuple[str, str]]:
    """Return what a filing states, without the names of people depicted, which are not spread."""
    yield from ((one.element, one.value) for one in amending.stated(filing) if one.scheme != PERSON)
    yield from _numbers(Assignment.objects.filter(filing=filing))


def _numbers(assignments) -> Iterable[tuple[str, str]]:
    borne = assignments.exclude(status=Assignment.Status.WRONG).order_by("identifier__scheme__slug", "id")
    pairs = borne.values_list("identifier__scheme__slug", "identifier__value")[:100]
    return [(f"{NUMBERS}{slug}", value) for slug, value in dict.fromkeys(pairs)]


def _subjects(said: Iterable[tuple[str, str]]) -> list[Subject]:
    """Return what may be wrong: what is said, what could be missing, and something else."""
    said = list(said)
    stated = {element for element, _value in said}
    missing = [element for element in COMMON if element not in stated]
    missing += [f"{NUMBERS}{slug}" for slug in Scheme.objects.order_by("label").values_list("slug", flat=True)]
    labels = labels_of([*stated, *missing])
    return [
        *(Subject(element, value, labels[element], value_in_words(element, value)) for element, value in said),
        *(Subject(element, "", labels[element]) for element in missing),
        Subject("", "", _("Something else, such as the picture itself")),
    ]


# ---- what became of it ---------------------------------------------------------------------------------------


@require_safe
@never_cache
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what became of a correction, to whoever has its reference; what it is about, to those who may see that."""
    spelt = read_reference(reference)
    if spelt and spelt != reference:
        return redirect("correction-status", spelt)
    found = Correction.objects.select_related("record__absorbed_into", "filing__copy__record__absorbed_into")
    correction = found.filter(reference=spelt).first() if spelt else None
    if correction is None:
        return unknown(request, reference)
    answer = render(request, "catalog/correction_status.html", _status(request, correction))
    answer["X-Robots-Tag"] = "noindex"
    return answer


def unknown(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that there is no such correction, kindly; not for ever to one who tries many references."""
    if is_too_often(request, "reference", UNKNOWN_AN_HOUR):
        return render(request, "429.html", status=429)
    return render(request, "catalog/correction_find.html", {"unknown": reference}, status=404)


def _status(request: HttpRequest, correction: Correction) -> dict:
    live = Correction.objects.live().filter(pk=correction.pk)
    is_live = live.exists()
    shown = is_live and live.visible_to(request.user).exists()
    context = {
        "correction": correction,
        "asked_on": day_in_words(correction.asked_at),
        "state": _state_in_words(correction, is_live),
        "is_waiting": is_live and correction.state == Correction.State.OPEN,
    }
    return context | _told(correction) if shown else context


def _state_in_words(correction: Correction, is_live: bool) -> str:
    if not is_live and correction.state in Correction.WAITING:
        return _("Closed: what it was about is no longer here")
    return said(correction.get_state_display())


def _told(correction: Correction) -> dict:
    """Return what it was about, and what was answered: for those who may see its subject now."""
    record = correcting.record_of(correction)
    decision = correction.decisions.effective().first()
    notices = decision.notices.select_related("agency") if decision else ()
    return {
        "record": record if record.is_standing else None,
        "title": record.title or _("Untitled"),
        "label": labels_of([correction.element])[correction.element],
        "said": value_in_words(correction.element, correction.said),
        "proposed": correction.proposed,
        "answer": decision.reason if decision else "",
        "answered_on": day_in_words(decision.decided_at) if decision else "",
        "departments": list(dict.fromkeys(n.agency.name for n in notices)),
        "answers": [(n.agency.name, n.answer, day_in_words(n.answered_at)) for n in notices if n.answered_at],
    }
