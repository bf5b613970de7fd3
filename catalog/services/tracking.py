"""What became of a filing: how far its file has come, and what is in its way."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from catalog.models import Copy, Filing, ImageFile, Job, Membership, Record, ReviewItem, User

RECEIVED, EXAMINING, SETTLED = "received", "examining", "settled"
DAMAGED, QUARANTINED, DESCRIBED = "damaged", "quarantined", "described"
STATES = {
    RECEIVED: "Received: waits to be examined.",
    EXAMINING: "Being examined and compared with what is here.",
    SETTLED: "Settled: its record can be found.",
    DAMAGED: "Settled, but the file is damaged: it is compared by its bytes alone.",
    QUARANTINED: "Set aside: the file cannot be read. It is kept as it came.",
    DESCRIBED: "Settled: its record can be found. No picture has been filed with it yet.",
}
CHOICES = list(STATES.items())


ANSWERING = (Record.State.STANDING, Record.State.ABSORBED)


@dataclass(frozen=True, slots=True)
class FailedJob:
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a filing has come. `reason` says why its file is damaged or quarantined."""

    filing: Filing
    state: str
    reason: str
    open_reviews: int
    failed_job: FailedJob | None

    @property
    def record(self) -> Record:
        return self.filing.copy.record

    @property
    def sentence(self) -> str:
        return STATES[self.state]


def filings_followed_by(user: User):
    """Return the filings whose fate this person may follow.

    What stands can be followed by whoever may see it; what has not settled yet only by its own agency.
    """
    filings = Filing.objects.visible_to(user).select_related("agency", "source", "file", "copy__record")
    has_stood = Q(copy__record__state__in=ANSWERING) | Q(copy__record__gone_at__isnull=False)
    return filings.filter(has_stood | Q(agency__in=_agencies_of(user)))


def records_open_to(user: User):
    """Return the records whose address answers this person; pending ones only agencies that have a filing there."""
    is_open = Q(state__in=ANSWERING) | Q(state=Record.State.PENDING) & Exists(_own_filings_of("pk", user).standing())
    return Record.objects.visible_to(user).filter(is_open)


def records_gone_for(user: User):
    """Return the records of which this person may know that they are gone: who could see them before."""
    records = Record.objects.visible_to(user)
    never_stood = records.filter(Exists(_own_filings_of("pk", user)), state=Record.State.WITHDRAWN)
    return records.gone() | never_stood


def copies_open_to(user: User):
    """Return the copies whose bytes and pictures this person may see; of pending records, only of their agency’s."""
    copies = Copy.objects.visible_to(user).standing()
    is_open = Q(record__state__in=ANSWERING) | Exists(_own_filings_of("record", user).standing())
    return copies.filter(is_open)


def _own_filings_of(record: str, user: User):
    return Filing.objects.filter(copy__record=OuterRef(record), agency__in=_agencies_of(user))


def progress_of(filing: Filing, user: User) -> Progress:
    """Say how far a filing has come; why a job failed is told to members of its agency alone."""
    file, record = filing.file, filing.copy.record
    job = Job.objects.filter(subject=str(file.pk)).order_by("-id").first()
    failed = job is not None and job.state == Job.State.SET_ASIDE
    is_own = filing.agency_id in _agencies_of(user).values_list("agency", flat=True) if failed else False
    return Progress(
        filing=filing,
        state=_state(file, record, job),
        reason=file.state_reason,
        open_reviews=ReviewItem.objects.filter(Q(better=record) | Q(worse=record)).count() if record.is_standing else 0,
        failed_job=FailedJob(job.get_kind_display(), job.last_error) if is_own else None,
    )


def _agencies_of(user: User):
    if not user.is_authenticated:
        return Membership.objects.none().values("agency")
    return Membership.objects.filter(user=user).values("agency")


def _state(file: ImageFile, record: Record, job: Job | None) -> str:
    if file.state == ImageFile.State.QUARANTINED:
        return QUARANTINED
    if not file.has_bytes:
        return DESCRIBED
    if record.state == Record.State.PENDING or file.settled_at is None:
        is_begun = file.is_examined or (job is not None and job.state == Job.State.RUNNING)
        return EXAMINING if is_begun else RECEIVED
    return DAMAGED if file.state == ImageFile.State.DAMAGED else SETTLED
