"""Write what the catalog says about pairs of files, as benchmark/score.py reads it."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand

from catalog.models import Copy, Filing, Record, Relation, ReviewItem

VERDICTS = {Relation.Kind.DERIVED_FROM: "derivative", Relation.Kind.SAME_SCENE: "same-scene"}
BATCH = 1000


class Command(BaseCommand):
    help = "Write a CSV with the columns a, b, verdict: one line for each pair of filed file names, one verdict a pair."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--audience", default="public", help="audience key of the records (default: public)")

    def handle(self, *, file: Path, audience: str, **_):
        count = 0
        told: set[tuple[str, str]] = set()
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(["a", "b", "verdict"])
            for pair, verdict in verdicts(audience):
                if pair[0] != pair[1] and pair not in told:
                    told.add(pair)
                    writer.writerow([*pair, verdict])
                    count += 1
        self.stdout.write(f"{count} pairs written to {file}.")


def verdicts(audience: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((a, b), verdict), the strongest first: merged, then links, then questions that are open."""
    yield from _merged(audience)
    yield from _linked(audience)
    yield from _open(audience)


def _merged(audience: str):
    """Every filed name of a record with the first one: merging is transitive, so that says it all."""
    records = Record.objects.filter(audience_key=audience, state=Record.State.STANDING).order_by("pk")
    keys = records.values_list("pk", flat=True).iterator(chunk_size=BATCH)
    while batch := list(islice(keys, BATCH)):
        first: dict[int, str] = {}
        filings = Filing.objects.filter(copy__record__in=batch).order_by("copy__record", "filed_at", "pk")
        for record, name in filings.values_list("copy__record", "file_name"):
            if name != first.setdefault(record, name):
                yield _pair(first[record], name), "merged"


def _linked(audience: str):
    relations = Relation.objects.standing().filter(from_copy__audience_key=audience).order_by("pk")
    for relation in relations.iterator(chunk_size=BATCH):
        yield from _names(relation.from_copy_id, relation.to_copy_id, VERDICTS[relation.kind])


def _open(audience: str):
    for item in ReviewItem.objects.filter(audience_key=audience).order_by("pk").iterator(chunk_size=BATCH):
        yield from _names(item.copy_a_id, item.copy_b_id, "review")


def _names(copy_a: int, copy_b: int, verdict: str):
    """One pair stands for two copies: the first name that each was filed under."""
    names = {
        copy.pk: copy.filings.order_by("filed_at", "pk").values_list("file_name", flat=True).first()
        for copy in Copy.objects.filter(pk__in=(copy_a, copy_b))
    }
    yield _pair(names[copy_a], names[copy_b]), verdict


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)
