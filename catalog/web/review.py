"""Review: pairs that the software leaves to a person, one after the other, and the undoing of decisions."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Copy, Decision, Filing, ReviewItem
from catalog.services import deciding, exhibiting, reading

from .cards import copy_picture
from .comparison import side_by_side
from .forms import VERDICTS, DecisionForm, ReasonForm
from .words import day_in_words, joined, since_in_words, size_in_words

LAST_DECISIONS = 5
EXHIBITS = (
    ("a", "A", "Picture A, cut and turned as both show it"),
    ("b", "B", "Picture B, laid exactly over picture A"),
    ("differences", "What differs", "Both pictures in grey; what differs is coloured and framed"),
)


def for_officers(view):
    """Let people in who are records officer of some agency; others get what an address without anything gives."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_officer_anywhere:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except deciding.NotAllowed as error:
            return _refusal(request, "Your account may not decide this", error, 403)
        except deciding.AlreadyDecided as error:
            return _refusal(request, "This has been decided meanwhile", error, 409)
        except deciding.Contradiction as error:
            return _refusal(request, "This cannot stand beside an earlier decision", error, 409)

    return guarded


def _refusal(request: HttpRequest, heading: str, error: Exception, status: int) -> HttpResponse:
    return render(request, "catalog/refusal.html", {"heading": heading, "sentence": str(error)}, status=status)


@for_officers
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Lead to the first pair that waits, or to the first one after `after`; say so where none waits."""
    queue = deciding.queue_for(request.user)
    item = _after(queue, request.GET.get("after", "")).first() or queue.first()
    if item:
        return redirect("review-pair", item.public_id)
    return render(request, "catalog/review.html", {"item": None, "recent": _recent(request)})


def _place(item: ReviewItem) -> str:
    return f"{item.misfit}-{item.pk}"


def _after(queue, place: str):
    misfit, _, key = place.partition("-")
    if not (misfit.isdecimal() and key.isdecimal() and len(place) < 24):
        return queue
    return queue.filter(Q(misfit__gt=int(misfit)) | Q(misfit=int(misfit), pk__gt=int(key)))


@for_officers
@require_safe
def review_pair(request: HttpRequest, public_id: str) -> HttpResponse:
    return render(request, "catalog/review.html", _context(request, _item(request, public_id)))


@for_officers
@require_safe
def exhibit(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Show one of the two pictures laid over the other, or where they differ."""
    picture = exhibiting.picture_of(_item(request, public_id), kind)
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg")


def _item(request: HttpRequest, public_id: str) -> ReviewItem:
    items = ReviewItem.objects.visible_to(request.user).select_related(
        "copy_a__file", "copy_b__file", "copy_a__record", "copy_b__record", "match__file_low", "match__file_high"
    )
    item = get_object_or_404(items, public_id=public_id)
    if not deciding.may_decide(request.user, item.copy_a, item.copy_b):
        raise Http404
    return item


def _context(request: HttpRequest, item: ReviewItem) -> dict:
    queue = deciding.queue_for(request.user)
    waiting = queue.count()
    rows = side_by_side(item.copy_a, item.copy_b)
    return {
        "item": item,
        "position": waiting - _after(queue, _place(item)).count(),
        "waiting": waiting,
        "sides": [_side("A", item.copy_a), _side("B", item.copy_b)],
        "laid": _laid(item),
        "differing": [row for row in rows if row[1] != row[2]],
        "alike": [row for row in rows if row[1] == row[2]],
        "place": _place(item),
        "verdicts": [
            {"verdict": verdict, "label": label, "consequence": consequence, "key": key}
            for verdict, label, consequence, key in VERDICTS
        ],
        "recent": _recent(request),
    }


def _laid(item: ReviewItem) -> list[dict[str, str]]:
    """Return the pictures that show both on the same pixels; none where they cannot be laid over one another."""
    if not exhibiting.has_exhibit(item):
        return []
    return [
        {"kind": kind, "label": label, "alt": alt, "picture": reverse("exhibit", args=[item.public_id, kind])}
        for kind, label, alt in EXHIBITS
    ]


def _side(letter: str, copy: Copy) -> dict[str, str]:
    filings = list(copy.filings.standing().select_related("agency").order_by("filed_at", "id"))
    page = copy.file.pages.order_by("number").first()
    facts = [
        joined(list(dict.fromkeys(f.agency.name for f in filings))),
        f"{page.width_px:,} × {page.height_px:,} pixels" if page else "",
        f"{reading.media_label(copy.file.media_type)}, {size_in_words(copy.file.size_bytes)}",
        f"filed {day_in_words(filings[0].filed_at)}" if filings else "",
    ]
    return {
        "letter": letter,
        "copy": copy.public_id,
        "title": copy.record.title or "Untitled",
        "address": copy.record.get_absolute_url(),
        "picture": copy_picture(copy, "preview"),
        "facts": " · ".join(filter(None, facts)),
    }


def _recent(request: HttpRequest) -> list[dict[str, str]]:
    decisions = (
        Decision.objects.effective()
        .filter(decided_by=request.user, copy_low__isnull=False)
        .visible_to(request.user)
        .select_related("copy_low__record", "copy_high__record")
        .order_by("-decided_at", "-id")[:LAST_DECISIONS]
    )
    return [
        {
            "words": decision.get_verdict_display(),
            "titles": _titles(decision.copy_low, decision.copy_high),
            "when": since_in_words(decision.decided_at),
            "reason": decision.reason,
            "undo": reverse("undo", args=[decision.public_id]),
        }
        for decision in decisions
    ]


def _titles(*copies: Copy) -> str:
    return joined(list(dict.fromkeys(f"“{copy.record.title or 'Untitled'}”" for copy in copies)))


@require_POST
@for_officers
def decide(request: HttpRequest) -> HttpResponse:
    """Decide about the two copies of a pair, and go on to the next."""
    copies = Copy.objects.visible_to(request.user).standing().select_related("record", "file")
    copy_a = get_object_or_404(copies, public_id=request.POST.get("copy_a", ""))
    copy_b = get_object_or_404(copies, public_id=request.POST.get("copy_b", ""), audience_key=copy_a.audience_key)
    form = DecisionForm(request.POST)
    if copy_a == copy_b or not form.is_valid():
        raise Http404
    deciding.decide(copy_a=copy_a, copy_b=copy_b, by=request.user, at=timezone.now(), **form.cleaned_data)
    return redirect(f"{reverse('review')}?after={request.POST.get('place', '')[:24]}")


@require_POST
@for_officers
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    decision = get_object_or_404(Decision.objects.visible_to(request.user), public_id=public_id)
    deciding.undo(decision=decision, by=request.user, at=timezone.now())
    messages.success(request, f"Undone: {decision.get_verdict_display()}. All is as if it had not been decided.")
    if request.POST.get("back") == "review":
        return redirect("review")
    subject = decision.record or Copy.objects.select_related("record").get(pk=decision.copy_low_id).record
    return redirect(subject.answering)


@require_POST
@for_officers
def split(request: HttpRequest, public_id: str) -> HttpResponse:
    """Split a copy off its record: say that it is another picture than the record's best copy."""
    copies = Copy.objects.visible_to(request.user).standing().select_related("record__best_copy__file", "file")
    copy = get_object_or_404(copies, public_id=public_id)
    record, best = copy.record, copy.record.best_copy
    if copy == best:
        raise Http404
    deciding.decide(
        copy_a=best, copy_b=copy, verdict=Decision.Verdict.DIFFERENT, reason=_reason(request), by=request.user,
        at=timezone.now(),
    )  # fmt: skip
    own = Copy.objects.select_related("record").get(pk=copy.pk).record
    _tell(request, "The copy was split off: it has {} again.", own)
    return redirect(record.answering)


@require_POST
@for_officers
def set_apart(request: HttpRequest, public_id: str) -> HttpResponse:
    filing = _visible_filing(request, public_id)
    record = filing.copy.record
    deciding.set_apart(filing=filing, reason=_reason(request), by=request.user, at=timezone.now())
    own = Filing.objects.select_related("copy__record").get(pk=filing.pk).copy.record
    _tell(request, "The filing was set apart: it has {}.", own)
    return redirect(record.answering)


@require_POST
@for_officers
def designate(request: HttpRequest, public_id: str) -> HttpResponse:
    filing = _visible_filing(request, public_id)
    deciding.designate(filing=filing, reason=_reason(request), by=request.user, at=timezone.now())
    messages.success(request, f"{filing.agency}’s filing is the record copy now.")
    return redirect(filing.copy.record.answering)


def _visible_filing(request: HttpRequest, public_id: str) -> Filing:
    filings = Filing.objects.visible_to(request.user).standing().select_related("agency", "copy__record")
    return get_object_or_404(filings, public_id=public_id)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise deciding.Contradiction(" ".join(error for errors in form.errors.values() for error in errors))
    return form.cleaned_data["reason"]


def _tell(request: HttpRequest, sentence: str, record) -> None:
    link = format_html('<a href="{}">a record of its own</a>', record.get_absolute_url())
    messages.success(request, format_html(sentence, link))
