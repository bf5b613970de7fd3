"""A record's description: computed from what its filings state, each value with where it comes from."""

from collections.abc import Iterable
from datetime import datetime

from catalog.metadata.joining import Description, StatementValue
from catalog.metadata.joining import describe as join
from catalog.metadata.validation import Value
from catalog.models import Assignment, Copy, Decision, Filing, ImageFile, Record, Statement

from . import sayings
from .disputing import restate_numbers, spoken_by_officers, weigh, write_disputes
from .history import Line, write_events

DESCRIBED = ("record_copy", "record_copy_because", "description", "title", "filed_at")


def choose_record_copy(record: Record, copies: Iterable[Copy]) -> tuple[Filing, str]:
    """Return the authoritative filing of these copies, with the reason in a sentence.

    Designated by an officer > filed by the office of record for a number that it bears > filed earlier.
    A filing of a damaged file stands back while an intact one exists.
    """
    filings = _filings(copies)
    designated = Decision.objects.effective().filter(record=record, filing__in=filings).first()
    if designated:
        return next(f for f in filings if f.pk == designated.filing_id), sayings.OFFICER_CHOSE
    intact = [f for f in filings if f.file.state == ImageFile.State.INTACT] or filings
    for filing in intact:
        if because := because_of_office(filing, filing.assignments.all()):
            return filing, because
    return intact[0], sayings.EARLIEST if len(filings) > 1 else sayings.ONLY_FILING


def because_of_office(filing: Filing, assignments: Iterable[Assignment]) -> str:
    """Return why a filing is authoritative where its agency gives one of these numbers of it; else nothing."""
    for assignment in assignments:
        scheme = assignment.identifier.scheme
        if scheme.office_of_record_id == filing.agency_id and assignment.status != Assignment.Status.WRONG:
            number = f"{scheme.label} {assignment.identifier.value}"
            return sayings.OFFICE_OF_RECORD.format(agency=filing.agency, number=number)
    return ""


def describe(record: Record, *, at: datetime) -> None:
    """Compute the description of a standing record and write it down, with its contradictions, where it changed.

    Call it under the lock of the record's audience.
    """
    copies = list(record.copies.standing().select_related("file"))
    filings = _filings(copies)
    restate_numbers(record, filings)
    was = {name: getattr(record, name) for name in DESCRIBED}
    record.record_copy, record.record_copy_because = choose_record_copy(record, copies)
    pictures, said = sum(c.file.is_readable for c in copies), _statement_values(record, filings)
    contradictions = _say(record, said, pictures).contradictions
    spoken = spoken_by_officers(record)
    weighed = weigh(record, spoken, contradictions, filings)
    if weighed.heard:
        _say(record, [*said, *(_value(s, record.record_copy, record) for s in weighed.heard)], pictures)
    conflicts_changed = write_disputes(record, weighed.disputes, at)
    record.filed_at = min(f.filed_at for f in filings)
    if not conflicts_changed and was == {name: getattr(record, name) for name in DESCRIBED}:
        return
    record.modified_at = at
    record.save(update_fields=[*DESCRIBED, "modified_at"])
    told = {"conflicts": [d.element for d in weighed.disputes], "changed": conflicts_changed}
    write_events([_line(record, was["description"].get("values"), told, at)])


def describe_record_of(filing: Filing, *, at: datetime) -> None:
    """Describe the record in which a filing is, if it stands: another filing superseded it, or does so no more."""
    for record in Record.objects.standing().filter(copies__filings=filing):
        describe(record, at=at)


def describe_anew(record: Record, filing: Filing, stated: Iterable[tuple[int, Value]], *, at: datetime) -> Line:
    """Describe, unsaved, a record whose only filing has no picture; return the line of history that tells of it.

    This is what `describe` would do, without asking the database: `stated` are the filing's values, each with the key
    of its statement.
    """
    agency, moment = filing.agency.name, at.isoformat()
    said = [
        StatementValue(
            str(key), v.element, v.value, v.language, v.scheme, Statement.Origin.FILED,
            filing.public_id, agency, moment, is_record_copy=True,
        )
        for key, v in stated
    ]  # fmt: skip
    _say(record, said, 0)
    record.filed_at = filing.filed_at
    record.modified_at = at
    return _line(record, None, {"conflicts": [], "changed": False}, at)


def _say(record: Record, stated: Iterable[StatementValue], pictures: int) -> Description:
    description = join(stated)
    record.description = {"values": [_plain(v) for v in description.values], "copies": pictures}
    record.title = next((v.value for v in description.values if v.element == "title"), "")
    return description


def _line(record: Record, before: list | None, told: dict, at: datetime) -> Line:
    values = record.description["values"]
    return Line(
        verb="record.described",
        object_id=record.public_id,
        at=at,
        audience_key=record.audience_key,
        record=record,
        before=None if before == values else before,
        after={"values": values, **told},
    )


def _filings(copies: Iterable[Copy]) -> list[Filing]:
    """Return the current filings of the copies, earliest first; superseded ones only where nothing else is left."""
    filings = list(
        Filing.objects.standing()
        .filter(copy__in=[c.pk for c in copies])
        .select_related("agency", "file", "superseded_by")
        .prefetch_related("assignments__identifier__scheme")
        .order_by("filed_at", "id")
    )
    return [f for f in filings if not hasattr(f, "superseded_by")] or filings


def _statement_values(record: Record, filings: list[Filing]) -> list[StatementValue]:
    """Return what the filings and their files state."""
    first_of_file: dict[int, Filing] = {}
    for filing in filings:
        first_of_file.setdefault(filing.file_id, filing)
    by_key = {f.pk: f for f in filings}
    of_filings = Statement.objects.standing().filter(filing__in=by_key)
    of_files = Statement.objects.standing().filter(file__in=first_of_file)
    return [
        *(_value(s, by_key[s.filing_id], record) for s in of_filings),
        *(_value(s, first_of_file[s.file_id], record) for s in of_files),
    ]


def _value(statement: Statement, filing: Filing, record: Record) -> StatementValue:
    """Return a statement as joining wants it; what an officer said is no filing's word."""
    is_filed = statement.origin != Statement.Origin.OFFICER
    return StatementValue(
        key=str(statement.pk),  # decimal: values of one moment stay in the order in which they were given
        element=statement.element,
        value=statement.value,
        language=statement.language,
        scheme=statement.scheme,
        origin=statement.origin,
        filing_key=filing.public_id if is_filed else "",
        agency=filing.agency.name if is_filed else "",
        at=statement.made_at.isoformat(),
        is_record_copy=filing.pk == record.record_copy_id,
    )


def _plain(value) -> dict:
    return {
        "element": value.element,
        "value": value.value,
        "language": value.language,
        "scheme": value.scheme,
        "because": value.because,
        "filings": [key for key in value.filing_keys if key],
        "statements": list(value.statement_keys),
    }
