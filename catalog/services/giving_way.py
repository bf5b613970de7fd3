"""Giving way: a file that turns out to be unreadable leaves its record to the picture that came after it.

A record that was only described waits for its picture. What cannot be read is none; so the next bytes under the item
key have the record, whether they came before this was known (here) or after (`coming.copy_of`).
"""

from datetime import datetime

from django.db import transaction

from catalog.models import Copy, Filing, ImageFile, Record

from . import sayings
from .coming import exchange_homes, give_copy_of_their_own, others_than, was_described
from .describing import describe
from .examining import quarantine
from .history import write_event
from .locking import lock_audiences
from .searching import index_records
from .settling import absorb, regroup


@transaction.atomic
def set_aside(file: ImageFile, reason: str, *, at: datetime) -> None:
    """Quarantine a file, and let what was filed after it go to the records that stand without a picture."""
    copies = Copy.objects.standing().filter(file=file, record__state=Record.State.STANDING)
    lock_audiences(*copies.values_list("audience_key", flat=True))
    quarantine(file, reason, at=at)
    for copy in copies.order_by("pk"):
        for later in _later_filings(copy):
            if copy.ended_at is None and was_described(later, copy):
                _give_way(copy, later, at=at)


def _later_filings(copy: Copy) -> list[Filing]:
    """Return the filings, of other bytes and in the same audience, that superseded those of this copy's file."""
    later = Filing.objects.standing().filter(supersedes__copy=copy, supersedes__file=copy.file_id)
    return list(later.filter(audience_key=copy.audience_key).exclude(copy=copy).order_by("pk"))


def _give_way(copy: Copy, later: Filing, *, at: datetime) -> None:
    """End a copy that shows nothing; its home, with all that was filed of the item, goes to the copy of a later filing.

    That may be pending, as it is as a rule, or stand already, alone or among others.
    """
    record, beside = Record.objects.get(pk=copy.record_id), _others_of_record(copy)
    following = Copy.objects.select_related("record").get(pk=later.copy_id)
    was = following.record
    copy.ended_at = at
    copy.save(update_fields=["ended_at"])
    of_others = others_than(later, copy)
    give_copy_of_their_own(of_others, copy.file, copy.audience_key, at=at)
    copy.filings.standing().update(copy=following)
    exchange_homes(copy, following)
    if was.is_standing:
        regroup([following], copy.audience_key, at=at, at_once=True)
    else:
        _stand_for(following, record)
    following.refresh_from_db()
    write_event(
        "copy.moved", object_id=following.public_id, at=at, actor=None, audience_key=copy.audience_key,
        record=following.record, reason=sayings.GAVE_WAY, before={"record": was.public_id},
        after={"record": following.record.public_id},
    )  # fmt: skip
    absorb(Record.objects.get(pk=copy.home_record_id), following.record, at=at, actor=None)
    if beside:
        regroup(beside, copy.audience_key, at=at, at_once=True)
    if following.record.is_standing:
        describe(following.record, at=at)
    touched = {record.pk, was.pk, following.record_id, *(other.record_id for other in beside)}
    index_records(Record.objects.filter(pk__in=touched).select_related("best_copy__file"))


def _others_of_record(copy: Copy) -> list[Copy]:
    others = Copy.objects.standing().filter(record=copy.record_id).exclude(pk=copy.pk)
    return list(others.select_related("file", "record").order_by("pk"))


def _stand_for(copy: Copy, record: Record) -> None:
    """Let a pending copy be the only one of a record that stands, until its file has settled."""
    Record.objects.filter(pk=record.pk).update(best_copy=copy)
    Copy.objects.filter(pk=copy.pk).update(record=record, because="")
