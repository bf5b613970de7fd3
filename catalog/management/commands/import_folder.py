"""File a folder of images: can be stopped and run again, goes on after a bad file, tells what became of each."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import track
from rich.table import Table

from catalog import tasks
from catalog.metadata.filing_csv import FilingRow, open_filing_csv
from catalog.metadata.validation import Value
from catalog.models import Agency, Audience, Batch, Scheme, Source
from catalog.services.filing import FilingRefused, receive_filing
from catalog.services.store import Refused, store

SHOWN_REFUSALS = 30


class Command(BaseCommand):
    help = "File every image below FOLDER for an agency. Run it again to go on: what was filed is not filed twice."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--agency", required=True, metavar="SLUG")
        parser.add_argument("--source", default="", metavar="NAME", help="name of the source (default: the folder's)")
        parser.add_argument("--metadata", type=Path, metavar="FILE.csv", help="a row a file; column `file` names it")
        parser.add_argument("--audience", default=Audience.PUBLIC, choices=Audience.values)
        parser.add_argument("--refused", type=Path, metavar="FILE.csv", help="write the refused files and why")

    def handle(self, *, folder: Path, agency: str, source: str, metadata, audience, refused, **_):
        folder = self._folder(folder)
        agency_row = self._agency(agency)
        rows = self._metadata(metadata)
        origin, _ = Source.objects.get_or_create(
            agency=agency_row, name=source or folder.name, defaults={"kind": Source.Kind.FOLDER}
        )
        batch = Batch.objects.create(
            source=origin, started_at=timezone.now(), manifest={"folder": folder.name, "metadata": bool(metadata)}
        )
        console = Console(file=self.stdout, force_terminal=self.stdout.isatty())
        counts, refusals = Counter(), []
        paths = list(files_below(folder))
        for path in track(
            paths, description=f"Filing for {agency_row}", console=console, disable=not self.stdout.isatty()
        ):
            name = path.relative_to(folder).as_posix()
            try:
                counts[self._file(path, name, rows.pop(name, None), agency_row, origin, batch, audience)] += 1
            except (Refused, FilingRefused, OSError) as error:
                counts["refused"] += 1
                refusals.append((name, str(error)))
        refusals += [(name, _unused(row)) for name, row in rows.items()]
        counts["refused"] += len(rows)
        tasks.publish_soon()
        self._tell(console, counts, refusals, refused)

    def _folder(self, folder: Path) -> Path:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder. Name the folder that holds the images.")
        return folder.resolve()

    def _agency(self, slug: str) -> Agency:
        try:
            return Agency.objects.get(slug=slug)
        except Agency.DoesNotExist:
            known = ", ".join(Agency.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(
                f"There is no agency {slug!r}. Known: {known}. `manage.py add_agency SLUG NAME` adds one."
            ) from None

    def _metadata(self, path: Path | None) -> dict[str, FilingRow]:
        if path is None:
            return {}
        if not path.is_file():
            raise CommandError(f"{path} is not a file. Name the CSV that describes the images.")
        table = open_filing_csv(path, list(Scheme.objects.values_list("slug", flat=True)))
        for notice in table.notices:
            self.stderr.write(notice)
        if table.problems:
            raise CommandError("\n".join(f"row {p.row}, {p.column}: {p.message}" for p in table.problems))
        rows: dict[str, FilingRow] = {}
        for row in table.rows():
            rows[row.file or f"(row {row.row})"] = row
        return rows

    def _file(self, path: Path, name: str, row: FilingRow | None, agency, source, batch, audience) -> str:
        if row and row.problems:
            raise Refused(" ".join(f"Row {p.row}, {p.column}: {p.message}" for p in row.problems))
        spooled = store().spool_path(path, max_size_bytes=settings.MAX_FILE_SIZE_MB * 1_000_000)
        try:
            with transaction.atomic():
                receipt = receive_filing(
                    agency=agency,
                    source=source,
                    spooled=spooled,
                    file_name=name,
                    item_key=name,
                    audience=audience,
                    values=completed(list(row.values) if row else [], path),
                    identifiers=row.identifiers if row else (),
                    filed_by=None,
                    at=timezone.now(),
                    batch=batch,
                    embargo_until=row.embargo_until if row else "",
                )
                tasks.nudge(*receipt.jobs)
        finally:
            spooled.discard()
        return "filed before" if receipt.is_repeat else receipt.outcome

    def _tell(self, console: Console, counts: Counter, refusals: list[tuple[str, str]], target: Path | None) -> None:
        table = Table("What became of the files", "Files")
        words = {
            "filed": "filed, new here",
            "already here": "filed; the same bytes were here already",
            "filed before": "filed before by this source, nothing to do",
            "refused": "refused",
        }
        for outcome, label in words.items():
            table.add_row(label, f"{counts[outcome]:,}")
        console.print(table)
        for name, reason in refusals[:SHOWN_REFUSALS]:
            console.print(f"  {name}: {reason}", markup=False, highlight=False)
        if len(refusals) > SHOWN_REFUSALS and not target:
            console.print(f"  and {len(refusals) - SHOWN_REFUSALS} more; --refused FILE.csv writes them all.")
        if target:
            with target.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([("file", "reason"), *refusals])


def _unused(row: FilingRow) -> str:
    """Say why a row of the metadata file described nothing."""
    problems = " ".join(f"Row {p.row}, {p.column}: {p.message}" for p in row.problems)
    return problems or "The metadata file names it, but the folder does not hold it."


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the regular files below the folder in a stable order; hidden ones and links are left out."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from files_below(path)
        elif path.is_file():
            yield path


def completed(values: list[Value], path: Path) -> list[Value]:
    """Add what filing requires and the row does not say: the file's name as title, an unknown date."""
    stated = {v.element for v in values}
    if "title" not in stated:
        values.append(Value("title", path.stem.replace("_", " ").strip() or path.name))
    if "created" not in stated:
        values.append(Value("created", "unknown"))
    return values
