"""Judge again what was measured, with the rule and the method as they are now."""

from collections import Counter
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from catalog import tasks
from catalog.models import Job
from catalog.services import rematching

MOST_LISTED = 200


class Command(BaseCommand):
    help = "Judge kept evidence again with the present rule; measure anew what an older method measured."

    def add_arguments(self, parser):
        parser.add_argument("--since", default="", metavar="DATE", help="only evidence made on or after this day")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *, since: str, dry_run: bool, **_):
        waiting: list[Job] = []
        counts: Counter[tuple[str, str]] = Counter()
        table = Table("Effect", "Record", "Other record", "Was", "Is", title="What would change" if dry_run else None)
        for change in rematching.changes(since=_day(since)):
            counts[change.before, change.after] += 1
            if change.effect and table.row_count < MOST_LISTED:
                for one, other in change.records:
                    table.add_row(change.effect, one.public_id, other.public_id, change.before, change.after)
            if not dry_run:
                waiting = rematching.carry_out(change)
        console = Console(file=self.stdout, width=140)
        if table.row_count:
            console.print(table)
        for (before, after), count in sorted(counts.items()):
            console.print(f"{count:,} pairs: {before} is now {after}" if before != after else f"{count:,}: {after}")
        if not counts:
            console.print("Nothing changes.")
        elif not dry_run:
            tasks.nudge(*waiting)
            console.print("The files are grouped and linked anew in the background. Decisions stay as they are.")


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day; write it like 2026-01-31.") from error
