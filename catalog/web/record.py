"""A record's page: the picture, why it is the authoritative one, all its copies, what was decided."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalog.formats.embedding import can_embed
from catalog.metadata.elements import DATE_SCHEMES, ELEMENTS
from catalog.models import Decision, Filing, Identifier, ImageFile, Membership, Record, User
from catalog.services import deciding, reading, tracking
from catalog.services.reading import CopyView, RecordView
from catalog.services.sayings import CATALOG

from .audiences import audience_in_words
from .cards import copy_picture
from .citing import bibtex, citation
from .copies import copies_in_words, copy_line, download_of, file_words, filed_in_words, size_words
from .place import place_in_words, place_picture
from .related import related_to, versions_in_groups
from .sentences import said
from .subjects import value_in_words
from .timeline import timeline
from .words import date_in_words, joined, moment_in_words

EXPORTS = (
    ("ttl", "Turtle", "text/turtle"),
    ("rdf", "RDF/XML", "application/rdf+xml"),
    ("jsonld", "JSON-LD", "application/ld+json"),
    ("nt", "N-Triples", "application/n-triples"),
)
WITHOUT_A_PICTURE = {
    ImageFile.State.DESCRIBED: gettext_lazy(
        "%(agencies)s filed this description; no picture has been filed with it yet."
    ),
    ImageFile.State.RECEIVED: gettext_lazy("The picture was filed by %(agencies)s; it is being examined."),
    ImageFile.State.QUARANTINED: gettext_lazy("A picture was filed by %(agencies)s, but it cannot be read. %(reason)s"),
}
PAGES_MAX = 50
"""So many pages of a document have previews."""
SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
ZOOMED_BYTES_MAX, ZOOMED_PIXELS_MAX = 25_000_000, 50_000_000
"""The largest original that is loaded to look closely; of others the preview is."""


@require_safe
def show_record(request: HttpRequest, public_id: str) -> HttpResponse:
    records = tracking.records_open_to(request.user).select_related("record_copy__agency")
    record = records.filter(public_id=public_id).first()
    if record is None:
        return _gone(request, public_id)
    if record.state == Record.State.ABSORBED:
        answer = redirect(f"{record.answering.get_absolute_url()}?was={public_id}", permanent=True)
        answer["Cache-Control"] = "no-store"  # an undo must reach everybody
        return answer
    if record.state == Record.State.PENDING:
        return render(request, "catalog/record_pending.html", {"filings": _pending_filings(record)})
    view = reading.read_record(record, request.user)
    return render(request, "catalog/record.html", _context(request, view))


def _gone(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that a record is gone to those who could see it; to all others it never was."""
    record = get_object_or_404(tracking.records_gone_for(request.user), public_id=public_id)
    tombstone = reading.read_tombstone(record, request.user)
    answer = render(request, "catalog/gone.html", {"tombstone": tombstone}, status=410)
    answer["Cache-Control"] = "no-store"  # filing it again brings it back
    return answer


def _pending_filings(record: Record) -> list[Filing]:
    return list(
        Filing.objects.standing().filter(copy__record=record).select_related("agency", "file").order_by("id")[:20]
    )


def _context(request: HttpRequest, view: RecordView) -> dict:
    record, best = view.record, view.best
    user = request.user
    decides = user.is_authenticated and user.is_officer_anywhere
    conflicts = _conflicts(view, user, decides)
    files_for = set(user.agencies_with(Membership.Role.FILER)) if user.is_authenticated else set()
    versions, superseded = reading.versions_of(view, user)
    places = [v["value"] for element in view.description if element.element == "spatial" for v in element.values]
    return {
        "record": record,
        "title": record.title or _("Untitled"),
        "was_absorbed": request.GET.get("was", "") in view.absorbed,
        "audience": audience_in_words(record.audience_key),
        "filed": filed_in_words(len(view.filings)) if len(view.filings) > 1 else "",
        "picture": "" if best.is_described_only else copy_picture(best.copy, "preview"),
        "picture_width": best.width_px,
        "picture_height": best.height_px,
        "picture_words": _picture_words(best),
        "close_up": _close_up(best),
        "pages": _pages(best),
        "download": download_of(best),
        "download_words": file_words(best),
        "damage": best.file.state_reason if best.file.state == ImageFile.State.DAMAGED else "",
        "why": _why(view),
        "conflicts": [conflict for conflict in conflicts if not conflict["is_decided"]],
        "conflicts_decided": [conflict for conflict in conflicts if conflict["is_decided"]],
        "identifiers": [_identifier(i) for i in _in_order(view.identifiers)],
        "numbers": _numbers(view),
        "description": [_described(element) for element in view.description],
        "place": place_picture(places) if places else None,
        "timeline": timeline(view, superseded),
        "copies": [copy_line(view, copy, user if decides else None, files_for) for copy in view.copies],
        "copies_words": copies_in_words(view),
        "related": related_to(view),
        "versions": versions_in_groups(versions),
        "decisions": [_decision(d, user, decides) for d in view.decisions],
        "history": [_line(event) for event in view.history],
        "citation": citation(record),
        "bibtex": bibtex(record),
        "exports": _exports(record),
        "sidecar": reverse("sidecar", args=[best.copy.public_id]),
        "described": _with_description(best),
    }


# ---- the picture -----------------------------------------------------------------------------------------------


def _picture_words(best: CopyView) -> str:
    agencies = joined(list(dict.fromkeys(f.filing.agency.name for f in best.filings)))
    if best.file.state in WITHOUT_A_PICTURE:
        reason = said(best.file.state_reason)
        return WITHOUT_A_PICTURE[best.file.state] % {"agencies": agencies, "reason": reason}
    return _("As filed by %(agencies)s, %(size)s.") % {"agencies": agencies, "size": size_words(best)}


def _close_up(copy: CopyView) -> str:
    """Return the address of the largest picture that a browser can show: the original, or the preview."""
    file = copy.file
    if not file.is_readable:
        return ""
    is_shown = file.media_type in SHOWN_BY_BROWSERS and file.page_count <= 1
    is_small = file.size_bytes <= ZOOMED_BYTES_MAX and copy.width_px * copy.height_px <= ZOOMED_PIXELS_MAX
    return download_of(copy) if is_shown and is_small else copy_picture(copy.copy, "preview")


def _pages(copy: CopyView) -> list[tuple[int, str]]:
    """Return (number, address of its preview) of a document's pages; none of a single picture."""
    if copy.file.page_count <= 1 or not copy.file.is_readable:
        return []
    address = copy_picture(copy.copy, "preview")
    return [(number, f"{address}?page={number}") for number in range(1, min(copy.file.page_count, PAGES_MAX) + 1)]


def _with_description(copy: CopyView) -> str:
    holds = copy.file.is_readable and can_embed(copy.file.media_type)
    return reverse("described", args=[copy.copy.public_id]) if holds else ""


# ---- why, and what contradicts it --------------------------------------------------------------------------------


def _why(view: RecordView) -> list[str]:
    record = view.record
    words = {"agency": record.record_copy.agency.name, "because": said(record.record_copy_because)}
    why = [_("%(agency)s’s filing is the record copy. %(because)s") % words]
    if len(view.copies) > 1:
        agency = next((f.filing.agency.name for f in view.best.filings), "")
        words = {"agency": agency, "because": said(record.best_copy_because)}
        if agency:
            why.append(_("The best copy is filed by %(agency)s. %(because)s") % words)
        else:
            why.append(_("The best copy is shown here. %(because)s") % words)
    return why


def _conflicts(view: RecordView, reader: User, decides: bool) -> list[dict]:
    """Return the record's conflicts in words, with a way to decide for those who may."""
    may_decide = decides and bool(view.conflicts) and deciding.may_decide(reader, *(c.copy for c in view.copies))
    return [_conflict(conflict, reader, may_decide) for conflict in view.conflicts]


def _conflict(conflict: reading.ConflictView, reader: User, may_decide: bool) -> dict:
    return {
        "label": said(conflict.label),
        "alternatives": [
            (
                value_in_words(conflict.element, value),
                joined(list(dict.fromkeys(f.filing.agency.name for f in filings))),
            )
            for value, filings in conflict.alternatives
        ],
        "is_decided": conflict.is_decided,
        "decided": _conflict_decision(conflict, reader) if conflict.decision else None,
        "address": reverse("conflict", args=[conflict.conflict.public_id]) if may_decide else "",
    }


def _conflict_decision(conflict: reading.ConflictView, reader: User) -> dict:
    decision = conflict.decision
    value = decision.value if decision.value in conflict.conflict.values else ""
    return {
        "words": said(decision.get_verdict_display()),
        "value": value_in_words(conflict.element, value),
        "by": said(reading.name_for(decision.decided_by, reader)),
        "when": moment_in_words(decision.decided_at),
        "reason": decision.reason,
    }


def _identifier(identifier: Identifier) -> dict:
    address = reverse("record-number", args=[identifier.scheme.slug, identifier.value])
    return {"label": identifier.scheme.label, "value": identifier.value, "address": address}


def _in_order(identifiers: Iterable[Identifier]) -> list[Identifier]:
    return sorted(identifiers, key=lambda i: (i.scheme.label, i.value))


def _numbers(view: RecordView) -> list[dict]:
    """Group the record's numbers by scheme, each with those who filed it under that number."""
    by_label: dict[str, list[dict]] = {}
    for identifier in _in_order(view.identifiers):
        agencies = dict.fromkeys(f.filing.agency.name for f in view.filings if identifier in f.identifiers)
        number = _identifier(identifier) | {
            "origin": _("%(agencies)s: filed under it") % {"agencies": joined(list(agencies))}
        }
        by_label.setdefault(identifier.scheme.label, []).append(number)
    return [{"label": label, "values": values} for label, values in by_label.items()]


def _described(element: reading.DescribedElement) -> dict:
    known = ELEMENTS.get(element.element)
    is_date = bool(known and set(known.schemes) & set(DATE_SCHEMES) and not known.is_open)
    return {
        "label": said(element.label),
        "values": [
            {
                "text": _value_in_words(element, v["value"], is_date=is_date),
                "link": v["value"] if element.element == "license" and v["value"].startswith("https://") else "",
                "language": v["language"],
                "origin": _origin(v),
            }
            for v in element.values
        ],
    }


def _origin(value: dict) -> str:
    agencies, because = joined(value["agencies"]), said(value["because"])
    return f"{agencies}: {because}" if agencies else because


def _value_in_words(element: reading.DescribedElement, value: str, *, is_date: bool) -> str:
    if element.element == "spatial":
        return place_in_words(value)
    return date_in_words(value) if is_date else value


# ---- what was decided, and how to take it along --------------------------------------------------------------------


def _decision(decision: Decision, reader: User, decides: bool) -> dict:
    copies = [c for c in (decision.copy_low, decision.copy_high) if c]
    may_undo = decides and deciding.may_decide(reader, *copies)
    return {
        "words": said(decision.get_verdict_display()),
        "by": said(reading.name_for(decision.decided_by, reader)),
        "when": moment_in_words(decision.decided_at),
        "reason": decision.reason,
        "others": list({c.record_id: c.record for c in copies}.values()),
        "undo": reverse("undo", args=[decision.public_id]) if may_undo else "",
    }


def _line(event: reading.EventView) -> tuple:
    """Return a line of history; a reason that the software gives is said in the reader's language, a person's stays."""
    reason = said(event.reason) if event.actor == CATALOG else event.reason
    return moment_in_words(event.at), event.at, said(event.sentence), said(event.actor), reason


def _exports(record: Record) -> list[dict]:
    found = [
        {"label": label, "address": f"/id/image/{record.public_id}.{ending}", "media_type": media_type}
        for ending, label, media_type in EXPORTS
    ]
    api = {"label": "JSON (API)", "address": f"/api/records/{record.public_id}/", "media_type": "application/json"}
    return [*found, api]
