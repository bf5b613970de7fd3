"""How a record is cited: in words, and as BibTeX for those who keep references."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Record

from .words import date_in_words

_SPECIAL = re.compile(r"[\\{}$&#%_~^]")


def address_of(record: Record) -> str:
    return f"{settings.BASE_IRI}image/{record.public_id}"


def citation(record: Record) -> str:
    created = date_created(record)
    date = f" {date_in_words(created)}." if created else ""
    title = record.title or _("Untitled")
    return f"{record.record_copy.agency}. “{title}.”{date} {settings.CATALOG_TITLE}, {address_of(record)}"


def bibtex(record: Record) -> str:
    """Return an entry of kind @misc; characters that mean something to TeX are written so that they do not."""
    fields = {
        "author": f"{{{_plain(record.record_copy.agency.name)}}}",
        "title": f"{{{_plain(record.title or _('Untitled'))}}}",
        "year": date_created(record)[:4],
        "howpublished": _plain(settings.CATALOG_TITLE),
        "url": address_of(record),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{record.public_id},\n" + ",\n".join(lines) + "\n}"


def date_created(record: Record) -> str:
    """Return the date as it is stated, nothing where it is not known."""
    created = next((v["value"] for v in record.description.get("values", ()) if v["element"] == "created"), "")
    return "" if created == "unknown" else created


def _plain(text: str) -> str:
    return " ".join(_SPECIAL.sub(" ", text).split())
