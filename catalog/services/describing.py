"""A record's description: computed from what its filings state, each value with where it comes from."""

from collections.abc import Iterable
from datetime import datetime

from catalog.metadata.joining import (
    Contradiction,
    Description,
    StatementValue,
    identifier_contradiction,
)
from catalog.metadata.joining import describe as join
from catalog.metadata.validation import Value
from catalog.models import Assignment, Conflict, Copy, Decision, Filing, ImageFile, Record, Statement

from .history import Line, write_events

OFFICER_CHOSE = "A records officer designated it."
ONLY_FILING = "It is the only filing."
EARLIEST = "It was filed first."
DESCRIBED = ("record_copy", "record_copy_because", "description", "title", "filed_at")


def choose_record_copy(record: Record, copies: Iterable[Copy]) -> tuple[Filing, str]:
    """Return the authoritative filing of these copies, with the reason in a sentence.

    Designated by an officer > filed by the office of record for a number that it bears > filed earlier.
    A filing of a damaged file stands back while an intact one exists.
    """
    filings = _filings(copies)
    designated = Decision.objects.effective().filter(record=record, filing__in=filings).first()
    if designated:
        return next(f for f in filings if f.pk == designated.filing_id), OFFICER_CHOSE
    intact = [f for f in filings if f.file.state == ImageFile.State.INTACT] or filings
    for filing in intact:
        if because := because_of_office(filing, filing.assignments.all()):
            return filing, because
    return intact[0], EARLIEST if len(filings) > 1 else ONLY_FILING


def because_of_office(filing: Filing, assignments: Iterable[Assignment]) -> str:
    """Return why a filing is authoritative where its agency gives one of these numbers of it; else nothing."""
    for assignment in assignments:
        scheme = assignment.identifier.scheme
        if scheme.office_of_record_id == filing.agency_id and assignment.status != Assignment.Status.WRONG:
            return f"{filing.agency} is the office of record for {scheme.label} {assignment.identifier.value}."
    return ""


def describe(record: Record, *, at: datetime) -> None:
    """Compute the description of a standing record and write it down, with its contradictions, where it changed.

    Call it under the lock of the record's audience.
    """
    copies = list(record.copies.standing().select_related("file"))
    filings = _filings(copies)
    was = {name: getattr(record, name) for name in DESCRIBED}
    record.record_copy, record.record_copy_because = choose_record_copy(record, copies)
    description = _say(record, _statement_values(record, filings), sum(c.file.is_readable for c in copies))
    contradictions = [*description.contradictions, *_number_contradictions(filings)]
    conflicts_changed = _write_conflicts(record, contradictions, at)
    record.filed_at = min(f.filed_at for f in filings)
    if not conflicts_changed and was == {name: getattr(record, name) for name in DESCRIBED}:
        return
    record.modified_at = at
    record.save(update_fields=[*DESCRIBED, "modified_at"])
    told = {"conflicts": [c.element for c in contradictions], "changed": conflicts_changed}
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
    first_of_file: dict[int, Filing] = {}
    for filing in filings:
        first_of_file.setdefault(filing.file_id, filing)
    by_key = {f.pk: f for f in filings}
    of_filings = Statement.objects.standing().filter(filing__in=by_key)
    of_files = Statement.objects.standing().filter(file__in=first_of_file)
    of_record = Statement.objects.standing().filter(record=record)
    return [
        *(_value(s, by_key[s.filing_id], record) for s in of_filings),
        *(_value(s, first_of_file[s.file_id], record) for s in of_files),
        *(_value(s, record.record_copy, record) for s in of_record),
    ]


def _value(statement: Statement, filing: Filing, record: Record) -> StatementValue:
    return StatementValue(
        key=str(statement.pk),  # decimal: values of one moment stay in the order in which they were given
        element=statement.element,
        value=statement.value,
        language=statement.language,
        scheme=statement.scheme,
        origin=statement.origin,
        filing_key=filing.public_id,
        agency=filing.agency.name,
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
        "filings": list(value.filing_keys),
        "statements": list(value.statement_keys),
    }


def _number_contradictions(filings: list[Filing]) -> list[Contradiction]:
    """Contradictions between the numbers that filings bear, one scheme at a time."""
    by_scheme: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for filing in filings:
        for assignment in filing.assignments.all():
            if assignment.status != Assignment.Status.WRONG:
                slug = assignment.identifier.scheme.slug
                numbers = by_scheme.setdefault(slug, {}).setdefault(filing.public_id, set())
                numbers.add((slug, assignment.identifier.value))
    successors = _successors(filings)
    found = (identifier_contradiction(sets, successors) for sets in by_scheme.values() if len(sets) > 1)
    return [c for c in found if c]


def _successors(filings: list[Filing]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    pairs = (
        Assignment.objects.filter(filing__in=filings, identifier__successors__isnull=False)
        .values_list(
            "identifier__scheme__slug",
            "identifier__value",
            "identifier__successors__scheme__slug",
            "identifier__successors__value",
        )
        .distinct()
    )
    after: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for scheme, value, next_scheme, next_value in pairs:
        after.setdefault((scheme, value), set()).add((next_scheme, next_value))
    return after


def _write_conflicts(record: Record, contradictions: list[Contradiction], at: datetime) -> bool:
    """Let the record's open conflicts be these; return whether anything changed."""
    now = {
        c.element: [{"value": value, "filings": list(keys)} for value, keys in c.alternatives] for c in contradictions
    }
    known = {c.element: c for c in record.conflicts.all()}
    gone = [c.pk for element, c in known.items() if element not in now]
    Conflict.objects.filter(pk__in=gone).delete()
    changed = bool(gone)
    for element, alternatives in now.items():
        conflict = known.get(element)
        if conflict is None:
            Conflict.objects.create(record=record, element=element, alternatives=alternatives, noticed_at=at)
        elif conflict.alternatives != alternatives:
            Conflict.objects.filter(pk=conflict.pk).update(alternatives=alternatives)
        changed |= conflict is None or conflict.alternatives != alternatives
    return changed
