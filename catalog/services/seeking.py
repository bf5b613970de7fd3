"""Search by picture: which record somebody's picture belongs to, what was made from it, and what looks alike.

The picture is looked at as a filed one is, but nothing is filed: no file, fingerprint or match is kept of it, and it is
held only against what the person who asks may see.
"""

import secrets
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction

from catalog.imaging import evidence, rule
from catalog.imaging.decode import UnreadablePicture
from catalog.imaging.examination import Examination
from catalog.imaging.media import MediaType
from catalog.imaging.working import WorkingPicture
from catalog.models import Copy, ImageFile, Job, Page, PictureFinding, PictureSearch, Record

from . import comparing, evidencing, jobs, matching, sayings
from .examining import fill, pages_of, sandbox
from .history import publish_all
from .store import store

COMPARED_MAX = 16
"""So many records, the nearest, are compared closely."""
COMPARE_SECONDS = 10.0
FINDINGS_MAX = 36
MATCHER_SECONDS = 5.0
Kind = PictureFinding.Kind
KINDS = {
    rule.Supports.SAME_IMAGE: Kind.SAME,
    rule.Supports.DERIVATIVE: Kind.DERIVATIVE,
    rule.Supports.OPEN: Kind.MAYBE,
    rule.Supports.SAME_SCENE: Kind.SCENE,
    rule.Supports.DIFFERENT: Kind.ALIKE,
}
IN_ORDER = list(Kind)
PROVEN = {
    "bytes": sayings.SAME_FILE_WAS_FILED,
    "coded": sayings.SAME_CODED_WAS_FILED,
    "pixels": sayings.SAME_PIXELS_WERE_FILED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of looking: findings, unsaved, the nearest first; or why the picture cannot be read."""

    findings: list[PictureFinding]
    thumbnail: bytes
    refusal: str = ""


def ask(*, asked_by, chunks: Iterable[bytes], file_name: str, at: datetime) -> tuple[PictureSearch, Job]:
    """Keep a picture until a worker has looked for it. Raises store.Refused with the reason in words."""
    spooled = store().spool(chunks, file_name=file_name, max_size_bytes=settings.MAX_FILE_SIZE_MB * 1_000_000)
    try:
        name = f"sought/{secrets.token_hex(16)}"
        store().places.put(name, spooled.path)
    finally:
        spooled.discard()
    with transaction.atomic():
        search = PictureSearch.objects.create(
            asked_by=asked_by if asked_by.is_authenticated else None,
            asked_at=at,
            file_name=file_name[:500],
            sha256=spooled.sha256,
            media_type=spooled.media_type.mime,
            spool_name=name,
        )
        return search, jobs.enqueue(Job.Kind.SEEK, search.pk, is_waited_for=True)


def look_for(search: PictureSearch) -> Answer:
    """Examine the picture and compare it with the nearest records that its asker may see; nothing is written.

    Raises matching.NoMatcher where none answers.
    """
    with tempfile.TemporaryDirectory(dir=store().spool_folder) as folder:
        with store().places.local_path(search.spool_name) as path:
            try:
                found = sandbox().examine(path, MediaType.from_mime(search.media_type), Path(folder))
            except UnreadablePicture as error:
                return Answer([], b"", str(error))
        if not found.pages:
            return Answer([], b"", sayings.NO_PAGE_TO_SHOW)
        thumbnail = (Path(folder) / found.pages[0].thumbnail).read_bytes()
        return Answer(_Seeker(search, found, Path(folder)).findings(), thumbnail)


def answer(search: PictureSearch, found: Answer, *, at: datetime) -> None:
    """Write the answer down and forget the picture's place; the caller throws its bytes away (`discard`)."""
    with transaction.atomic():
        search.state = PictureSearch.State.REFUSED if found.refusal else PictureSearch.State.ANSWERED
        search.refusal, search.thumbnail, search.answered_at = found.refusal, found.thumbnail, at
        search.spool_name = ""
        search.save()
        PictureFinding.objects.bulk_create(found.findings)


def discard(spool_name: str) -> None:
    store().places.delete(spool_name)


def findings_for(search: PictureSearch, user) -> list[tuple[PictureFinding, Record]]:
    """Return the findings whose records this person may see now, each with the record that answers for it.

    The record's best copy, its file and its record copy's agency are fetched with it.
    """
    rows = search.findings.filter(record__in=Record.objects.visible_to(user)).select_related("record")
    keys = {row.record.absorbed_into_id or row.record_id: row for row in reversed(rows)}
    standing = Record.objects.visible_to(user).standing().select_related("best_copy__file", "record_copy__agency")
    records = standing.in_bulk(list(keys))
    found = [(row, records[key]) for key, row in keys.items() if key in records]
    return sorted(found, key=lambda one: one[0].place)


def forget_before(moment: datetime, limit: int = 1000) -> int:
    """Remove searches of before the moment, rows before bytes; return how many."""
    old = list(PictureSearch.objects.filter(asked_at__lt=moment)[:limit])
    for search in old:
        search.delete()
        if search.spool_name:
            discard(search.spool_name)
    return len(old)


class _Seeker:
    """One picture and what may be compared with it."""

    def __init__(self, search: PictureSearch, found: Examination, folder: Path) -> None:
        self.search, self.folder, self.facts = search, folder, found.pages[0]
        self.file = ImageFile(sha256=search.sha256, media_type=search.media_type)
        fill(self.file, found)
        self.page = pages_of(self.file, found)[0]
        self.copies = (
            Copy.objects.visible_to(search.asked_by)
            .standing()
            .filter(record__state=Record.State.STANDING, file__is_boilerplate=False)
        )

    def findings(self) -> list[PictureFinding]:
        publish_all()
        proven = self._proven()
        near = [one for one in self._near() if one[0] not in {finding.record for finding in proven}]
        found, own, end = [*proven], self._picture(), time.monotonic() + COMPARE_SECONDS
        unclear = []
        for place, (record, nearness) in enumerate(near):
            kind, because, is_clear = Kind.ALIKE, "", True
            if own and place < COMPARED_MAX and time.monotonic() < end:
                kind, because, is_clear = self._compared(own, record, nearness)
            if kind != Kind.ALIKE or nearness.is_by_hash:
                found.append(PictureFinding(search=self.search, record=record, kind=kind, because=because))
                unclear += [] if is_clear else [found[-1]]
        if sum(one.kind == Kind.SAME for one in found) > 1:  # too small to tell which of them it is
            for one in unclear:
                one.kind = Kind.MAYBE
        found.sort(key=lambda one: IN_ORDER.index(one.kind))
        for place, one in enumerate(found):
            one.place = place
        return found[:FINDINGS_MAX]

    def _proven(self) -> list[PictureFinding]:
        """Return the records that hold this picture for certain: nothing needs to be compared."""
        same = ImageFile.objects.with_same_picture_as([self.file]) | ImageFile.objects.filter(sha256=self.file.sha256)
        found: dict[int, PictureFinding] = {}
        for copy in self.copies.filter(file__in=same).select_related("record", "file"):
            how = "bytes" if copy.file.sha256 == self.file.sha256 else self.file.same_picture_as(copy.file)
            if how:
                row = PictureFinding(search=self.search, record=copy.record, kind=Kind.SAME, because=PROVEN[how])
                found.setdefault(copy.record_id, row)
        return list(found.values())

    def _near(self) -> list[tuple[Record, comparing.Nearness]]:
        """Return the records whose copies are near by their fingerprints, the nearest first."""
        if self.file.state != ImageFile.State.INTACT:
            return []
        hashes = np.ascontiguousarray(self.facts.orientations()) if self.facts.phash256 else None
        own = comparing.Print(self.page, hashes, self.facts.local, self.facts.ink)
        asked = matching.PagePrints(0, hashes, own.local, own.max_distance_bits)
        named = matching.near([asked], timeout_seconds=MATCHER_SECONDS)[0]
        open_pages = Page.objects.filter(
            file__in=ImageFile.objects.filter(state=ImageFile.State.INTACT, pk__in=self.copies.values("file"))
        )
        by_file: dict[int, comparing.Nearness] = {}
        for other in comparing.prints_of(open_pages, sorted(named)):
            nearness = comparing.nearness_of(own, other)
            known = by_file.get(other.page.file_id)
            if nearness and (known is None or nearness.order < known.order):
                by_file[other.page.file_id] = nearness
        by_record: dict[Record, comparing.Nearness] = {}
        for copy in self.copies.filter(file__in=by_file).select_related("record__best_copy__file"):
            nearness, known = by_file[copy.file_id], by_record.get(copy.record)
            if known is None or nearness.order < known.order:
                by_record[copy.record] = nearness
        return sorted(by_record.items(), key=lambda one: (one[1].order, one[0].best_copy.file.rank))

    def _picture(self) -> WorkingPicture | None:
        if not (self.page.is_judgeable and self.facts.working):
            return None
        return WorkingPicture.from_jpeg(
            (self.folder / self.facts.working).read_bytes(),
            is_page=self.page.is_page,
            width_px=self.page.width_px,
            height_px=self.page.height_px,
            name=evidencing.name_of_page(self.file.sha256, self.page.number),
        )

    def _compared(self, own: WorkingPicture, record: Record, nearness: comparing.Nearness) -> tuple[str, str, bool]:
        """Return what the rule says of the picture and a record's best copy, in words, and whether it is clear."""
        file = record.best_copy.file
        page = file.pages.filter(number=nearness.other_number).first() or file.pages.order_by("number").first()
        other = evidencing.picture_of(file, page) if page else None
        if other is None:
            return Kind.ALIKE, "", True
        sides = [(own, evidencing.facts_of(self.file, self.page)), (other, evidencing.facts_of(file, page))]
        (a, facts_a), (b, facts_b) = sorted(sides, key=lambda side: side[0].name)
        judged = rule.judge(evidence.measure(a, b), facts_a, facts_b)
        return KINDS[judged.supports], judged.because, judged.is_clear
