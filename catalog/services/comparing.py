"""Candidates: which files are worth comparing. A fingerprint proposes; it never decides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray
from PIL import Image

from catalog.imaging.features import MIN_VOTES, LocalFeatures, votes_between
from catalog.imaging.hashindex import CANDIDATE_MAX_DISTANCE_BITS
from catalog.imaging.inksheet import compared
from catalog.imaging.methods import HASH_BYTES, INK, LOCAL, ORIENTATIONS, PHASH
from catalog.models import Copy, Fingerprint, ImageFile, Match, Page

from . import matching
from .history import publish_all

FLAT_MAX_DISTANCE_BITS = 8
"""Pages too flat or small to be judged by their look are proposed only when their hashes almost agree (tier 5)."""
CANDIDATES_MAX = 200
"""So many a file, the nearest first: what looks like more than that looks like anything."""
SHEETS_BY_HASH_MAX = 24
SHEETS_OF_CROWD_MAX = 8
"""Of the sheets that are near by hash, but not among the nearest, so many with the most places in common: a stamp moves
the hash of a form as far from its original as from all others (measured: the original was the 64th)."""
SHEETS_BY_PLACES_MAX = 8
"""Sheets of one template look alike in their thousands: of those that their ink does not rule out, only so many of the
nearest are compared closely. By places a pair counts where either is among the nearest of the other, of all that
are there: `outranked` tells which of the pairs that were kept no longer are."""
BATCH = 500
QUARTERS = {
    Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
}
OPPOSITE = [ORIENTATIONS.index(QUARTERS.get(turn, turn)) for turn in ORIENTATIONS]
"""For each turn the one that undoes it, as indices into `fingerprints.ORIENTATIONS`."""


@dataclass(frozen=True, slots=True)
class Print:
    """A page with its stored fingerprints: hashes in 8 orientations (8 x 32, uint8), local features, where ink is."""

    page: Page
    hashes: NDArray[np.uint8] | None
    local: bytes | None
    ink: bytes | None

    @property
    def max_distance_bits(self) -> int:
        return CANDIDATE_MAX_DISTANCE_BITS if self.page.is_judgeable else FLAT_MAX_DISTANCE_BITS


@dataclass(frozen=True, slots=True)
class Nearness:
    """Two pages that are near: by their hashes, by what places of theirs look alike, or by both."""

    is_by_hash: bool
    distance_bits: int | None
    orientation: int
    votes: int
    own_number: int
    other_number: int
    other_strokes: int = 0
    """In how many blocks of ink two sheets bear other strokes, as far as they tell; 0 of pictures."""

    @property
    def order(self) -> tuple:
        """The nearest comes first: hashes by distance, then the rest by votes."""
        bits = self.distance_bits if self.is_by_hash else 256
        return bits, 0 if self.is_by_hash else -self.votes

    @property
    def order_of_sheets(self) -> tuple:
        """The same where sheets are near by hash: all that is filled in on one form is, so that strokes tell more."""
        return self.other_strokes, *self.order


def find_candidates(file: ImageFile) -> list[Match]:
    """Return the candidate matches of an examined file, unsaved: at most one for each other file, and
    200 in all; of sheets of paper the nearest 40, and those whose nearest this one is.

    Only files that were filed for the same audience meet. Raises matching.NoMatcher where none answers.
    """
    if file.state != ImageFile.State.INTACT or file.is_boilerplate:
        return []
    publish_all()
    own = {one.page.pk: one for one in prints_of(Page.objects.filter(file=file))}
    named = matching.near(
        [matching.PagePrints(pk, one.hashes, one.local, one.max_distance_bits) for pk, one in own.items()]
    )
    by_file: dict[int, list[Nearness]] = defaultdict(list)
    asked_for = defaultdict(list)
    for pk, others in named.items():
        for other in others:
            asked_for[other].append(own[pk])
    for other in prints_of(_pages_to_meet(file), sorted(asked_for)):
        for one in asked_for[other.page.pk]:
            if nearness := nearness_of(one, other):
                by_file[other.page.file_id].append(nearness)
    return [_candidate(file, other, found) for other, found in _nearest(file, by_file)]


def prints_of(pages, keys: Iterable[int] | None = None) -> Iterator[Print]:
    """Yield pages with their fingerprints, batch by batch; `keys` narrows them to these pages."""
    rows = iter(pages.values_list("pk", flat=True) if keys is None else keys)
    while batch := list(islice(rows, BATCH)):
        stored: dict[int, dict[str, bytes]] = defaultdict(dict)
        fingerprints = Fingerprint.objects.filter(page__in=batch, method__in=(PHASH, LOCAL, INK))
        for page, method, value in fingerprints.values_list("page", "method", "value"):
            stored[page][method] = bytes(value)
        for page in pages.filter(pk__in=batch).order_by("pk"):
            values = stored[page.pk]
            hashes = np.frombuffer(values[PHASH], np.uint8).reshape(-1, HASH_BYTES) if PHASH in values else None
            yield Print(page, hashes, values.get(LOCAL) if page.is_judgeable else None, values.get(INK))


def nearness_of(one: Print, other: Print) -> Nearness | None:
    """Say how near two pages are, or None where they are no candidates: a function of the two alone.

    Sheets that look alike as a whole, but bear other strokes of ink, are no candidates in any way: all that is
    filled in on one form has most places in common, too.
    """
    distance, orientation = None, 0
    if one.hashes is not None and other.hashes is not None:
        distance, orientation = distance_between(one.hashes, other.hashes)
    is_by_hash = distance is not None and distance <= min(one.max_distance_bits, other.max_distance_bits)
    other_strokes = 0
    if is_by_hash and one.ink and other.ink:
        is_ruled_out, other_strokes = compared(one.ink, other.ink, orientation)
        if is_ruled_out:
            return None
    votes = 0
    if one.local and other.local:
        votes = votes_between(LocalFeatures.from_bytes(one.local), LocalFeatures.from_bytes(other.local))
    if not is_by_hash and votes < MIN_VOTES:
        return None
    return Nearness(is_by_hash, distance, orientation, votes, one.page.number, other.page.number, other_strokes)


def distance_between(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the least distance in bits of two pictures' hashes in any orientation, and how a is turned to lie like b.

    Each is turned against the other, because hashes of a turned picture come out a few bits differently from
    either side; so the distance does not depend on which picture was filed first, and the turn from the other
    side is the opposite one. `a`, `b`: 8 x 32, uint8; the turn is an index into `fingerprints.ORIENTATIONS`.
    """
    if b[0].tobytes() < a[0].tobytes():
        distance, turn = distance_between(b, a)
        return distance, OPPOSITE[turn]
    ways = np.concatenate([np.bitwise_count(a ^ b[0]).sum(axis=1), np.bitwise_count(b ^ a[0]).sum(axis=1)])
    nearest = int(ways.argmin())
    return int(ways[nearest]), nearest if nearest < len(a) else OPPOSITE[nearest - len(a)]


def _pages_to_meet(file: ImageFile):
    """Return the pages of other files that were filed for an audience of this one and can be compared."""
    audiences = Copy.objects.standing().filter(file=file).values("audience_key")
    met = Copy.objects.standing().filter(audience_key__in=audiences).values("file")
    others = ImageFile.objects.filter(state=ImageFile.State.INTACT, is_boilerplate=False, pk__in=met)
    return Page.objects.filter(file__in=others.exclude(pk=file.pk))


def _nearest(file: ImageFile, by_file: dict[int, list[Nearness]]) -> list[tuple[ImageFile, list[Nearness]]]:
    """Return the nearest others, of equally near ones the best first: it may be the one that the rest are copies of."""
    others = ImageFile.objects.in_bulk(list(by_file))
    found = [(others[pk], near) for pk, near in by_file.items() if not file.same_picture_as(others[pk])]
    found.sort(key=lambda other: (min(near.order for near in other[1]), other[0].rank))
    if not file.pages.filter(is_page=True).exists():
        return found[:CANDIDATES_MAX]
    by_hash = [other for other in found if any(near.is_by_hash for near in other[1])]
    by_hash.sort(key=lambda other: (min(n.order_of_sheets for n in other[1] if n.is_by_hash), other[0].rank))
    by_places = [other for other in found if not any(near.is_by_hash for near in other[1])]
    by_hash, crowd = by_hash[:SHEETS_BY_HASH_MAX], by_hash[SHEETS_BY_HASH_MAX:]
    crowd.sort(key=lambda other: _place_order(_votes(other[1]), other[0].rank))
    by_hash += [other for other in crowd if _votes(other[1]) >= MIN_VOTES][:SHEETS_OF_CROWD_MAX]
    nearest, further = by_places[:SHEETS_BY_PLACES_MAX], by_places[SHEETS_BY_PLACES_MAX:]
    circles = circles_of([other.pk for other, _ in further])
    nearest += [
        (other, near)
        for other, near in further
        if other.pk not in circles or circles[other.pk].admits(_place_order(_votes(near), file.rank))
    ]
    return by_hash + nearest


def _votes(found: list[Nearness]) -> int:
    return max(near.votes for near in found)


@dataclass(frozen=True, slots=True)
class Circle:
    """What is near to a sheet by places, as far as it is known: (-votes, rank) of each, the nearest first."""

    orders: list[tuple[int, str]]

    def admits(self, order: tuple[int, str]) -> bool:
        """Tell whether one that is so near is among the nearest, or would be."""
        return len(self.orders) < SHEETS_BY_PLACES_MAX or order <= self.orders[SHEETS_BY_PLACES_MAX - 1]

    @property
    def is_crowded(self) -> bool:
        return len(self.orders) > SHEETS_BY_PLACES_MAX


def circles_of(files: Collection[int]) -> dict[int, Circle]:
    """Return the circle of each of the files, by their keys, that is a sheet; others name whatever they find."""
    sheets = set(Page.objects.filter(file__in=files, is_page=True).values_list("file", flat=True))
    orders: dict[int, list[tuple[int, str]]] = {sheet: [] for sheet in sheets}
    rows = candidates_of(sheets).filter(method=LOCAL)
    for low, high, rank_low, rank_high, votes in rows.values_list(
        "file_low", "file_high", "file_low__rank", "file_high__rank", "measurements__votes"
    ):
        for one, other_rank in ((low, rank_high), (high, rank_low)):
            if one in orders:
                orders[one].append(_place_order(votes, other_rank))
    return {sheet: Circle(sorted(found)) for sheet, found in orders.items()}


def outranked(matches: Iterable[Match]) -> set[int]:
    """Return the keys of those candidate matches by places in which neither is among the nearest of the other.

    Which those are follows from the files alone, not from which was filed first: of the pairs that count, each was
    among the nearest when the later of the two was compared, and so it was kept. The files are to be read with them.
    """
    by_places = [match for match in matches if match.method == LOCAL]
    circles = circles_of({file for match in by_places for file in (match.file_low_id, match.file_high_id)})
    found = set()
    for match in by_places:
        votes = match.measurements["votes"]
        ends = ((match.file_low_id, match.file_high), (match.file_high_id, match.file_low))
        if all(one in circles and not circles[one].admits(_place_order(votes, other.rank)) for one, other in ends):
            found.add(match.pk)
    return found


def crowded_by(file: ImageFile) -> set[int]:
    """Return the files, by their keys, that may have lost one of their nearest by places to this one."""
    by_places = candidates_of([file.pk]).filter(method=LOCAL)
    near = {other for pair in by_places.values_list("file_low", "file_high") for other in pair} - {file.pk}
    return {key for key, circle in circles_of(near).items() if circle.is_crowded}


def _place_order(votes: int, rank: str) -> tuple[int, str]:
    return -votes, rank


def _candidate(file: ImageFile, other: ImageFile, found: list[Nearness]) -> Match:
    low, high = sorted((file, other), key=lambda f: f.pk)
    closest = min(found, key=lambda near: (near.order, near.own_number, near.other_number))
    numbers = {file.pk: closest.own_number, other.pk: closest.other_number}
    return Match(
        file_low=low,
        file_high=high,
        method=PHASH if closest.is_by_hash else LOCAL,
        supports=Match.Supports.CANDIDATE,
        distance_bits=closest.distance_bits if closest.is_by_hash else None,
        measurements={
            "distance_bits": closest.distance_bits,
            "votes": max(near.votes for near in found),
            "orientation": closest.orientation,
            "page_low": numbers[low.pk],
            "page_high": numbers[high.pk],
            "pages_alike": len({near.own_number for near in found}),
            "pages_low": low.page_count,
            "pages_high": high.page_count,
        },
    )


def keep_matches(matches: Iterable[Match], *, at: datetime) -> None:
    """Write matches; a pair that another worker wrote with the same method stays as it is."""
    matches = list(matches)
    for match in matches:
        match.made_at = at
    Match.objects.bulk_create(matches, ignore_conflicts=True, batch_size=1000)


def candidates_of(files: Iterable[int]):
    """Return the candidate matches that one of the files is part of, by their keys."""
    keys = list(files)
    return Match.objects.filter(Q(file_low__in=keys) | Q(file_high__in=keys), supports=Match.Supports.CANDIDATE)
