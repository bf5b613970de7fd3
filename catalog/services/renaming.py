"""Renaming: what an agency is called changes, and all that tells of its filings follows.

An agency may have filed hundreds of thousands of pictures. So their records are told of in steps: each writes a line
of history for some of them, and whoever follows the published order writes them anew.
"""

from datetime import datetime

from django.db import transaction

from catalog.models import Agency, Filing, Job, Record, User

from . import jobs
from .history import write_event

RECORDS_AT_ONCE = 500
CHANGING = ("name", "kind", "email")


@transaction.atomic
def change_agency(*, agency: Agency, by: User | None, at: datetime, **changes: str) -> Job | None:
    """Change name, kind or e-mail address of an agency; return the job that tells of it, None where nothing changes.

    Raises django.core.exceptions.ValidationError with what cannot be taken.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    before = {name: getattr(agency, name) for name in CHANGING}
    for name in CHANGING:
        setattr(agency, name, changes.get(name, before[name]))
    after = {name: getattr(agency, name) for name in CHANGING}
    if after == before:
        return None
    agency.full_clean()
    agency.save(update_fields=CHANGING)
    write_event("agency.changed", object_id=agency.slug, at=at, actor=by, before=before, after=after)
    return jobs.enqueue(Job.Kind.RETELL, _subject(agency.pk, 0))


def retell(subject: str, *, at: datetime) -> None:
    """Tell of the next records of an agency, and leave those behind them to another job."""
    agency, after = (int(part) for part in subject.split(":")[1:])
    held = Filing.objects.standing().filter(agency=agency).values("copy__record")
    records = Record.objects.standing().filter(pk__in=held, pk__gt=after).order_by("pk")[:RECORDS_AT_ONCE]
    told = list(records)
    for record in told:
        write_event("record.retold", object_id=record.public_id, at=at, audience_key=record.audience_key, record=record)
    if len(told) == RECORDS_AT_ONCE:
        jobs.enqueue(Job.Kind.RETELL, _subject(agency, told[-1].pk))


def _subject(agency: int, after: int) -> str:
    return f"agency:{agency}:{after}"
