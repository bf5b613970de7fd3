"""Withdraw all that was filed in one run."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog import tasks
from catalog.models import Batch
from catalog.services.filing import FilingRefused
from catalog.services.withdrawing import AlreadyWithdrawn
from catalog.services.withdrawing_batches import withdraw_batch

NAMED = 10


class Command(BaseCommand):
    help = "Withdraw a batch whole: manage.py withdraw_batch ID --reason '...'. Without ID it names the latest ones."

    def add_arguments(self, parser):
        parser.add_argument("batch", nargs="?", default="", metavar="ID")
        parser.add_argument("--reason", default="", help="everybody who could see its filings may read this")

    def handle(self, *, batch: str, reason: str, **_):
        if not batch:
            self.stdout.write(_latest())
            return
        found = Batch.objects.select_related("source__agency").filter(public_id=batch).first()
        if found is None:
            raise CommandError(f"There is no batch {batch!r}. The latest ones:\n{_latest()}")
        try:
            job = withdraw_batch(batch=found, reason=reason, by=None, at=timezone.now())
        except AlreadyWithdrawn:
            self.stdout.write(f"It was withdrawn before; {_standing(found)} of its filings still stand.")
            return
        except FilingRefused as refusal:
            raise CommandError(f"--reason: {refusal}") from None
        tasks.nudge(job)
        self.stdout.write(f"Withdrawn. {_standing(found)} filings follow as the workers come to it.")


def _standing(batch: Batch) -> str:
    return f"{batch.filings.standing().count():,}"


def _latest() -> str:
    batches = Batch.objects.select_related("source__agency").order_by("-pk")[:NAMED]
    lines = [f"{one.public_id}  {one}{', withdrawn' if one.is_withdrawn else ''}" for one in batches]
    return "\n".join(lines) or "Nothing was filed in a batch yet."
