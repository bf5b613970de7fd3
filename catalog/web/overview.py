"""The catalog as a whole: what there is, what is filed twice and by whom, what waits; each figure for its reader."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Filing, Job, Membership, Record, User
from catalog.services import deciding, tallying
from catalog.services.tallying import Overview

from .sentences import said
from .words import moment_in_words, size_in_words

SHADES = 5
BARS_MAX, SOURCES_MAX = 30, 200


@dataclass(frozen=True, slots=True)
class Figure:
    number: str
    words: str
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    width: str
    size: str
    count: str


@dataclass(frozen=True, slots=True)
class Cell:
    count: str
    size: str
    shade: int


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    found = tallying.overview(request.user)
    context = {
        "figures": _figures(found),
        "saved": size_in_words(found.saved_bytes),
        "saved_percent": _percent(found.saved_bytes, found.filed_bytes),
        "price": settings.PRICE_PER_TB,
        "money": _money(found.saved_bytes),
        "bars": _bars(found),
        "matrix": _matrix(found),
        "queues": _queues(request.user, found),
        "sources": [
            (
                one.agency,
                one.source,
                said(one.kind),
                f"{one.count:,}",
                size_in_words(one.size_bytes) if one.size_bytes else "–",
                moment_in_words(one.latest_at) if one.latest_at else "–",
            )
            for one in sorted(found.filed, key=lambda f: (f.agency, f.source))[:SOURCES_MAX]
        ],
    }
    return render(request, "catalog/overview.html", context)


def _figures(found: Overview) -> list[Figure]:
    without = _("%(count)s of them without a picture yet") % {"count": f"{found.described:,}"}
    return [
        Figure(f"{found.records:,}", _("records"), reverse("find"), without if found.described else ""),
        Figure(f"{found.images:,}", _("picture files")),
        Figure(f"{found.filings:,}", _("filings")),
        Figure(f"{found.duplicate_count:,}", _("duplicates found")),
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}" if whole else "0"


def _money(size_bytes: int) -> str:
    """Return what keeping so many bytes costs a year, such as `1,380 USD`; nothing where the city named no price."""
    if not settings.PRICE_PER_TB:
        return ""
    price, currency = settings.PRICE_PER_TB.split()
    amount = Decimal(price) * size_bytes / 10**12
    return f"{amount:,.0f} {currency}" if amount >= 100 else f"{amount:,.2f} {currency}"


def _bars(found: Overview) -> list[Bar]:
    """Return what each department filed that need not be stored, the most first."""
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for one in found.duplicates:
        sizes[one.agency] += one.size_bytes
        counts[one.agency] += one.count
    largest = max(sizes.values(), default=0) or 1
    return [
        Bar(agency, f"{max(0.5, 100 * size / largest):.1f}%", size_in_words(size), f"{counts[agency]:,}")
        for agency, size in sizes.most_common(BARS_MAX)
    ]


def _matrix(found: Overview) -> dict:
    """Return a row for each department that filed duplicates and a column for each that keeps the file."""
    between = {(one.agency, one.beside): one for one in found.duplicates}
    rows, columns = (sorted({pair[n] for pair in between}) for n in (0, 1))
    largest = max((one.size_bytes for one in found.duplicates), default=0) or 1
    cells = [(row, [_cell(between.get((row, column)), largest) for column in columns]) for row in rows]
    return {"columns": columns, "rows": cells}


def _cell(one: tallying.Duplicates | None, largest: int) -> Cell | None:
    if one is None:
        return None
    shade = min(SHADES, 1 + int(SHADES * one.size_bytes / largest))
    return Cell(f"{one.count:,}", size_in_words(one.size_bytes), shade)


def _queues(user: User, found: Overview) -> list[Figure]:
    """Return what waits, as far as this person has to do with it."""
    if not user.is_authenticated:
        return []
    queues = []
    if user.is_officer_anywhere:
        queues.append(Figure(f"{deciding.queue_for(user).count():,}", _("pairs wait for review"), reverse("review")))
        queues.append(Figure(f"{found.conflicts:,}", _("records with an open conflict"), reverse("conflicts")))
    if user.is_filer_anywhere:
        own = Filing.objects.visible_to(user).standing().filter(copy__record__state=Record.State.PENDING)
        waiting = own.filter(agency__in=user.agencies_with(Membership.Role.FILER)).count()
        queues.append(Figure(f"{waiting:,}", _("filings of yours are being examined")))
    if user.is_operator:
        open_states = (Job.State.QUEUED, Job.State.RUNNING, Job.State.SET_ASIDE)
        counts = dict(Job.objects.filter(state__in=open_states).values_list("state").annotate(number=Count("pk")))
        words = {
            Job.State.QUEUED: _("jobs wait"),
            Job.State.RUNNING: _("jobs are being worked on"),
            Job.State.SET_ASIDE: _("jobs were set aside"),
        }
        queues += [
            Figure(f"{counts.get(state, 0):,}", words[state], f"{reverse('jobs')}?state={state}")
            for state in open_states
        ]
    return queues
