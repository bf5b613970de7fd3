"""Loading: many descriptions without pictures filed at once, by the rules and with the rows of any other filing.

`receive_filing` without bytes is the definition; this says the same of many items with some thirty statements to the
database, and a test holds the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from catalog.metadata.validation import Problem, Value
from catalog.models import (
    Agency,
    Assignment,
    Batch,
    Copy,
    Filing,
    Identifier,
    ImageFile,
    Record,
    Scheme,
    Source,
    Statement,
    User,
)

from . import sayings
from .describing import because_of_office, describe_anew
from .filing import (
    FilingRefused,
    checked,
    described_file,
    lock_source,
    receive_filing,
    refuse_withdrawn,
    statement,
    told_of,
)
from .history import Line, write_events
from .inserting import insert
from .locking import lock_audience

Numbers = Sequence[tuple[Scheme, str]]


@dataclass(frozen=True, slots=True)
class Item:
    """What is said of one item; `key` is what its source calls it."""

    key: str
    values: Sequence[Value]
    identifiers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the items, by their keys: filed now, filed before (by which batch), or refused and why."""

    filed: list[str] = field(default_factory=list)
    before: dict[str, int | None] = field(default_factory=dict)
    refused: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


def file_descriptions(
    *,
    agency: Agency,
    source: Source,
    items: Iterable[Item],
    audience: str,
    filed_by: User | None,
    at: datetime,
    batch: Batch | None = None,
) -> Loaded:
    """File descriptions without pictures, all in one transaction; their records stand at once.

    Good items are filed beside bad ones. Of items with one key the first counts. Hand in some hundreds at a time:
    all are held in memory, and the audience's lock as long as they are written. Raises FilingRefused where the batch
    was withdrawn meanwhile.
    """
    loaded, good, items_by_key = Loaded(), {}, {}
    schemes = {scheme.slug: scheme for scheme in Scheme.objects.all()}
    for item in items:
        try:
            values, numbers, placing = checked(audience, "", item.values, item.identifiers, at, schemes)
            good.setdefault(item.key, (values, numbers))
            items_by_key.setdefault(item.key, item)
        except FilingRefused as refusal:
            loaded.refused[item.key] = refusal.problems
    with transaction.atomic():
        lock_source(source)
        refuse_withdrawn(batch)
        known = Filing.objects.current().filter(source=source, item_key__in=list(good))
        loaded.before.update(known.values_list("item_key", "batch_id"))
        new = {key: said for key, said in good.items() if key not in loaded.before}
        for key in _withdrawn(source, new):  # these come back to the address that they had
            del new[key]
            item = items_by_key[key]
            receive_filing(
                agency=agency, source=source, spooled=None, file_name="", item_key=key, audience=audience,
                values=item.values, identifiers=item.identifiers, filed_by=filed_by, at=at, batch=batch,
            )  # fmt: skip
            loaded.filed.append(key)
        if new:
            audience_key = Filing.audience_key_for(audience, agency)
            lock_audience(audience_key)
            filings = _filings(
                new,
                audience_key,
                agency=agency,
                source=source,
                batch=batch,
                audience=audience,
                filed_by=filed_by,
                at=at,
            )
            _stand([(filing, *said) for filing, said in zip(filings, new.values(), strict=True)], at)
            loaded.filed.extend(new)
    return loaded


def _withdrawn(source: Source, keys: Iterable[str]) -> list[str]:
    """Return those of the items that were filed before, and withdrawn."""
    before = Filing.objects.filter(source=source, item_key__in=list(keys), withdrawn_at__isnull=False)
    return sorted(set(before.values_list("item_key", flat=True)))


def _filings(keys: Iterable[str], audience_key: str, *, at: datetime, **common) -> list[Filing]:
    """Make a filing for each key, with a file that has no bytes, a copy, and a pending record."""
    keys = list(keys)
    files = ImageFile.objects.bulk_create(ImageFile(**described_file(at)) for _ in keys)
    records = Record.objects.bulk_create(Record(audience_key=audience_key, filed_at=at, modified_at=at) for _ in keys)
    copies = Copy.objects.bulk_create(
        Copy(
            file=file, audience_key=audience_key, record=record, home_record=record, made_at=at,
            tie=Copy.Tie.ANCHOR, because=sayings.BEST_COPY,
        )
        for file, record in zip(files, records, strict=True)
    )  # fmt: skip
    return Filing.objects.bulk_create(
        Filing(item_key=key, file=copy.file, copy=copy, audience_key=audience_key, filed_at=at, **common)
        for key, copy in zip(keys, copies, strict=True)
    )


def _stand(said: Sequence[tuple[Filing, Sequence[Value], Numbers]], at: datetime) -> None:
    """Let the record of each filing stand, described, with its history."""
    statements = _statements(said, at)
    assignments = _assignments(said)
    lines = []
    for filing, values, _ in said:
        record = filing.copy.record
        record.state, record.best_copy, record.best_copy_because = Record.State.STANDING, filing.copy, sayings.ONLY_COPY
        record.record_copy = filing
        record.record_copy_because = because_of_office(filing, assignments.get(filing.pk, ())) or sayings.ONLY_FILING
        lines += [
            _line("filing.received", filing.public_id, filing, at, actor=filing.filed_by,
                  after=told_of(filing, filing.file, values)),
            _line("record.stands", record.public_id, filing, at,
                  before={"state": Record.State.PENDING}, after={"state": record.state}),
            describe_anew(record, filing, statements[filing.pk], at=at),
        ]  # fmt: skip
    _save([filing.copy.record for filing, _, _ in said])
    write_events(lines)


def _statements(said, at: datetime) -> dict[int, list[tuple[int, Value]]]:
    """Write what the filings state; return it by filing, each value with the key of its statement."""
    stated = [(filing, value) for filing, values, _ in said for value in values]
    keys = insert(Statement, [statement(filing, value, at) for filing, value in stated])
    of_filing: dict[int, list[tuple[int, Value]]] = {filing.pk: [] for filing, _, _ in said}
    for key, (filing, value) in zip(keys, stated, strict=True):
        of_filing[filing.pk].append((key, value))
    return of_filing


def _assignments(said) -> dict[int, list[Assignment]]:
    """Assign each filing its numbers, those that are new here made first."""
    wanted = {pair for _, _, numbers in said for pair in numbers}
    if not wanted:
        return {}
    Identifier.objects.bulk_create(
        (Identifier(scheme=scheme, value=value) for scheme, value in sorted(wanted, key=lambda p: (p[0].pk, p[1]))),
        ignore_conflicts=True,
    )
    known = Identifier.objects.filter(value__in={value for _, value in wanted}).select_related("scheme")
    identifiers = {(one.scheme, one.value): one for one in known}
    made = Assignment.objects.bulk_create(
        Assignment(filing=filing, identifier=identifiers[pair])
        for filing, _, numbers in said
        for pair in dict.fromkeys(numbers)
    )
    of_filing: dict[int, list[Assignment]] = {}
    for one in made:
        of_filing.setdefault(one.filing_id, []).append(one)
    return of_filing


def _line(verb: str, object_id: str, filing: Filing, at: datetime, **told) -> Line:
    return Line(
        verb=verb, object_id=object_id, at=at, audience_key=filing.audience_key, record=filing.copy.record, **told
    )


def _save(records: list[Record]) -> None:
    """Write rows that are there already, many in one statement."""
    fields = [
        "state", "best_copy", "best_copy_because", "record_copy", "record_copy_because",
        "title", "description", "filed_at", "modified_at",
    ]  # fmt: skip
    Record.objects.bulk_create(records, update_conflicts=True, unique_fields=["id"], update_fields=fields)
