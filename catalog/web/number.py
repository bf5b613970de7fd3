"""Everything under one parcel, permit or other number: what the number is, who filed under it, what does not fit."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Filing, Identifier, ImageFile, Scheme
from catalog.services import numbering

from .cards import Card, card_of_record
from .words import date_in_words, day_in_words


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    number: str
    address: str
    is_this: bool
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class MismatchLine:
    card: Card
    words: str
    lines: list[Line]


def number_context(scheme: Scheme, value: str, user) -> dict:
    """Return what the page of a number says above the records that bear it."""
    view = numbering.read_number(scheme, value, user)
    found = view.identifier
    return {
        "label": scheme.label,
        "value": value,
        "issuer": scheme.issuer,
        "office": scheme.office_of_record.name if scheme.office_of_record else "",
        "valid": _valid(found.valid_from, found.valid_until) if found else "",
        "successors": [_other(one) for one in found.successors.select_related("scheme")[:20]] if found else [],
        "predecessors": [_other(one) for one in found.predecessors.select_related("scheme")[:20]] if found else [],
        "agencies": [(agency.name, agency.slug, f"{count:,}") for agency, count in view.agencies],
        "mismatches": [_mismatch(one, scheme.slug, value) for one in view.mismatches],
        "has_more_mismatches": view.has_more_mismatches,
        "examined": [_examined(filing) for filing in view.examined],
    }


def _valid(first: date | None, last: date | None) -> str:
    days = {
        "first": date_in_words(first.isoformat()) if first else "",
        "last": date_in_words(last.isoformat()) if last else "",
    }
    if first and last:
        return _("It was in use from %(first)s to %(last)s.") % days
    if first:
        return _("It is in use since %(first)s.") % days
    return _("It was in use until %(last)s.") % days if last else ""


def _other(identifier: Identifier) -> dict[str, str]:
    address = reverse("record-number", args=[identifier.scheme.slug, identifier.value])
    return {"label": identifier.scheme.label, "value": identifier.value, "address": address}


def _mismatch(mismatch: numbering.Mismatch, slug: str, value: str) -> MismatchLine:
    if mismatch.is_contradicted:
        words = _("The same picture is filed under another number too.")
    else:
        words = _("A filing under this number is marked as wrong.")
    return MismatchLine(card_of_record(mismatch.record), words, [_line(one, slug, value) for one in mismatch.filed])


def _line(filed: numbering.Filed, slug: str, value: str) -> Line:
    filing, number = filed.filing, filed.identifier.value
    said = {"agency": filing.agency.name, "day": day_in_words(filing.filed_at)}
    return Line(
        words=_("filed by %(agency)s on %(day)s") % said,
        number=number,
        address="" if number == value else reverse("record-number", args=[slug, number]),
        is_this=number == value,
        is_wrong=filed.is_wrong,
    )


def _examined(filing: Filing) -> dict[str, str]:
    is_unreadable = filing.file.state == ImageFile.State.QUARANTINED
    return {
        "name": filing.file_name or filing.item_key,
        "agency": filing.agency.name,
        "day": day_in_words(filing.filed_at),
        "state": filing.file.state_reason if is_unreadable else _("Being examined and compared with what is here."),
        "address": filing.copy.record.get_absolute_url(),
    }
