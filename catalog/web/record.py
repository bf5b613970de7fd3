"""A record's page: the picture, why it is the authoritative one, all its copies, what was decided."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.formats.embedding import can_embed
from catalog.metadata.elements import DATE_SCHEMES, ELEMENTS
from catalog.models import Agency, Decision, Filing, Identifier, ImageFile, Membership, Record, User
from catalog.services import deciding, reading, tracking
from catalog.services.reading import CopyView, FilingView, RecordView

from .audiences import audience_in_words
from .cards import card_of_record, copy_picture
from .words import count, date_in_words, day_in_words, joined, moment_in_words, size_in_words, times

EXPORTS = (
    ("ttl", "Turtle", "text/turtle"),
    ("rdf", "RDF/XML", "application/rdf+xml"),
    ("jsonld", "JSON-LD", "application/ld+json"),
    ("nt", "N-Triples", "application/n-triples"),
)

WITHOUT_A_PICTURE = {
    ImageFile.State.DESCRIBED: "{agencies} filed this description; no picture has been filed with it yet.",
    ImageFile.State.RECEIVED: "The picture was filed by {agencies}; it is being examined.",
    ImageFile.State.QUARANTINED: "A picture was filed by {agencies}, but it cannot be read. {reason}",
}


@dataclass(frozen=True, slots=True)
class FilingLine:
    words: str
    agency: str
    is_record_copy: bool
    designate: str = ""
    set_apart: str = ""
    amend: str = ""


@dataclass(frozen=True, slots=True)
class CopyLine:
    public_id: str
    heading: str
    picture: str
    relation: str
    facts: str
    download: str
    differs: tuple[str, ...]
    filings: list[FilingLine]
    is_best: bool
    is_record_copy: bool
    damage: str
    split: str = ""

    @property
    def may_be_changed(self) -> bool:
        return bool(self.split or any(f.designate or f.set_apart for f in self.filings))


@require_safe
def show_record(request: HttpRequest, public_id: str) -> HttpResponse:
    records = tracking.records_open_to(request.user).select_related("absorbed_into", "best_copy", "record_copy__agency")
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
    files_for = set(user.agencies_with(Membership.Role.FILER)) if user.is_authenticated else set()
    return {
        "record": record,
        "title": record.title or "Untitled",
        "was_absorbed": request.GET.get("was", "") in view.absorbed,
        "audience": audience_in_words(record.audience_key),
        "filed": times(len(view.filings)),
        "filing_count": len(view.filings),
        "picture": "" if best.is_described_only else copy_picture(best.copy, "preview"),
        "picture_width": best.width_px,
        "picture_height": best.height_px,
        "picture_words": _picture_words(best),
        "download": _download(best),
        "download_words": _file_words(best),
        "damage": best.file.state_reason if best.file.state == ImageFile.State.DAMAGED else "",
        "why": view.why,
        "conflicts": [_conflict(c, view.identifiers) for c in view.conflicts],
        "identifiers": [_identifier(i) for i in _in_order(view.identifiers)],
        "numbers": _numbers(view),
        "description": [_described(element) for element in view.description],
        "copies": [_copy_line(view, copy, user if decides else None, files_for) for copy in view.copies],
        "copies_words": _copies_words(view),
        "relations": _relations(view),
        "decisions": [_decision(d, user, decides) for d in view.decisions],
        "history": [(moment_in_words(e.at), e.at, e.sentence, e.actor, e.reason) for e in view.history],
        "citation": _citation(record),
        "exports": _exports(record),
        "sidecar": reverse("sidecar", args=[best.copy.public_id]),
        "described": _with_description(best),
    }


def _picture_words(best: CopyView) -> str:
    agencies = joined(list(dict.fromkeys(f.filing.agency.name for f in best.filings)))
    pages = best.file.page_count
    if best.file.state in WITHOUT_A_PICTURE:
        return WITHOUT_A_PICTURE[best.file.state].format(agencies=agencies, reason=best.file.state_reason)
    words = f"As filed by {agencies}, {_size_words(best)}."
    return f"{words} Page 1 of {pages} is shown." if pages > 1 else words


def _file_words(copy: CopyView) -> str:
    return "" if copy.is_described_only else f"{copy.media_label}, {size_in_words(copy.file.size_bytes)}"


def _size_words(copy: CopyView) -> str:
    return f"{copy.width_px:,} × {copy.height_px:,} pixels"


def _download(copy: CopyView) -> str:
    return reverse("copy-original", args=[copy.copy.public_id]) if copy.file.is_readable else ""


def _with_description(copy: CopyView) -> str:
    holds = copy.file.is_readable and can_embed(copy.file.media_type)
    return reverse("described", args=[copy.copy.public_id]) if holds else ""


def _conflict(conflict: reading.ConflictView, identifiers: Iterable[Identifier]) -> dict:
    """Return a conflict in words; of numbers in one scheme the scheme's label is said once, at the top."""
    numbers = {f"{i.scheme.slug} {i.value}": i for i in identifiers}
    disputed = [numbers[value] for value, _ in conflict.alternatives if value in numbers]
    labels = {i.scheme.label for i in disputed}
    is_one_scheme = len(disputed) == len(conflict.alternatives) and len(labels) == 1
    return {
        "label": labels.pop() if is_one_scheme else conflict.label,
        "alternatives": [
            (
                numbers[value].value if is_one_scheme else str(numbers.get(value, date_in_words(value))),
                joined(list(dict.fromkeys(f.filing.agency.name for f in filings))),
            )
            for value, filings in conflict.alternatives
        ],
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
        number = _identifier(identifier) | {"origin": f"{joined(list(agencies))}: filed under it"}
        by_label.setdefault(identifier.scheme.label, []).append(number)
    return [{"label": label, "values": values} for label, values in by_label.items()]


def _described(element: reading.DescribedElement) -> dict:
    known = ELEMENTS.get(element.element)
    is_date = bool(known and set(known.schemes) & set(DATE_SCHEMES) and not known.is_open)
    return {
        "label": element.label,
        "values": [
            {
                "text": date_in_words(v["value"]) if is_date else v["value"],
                "link": v["value"] if element.element == "license" and v["value"].startswith("https://") else "",
                "language": v["language"],
                "origin": _origin(v),
            }
            for v in element.values
        ],
    }


def _origin(value: dict) -> str:
    agencies = joined(value["agencies"])
    return f"{agencies}: {value['because']}" if agencies else value["because"]


def _copy_line(view: RecordView, copy: CopyView, officer: User | None, files_for: set[Agency]) -> CopyLine:
    agencies = list(dict.fromkeys(f.filing.agency.name for f in copy.filings))
    is_damaged = copy.file.state == ImageFile.State.DAMAGED
    facts = [_size_words(copy) if copy.width_px else "", _file_words(copy).replace(", ", " · ")]
    if copy.file.page_count > 1:
        facts.append(count(copy.file.page_count, "page"))
    decides = officer is not None and deciding.may_decide(officer, view.best.copy, copy.copy)
    return CopyLine(
        public_id=copy.copy.public_id,
        heading=joined(agencies),
        picture="" if copy.is_described_only else copy_picture(copy.copy),
        relation=_relation_words(view, copy),
        facts=" · ".join(filter(None, facts)),
        download=_download(copy),
        differs=copy.differs,
        filings=[_filing_line(f, decides, len(copy.filings), files_for) for f in copy.filings],
        is_best=copy.is_best and len(view.copies) > 1,
        is_record_copy=any(f.is_record_copy for f in copy.filings),
        damage=copy.file.state_reason if is_damaged else "",
        split=reverse("split", args=[copy.copy.public_id]) if decides and not copy.is_best else "",
    )


def _relation_words(view: RecordView, copy: CopyView) -> str:
    if len(view.copies) == 1:
        return ""
    return "This is the file that shows most." if copy.is_best else copy.copy.because


def _filing_line(view: FilingView, decides: bool, filings_of_copy: int, files_for: set[Agency]) -> FilingLine:
    filing = view.filing
    name = f" as “{filing.file_name}”" if filing.file_name else ""
    numbers = joined([f"{i.scheme.label} {i.value}" for i in view.identifiers])
    words = f"Filed by {filing.agency} on {day_in_words(filing.filed_at)}{name}"
    if filing.embargo_until:
        words += f", for its agency alone until {date_in_words(filing.embargo_until.isoformat())}"
    return FilingLine(
        words=f"{words}, under {numbers}" if numbers else words,
        agency=filing.agency.name,
        is_record_copy=view.is_record_copy,
        designate=reverse("designate", args=[filing.public_id]) if decides and not view.is_record_copy else "",
        set_apart=reverse("set-apart", args=[filing.public_id]) if decides and filings_of_copy > 1 else "",
        amend=reverse("amend", args=[filing.public_id]) if filing.agency in files_for else "",
    )


def _copies_words(view: RecordView) -> str:
    copies, filings = len(view.copies), len(view.filings)
    if all(copy.is_described_only for copy in view.copies):
        return "The filing" if filings == 1 else f"Filed {times(filings)}"
    if filings == 1:
        return "The copy"
    return f"All {copies} copies" if copies == filings else f"{count(copies, 'copy', 'copies')}, filed {times(filings)}"


def _relations(view: RecordView) -> list[dict]:
    records = Record.objects.select_related("best_copy__file", "record_copy__agency")
    others = records.in_bulk([r.other.pk for r in view.relations])
    return [
        {"sentence": f"{r.sentence}:", "found": _found_words(r), "card": card_of_record(others[r.other.pk])}
        for r in view.relations
    ]


def _found_words(relation: reading.RelationView) -> str:
    if relation.decision:
        return "Decided by a records officer."
    return f"Found by comparing the pictures. {relation.because}".strip()


def _decision(decision: Decision, reader: User, decides: bool) -> dict:
    copies = [c for c in (decision.copy_low, decision.copy_high) if c]
    may_undo = decides and deciding.may_decide(reader, *copies)
    return {
        "words": decision.get_verdict_display(),
        "by": reading.name_for(decision.decided_by, reader),
        "when": moment_in_words(decision.decided_at),
        "reason": decision.reason,
        "others": list({c.record_id: c.record for c in copies}.values()),
        "undo": reverse("undo", args=[decision.public_id]) if may_undo else "",
    }


def _citation(record: Record) -> str:
    created = next((v["value"] for v in record.description.get("values", ()) if v["element"] == "created"), "")
    date = "" if created in ("", "unknown") else f" {date_in_words(created)}."
    address = f"{settings.BASE_IRI}image/{record.public_id}"
    return f"{record.record_copy.agency}. “{record.title or 'Untitled'}.”{date} {settings.CATALOG_TITLE}, {address}"


def _exports(record: Record) -> list[dict]:
    return [
        {"label": label, "address": f"/id/image/{record.public_id}.{ending}", "media_type": media_type}
        for ending, label, media_type in EXPORTS
    ]
