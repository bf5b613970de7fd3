"""Filing: the one way in, whichever door a file comes through."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from catalog.metadata import identifiers as numbers
from catalog.metadata.embargoes import BadEmbargo, parse_embargo
from catalog.metadata.validation import Problem, Value, check_filing, normalise
from catalog.models import (
    Agency,
    Assignment,
    Audience,
    Batch,
    Filing,
    Holding,
    Identifier,
    ImageFile,
    Job,
    Scheme,
    Source,
    Statement,
    User,
)
from catalog.models.public_id import new_public_id

from . import sayings
from .coming import copy_of
from .describing import describe, describe_record_of
from .history import write_event
from .inserting import insert
from .jobs import enqueue
from .locking import lock_audiences
from .settling import regroup
from .store import Spooled, store

FILED = "filed"
ALREADY_HERE = "already here"
LEAST = "9"
"""The rank of what has no bytes: behind that of every file."""


class FilingRefused(Exception):
    """The description cannot be filed as it is; `problems` says what to mend. The file itself is not touched."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__(" ".join(p.message for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a filing. `outcome`: filed, or already here, when these bytes had been filed for this audience."""

    filing: Filing
    outcome: str
    jobs: tuple[Job, ...]
    is_repeat: bool = False
    """The very same filing was made before; nothing was added."""


@dataclass(frozen=True, slots=True)
class Placing:
    """For whom a filing is: while it is embargoed for its agency alone, and from that day on for those it is meant."""

    audience: str
    embargo_until: date | None = None
    audience_after: str = ""

    @classmethod
    def of(cls, filing: Filing) -> "Placing":
        return cls(filing.audience, filing.embargo_until, filing.audience_after)


def form_source(agency: Agency) -> Source:
    """Return the source that stands for the agency's web form."""
    return Source.objects.get_or_create(agency=agency, name="Web form", defaults={"kind": Source.Kind.FORM})[0]


def receive_filing(
    *,
    agency: Agency,
    source: Source,
    spooled: Spooled | None,
    file_name: str,
    item_key: str,
    audience: str,
    values: Sequence[Value],
    identifiers: Iterable[tuple[str, str]] = (),
    filed_by: User | None,
    at: datetime,
    batch: Batch | None = None,
    idempotency_key: str = "",
    embargo_until: str = "",
) -> Receipt:
    """File one file, or without `spooled` its description alone; the same filing again gives the same filing.

    The spool stays the caller's to discard. The bytes are put into the store first: bytes without a row do no harm, a
    row without bytes would. What is only described has its record at once, and nothing is grouped with it; bytes that
    come later under the same item key go to that record. `embargo_until` is the day, as it was typed, on which others
    than the agency may see it; empty: at once. Raises FilingRefused with every problem found.
    """
    values, numbers_found, placing = checked(audience, embargo_until, values, identifiers, at)
    key = store().keep(spooled) if spooled else ""
    with transaction.atomic():
        lock_source(source)
        refuse_withdrawn(batch)
        if repeat := _same_filing(source, item_key, spooled, idempotency_key):
            return Receipt(repeat, ALREADY_HERE, (), is_repeat=True)
        file = _file_row(spooled, key, at) if spooled else _described_row(source, item_key, at)
        audience_key = Filing.audience_key_for(placing.audience, agency)
        superseded = _superseded(source, item_key)
        lock_audiences(audience_key, *([superseded.audience_key] if superseded else []))
        copy, was_here = copy_of(file, audience_key, at, superseded)
        filing = Filing.objects.create(
            agency=agency,
            source=source,
            batch=batch,
            item_key=item_key,
            file=file,
            file_name=file_name,
            copy=copy,
            audience=placing.audience,
            audience_key=audience_key,
            embargo_until=placing.embargo_until,
            audience_after=placing.audience_after,
            filed_by=filed_by,
            filed_at=at,
            supersedes=superseded,
            idempotency_key=idempotency_key,
        )
        _state(filing, values, numbers_found, at)
        write_event(
            "filing.received",
            object_id=filing.public_id,
            at=at,
            actor=filed_by,
            audience_key=audience_key,
            record=copy.record,
            after=told_of(filing, file, values),
        )
        if copy.record.is_standing:
            describe(copy.record, at=at)
        elif not spooled:
            regroup([copy], audience_key, at=at)
        if superseded:
            describe_record_of(superseded, at=at)
        job = next_job(file, was_here)
    return Receipt(filing, ALREADY_HERE if was_here else FILED, (job,) if job else ())


def lock_source(source: Source) -> None:
    """Hold the source until the transaction ends, so that a repeat meanwhile finds the first."""
    Source.objects.select_for_update(no_key=True).get(pk=source.pk)


def refuse_withdrawn(batch: Batch | None) -> None:
    """Raise FilingRefused where the batch was withdrawn while it was filed; call it under the lock of its source."""
    if batch and Batch.objects.filter(pk=batch.pk, withdrawn_at__isnull=False).exists():
        raise FilingRefused([Problem("batch", batch.public_id, sayings.BATCH_WITHDRAWN, "")])


def told_of(filing: Filing, file: ImageFile, values: Iterable[Value]) -> dict:
    """Return what history keeps of a filing."""
    return {
        "agency": filing.agency.slug,
        "file": file.sha256,
        "name": filing.file_name or filing.item_key,
        "values": [_plain(v) for v in values],
    }


def checked_placing(audience: str, embargo_until: str, at: datetime) -> Placing:
    """Return for whom a filing shall be. Raises FilingRefused with all that is wrong."""
    problems, until = [], None
    if audience not in Audience.values:
        known = ", ".join(Audience.values)
        problems.append(Problem("audience", audience, sayings.FOR_WHOM.format(known=known), "public"))
    try:
        until = parse_embargo(embargo_until, timezone.localdate(at))
    except BadEmbargo as error:
        problems.append(Problem("embargo_until", embargo_until, str(error), error.example))
    if problems:
        raise FilingRefused(problems)
    return Placing(Audience.RESTRICTED.value, until, audience) if until else Placing(audience)


def checked(
    audience: str,
    embargo_until: str,
    values: Iterable[Value],
    identifiers: Iterable[tuple[str, str]],
    at: datetime,
    schemes: Mapping[str, Scheme] | None = None,
) -> tuple[list[Value], list[tuple[Scheme, str]], Placing]:
    """Return normalised values, (scheme, number) pairs and the placing; raise FilingRefused with all that is wrong."""
    values = [normalise(v) for v in values]
    problems = list(check_filing(values))
    try:
        placing = checked_placing(audience, embargo_until, at)
    except FilingRefused as refused:
        problems += refused.problems
    schemes = {s.slug: s for s in Scheme.objects.all()} if schemes is None else schemes
    found = []
    for slug, raw in identifiers:
        if slug not in schemes:
            known = ", ".join(sorted(schemes))
            problems.append(Problem(slug, raw, sayings.NO_SCHEME.format(scheme=slug, known=known), "apn"))
            continue
        try:
            found.append((schemes[slug], numbers.normalise(schemes[slug].normaliser, raw)))
        except numbers.BadIdentifier as error:
            problems.append(Problem(slug, raw, str(error), ""))
    if problems:
        raise FilingRefused(problems)
    return values, found, placing


def _same_filing(source: Source, item_key: str, spooled: Spooled | None, idempotency_key: str) -> Filing | None:
    """Return the filing that was made before; a description says nothing new of an item that was filed already."""
    filings = Filing.objects.standing().filter(source=source).select_related("copy__record", "file")
    if idempotency_key and (filing := filings.filter(idempotency_key=idempotency_key).first()):
        return filing
    of_item = filings.current().filter(item_key=item_key)
    return (of_item.filter(file__sha256=spooled.sha256) if spooled else of_item).first()


def _superseded(source: Source, item_key: str) -> Filing | None:
    return Filing.objects.current().filter(source=source, item_key=item_key).first()


def _file_row(spooled: Spooled, key: str, at: datetime) -> ImageFile:
    file, _ = ImageFile.objects.get_or_create(
        sha256=spooled.sha256,
        defaults={"size_bytes": spooled.size_bytes, "media_type": spooled.media_type.mime, "received_at": at},
    )
    Holding.objects.get_or_create(
        file=file, source=None, defaults={"path": key, "is_kept": True, "checked_at": at, "check_result": "stored"}
    )
    return file


def _described_row(source: Source, item_key: str, at: datetime) -> ImageFile:
    """Return the file that stands for an item without bytes: the one it had before it was withdrawn, or a new one."""
    described = ImageFile.objects.filter(state=ImageFile.State.DESCRIBED)
    before = described.filter(filings__source=source, filings__item_key=item_key).order_by("-pk").first()
    return before or ImageFile.objects.create(**described_file(at))


def described_file(at: datetime) -> dict:
    """Return the fields of a file that was described only: there is nothing to examine, and it is the least of all."""
    return {
        "state": ImageFile.State.DESCRIBED,
        "sha256": None,
        "size_bytes": None,
        "rank": LEAST,
        "received_at": at,
        "examined_at": at,
        "settled_at": at,
    }


def _state(filing: Filing, values: Iterable[Value], numbers_found, at: datetime) -> None:
    insert(Statement, [statement(filing, value, at) for value in values])
    for scheme, number in dict.fromkeys(numbers_found):
        identifier, _ = Identifier.objects.get_or_create(scheme=scheme, value=number)
        Assignment.objects.create(filing=filing, identifier=identifier)


def statement(filing: Filing, value: Value, at: datetime) -> dict[str, object]:
    """Return the row of what a filing states."""
    return {
        "public_id": new_public_id(),
        "filing_id": filing.pk,
        "element": value.element,
        "value": value.value,
        "language": value.language,
        "scheme": value.scheme,
        "origin": Statement.Origin.FILED.value,
        "note": "",
        "made_by_id": filing.filed_by_id,
        "made_at": at,
    }


def _plain(value: Value) -> list[str]:
    return [value.element, value.value, value.language, value.scheme]


def next_job(file: ImageFile, was_here: bool) -> Job | None:
    """A new file is examined; a known one that is new to this audience is compared with what is there."""
    if not file.has_bytes:
        return None
    if not file.is_examined:
        return enqueue(Job.Kind.EXAMINE, file.pk) if file.state == ImageFile.State.RECEIVED else None
    if was_here or not file.is_readable:
        return None
    return enqueue(Job.Kind.COMPARE, file.pk)
