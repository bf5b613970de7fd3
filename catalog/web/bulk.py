"""Many pairs at once: chosen by kind and fit, looked through, decided together, and taken back together."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog import tasks
from catalog.models import Bulk, BulkPair, Copy, Filing, Job
from catalog.services import deciding_many, jobs
from catalog.services.history import LONGEST_REASON

from .cards import copy_picture
from .forms import VERDICTS, BulkForm
from .paging import page_number, paging
from .review import for_officers
from .sentences import said
from .words import joined, since_in_words

PAIRS_A_PAGE = 24
LAST_BULKS = 5
LABELS = {verdict: label for verdict, label, _consequence, _key in VERDICTS}
State = BulkPair.State


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose which pairs are to be decided alike; the next page shows every one of them."""
    form = BulkForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            bulk = deciding_many.propose(
                kind=form.cleaned_data["kind"], misfit_max=form.misfit_max, verdict=form.cleaned_data["verdict"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
            return redirect("bulk-pairs", bulk.public_id)
        except deciding_many.NothingToDecide as error:
            form.add_error(None, said(str(error)))
    status = 422 if form.is_bound else 200
    return render(request, "catalog/bulk.html", {"form": form, "last": _last(request)}, status=status)


def _own(request: HttpRequest) -> QuerySet[Bulk]:
    return Bulk.objects.filter(made_by=request.user)


def _last(request: HttpRequest) -> list[dict]:
    return [
        _in_words(bulk)
        for bulk in _own(request).filter(confirmed_at__isnull=False).order_by("-confirmed_at", "-id")[:LAST_BULKS]
    ]


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the pairs that would be decided, or what became of them. Choices are kept from page to page."""
    bulk = get_object_or_404(_own(request), public_id=public_id)
    if request.method == "POST":
        return _choose_or_confirm(request, bulk)
    tallies = _tallies(bulk)
    number = sum(tallies.values())
    pages = max(1, -(-number // PAIRS_A_PAGE))
    page = min(page_number(request.GET.get("page", "")), pages)
    context = {
        "bulk": bulk,
        "words": _in_words(bulk, tallies),
        "pairs": _shown(request, bulk, page),
        "count": number,
        "most": deciding_many.MOST_PAIRS,
        "page": page,
        "paging": paging(request.GET, page, pages),
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "catalog/bulk_pairs.html", context)


def _choose_or_confirm(request: HttpRequest, bulk: Bulk) -> HttpResponse:
    """Keep what was ticked on this page; go to another page, or decide all that is not left out."""
    shown = _keys(request, "shown")
    deciding_many.choose(bulk, shown=shown, left_out=shown - _keys(request, "taken"))
    page = page_number(request.POST.get("to", "") or request.POST.get("page", ""))
    address = reverse("bulk-pairs", args=[bulk.public_id])
    if request.POST.get("to") or "confirm" not in request.POST:
        return redirect(f"{address}?page={page}")
    try:
        reason = request.POST.get("reason", "")[:LONGEST_REASON]
        if deciding_many.confirm(bulk, reason=reason, at=timezone.now()):
            tasks.nudge(jobs.enqueue(Job.Kind.BULK, bulk.pk))
    except deciding_many.NothingToDecide as error:
        messages.error(request, said(str(error)))
    return redirect(address)


def _keys(request: HttpRequest, name: str) -> set[int]:
    typed = request.POST.getlist(name)[:PAIRS_A_PAGE]
    return {int(key) for key in typed if key.isascii() and key.isdecimal() and len(key) < 19}


@require_POST
@for_officers
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    bulk = get_object_or_404(_own(request), public_id=public_id)
    if deciding_many.undo(bulk, by=request.user, at=timezone.now()):
        tasks.nudge(jobs.enqueue(Job.Kind.BULK, bulk.pk))
    return redirect("bulk-pairs", bulk.public_id)


def _tallies(bulk: Bulk) -> dict[str, int]:
    return dict(bulk.pairs.order_by().values_list("state").annotate(number=Count("pk")))


def _in_words(bulk: Bulk, tallies: dict[str, int] | None = None) -> dict:
    """Say what a bulk is about, how far it has come, and whether it can be taken back."""
    tallies = _tallies(bulk) if tallies is None else tallies
    todo = tallies.get(State.DECIDED if bulk.is_undone else State.PROPOSED, 0)
    counts = [f"{tallies[state]:,} {said(State(state).label).lower()}" for state in State.values if tallies.get(state)]
    chosen = tallies.get(State.PROPOSED, 0)
    return {
        "address": reverse("bulk-pairs", args=[bulk.public_id]),
        "undo": reverse("bulk-undo", args=[bulk.public_id]) if bulk.is_confirmed and not bulk.is_undone else "",
        "verdict": LABELS[bulk.verdict],
        "kind": said(bulk.get_kind_display()),
        "fit": round(100 - bulk.misfit_max / 10),
        "when": since_in_words(bulk.confirmed_at or bulk.made_at),
        "tallies": joined(counts),
        "todo": todo if bulk.is_confirmed else 0,
        "done": sum(tallies.values()) - todo,
        "chosen": chosen,
        "button": ngettext("Decide this %(number)s pair", "Decide these %(number)s pairs", chosen)
        % {"number": f"{chosen:,}"},
    }


def _shown(request: HttpRequest, bulk: Bulk, page: int) -> list[dict]:
    """Return the pairs of a page, without those of which this person may not see both pictures any more."""
    visible = Copy.objects.visible_to(request.user)
    pairs = list(
        bulk.pairs.filter(copy_a__in=visible, copy_b__in=visible)
        .select_related("copy_a__record", "copy_b__record")
        .order_by("misfit", "pk")[(page - 1) * PAIRS_A_PAGE : page * PAIRS_A_PAGE]
    )
    names = _names(pairs)
    return [
        {
            "key": pair.pk,
            "is_taken": pair.state != State.LEFT_OUT,
            "fit": round(100 - pair.misfit / 10),
            "state": said(pair.get_state_display()),
            "why": pair.why,
            "sides": [_side("A", pair.copy_a, names), _side("B", pair.copy_b, names)],
        }
        for pair in pairs
    ]


def _names(pairs: Iterable[BulkPair]) -> dict[int, list[str]]:
    """Return who filed each of the copies, by its key."""
    copies = {key for pair in pairs for key in (pair.copy_a_id, pair.copy_b_id)}
    filings = Filing.objects.standing().filter(copy__in=copies).order_by("agency__name")
    names: dict[int, list[str]] = defaultdict(list)
    for copy, name in filings.values_list("copy", "agency__name").distinct():
        names[copy].append(name)
    return names


def _side(letter: str, copy: Copy, names: dict[int, list[str]]) -> dict[str, str]:
    return {
        "letter": letter,
        "title": copy.record.title or _("Untitled"),
        "picture": copy_picture(copy, "thumbnail"),
        "large": copy_picture(copy, "preview"),
        "agencies": joined(names[copy.pk]),
    }
