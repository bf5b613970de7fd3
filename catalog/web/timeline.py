"""Who filed what when, as a picture: a row an agency, a dot for each day on which it filed.

The picture stretches with the page: places across are shares of its width, so that words keep their size.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateformat import format as in_form
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.services.reading import RecordView

from .words import day_in_words

ROW_PX = 46
AXIS_PX = 30
MARGIN_PERCENT = 4
TICKS_MAX = 4
DAYS_BETWEEN_TICKS = (1, 2, 7, 14)
MONTHS_BETWEEN_TICKS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    words: str
    is_record_copy: bool
    is_best: bool
    is_superseded: bool
    count: int

    @property
    def number(self) -> str:
        return str(self.count) if self.count > 1 else ""


@dataclass(frozen=True, slots=True)
class Row:
    agency: str
    label_px: int
    line_px: int
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table that says the same."""

    agency: str
    day: str
    file_name: str
    address: str
    is_record_copy: bool
    is_best: bool
    is_superseded: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: list[Row]
    ticks: list[Tick]
    lines: list[Line]
    height_px: int
    axis_px: int
    has_superseded: bool
    has_best: bool


def timeline(view: RecordView, superseded: Collection[int] = ()) -> Timeline | None:
    """Draw the filings of a record, those of these keys as superseded; None where there is but one."""
    if len(view.filings) < 2:
        return None
    best = {f.filing.pk for f in view.best.filings} if len(view.copies) > 1 else set()
    marks = {f.filing.pk: (f.is_record_copy, f.filing.pk in best, f.filing.pk in superseded) for f in view.filings}
    days = {f.filing.pk: timezone.localdate(f.filing.filed_at) for f in view.filings}
    scale = _Scale(min(days.values()), max(days.values()))
    by_agency: dict[str, dict[date, list]] = defaultdict(lambda: defaultdict(list))
    for f in view.filings:
        by_agency[f.filing.agency.name][days[f.filing.pk]].append(f)
    rows = [
        Row(agency, n * ROW_PX + 15, n * ROW_PX + 31, [_dot(day, of_day, marks, scale) for day, of_day in own.items()])
        for n, (agency, own) in enumerate(by_agency.items())
    ]
    lines = [
        Line(
            f.filing.agency.name, day_in_words(f.filing.filed_at), f.filing.file_name or "–",
            f"#copy-{f.filing.copy.public_id}", *marks[f.filing.pk],
        )
        for f in view.filings
    ]  # fmt: skip
    axis = len(rows) * ROW_PX
    has_superseded = any(line.is_superseded for line in lines)
    return Timeline(rows, scale.ticks(), lines, axis + AXIS_PX, axis, has_superseded, bool(best))


def _dot(day: date, filings: list, marks: dict[int, tuple[bool, bool, bool]], scale: "_Scale") -> Dot:
    own = [marks[f.filing.pk] for f in filings]
    words = ngettext("%(day)s: %(count)s filing", "%(day)s: %(count)s filings", len(own)) % {
        "day": day_in_words(filings[0].filing.filed_at),
        "count": len(own),
    }
    return Dot(
        x=scale.place(day),
        words=words,
        is_record_copy=any(is_record_copy for is_record_copy, _, _ in own),
        is_best=any(is_best for _, is_best, _ in own),
        is_superseded=all(is_superseded for _, _, is_superseded in own),
        count=len(own),
    )


class _Scale:
    """Places days from first to last; a single day lies in the middle."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = (last - first).days

    def place(self, day: date) -> str:
        share = (day - self.first).days / self.days if self.days else 0.5
        return f"{MARGIN_PERCENT + share * (100 - 2 * MARGIN_PERCENT):.2f}%"

    def ticks(self) -> list[Tick]:
        if not self.days:
            return [Tick(self.place(self.first), in_form(self.first, _("j F Y")))]
        for days in DAYS_BETWEEN_TICKS:
            if self.days / days <= TICKS_MAX:
                found = [self.first + timedelta(n * days) for n in range(self.days // days + 1)]
                return [Tick(self.place(day), in_form(day, _("j M"))) for day in found]
        months = next(m for m in MONTHS_BETWEEN_TICKS if self.days / (30.44 * m) <= TICKS_MAX or m == 1200)
        form = _("M Y") if months < 12 else "Y"
        found = list(self._months(months)) or [self.first]
        return [Tick(self.place(day), in_form(day, form)) for day in found]

    def _months(self, step: int) -> Iterable[date]:
        """Yield the first days of every step-th month, counted from January of the year 1, from first to last."""
        number = self.first.year * 12 + self.first.month - 1
        number = -(-number // step) * step if step > 1 else number + (self.first.day > 1)
        while (day := date(number // 12, number % 12 + 1, 1)) <= self.last:
            if day >= self.first:
                yield day
            number += step
