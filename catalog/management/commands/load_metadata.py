"""Fill the catalog from a table of descriptions, with or without pictures; can be stopped and run again."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import track
from rich.table import Table

from catalog import tasks
from catalog.metadata.catalog_csv import CatalogCsv, DescribedRow, open_catalog_csv
from catalog.metadata.validation import Problem
from catalog.models import Agency, Audience, Batch, Scheme, Source
from catalog.services.filing import FilingRefused, receive_filing
from catalog.services.loading import Item, file_descriptions
from catalog.services.store import Refused, store

AT_ONCE = 500
"""Rows that are read, and described in one transaction."""
SHOWN_PROBLEMS = 30
HEADS = ("line", "element", "value", "what is wrong", "what would pass")


class Command(BaseCommand):
    help = "File a description for every row of a table, with its picture where FOLDER holds it. Run it again to go on."

    def add_arguments(self, parser):
        parser.add_argument("table", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--agency", default="", metavar="SLUG", help="who describes (else the column `agency` says)"
        )
        parser.add_argument("--source", default="", metavar="NAME", help="name of the source (default: the file's)")
        parser.add_argument("--audience", default=Audience.PUBLIC, choices=Audience.values)
        parser.add_argument("--images", type=Path, metavar="FOLDER", help="holds the pictures that column `file` names")
        parser.add_argument("--refused", type=Path, metavar="FILE.csv", help="write every problem, a line each")

    def handle(self, *, table: Path, agency: str, source: str, audience: str, images: Path | None, refused, **_):
        opened = self._open(table)
        if images and not images.is_dir():
            raise CommandError(f"{images} is not a folder. Name the folder that holds the images.")
        known = {one.slug: one for one in Agency.objects.all()}
        if agency and agency not in known:
            raise CommandError(
                f"There is no agency {agency!r}. Known: {', '.join(sorted(known)) or 'none yet'}. "
                "`manage.py add_agency SLUG NAME` adds one."
            )
        if not agency and not any(column.kind == "agency" for column in opened.columns):
            raise CommandError("Say who describes: --agency SLUG, or a column `agency` with the slug in every row.")
        for notice in opened.notices:
            self.stderr.write(notice)
        console = Console(file=self.stdout, force_terminal=self.stdout.isatty())
        with ExitStack() as closing:
            write = _writer(refused, closing) if refused else None
            loading = Loading(known, agency, source or table.stem, table.name, audience, images, write)
            self._load(opened, loading, console)
        tasks.publish_soon()
        self._tell(console, loading, refused)

    def _load(self, opened: CatalogCsv, loading: "Loading", console: Console) -> None:
        rows = track(
            opened.rows(), description="Filing descriptions", console=console, disable=not self.stdout.isatty()
        )
        for some in _chunks(rows, AT_ONCE):
            try:
                loading.take_in(some, at=timezone.now())
            except FilingRefused as refusal:  # the batch was withdrawn meanwhile
                raise CommandError(str(refusal)) from None

    def _open(self, path: Path) -> CatalogCsv:
        if not path.is_file():
            raise CommandError(f"{path} is not a file. Name the table that describes the images.")
        opened = open_catalog_csv(path, list(Scheme.objects.values_list("slug", flat=True)))
        if opened.problem:
            raise CommandError(f"line 1: {opened.problem}")
        return opened

    def _tell(self, console: Console, loading: "Loading", target: Path | None) -> None:
        table = Table("What became of the rows", "Rows")
        for outcome, label in OUTCOMES.items():
            table.add_row(label, f"{loading.counts[outcome]:,}")
        console.print(table)
        for line, problem in loading.shown:
            where = f"line {line}, {problem.element}" if problem.element else f"line {line}"
            console.print(f"  {where}: {problem.message}", markup=False, highlight=False)
        more = loading.counts["problems"] - len(loading.shown)
        if more and not target:
            console.print(f"  and {more:,} more; --refused FILE.csv writes them all.")


OUTCOMES = {
    "filed": "described, without a picture",
    "with picture": "filed with their picture",
    "before": "filed before by this source, nothing to do",
    "refused": "refused",
}


def _chunks(rows: Iterable[DescribedRow], size: int) -> Iterator[list[DescribedRow]]:
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


def _writer(path: Path, closing: ExitStack) -> Callable[[Iterable], object]:
    """Return what writes a line of a new table of problems."""
    write = csv.writer(closing.enter_context(path.open("w", newline="", encoding="utf-8"))).writerow
    write(HEADS)
    return write


@dataclass
class Loading:
    """One run over a table: who describes, and what became of the rows so far."""

    agencies: dict[str, Agency]
    agency: str
    source: str
    table: str
    audience: str
    images: Path | None
    write: Callable[[Iterable], object] | None = None
    """Writes a problem down, where it is wanted."""
    counts: Counter = field(default_factory=Counter)
    shown: list[tuple[int, Problem]] = field(default_factory=list)
    """The first problems, with their line."""
    batches: dict[str, Batch] = field(default_factory=dict)

    def take_in(self, rows: list[DescribedRow], *, at: datetime) -> None:
        """File what is good of some rows, each agency's descriptions in one transaction; say what is wrong with others.

        A row's picture is filed with it where it is there; else it is described, and the picture may come later.
        """
        without: dict[str, dict[str, DescribedRow]] = {}
        for row in rows:
            agency = self.agency or row.agency
            if problems := list(self._problems(row, agency)):
                self._refuse(row, problems)
            elif picture := self._picture(row):
                self._file(row, picture, agency, at)
            elif row.key in without.setdefault(agency, {}):
                self._refuse(row, [_twice(row)])
            else:
                without[agency][row.key] = row
        for agency, described in without.items():
            self._describe(described, agency, at)

    def _problems(self, row: DescribedRow, agency: str) -> Iterator[Problem]:
        yield from row.problems
        if agency not in self.agencies:
            known = ", ".join(sorted(self.agencies)) or "none yet"
            yield Problem(
                "agency", agency, f"There is no agency {agency!r}. Known: {known}.", next(iter(self.agencies), "")
            )

    def _picture(self, row: DescribedRow) -> Path | None:
        path = self.images / row.file if self.images and row.file else None
        return path if path and path.is_file() and not path.is_symlink() else None

    def _describe(self, rows: dict[str, DescribedRow], agency: str, at: datetime) -> None:
        batch = self._batch(agency)
        loaded = file_descriptions(
            agency=self.agencies[agency],
            source=batch.source,
            items=[Item(key, row.values, row.identifiers) for key, row in rows.items()],
            audience=self.audience,
            filed_by=None,
            at=at,
            batch=batch,
        )
        self.counts["filed"] += len(loaded.filed)
        for key, made_by in loaded.before.items():
            if made_by == batch.pk:
                self._refuse(rows[key], [_twice(rows[key])])
            else:
                self.counts["before"] += 1
        for key, problems in loaded.refused.items():
            self._refuse(rows[key], problems)

    def _file(self, row: DescribedRow, picture: Path, agency: str, at: datetime) -> None:
        batch = self._batch(agency)
        try:
            spooled = store().spool_path(picture, max_size_bytes=settings.MAX_FILE_SIZE_MB * 1_000_000)
        except (Refused, OSError) as error:
            self._refuse(row, [Problem("file", row.file, str(error), "")])
            return
        try:
            with transaction.atomic():
                receipt = receive_filing(
                    agency=self.agencies[agency],
                    source=batch.source,
                    spooled=spooled,
                    file_name=row.file,
                    item_key=row.key,
                    audience=self.audience,
                    values=row.values,
                    identifiers=row.identifiers,
                    filed_by=None,
                    at=at,
                    batch=batch,
                )
                tasks.nudge(*receipt.jobs)
            self.counts["before" if receipt.is_repeat else "with picture"] += 1
        except FilingRefused as refusal:
            self._refuse(row, refusal.problems)
        finally:
            spooled.discard()

    def _batch(self, agency: str) -> Batch:
        if agency not in self.batches:
            source, _ = Source.objects.get_or_create(
                agency=self.agencies[agency], name=self.source, defaults={"kind": Source.Kind.TABLE}
            )
            self.batches[agency] = Batch.objects.create(
                source=source, started_at=timezone.now(), manifest={"metadata": self.table}
            )
        return self.batches[agency]

    def _refuse(self, row: DescribedRow, problems: Iterable[Problem]) -> None:
        self.counts["refused"] += 1
        for problem in problems:
            self.counts["problems"] += 1
            if len(self.shown) < SHOWN_PROBLEMS:
                self.shown.append((row.row, problem))
            if self.write:
                self.write((row.row, problem.element, problem.value, problem.message, problem.example))


def _twice(row: DescribedRow) -> Problem:
    message = f"“{row.key}” is described by an earlier row already; keep one of the two, or give each its own name."
    return Problem("identifier", row.key, message, f"{row.key} (2)")
