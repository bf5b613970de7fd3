"""Conflicts: what the filings of a picture cannot all be right about, put to a records officer."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import tasks
from catalog.models import Conflict, Decision, Filing
from catalog.services import deciding, reconciling
from catalog.services.reading import name_for

from .cards import copy_picture
from .forms import ConflictForm, problems_of
from .notices import answers_to
from .paging import paged, with_params
from .review import for_officers
from .sentences import said
from .subjects import labels_of, value_in_words
from .words import day_in_words, moment_in_words, since_in_words

A_PAGE = 20
FILINGS_SHOWN = 12
STATES = (
    (Conflict.State.OPEN, gettext_lazy("Waiting")),
    (Conflict.State.SENT_BACK, gettext_lazy("With their department")),
    (Conflict.State.DECIDED, gettext_lazy("Decided")),
)
AGES = (("7", gettext_lazy("Longer than a week")), ("30", gettext_lazy("Longer than a month")))


@for_officers
@require_safe
def conflicts(request: HttpRequest) -> HttpResponse:
    """List the conflicts about which this officer may decide."""
    chosen = _chosen(request)
    mine = reconciling.queue_for(request.user)
    listed = _narrowed(mine, chosen)
    shown, neighbours = paged(request.GET, listed, A_PAGE)
    context = {
        "conflicts": _lines(shown),
        "state": chosen["state"],
        "states": [(label, with_params(request.GET, state=s), s == chosen["state"]) for s, label in STATES],
        "fields": _fields(mine, chosen),
        "is_narrowed": any(chosen[name] for name in ("element", "agency", "age")),
        "paging": neighbours,
    }
    return render(request, "catalog/conflicts.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").replace("\0", "")[:80] for name in ("state", "element", "agency", "age")}
    asked["state"] = asked["state"] if asked["state"] in dict(STATES) else Conflict.State.OPEN
    asked["age"] = asked["age"] if asked["age"] in dict(AGES) else ""
    return asked


def _narrowed(mine, chosen: dict[str, str]):
    listed = mine.filter(state=chosen["state"])
    if chosen["element"]:
        listed = listed.filter(element=chosen["element"])
    if chosen["age"]:
        listed = listed.filter(noticed_at__lte=timezone.now() - timedelta(days=int(chosen["age"])))
    if chosen["agency"]:
        filed = Filing.objects.standing().filter(copy__record=OuterRef("record"), agency__slug=chosen["agency"])
        listed = listed.filter(Exists(filed))
    return listed


def _fields(mine, chosen: dict[str, str]) -> list[dict]:
    """Return what narrows the list, as select fields."""
    elements = list(mine.shown().order_by("element").values_list("element", flat=True).distinct())
    labels = labels_of(elements)
    filings = Filing.objects.standing().filter(copy__record__in=mine.shown().order_by().values("record"))
    agencies = filings.order_by("agency__name").values_list("agency__slug", "agency__name").distinct()
    choices = {
        "element": (_("About"), [(e, labels[e]) for e in elements]),
        "agency": (_("Department"), list(agencies)),
        "age": (_("Waiting"), AGES),
    }
    return [
        {"name": name, "label": label, "options": options, "chosen": chosen[name]}
        for name, (label, options) in choices.items()
    ]


def _lines(shown: list[Conflict]) -> list[dict]:
    labels = labels_of(c.element for c in shown)
    named = {key for c in shown for one in c.alternatives for key in one["filings"][:FILINGS_SHOWN]}
    agencies = dict(Filing.objects.filter(public_id__in=named).values_list("public_id", "agency__name"))
    return [
        {
            "address": reverse("conflict", args=[c.public_id]),
            "title": c.record.title or _("Untitled"),
            "picture": copy_picture(c.record.best_copy) if c.record.best_copy.file.has_bytes else "",
            "label": labels[c.element],
            "values": [
                (
                    value_in_words(c.element, one["value"]),
                    list(dict.fromkeys(agencies[key] for key in one["filings"] if key in agencies)),
                )
                for one in c.alternatives
            ],
            "since": since_in_words(c.noticed_at),
            "decided": said(c.decision.get_verdict_display()) if c.decision else "",
        }
        for c in shown
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def conflict(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a picture with all that is said of it, and take what this officer decides."""
    found = _conflict(request, public_id)
    form = ConflictForm(request.POST or None, conflict=found)
    if request.method == "POST" and form.is_valid():
        reconciling.decide(conflict=found, by=request.user, at=timezone.now(), **form.decision())
        tasks.publish_soon()
        messages.success(request, _("Decided. The filings stay as they are; you can undo this at any time."))
        return redirect("conflict", public_id)
    return render(request, "catalog/conflict.html", _context(request, found, form), status=400 if form.errors else 200)


@require_POST
@for_officers
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _conflict(request, public_id)
    decision = found.decision or found.decisions.effective().first()
    if decision is None:
        raise Http404
    deciding.undo(decision=decision, by=request.user, at=timezone.now())
    tasks.publish_soon()
    messages.success(request, _("Undone. All is as if it had not been decided."))
    return redirect("conflict", public_id)


def _conflict(request: HttpRequest, public_id: str) -> Conflict:
    return get_object_or_404(reconciling.queue_for(request.user), public_id=public_id)


def _context(request: HttpRequest, found: Conflict, form: ConflictForm) -> dict:
    record = found.record
    label = labels_of([found.element])[found.element]
    behind = reconciling.queue_for(request.user).filter(state=Conflict.State.OPEN).exclude(pk=found.pk)
    return {
        "conflict": found,
        "record": record,
        "title": record.title or _("Untitled"),
        "label": label,
        "picture": copy_picture(record.best_copy, "preview") if record.best_copy.file.has_bytes else "",
        "alternatives": [_alternative(found, number) for number in range(len(found.alternatives))],
        "form": form,
        "problems": problems_of([form]),
        "is_open": found.state == Conflict.State.OPEN,
        "state_words": said(found.get_state_display()),
        "decisions": _decisions(request, found),
        "may_undo": bool(found.decision or found.decisions.effective()),
        "undo": reverse("undo-conflict", args=[found.public_id]),
        "next": behind.values_list("public_id", flat=True).first(),
    }


def _alternative(found: Conflict, number: int) -> dict:
    """Return one of the values, with who filed it, when, and under which name."""
    stated = found.alternatives[number]
    filings = Filing.objects.filter(public_id__in=stated["filings"]).select_related("agency", "filed_by", "copy")
    shown = list(filings.order_by("filed_at", "id")[:FILINGS_SHOWN])
    chosen = found.decision and found.decision.value == stated["value"]
    return {
        "number": number,
        "words": value_in_words(found.element, stated["value"]),
        "filings": [_filing(filing, found) for filing in shown],
        "more": len(stated["filings"]) - len(shown),
        "agencies": list(dict.fromkeys(filing.agency.name for filing in shown)),
        "is_right": bool(chosen and found.decision.verdict == Decision.Verdict.ONE_RIGHT),
        "is_sent_back": bool(chosen and found.decision.verdict == Decision.Verdict.SENT_BACK),
    }


def _filing(filing: Filing, found: Conflict) -> dict:
    return {
        "agency": filing.agency.name,
        "day": day_in_words(filing.filed_at),
        "by": str(filing.filed_by) if filing.filed_by else "",
        "name": filing.file_name or filing.item_key,
        "is_record_copy": filing.pk == found.record.record_copy_id,
    }


def _decisions(request: HttpRequest, found: Conflict) -> list[dict]:
    """Return what was decided, the last first, with what departments answered."""
    held = [found.decision.pk] if found.decision else []
    own = found.decisions.values_list("pk", flat=True)
    made = Decision.objects.filter(pk__in=[*own, *held]).select_related("decided_by", "ended_by")
    return [
        {
            "words": said(d.get_verdict_display()),
            "value": value_in_words(found.element, d.value) if d.value in found.values else "",
            "by": said(name_for(d.decided_by, request.user)),
            "when": moment_in_words(d.decided_at),
            "reason": d.reason,
            "ended": said(d.get_ending_display()),
            "answers": answers_to(d),
            "waiting": list(
                d.notices.waiting().order_by("agency__name").values_list("agency__name", flat=True).distinct()
            ),
        }
        for d in made.order_by("-decided_at", "-pk")[:50]
    ]
