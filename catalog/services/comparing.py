"""Candidates: which files may show the same picture. A fingerprint proposes; it never decides."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import numpy as np
from django.db.models import F, Q

from catalog.imaging.fingerprints import PHASH
from catalog.imaging.hashindex import CANDIDATE_MAX_DISTANCE_BITS, HashIndex
from catalog.models import Fingerprint, ImageFile, Match, Page

from .history import publish

HASH_BYTES = 32
FLAT_MAX_DISTANCE_BITS = 8
"""Pages too flat or small to be judged by their look are proposed only when their hashes almost agree (tier 5)."""
BATCH = 10_000


class Mirror:
    """The published fingerprints in memory: loaded once, then following the published order.

    A file is compared after its own fingerprints are published, so of any two files the one that was
    published later finds the other, whatever happened at the same time. Boilerplate and damaged files are
    not in it: they are compared by their bytes alone.
    """

    def __init__(self) -> None:
        self.sequence = 0
        self.index = HashIndex()
        self.flat_pages: set[int] = set()

    def follow(self) -> None:
        """Take in what was published since the last time."""
        rows = self._published_after(self.sequence).iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            keys = np.array([row["page_id"] for row in batch], np.int64)
            hashes = np.frombuffer(b"".join(bytes(row["value"])[:HASH_BYTES] for row in batch), np.uint8)
            self.index.add(keys, hashes.reshape(-1, HASH_BYTES))
            self.flat_pages.update(row["page_id"] for row in batch if not row["page__is_judgeable"])
            self.sequence = batch[-1]["sequence"]

    @staticmethod
    def _published_after(sequence: int):
        return (
            Fingerprint.objects.filter(
                method=PHASH,
                page__file__state=ImageFile.State.INTACT,
                page__file__examined_event__publication__sequence__gt=sequence,
            )
            .annotate(sequence=F("page__file__examined_event__publication__sequence"))
            .order_by("sequence", "page_id")
            .values("page_id", "value", "sequence", "page__is_judgeable")
        )

    def near(self, page: Page, orientations: np.ndarray) -> Iterable[tuple[int, int, int]]:
        """Return (page key, distance in bits, orientation) of the pages that this one may show."""
        is_flat = not page.is_judgeable
        for key, distance, orientation in self.index.search(orientations, CANDIDATE_MAX_DISTANCE_BITS):
            if distance > FLAT_MAX_DISTANCE_BITS and (is_flat or key in self.flat_pages):
                continue
            yield int(key), int(distance), int(orientation)


def find_candidates(file: ImageFile, mirror: Mirror) -> list[Match]:
    """Return the candidate matches of an examined file, unsaved: at most one for each other file.

    The evidence names the closest two pages and how many pages of this file have a like in the other.
    """
    if file.state != ImageFile.State.INTACT or file.is_boilerplate:
        return []
    publish_all()
    mirror.follow()
    near: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    pages = {p.pk: p for p in file.pages.all()}
    for print_ in Fingerprint.objects.filter(page__file=file, method=PHASH):
        orientations = np.frombuffer(bytes(print_.value), np.uint8).reshape(-1, HASH_BYTES)
        for key, distance, orientation in mirror.near(pages[print_.page_id], orientations):
            near[key].append((distance, orientation, print_.page_id, key))
    by_file: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    owners = _owners(near)
    for key, found in near.items():
        if key in owners and owners[key][0] != file.pk:
            by_file[owners[key][0]].extend(found)
    others = ImageFile.objects.in_bulk(list(by_file))
    return [
        _candidate(file, others[pk], min(found), pages, owners, len({f[2] for f in found}))
        for pk, found in by_file.items()
        if not file.same_picture_as(others[pk]) and not others[pk].is_boilerplate
    ]


def publish_all() -> None:
    """Give every committed event its number."""
    while publish():
        pass


def keep_matches(matches: Iterable[Match], *, at: datetime) -> None:
    """Write matches; a pair that another worker wrote with the same method stays as it is."""
    matches = list(matches)
    for match in matches:
        match.made_at = at
    Match.objects.bulk_create(matches, ignore_conflicts=True, batch_size=1000)


def candidates_of(files: Iterable[ImageFile]):
    """Return the candidate matches that one of the files is part of."""
    keys = [f.pk for f in files]
    return Match.objects.filter(
        Q(file_low__in=keys) | Q(file_high__in=keys), supports=Match.Supports.CANDIDATE
    )


def _owners(keys: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return {page key: (file key, page number)}."""
    rows = Page.objects.filter(pk__in=list(keys)).values_list("pk", "file_id", "number")
    return {pk: (file_id, number) for pk, file_id, number in rows}


def _candidate(file, other, closest, pages, owners, like_count) -> Match:
    distance, orientation, own_page, other_page = closest
    low, high = sorted((file, other), key=lambda f: f.pk)
    numbers = {file.pk: pages[own_page].number, other.pk: owners[other_page][1]}
    return Match(
        file_low=low,
        file_high=high,
        method=PHASH,
        supports=Match.Supports.CANDIDATE,
        distance_bits=distance,
        measurements={
            "distance_bits": distance,
            "orientation": orientation,
            "page_low": numbers[low.pk],
            "page_high": numbers[high.pk],
            "pages_alike": like_count,
            "pages_low": low.page_count,
            "pages_high": high.page_count,
        },
    )
