"""Leaving and coming back: what becomes of a copy, and of its record, when a filing leaves it, and when one returns.

A copy stands as long as a filing of its file holds it, a record as long as a copy does. An ended copy keeps the record
in which it ended, and its home, so that all can be again as it was when the same bytes are filed again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from catalog.models import Copy, Filing, Record, ReviewItem, SearchEntry, User

from .coming import copy_of, exchange_homes, new_copy, next_apart
from .describing import describe
from .disputing import settle_conflicts
from .history import write_event
from .relating import relate_later, retract_of
from .reviewing import forget_questions_of
from .searching import index_records
from .settling import copies_beside, regroup


def leave(copy: Copy, *, at: datetime, actor: User | None) -> None:
    """Let a copy and its record follow when a filing has left; call it under the lock of the audience.

    The search follows at once, so that nobody finds for a moment longer what was taken away.
    """
    record = Record.objects.get(pk=copy.record_id)
    left = list(copy.filings.standing().select_related("file").order_by("filed_at", "pk"))
    if any(filing.file_id == copy.file_id for filing in left):
        if record.is_standing:
            describe(record, at=at)
        touched = {record.pk}
    else:
        own = _go_on_without(copy, record, left, at=at)
        touched = _end(copy, record, at=at, actor=actor)
        if own:
            regroup(own, copy.audience_key, at=at, actor=actor, at_once=True)
            touched |= {one.home_record_id for one in own}
    index_records(Record.objects.filter(pk__in=touched).select_related("best_copy__file"))


def _go_on_without(copy: Copy, record: Record, left: Iterable[Filing], *, at: datetime) -> list[Copy]:
    """Give what is left in a copy whose bytes have left one of its own, an item each; return these copies.

    Such items were described before their picture came. The first of them goes on at the address of the copy.
    """
    of_item: dict[tuple[int, str], list[Filing]] = defaultdict(list)
    for filing in left:
        of_item[filing.source_id, filing.item_key].append(filing)
    own = []
    for filings in of_item.values():
        one, was_here = copy_of(filings[-1].file, copy.audience_key, at)
        if was_here:
            one = new_copy(one.file, one.audience_key, at=at, apart=next_apart(one.file, one.audience_key))
        Filing.objects.filter(pk__in=[filing.pk for filing in filings]).update(copy=one)
        own.append(one)
    if own:
        _take_home(own[0], copy, record)
    return own


def _take_home(own: Copy, copy: Copy, record: Record) -> None:
    """Let a pending copy have the home of one that is about to end; its own is left to that, and answers no more."""
    exchange_homes(own, copy)
    Copy.objects.filter(pk=own.pk).update(record=own.home_record_id)
    own.record_id = own.home_record_id
    Record.objects.filter(pk=copy.home_record_id).update(state=Record.State.ABSORBED, absorbed_into=record)


def _end(copy: Copy, record: Record, *, at: datetime, actor: User | None) -> set[int]:
    """End a copy that nobody holds, and group anew what is around it; return the keys of the records that changed."""
    beside = copies_beside(copy)
    left = [other for other in beside if other.record_id == record.pk]
    Copy.objects.filter(pk=copy.pk).update(ended_at=at)
    others = _forget_what_was_said_of(copy, at)
    if left:
        _pass_home_on(copy, left)
    else:
        others |= _withdraw(record, at=at, actor=actor)
    if beside:
        regroup(beside, copy.audience_key, at=at, actor=actor, at_once=True)
    relate_later(others)
    now = Copy.objects.filter(pk__in=[other.pk for other in beside]).values_list("record", flat=True)
    return {record.pk, *(other.record_id for other in beside), *now}


def _forget_what_was_said_of(copy: Copy, at: datetime) -> set[int]:
    """Drop the questions and relations that rest on a copy; return the records that they were about."""
    about = ReviewItem.objects.filter(Q(copy_a=copy) | Q(copy_b=copy))
    asked = {pk for pair in about.values_list("better", "worse") for pk in pair}
    about.delete()
    return asked | retract_of(copy, at=at)


def _pass_home_on(copy: Copy, left: Iterable[Copy]) -> None:
    """Let the copies that are left in a record keep its address, where it was the home of the one that ended."""
    if copy.home_record_id == copy.record_id:
        exchange_homes(copy, min(left, key=lambda other: other.home_record_id))


def _withdraw(record: Record, *, at: datetime, actor: User | None) -> set[int]:
    """Let a record end of which no copy is left, and those it answers for; return the records asked about with it."""
    for one in [*Record.objects.filter(absorbed_into=record).order_by("pk"), record]:
        was = one.state
        settle_conflicts(one.conflicts.all())
        if was != Record.State.PENDING:
            one.gone_at = at
        one.state, one.absorbed_into, one.best_copy, one.record_copy = Record.State.WITHDRAWN, None, None, None
        one.title, one.description, one.best_copy_because, one.record_copy_because = "", {}, "", ""
        one.modified_at = at
        one.save()
        write_event(
            "record.withdrawn", object_id=one.public_id, at=at, actor=actor, audience_key=one.audience_key,
            record=one, before={"state": was}, after={"state": one.state},
        )  # fmt: skip
    SearchEntry.objects.filter(record=record).delete()
    return forget_questions_of([record.pk])
