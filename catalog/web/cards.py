"""A record as a card: picture, title, who filed it, when it was made."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Copy, Record, SearchEntry

from .audiences import audience_in_words
from .words import date_in_words, times


@dataclass(frozen=True, slots=True)
class Card:
    address: str
    title: str
    picture: str
    agency: str
    date: str
    filed: str = ""
    """`filed twice`, where it was filed more than once."""
    has_conflict: bool = False
    audience: str = ""


def copy_picture(copy: Copy, kind: str = "thumbnail") -> str:
    return reverse("copy-picture", args=[copy.public_id, kind])


def card_of_record(record: Record, *, filing_count: int = 1, has_conflict: bool = False) -> Card:
    """Return the card of a record whose best copy, its file and record copy's agency were fetched with it."""
    return Card(
        address=record.get_absolute_url(),
        title=record.title or _("Untitled"),
        picture=copy_picture(record.best_copy) if record.best_copy and record.best_copy.file.has_bytes else "",
        agency=record.record_copy.agency.name if record.record_copy else "",
        date=_date(record),
        filed=_("filed {times}").format(times=times(filing_count)) if filing_count > 1 else "",
        has_conflict=has_conflict,
        audience=audience_in_words(record.audience_key),
    )


def card_of_entry(entry: SearchEntry) -> Card:
    return card_of_record(entry.record, filing_count=entry.filing_count, has_conflict=entry.has_conflict)


def _date(record: Record) -> str:
    stated = next((v["value"] for v in record.description.get("values", ()) if v["element"] == "created"), "")
    return _("date unknown") if stated == "unknown" else date_in_words(stated)
