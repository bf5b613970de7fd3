"""Candidates: which files may show the same picture. A fingerprint proposes; it never decides."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from django.db.models import F, Q

from catalog.imaging.fingerprints import PHASH
from catalog.imaging.hashindex import CANDIDATE_MAX_DISTANCE_BITS, HashIndex
from catalog.models import Fingerprint, ImageFile, Match

from .history import publish

HASH_BYTES = 32
FLAT_MAX_DISTANCE_BITS = 8
"""Pages too flat or small to be judged by their look are proposed only when their hashes almost agree (tier 5)."""
ASYMMETRY_BITS = 8
"""How much farther the index is searched than candidates may be apart: see `distance_between`."""
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

    def follow(self) -> None:
        """Take in what was published since the last time."""
        rows = self._published_after(self.sequence).iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            keys = np.array([row["page_id"] for row in batch], np.int64)
            hashes = np.frombuffer(b"".join(bytes(row["value"])[:HASH_BYTES] for row in batch), np.uint8)
            self.index.add(keys, hashes.reshape(-1, HASH_BYTES))
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
            .values("page_id", "value", "sequence")
        )

    def near(self, orientations: np.ndarray) -> dict[int, int]:
        """Return {page key: orientation} of every page that may be within reach, a few bits beyond it included."""
        found = self.index.search(orientations, CANDIDATE_MAX_DISTANCE_BITS + ASYMMETRY_BITS)
        return {int(one.key): int(one.orientation) for one in found}


@dataclass(frozen=True, slots=True, order=True)
class Nearness:
    """Two pages whose hashes are close: the distance, and how the one is turned against the other."""

    distance_bits: int
    orientation: int
    own_number: int
    other_number: int


def find_candidates(file: ImageFile, mirror: Mirror) -> list[Match]:
    """Return the candidate matches of an examined file, unsaved: at most one for each other file.

    The evidence names the closest two pages and how many pages of this file have a like in the other.
    """
    if file.state != ImageFile.State.INTACT or file.is_boilerplate:
        return []
    publish_all()
    mirror.follow()
    by_file: dict[int, list[Nearness]] = defaultdict(list)
    for own in _prints(page__file=file):
        for other in _prints(page__in=list(mirror.near(_orientations(own)))):
            if other.page.file_id != file.pk and (nearness := _nearness(own, other)):
                by_file[other.page.file_id].append(nearness)
    others = ImageFile.objects.in_bulk(list(by_file))
    return [
        _candidate(file, others[pk], found)
        for pk, found in by_file.items()
        if not file.same_picture_as(others[pk]) and not others[pk].is_boilerplate
    ]


def distance_between(a: np.ndarray, b: np.ndarray) -> tuple[int, int]:
    """Return the least distance in bits of two pictures' hashes in any orientation, and that orientation.

    Each is turned against the other, because hashes of a turned picture come out a few bits differently from
    either side; so the distance does not depend on which picture was filed first. `a`, `b`: 8 x 32, uint8.
    """
    ways = np.concatenate([np.bitwise_count(a ^ b[0]).sum(axis=1), np.bitwise_count(b ^ a[0]).sum(axis=1)])
    nearest = int(ways.argmin())
    return int(ways[nearest]), nearest % len(a)


def _prints(**which):
    return Fingerprint.objects.filter(method=PHASH, **which).select_related("page")


def _orientations(fingerprint: Fingerprint) -> np.ndarray:
    return np.frombuffer(bytes(fingerprint.value), np.uint8).reshape(-1, HASH_BYTES)


def _nearness(own: Fingerprint, other: Fingerprint) -> Nearness | None:
    distance, orientation = distance_between(_orientations(own), _orientations(other))
    is_judgeable = own.page.is_judgeable and other.page.is_judgeable
    if distance > (CANDIDATE_MAX_DISTANCE_BITS if is_judgeable else FLAT_MAX_DISTANCE_BITS):
        return None
    return Nearness(distance, orientation, own.page.number, other.page.number)


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
    return Match.objects.filter(Q(file_low__in=keys) | Q(file_high__in=keys), supports=Match.Supports.CANDIDATE)


def _candidate(file: ImageFile, other: ImageFile, found: list[Nearness]) -> Match:
    low, high = sorted((file, other), key=lambda f: f.pk)
    closest = min(found)
    numbers = {file.pk: closest.own_number, other.pk: closest.other_number}
    return Match(
        file_low=low,
        file_high=high,
        method=PHASH,
        supports=Match.Supports.CANDIDATE,
        distance_bits=closest.distance_bits,
        measurements={
            "distance_bits": closest.distance_bits,
            "orientation": closest.orientation,
            "page_low": numbers[low.pk],
            "page_high": numbers[high.pk],
            "pages_alike": len({one.own_number for one in found}),
            "pages_low": low.page_count,
            "pages_high": high.page_count,
        },
    )
