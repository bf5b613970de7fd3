"""The copies of a record in words: who filed each, what it is beside the best one, what may be decided about it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Agency, ImageFile, User
from catalog.services import deciding
from catalog.services.reading import CopyView, FilingView, RecordView

from .cards import copy_picture
from .sentences import said
from .words import date_in_words, day_in_words, joined, size_in_words


@dataclass(frozen=True, slots=True)
class FilingLine:
    words: str
    agency: str
    is_record_copy: bool
    designate: str = ""
    set_apart: str = ""
    amend: str = ""
    correct: str = ""


@dataclass(frozen=True, slots=True)
class CopyLine:
    public_id: str
    heading: str
    picture: str
    relation: str
    because: str
    facts: str
    download: str
    differs: list[str]
    filings: list[FilingLine]
    is_best: bool
    is_record_copy: bool
    damage: str
    split: str = ""

    @property
    def may_be_changed(self) -> bool:
        return bool(self.split or any(f.designate or f.set_apart for f in self.filings))


def file_words(copy: CopyView) -> str:
    return "" if copy.is_described_only else f"{copy.media_label}, {size_in_words(copy.file.size_bytes)}"


def size_words(copy: CopyView) -> str:
    size = {"width": f"{copy.width_px:,}", "height": f"{copy.height_px:,}"}
    return _("%(width)s × %(height)s pixels") % size


def download_of(copy: CopyView) -> str:
    return reverse("copy-original", args=[copy.copy.public_id]) if copy.file.is_readable else ""


def copy_line(view: RecordView, copy: CopyView, officer: User | None, files_for: set[Agency]) -> CopyLine:
    agencies = list(dict.fromkeys(f.filing.agency.name for f in copy.filings))
    is_damaged = copy.file.state == ImageFile.State.DAMAGED
    facts = [size_words(copy) if copy.width_px else "", file_words(copy).replace(", ", " · ")]
    if copy.file.page_count > 1:
        facts.append(_pages_in_words(copy.file.page_count))
    decides = officer is not None and deciding.may_decide(officer, view.best.copy, copy.copy)
    return CopyLine(
        public_id=copy.copy.public_id,
        heading=joined(agencies),
        picture="" if copy.is_described_only else copy_picture(copy.copy),
        relation=_relation_words(view, copy),
        because="" if len(view.copies) == 1 or copy.is_best else said(copy.copy.because),
        facts=" · ".join(filter(None, facts)),
        download=download_of(copy),
        differs=[said(phrase) for phrase in copy.differs],
        filings=[_filing_line(f, decides, len(copy.filings), files_for) for f in copy.filings],
        is_best=copy.is_best and len(view.copies) > 1,
        is_record_copy=any(f.is_record_copy for f in copy.filings),
        damage=copy.file.state_reason if is_damaged else "",
        split=reverse("split", args=[copy.copy.public_id]) if decides and not copy.is_best else "",
    )


def _relation_words(view: RecordView, copy: CopyView) -> str:
    """Say what a copy is in one sentence: the same picture at half size, filed by Housing on 3 May 2024."""
    if len(view.copies) == 1 or not copy.filings:
        return ""
    first = copy.filings[0].filing
    filed = {"agency": first.agency.name, "day": day_in_words(first.filed_at)}
    if copy.is_best:
        return _("The file that shows most, filed by %(agency)s on %(day)s.") % filed
    if copy.file.pk == view.best.file.pk:
        return _("The very same file, filed by %(agency)s on %(day)s.") % filed
    return _sized(copy, view.best, filed)


def _sized(copy: CopyView, best: CopyView, filed: dict[str, str]) -> str:
    """Say how large the picture is beside the best one, and who filed it."""
    across = copy.width_px / best.width_px if copy.width_px and best.width_px else 0
    down = copy.height_px / best.height_px if across else 0
    if across and across != 1 and (copy.width_px, copy.height_px) == (best.height_px, best.width_px):
        return _("The same picture turned by a quarter, filed by %(agency)s on %(day)s.") % filed
    if not across or abs(across - down) > 0.02:
        return _("The same picture, filed by %(agency)s on %(day)s.") % filed
    if abs(across - 1) < 0.005:
        return _("The same picture at the same size, filed by %(agency)s on %(day)s.") % filed
    if abs(across - 0.5) < 0.005:
        return _("The same picture at half size, filed by %(agency)s on %(day)s.") % filed
    sized = filed | {"percent": f"{100 * across:.0f}"}
    return _("The same picture at %(percent)s%% of the size, filed by %(agency)s on %(day)s.") % sized


def _pages_in_words(number: int) -> str:
    return ngettext("%(count)s page", "%(count)s pages", number) % {"count": f"{number:,}"}


def filed_in_words(number: int) -> str:
    if number == 2:
        return _("Filed twice")
    return ngettext("Filed %(count)s time", "Filed %(count)s times", number) % {"count": f"{number:,}"}


def _filing_line(view: FilingView, decides: bool, filings_of_copy: int, files_for: set[Agency]) -> FilingLine:
    filing = view.filing
    said = {"agency": filing.agency, "day": day_in_words(filing.filed_at), "name": filing.file_name}
    if filing.file_name:
        words = _("Filed by %(agency)s on %(day)s as “%(name)s”") % said
    else:
        words = _("Filed by %(agency)s on %(day)s") % said
    if filing.embargo_until:
        until = date_in_words(filing.embargo_until.isoformat())
        words += _(", for its agency alone until %(day)s") % {"day": until}
    if view.identifiers:
        numbers = joined([f"{i.scheme.label} {i.value}" for i in view.identifiers])
        words += _(", under %(numbers)s") % {"numbers": numbers}
    return FilingLine(
        words=words,
        agency=filing.agency.name,
        is_record_copy=view.is_record_copy,
        designate=reverse("designate", args=[filing.public_id]) if decides and not view.is_record_copy else "",
        set_apart=reverse("set-apart", args=[filing.public_id]) if decides and filings_of_copy > 1 else "",
        amend=reverse("amend", args=[filing.public_id]) if filing.agency in files_for else "",
        correct=reverse("correct-filing", args=[filing.public_id]),
    )


def copies_in_words(view: RecordView) -> str:
    copies, filings = len(view.copies), len(view.filings)
    if all(copy.is_described_only for copy in view.copies):
        return _("The filing") if filings == 1 else filed_in_words(filings)
    if filings == 1:
        return _("The copy")
    if copies == filings:
        return _("All %(count)s copies") % {"count": f"{copies:,}"}
    number = ngettext("%(count)s copy", "%(count)s copies", copies) % {"count": f"{copies:,}"}
    filed = filed_in_words(filings)
    return f"{number}, {filed[:1].lower()}{filed[1:]}"
