"""The published fingerprints in memory: loaded once, then following the published order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Substr
from numpy.typing import NDArray

from catalog.imaging.featureindex import FeatureIndex
from catalog.imaging.features import LocalFeatures
from catalog.imaging.hashindex import HashIndex
from catalog.imaging.methods import HASH_BYTES, LOCAL, PHASH
from catalog.models import Fingerprint, ImageFile, Page, Publication

ASYMMETRY_BITS = 8
"""How much farther the index is searched than candidates may be apart.

The hash of a turned picture comes out a few bits differently from its own hash turned; whoever confirms a pair
turns each against the other and takes the nearer.
"""
HASHES_SHAPE = (8, HASH_BYTES)
COMPARED_BY_LOOK = {"file__state": ImageFile.State.INTACT, "file__is_boilerplate": False}
PAGES_AT_ONCE = ROWS_AT_ONCE = 10_000
EVENTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class PagePrints:
    """What is asked about one page: its key, and what it looks like.

    `hashes`: its whole-picture hash in eight orientations (8 x 32, uint8), None to leave hashes out;
    `local`: its local features as stored, None to leave them out.
    """

    page_key: int
    hashes: NDArray[np.uint8] | None
    local: bytes | None
    max_distance_bits: int


class Mirror:
    """Names the stored pages that may be near a page. It proposes only: whoever asks compares the pair itself.

    A file is compared after its own fingerprints are published, and the mirror takes in what is published before
    every answer; so of any two files the one that was published later finds the other, whatever happened at the
    same time. Boilerplate and damaged files are not in it: they are compared by their bytes alone.

    Any line of history about a file makes the mirror read the file's row again, so a file that is withdrawn,
    quarantined or marked as boilerplate leaves it by the line that tells of it.
    """

    def __init__(self) -> None:
        self.sequence: int | None = None
        self.hashes = HashIndex()
        self.features = FeatureIndex()

    def follow(self) -> None:
        """Take in what was published since the last time; the first time, everything.

        Whatever breaks off on the way is taken in the next time: nothing is counted before it is in.
        """
        if self.sequence is None:
            # The number is read before the rows: whatever is published meanwhile is looked at once more.
            sequence = Publication.objects.aggregate(last=Max("sequence"))["last"] or 0
            self._load()
            self.sequence = sequence
        while batch := self._published_after(self.sequence):
            self._look_again({int(key) for _, verb, key in batch if verb.startswith("file.")})
            self.sequence = batch[-1][0]

    def near(self, prints: PagePrints) -> set[int]:
        """Return the keys of the pages that may be near this one, a few bits beyond reach included, and its own.

        Raises ValueError where the features are not of the kind that is stored.
        """
        named = set()
        if prints.hashes is not None:
            reach_bits = prints.max_distance_bits + ASYMMETRY_BITS
            named.update(found.key for found in self.hashes.search(prints.hashes, reach_bits))
        if prints.local:
            named.update(found.key for found in self.features.search(LocalFeatures.from_bytes(prints.local)))
        return named

    def _load(self) -> None:
        """Read all pages, key after key: no long transaction, and only one batch of rows in memory."""
        keys_in_order = Page.objects.order_by("pk").values_list("pk", flat=True)
        last = 0
        while keys := list(keys_in_order.filter(pk__gt=last)[:PAGES_AT_ONCE]):
            self._add(page_id__gt=last, page_id__lte=keys[-1])
            last = keys[-1]

    @staticmethod
    def _published_after(sequence: int) -> list[tuple[int, str, str]]:
        lines = Publication.objects.filter(sequence__gt=sequence).order_by("sequence")
        return list(lines.values_list("sequence", "event__verb", "event__object_id")[:EVENTS_AT_ONCE])

    def _look_again(self, files: Iterable[int]) -> None:
        for some in batches(sorted(files), 500):
            leaving = Page.objects.filter(file__in=some).exclude(**COMPARED_BY_LOOK).values_list("pk", flat=True)
            for keys in batches(leaving.iterator(), PAGES_AT_ONCE):
                self.hashes.discard(keys)
                self.features.discard(keys)
            self._add(page__file__in=some)

    def _add(self, **which: object) -> None:
        compared = {f"page__{field}": value for field, value in COMPARED_BY_LOOK.items()}
        rows = Fingerprint.objects.filter(**which, **compared).order_by()
        # Only the hash of the picture as it lies is stored; a question comes in all orientations.
        upright = rows.filter(method=PHASH).annotate(upright=Substr(F("value"), 1, HASH_BYTES))
        for keys, values in _columns(upright.values_list("page_id", "upright")):
            self.hashes.add(np.array(keys, np.int64), np.frombuffer(b"".join(values), np.uint8).reshape(-1, HASH_BYTES))
        for keys, values in _columns(rows.filter(method=LOCAL).values_list("page_id", "value")):
            self.features.add(keys, [LocalFeatures.from_bytes(bytes(value)) for value in values])


def _columns(rows: QuerySet) -> Iterator[tuple[list[int], list[bytes]]]:
    for batch in batches(rows.iterator(chunk_size=ROWS_AT_ONCE), ROWS_AT_ONCE):
        keys, values = zip(*batch, strict=True)
        yield list(keys), list(values)


def batches(items: Iterable, size: int) -> Iterator[list]:
    """Yield the items in lists of at most `size`."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch
