"""Write what the catalog says about pairs of files, as benchmark/score.py reads it."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db.models import QuerySet

from catalog.models import Copy, Filing, ImageFile, Record, Relation, ReviewItem

VERDICTS = {
    Relation.Kind.DERIVED_FROM: "derivative",
    Relation.Kind.SHARES_PAGES: "derivative",
    Relation.Kind.SAME_SCENE: "same-scene",
}
BATCH = 1000


class Command(BaseCommand):
    help = "Write a CSV with the columns a, b, verdict: one line for each pair of filed file names, one verdict a pair."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--audience", default="public", help="audience key of the records (default: public)")
        parser.add_argument("--source", default="", help="only files filed from the source of this name")

    def handle(self, *, file: Path, audience: str, source: str, **_):
        filings = Filing.objects.standing().filter(audience_key=audience).order_by("filed_at", "pk")
        filings = filings.exclude(file__state=ImageFile.State.DESCRIBED)  # these name no file
        if source:
            filings = filings.filter(source__name=source)
        count = 0
        told: set[tuple[str, str]] = set()
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(["a", "b", "verdict"])
            for pair, verdict in verdicts(audience, filings):
                if pair[0] != pair[1] and pair not in told:
                    told.add(pair)
                    writer.writerow([*pair, verdict])
                    count += 1
        self.stdout.write(f"{count} pairs written to {file}.")


def verdicts(audience: str, filings: QuerySet) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((a, b), verdict), the strongest first: merged, then links, then questions that are open."""
    yield from _merged(filings)
    relations = Relation.objects.standing().filter(from_copy__audience_key=audience)
    for kinds in ((Relation.Kind.DERIVED_FROM, Relation.Kind.SHARES_PAGES), (Relation.Kind.SAME_SCENE,)):
        ends = relations.filter(kind__in=kinds).order_by("pk").values_list("from_copy", "to_copy", "kind")
        yield from _between(((a, b, VERDICTS[kind]) for a, b, kind in ends.iterator(chunk_size=BATCH)), filings)
    items = ReviewItem.objects.filter(audience_key=audience).order_by("misfit", "pk").values_list("copy_a", "copy_b")
    for better, worse in items.iterator(chunk_size=BATCH):
        beside = _names(better, filings)[:1]
        yield from ((_pair(name, first), "review") for first in beside for name in _names(worse, filings))


def _merged(filings: QuerySet):
    """Every filed name of a record with the first one: merging is transitive, so that says it all."""
    named = filings.filter(copy__record__state=Record.State.STANDING).order_by("copy__record", "filed_at", "pk")
    record = first = None
    for here, name in named.values_list("copy__record", "file_name").iterator(chunk_size=BATCH):
        if here != record:
            record, first = here, name
        elif name != first:
            yield _pair(first, name), "merged"


def _between(pairs: Iterator[tuple[int, int, str]], filings: QuerySet):
    """What is said of two copies holds for their records: each file of the one stands beside the other copy's file."""
    for a, b, verdict in pairs:
        names_a, names_b = _names(a, filings), _names(b, filings)
        yield from ((_pair(name, names_b[0]), verdict) for name in names_a if names_b)
        yield from ((_pair(names_a[0], name), verdict) for name in names_b[1:] if names_a)


def _names(copy: int, filings: QuerySet) -> list[str]:
    """Return the filed names of a copy's record, those of the copy itself first."""
    record = Copy.objects.filter(pk=copy).values("record")
    named = filings.filter(copy__record__in=record).values_list("copy", "file_name")
    return [name for _, name in sorted(named, key=lambda row: row[0] != copy)]


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)
