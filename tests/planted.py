"""A city with a record in every state, each with a word of its own that stands nowhere else."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from catalog.models import Conflict, Copy, FeedItem, FeedSet, Filing, Record, ReviewItem, Upload
from catalog.services import correcting, deciding, feeding, reaudiencing, reconciling, withdrawing
from tests.conftest import drawn, jpeg, tiny, with_exif

WHY = "Filed by mistake."
LATER = "2999-01-01"


@dataclass
class Planted:
    """What was filed in one state: its word, and the ids by which one may ask for it."""

    word: str
    filing: Filing
    record: Record
    copy: Copy
    new_ids: set[str] = field(default_factory=set)
    """Ids that came into being when it was narrowed: nobody else ever saw them."""

    @property
    def ids(self) -> set[str]:
        return {self.filing.public_id, self.record.public_id, self.copy.public_id}


def said(answer) -> bytes:
    """Read an answer to its end, which closes what it was read from."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def plant(file_it, run_jobs, agencies, person) -> dict[str, Planted]:
    """File a picture for each state and bring it there; all feeds know of it, and all seconds are over."""
    clerk = person("clerk", officer=list(agencies.values()))
    now, found = timezone.now(), {}

    def file(state: str, data: bytes, slug: str = "building", **how) -> None:
        word = f"planted{state}word"
        how = {"key": word, "name": f"{word}.jpg", "title": f"A {word}", **how}
        found[state] = Planted(word, *_of(file_it(data, agencies[slug], **how).filing))

    first, second = drawn(21, size=(640, 480)), drawn(22, size=(640, 480))
    file("standing", jpeg(drawn(1)), numbers=[("apn", "5149-015-901")])
    file("root", jpeg(first))
    file("absorbed", tiny(first), "metro")
    file("split", jpeg(second))
    file("unmerged", tiny(second), "metro")
    file("withdrawn", jpeg(drawn(2)), numbers=[("apn", "5149-015-902")])
    file("narrowed", jpeg(drawn(3)), numbers=[("apn", "5149-015-903")])
    restricted = {"audience": "restricted", "numbers": [("apn", "5149-015-904")]}
    file("restricted", jpeg(drawn(4)), "police", created="1998", **restricted)
    twice = file_it(jpeg(drawn(4)), agencies["police"], audience="restricted", key="again", created="2003").filing
    file("alike", tiny(drawn(4)), "police", audience="restricted")
    file("embargoed", jpeg(drawn(5)), "police", embargo_until=LATER)
    file("internal", jpeg(drawn(6)), "housing", audience="internal")
    run_jobs()
    _know()
    for one, other in (("root", "absorbed"), ("split", "unmerged")):
        copies = {"copy_a": found[one].copy, "copy_b": found[other].copy}
        decision = deciding.decide(verdict="same", reason="", by=clerk, at=now, **copies)
    run_jobs()
    _know()
    deciding.undo(decision=decision, by=clerk, at=now)
    deciding.designate(filing=found["restricted"].filing, reason=f"A {found['restricted'].word}", by=clerk, at=now)
    _contradict_and_correct(found, twice, clerk, now)
    withdrawing.withdraw(filing=found["withdrawn"].filing, reason=WHY, by=clerk, at=now)
    moved = found["narrowed"].filing
    reaudiencing.change_audience(filing=moved, audience="restricted", reason=WHY, by=clerk, at=now)
    run_jobs()
    found["narrowed"].new_ids = {Copy.objects.get(filings=moved).public_id, *_records_of(moved)}
    file("pending", with_exif(jpeg(drawn(7)), artist="plantedpendingword"), numbers=[("apn", "5149-015-905")])
    _draft(clerk, agencies["police"])
    _know()
    assert ReviewItem.objects.filter(audience_key="restricted:police").exists()
    return found


def _contradict_and_correct(found: dict[str, Planted], twice: Filing, clerk, now) -> None:
    """Decide, correct and send back what is restricted; ask for corrections of what will be gone for others."""
    word = found["restricted"].word
    conflict = Conflict.objects.get(record=found["restricted"].record, element="created")
    reconciling.decide(
        conflict=conflict, verdict="sent-back", value="2003", as_it_stands=conflict.as_it_stands, reason=f"A {word}",
        by=clerk, at=now,
    )  # fmt: skip
    for state in ("restricted", "withdrawn", "narrowed"):
        one = found[state]
        correction = correcting.receive_correction(
            record=one.record, filing=one.filing, element="title", said=f"A {one.word}", proposed=f"B {one.word}",
            because=f"C {one.word}", contact=f"{one.word}@example.org", asked_by=None, at=now,
        )  # fmt: skip
        correcting.answer_correction(
            correction=correction, verdict="passed-on", answer=f"D {one.word}", by=clerk, at=now, agency=twice.agency
        )


def _of(filing: Filing) -> tuple[Filing, Record, Copy]:
    copy = Copy.objects.select_related("home_record").get(pk=filing.copy_id)
    return filing, copy.home_record, copy


def _records_of(filing: Filing) -> set[str]:
    return set(Record.objects.filter(copies__filings=filing).values_list("public_id", flat=True))


def _draft(owner, agency) -> None:
    Upload.objects.create(
        owner=owner, agency=agency, audience="public", file_name="planteddraftword.jpg", sha256="0" * 64, size_bytes=1,
        spool_name="drafts/none", uploaded_at=timezone.now(),
    )  # fmt: skip


def _know() -> None:
    """Let the feeds take in what changed, as if it had been some seconds ago."""
    feeding.publish_all()
    while feeding.follow():
        pass
    for model in (FeedItem, FeedSet):
        for row in model.objects.all():
            row.stamp -= timedelta(seconds=10)
            row.save(update_fields=["stamp"])
