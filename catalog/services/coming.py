"""Coming: the copy of a file in an audience: one that stands, one that comes back, or a new one with a new record."""

from datetime import datetime

from django.db.models import Max

from catalog.models import Copy, Filing, ImageFile, Record

from .locking import lock_audience


def copy_of(file: ImageFile, audience_key: str, at: datetime, superseded: Filing | None = None) -> tuple[Copy, bool]:
    """Return the file's copy in the audience, made with a record of its own where there is none; was it there?

    One that has ended comes back with its home, so that the address is good again. Where the item was only described
    so far, its copy gets the bytes, and its record goes on. If these were here already it is grouped with them as any
    other copy of the same bytes.
    """
    lock_audience(audience_key)
    if file.has_bytes and superseded and (waiting := _waiting_copy(superseded, audience_key)):
        waiting.file, waiting.apart, waiting.because = file, next_apart(file, audience_key), ""
        waiting.save(update_fields=["file", "apart", "because"])
        return waiting, False
    copies = Copy.objects.select_related("record").filter(file=file, audience_key=audience_key, apart=0)
    if copy := copies.standing().first():
        return copy, True
    if ended := copies.first():
        return come_back(ended, at=at), False
    return new_copy(file, audience_key, at=at), False


def _waiting_copy(superseded: Filing, audience_key: str) -> Copy | None:
    """Return the copy of a filing that has no bytes yet, where it is one of this audience."""
    waiting = Copy.objects.standing().filter(pk=superseded.copy_id, audience_key=audience_key)
    return waiting.filter(file__state=ImageFile.State.DESCRIBED).select_related("record").first()


def next_apart(file: ImageFile, audience_key: str) -> int:
    """Return the number for one more copy of a file in an audience, 0 for the first."""
    last = Copy.objects.filter(file=file, audience_key=audience_key).aggregate(last=Max("apart"))["last"]
    return 0 if last is None else last + 1


def new_copy(file: ImageFile, audience_key: str, *, at: datetime, apart: int = 0) -> Copy:
    """Make a copy with a pending record of its own, its home."""
    home = Record.objects.create(audience_key=audience_key, filed_at=at, modified_at=at)
    return Copy.objects.create(
        file=file, audience_key=audience_key, apart=apart, record=home, home_record=home, made_at=at
    )


def come_back(copy: Copy, *, at: datetime) -> Copy:
    """Let an ended copy stand again: pending, at its home, to be compared as if it were new.

    Where the record in which it ended was withdrawn, that is its home now: the address that people know. Decisions
    about the copy hold again.
    """
    ended_in = Record.objects.select_related("home_copy").get(pk=copy.record_id)
    if ended_in.state == Record.State.WITHDRAWN and ended_in.home_copy.ended_at and copy != ended_in.home_copy:
        exchange_homes(copy, ended_in.home_copy)
    Record.objects.filter(pk=copy.home_record_id).update(
        state=Record.State.PENDING, absorbed_into=None, filed_at=at, modified_at=at
    )
    Copy.objects.filter(pk=copy.pk).update(
        ended_at=None, record=copy.home_record_id, tie=Copy.Tie.ANCHOR, because="", made_at=at
    )
    return Copy.objects.select_related("record").get(pk=copy.pk)


def exchange_homes(one: Copy, other: Copy) -> None:
    """Let two copies exchange their homes. For a moment one has none: a foreign key is checked when all is done."""
    homes = one.home_record_id, other.home_record_id
    for copy, home in ((one, -one.pk), (other, homes[0]), (one, homes[1])):
        Copy.objects.filter(pk=copy.pk).update(home_record=home)
    one.home_record_id, other.home_record_id = homes[1], homes[0]
