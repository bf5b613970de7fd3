"""Review: pairs that the software leaves to a person, one after the other, and the undoing of decisions."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Copy, Decision, Filing, ReviewItem
from catalog.services import deciding, exhibiting, looking, reading

from .cards import copy_picture
from .comparison import side_by_side
from .forms import VERDICTS, DecisionForm, ReasonForm
from .sentences import said
from .words import clock_in_words, day_in_words, joined, since_in_words, size_in_words

LAST_DECISIONS = 5
EXHIBIT_SECONDS = looking.HOLD_SECONDS
EXHIBITS = (
    ("a", "A", gettext_lazy("Picture A, cut and turned as both show it")),
    ("b", "B", gettext_lazy("Picture B, laid exactly over picture A")),
    (
        "differences",
        gettext_lazy("What differs"),
        gettext_lazy("Both pictures in grey; what differs is coloured and framed"),
    ),
)
MODES = (
    ("side", gettext_lazy("Side by side"), "1"),
    ("swipe", gettext_lazy("Swipe"), "2"),
    ("onion", gettext_lazy("Fade"), "3"),
    ("blink", gettext_lazy("Blink"), "4"),
    ("differences", gettext_lazy("Differences"), "5"),
)
"""Ways of comparing two pictures that lie over one another, what each is called, and its key."""


def officers_only(view):
    """Let people in who are records officer of some agency; others get what an address without anything gives."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_officer_anywhere:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except deciding.NotAllowed as error:
            return _refusal(request, _("Your account may not decide this"), error, 403)
        except deciding.AlreadyDecided as error:
            return _refusal(request, _("This has been decided meanwhile"), error, 409)
        except looking.HeldByAnother as error:
            return _refusal(request, _("Somebody else is looking at this pair"), error, 409)
        except deciding.Contradiction as error:
            return _refusal(request, _("This cannot stand beside an earlier decision"), error, 409)

    return guarded


def for_officers(view):
    return never_cache(officers_only(view))


def _refusal(request: HttpRequest, heading: str, error: Exception, status: int) -> HttpResponse:
    return render(request, "catalog/refusal.html", {"heading": heading, "sentence": str(error)}, status=status)


# ---- the queue -------------------------------------------------------------------------------------------------


@for_officers
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Lead to the first pair that waits, or to the first one after `after`; say so where none waits."""
    kind = _kind(request.GET)
    if item := _hold_next(request, kind, request.GET.get("after", "")):
        return redirect(_address(item, kind))
    context = {"pair": None, "kind": kind, "kinds": _kinds(request, kind), "recent": _recent(request)}
    return render(request, "catalog/review.html", context)


def _kind(params: QueryDict) -> str:
    kind = params.get("kind", "")
    return kind if kind in ReviewItem.Kind.values else ""


def _queue(request: HttpRequest, kind: str):
    """Return the pairs that this person may decide, of one kind or of all, without those that others look at."""
    queue = deciding.queue_for(request.user).free_for(request.user).select_related("match")
    return queue.filter(kind=kind) if kind else queue


def _hold_next(request: HttpRequest, kind: str, place: str) -> ReviewItem | None:
    queue = _queue(request, kind)
    return looking.hold_next(_after(queue, place), by=request.user) or looking.hold_next(queue, by=request.user)


def _address(item: ReviewItem, kind: str) -> str:
    return reverse("review-pair", args=[item.public_id]) + (f"?kind={kind}" if kind else "")


def _place(item: ReviewItem) -> str:
    return f"{item.misfit}-{item.pk}"


def _after(queue, place: str):
    misfit, _dash, key = place.partition("-")
    if not (misfit.isdecimal() and key.isdecimal() and len(place) < 24):
        return queue
    return queue.filter(Q(misfit__gt=int(misfit)) | Q(misfit=int(misfit), pk__gt=int(key)))


def _kinds(request: HttpRequest, chosen: str) -> list[dict]:
    """Return the kinds of which pairs wait, with how many do; the one that is chosen even where none does."""
    tallied = _queue(request, "").order_by().values_list("kind").annotate(number=Count("pk"))
    numbers = dict(tallied)
    shown = [kind for kind in ReviewItem.Kind if kind in numbers or kind == chosen]
    return [
        {"label": _("All"), "count": sum(numbers.values()), "address": reverse("review"), "is_chosen": not chosen},
        *(
            {
                "label": said(kind.label),
                "count": numbers.get(kind, 0),
                "address": f"{reverse('review')}?kind={kind}",
                "is_chosen": kind == chosen,
            }
            for kind in shown
        ),
    ]


# ---- one pair --------------------------------------------------------------------------------------------------


@for_officers
@require_safe
def review_pair(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a pair to the one who looks at it; say who does where somebody else does."""
    item, kind = _item(request, public_id), _kind(request.GET)
    if not looking.hold(item, by=request.user):
        held = {"who": item.held_by, "until": clock_in_words(item.held_until), "kind": kind, "place": _place(item)}
        return render(request, "catalog/held.html", held, status=409)
    return render(request, "catalog/review.html", _context(request, item, kind))


@officers_only
@require_safe
def exhibit(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Show one of the two pictures laid over the other, or where they differ.

    Its address changes with what is shown, so that the next pair's can be fetched while this one is looked at.
    """
    picture = exhibiting.picture_of(_item(request, public_id), kind)
    if picture is None:
        raise Http404
    return HttpResponse(
        picture, content_type="image/jpeg", headers={"Cache-Control": f"private, max-age={EXHIBIT_SECONDS}"}
    )


@require_POST
@for_officers
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let go of a pair that was held until the moment given: its page was left."""
    until = parse_datetime(request.POST.get("until", "")[:40])
    if until is None or timezone.is_naive(until):
        raise Http404
    looking.let_go(_item(request, public_id), by=request.user, until=until)
    return HttpResponse(status=204)


def _item(request: HttpRequest, public_id: str) -> ReviewItem:
    items = ReviewItem.objects.visible_to(request.user).select_related(
        "copy_a__file", "copy_b__file", "copy_a__record", "copy_b__record", "match__file_low", "match__file_high"
    )
    item = get_object_or_404(items, public_id=public_id)
    if not deciding.may_decide(request.user, item.copy_a, item.copy_b):
        raise Http404
    return item


def _context(request: HttpRequest, item: ReviewItem, kind: str) -> dict:
    queue, place = _queue(request, kind), _place(item)
    others = queue.exclude(pk=item.pk)
    after = _after(others, place)
    behind, following = after.count(), after.first() or others.first()
    kinds = _kinds(request, kind)
    waiting = next(one["count"] for one in kinds if one["is_chosen"])
    rows = side_by_side(item.copy_a, item.copy_b)
    return {
        "item": item,
        "pair": _pair(item, kind),
        "next": _pair(following, kind) if following else None,
        "position": waiting - behind,
        "waiting": waiting,
        "kind": kind,
        "kinds": kinds,
        "modes": MODES,
        "until": item.held_until.isoformat(),
        "differing": [row for row in rows if row.a != row.b],
        "alike": [row for row in rows if row.a == row.b],
        "place": place,
        "verdicts": [
            {"verdict": verdict, "label": label, "consequence": consequence, "key": key}
            for verdict, label, consequence, key in VERDICTS
        ],
        "recent": _recent(request),
    }


def _pair(item: ReviewItem, kind: str) -> dict:
    """Return what of a pair is shown before anything is said of it: the pictures, and why it is asked about."""
    sides = [_side("A", item.copy_a), _side("B", item.copy_b)]
    laid = _laid(item)
    shown = {one["kind"]: one["picture"] for one in laid} or {"a": sides[0]["picture"], "b": sides[1]["picture"]}
    return {
        "address": _address(item, kind),
        "because": item.because,
        "kind": said(item.get_kind_display()),
        "fit": round(100 - item.misfit / 10),
        "sides": sides,
        "laid": laid,
        "shown": shown,
    }


def _laid(item: ReviewItem) -> list[dict[str, str]]:
    """Return the pictures that show both on the same pixels; none where they cannot be laid over one another."""
    if not exhibiting.has_exhibit(item):
        return []
    version = f"{item.match.made_at:%Y%m%d%H%M%S%f}{item.copy_a.public_id[:6]}"
    return [
        {
            "kind": kind,
            "label": label,
            "alt": alt,
            "picture": f"{reverse('exhibit', args=[item.public_id, kind])}?v={version}",
        }
        for kind, label, alt in EXHIBITS
    ]


def _side(letter: str, copy: Copy) -> dict[str, str]:
    filings = list(copy.filings.standing().select_related("agency").order_by("filed_at", "id"))
    page = copy.file.pages.order_by("number").first()
    facts = [
        joined(list(dict.fromkeys(f.agency.name for f in filings))),
        _("%(width)s × %(height)s pixels") % {"width": f"{page.width_px:,}", "height": f"{page.height_px:,}"}
        if page
        else "",
        f"{reading.media_label(copy.file.media_type)}, {size_in_words(copy.file.size_bytes)}",
        _("filed %(day)s") % {"day": day_in_words(filings[0].filed_at)} if filings else "",
    ]
    return {
        "letter": letter,
        "copy": copy.public_id,
        "title": copy.record.title or _("Untitled"),
        "address": copy.record.get_absolute_url(),
        "picture": copy_picture(copy, "preview"),
        "facts": " · ".join(filter(None, facts)),
    }


VERDICT_WORDS = {verdict: label for verdict, label, _consequence, _key in VERDICTS}


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
            "words": VERDICT_WORDS[decision.verdict],
            "titles": _titles(decision.copy_low, decision.copy_high),
            "when": since_in_words(decision.decided_at),
            "reason": decision.reason,
            "undo": reverse("undo", args=[decision.public_id]),
        }
        for decision in decisions
    ]


def _titles(*copies: Copy) -> str:
    return joined(list(dict.fromkeys(f"“{copy.record.title or _('Untitled')}”" for copy in copies)))


# ---- deciding and undoing --------------------------------------------------------------------------------------


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
    kind = _kind(request.POST)
    following = _hold_next(request, kind, request.POST.get("place", "")[:24])
    return redirect(_address(following, kind) if following else _queue_address(kind))


def _queue_address(kind: str) -> str:
    return reverse("review") + (f"?kind={kind}" if kind else "")


@require_POST
@for_officers
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo a decision; one who came from the queue is led to the pair, which is asked about again."""
    decision = get_object_or_404(Decision.objects.visible_to(request.user).about_records(), public_id=public_id)
    deciding.undo(decision=decision, by=request.user, at=timezone.now())
    words = VERDICT_WORDS.get(decision.verdict) or said(decision.get_verdict_display())
    messages.success(request, _("Undone: %(words)s. All is as if it had not been decided.") % {"words": words})
    if request.POST.get("back") == "review":
        return redirect(_again(request, decision))
    return redirect(Decision.objects.get(pk=decision.pk).subject.answering)


def _again(request: HttpRequest, decision: Decision) -> str:
    copies, kind = (decision.copy_low_id, decision.copy_high_id), _kind(request.POST)
    asked = deciding.queue_for(request.user).filter(copy_a__in=copies, copy_b__in=copies).first()
    return _address(asked, kind if asked.kind == kind else "") if asked else _queue_address(kind)


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
    _tell(request, _("The copy was split off: it has {} again."), own)
    return redirect(record.answering)


@require_POST
@for_officers
def set_apart(request: HttpRequest, public_id: str) -> HttpResponse:
    filing = _visible_filing(request, public_id)
    record = filing.copy.record
    deciding.set_apart(filing=filing, reason=_reason(request), by=request.user, at=timezone.now())
    own = Filing.objects.select_related("copy__record").get(pk=filing.pk).copy.record
    _tell(request, _("The filing was set apart: it has {}."), own)
    return redirect(record.answering)


@require_POST
@for_officers
def designate(request: HttpRequest, public_id: str) -> HttpResponse:
    filing = _visible_filing(request, public_id)
    deciding.designate(filing=filing, reason=_reason(request), by=request.user, at=timezone.now())
    messages.success(request, _("%(agency)s’s filing is the record copy now.") % {"agency": filing.agency})
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
    link = format_html('<a href="{}">{}</a>', record.get_absolute_url(), _("a record of its own"))
    messages.success(request, format_html(sentence, link))
