"""Coming: the copy of a file in an audience: one that stands, one that comes back, or a new one with a new record."""

from datetime import datetime

from django.db.models import Max, Q, QuerySet

from catalog.models import Copy, Filing, ImageFile, Record

from .locking import lock_audience

NO_PICTURE = Q(file__state__in=(ImageFile.State.DESCRIBED, ImageFile.State.QUARANTINED))


def copy_of(file: ImageFile, audience_key: str, at: datetime, superseded: Filing | None = None) -> tuple[Copy, bool]:
    """Return the file's copy in the audience, made with a record of its own where there is none; was it there?

    One that has ended comes back with its home, so that the address is good again. Where the item was only described
    so far, or what came to the description could not be read, its copy gets the bytes, and its record goes on. If these
    were here already it is grouped with them as any other copy of the same bytes.
    """
    lock_audience(audience_key)
    if file.has_bytes and superseded and (waiting := _waiting_copy(superseded, audience_key)):
        _take_in(waiting, file, superseded, at=at)
        return waiting, False
    copies = Copy.objects.select_related("record").filter(file=file, audience_key=audience_key, apart=0)
    if copy := copies.standing().first():
        return copy, True
    if ended := copies.first():
        return come_back(ended, at=at), False
    return new_copy(file, audience_key, at=at), False


def _waiting_copy(superseded: Filing, audience_key: str) -> Copy | None:
    """Return the copy of a filing whose record stands without a picture, where it is one of this audience."""
    waiting = Copy.objects.standing().filter(pk=superseded.copy_id, audience_key=audience_key)
    copy = waiting.filter(NO_PICTURE, record__state=Record.State.STANDING).select_related("record", "file").first()
    return copy if copy and was_described(superseded, copy) else None


def was_described(filing: Filing, copy: Copy) -> bool:
    """Tell whether the item of a filing was only described once in this copy, so that its record waits for a picture.

    Others may have filed the same unreadable bytes; the record does not wait for theirs.
    """
    of_item = copy.filings.filter(source=filing.source_id, item_key=filing.item_key)
    return of_item.filter(file__state=ImageFile.State.DESCRIBED).exists()


def _take_in(waiting: Copy, file: ImageFile, superseded: Filing, *, at: datetime) -> None:
    """Let a copy have these bytes; where others filed the same unreadable ones, theirs have a copy of their own."""
    unreadable, waiting.file = waiting.file, file
    waiting.apart, waiting.because = next_apart(file, waiting.audience_key), ""
    waiting.save(update_fields=["file", "apart", "because"])
    give_copy_of_their_own(others_than(superseded, waiting), unreadable, waiting.audience_key, at=at)


def others_than(filing: Filing, copy: Copy) -> QuerySet[Filing]:
    """Return the filings that hold a copy for other items than that of this filing."""
    return copy.filings.standing().exclude(source=filing.source_id, item_key=filing.item_key)


def give_copy_of_their_own(filings: QuerySet[Filing], file: ImageFile, audience_key: str, *, at: datetime) -> None:
    """Let these filings of one file, if there are any, hold a new copy of it."""
    if keys := list(filings.values_list("pk", flat=True)):
        own = new_copy(file, audience_key, at=at, apart=_first_apart(file, audience_key))
        Filing.objects.filter(pk__in=keys).update(copy=own)


def _first_apart(file: ImageFile, audience_key: str) -> int:
    """Return 0 where nothing holds the file in the audience, so that the next who files it comes to the same copy."""
    standing = Copy.objects.standing().filter(file=file, audience_key=audience_key)
    return next_apart(file, audience_key) if standing.filter(apart=0).exists() else 0


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
