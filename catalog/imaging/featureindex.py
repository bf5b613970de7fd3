"""The index of local features: which stored pages share places with a picture, in memory.

`search_by_definition` says what is asked for: the pages with enough `votes_between`. Comparing a picture with a
million pages one by one takes minutes, so `FeatureIndex` looks only at features whose first bits are nearly the
same, ranks the pages by the votes it sees there, and names the best. It may miss a page and name one too many:
whoever asks counts `votes_between` for each page that is named.

A feature takes 22 bytes (its bits, its place, the page's slot), a page of 80 features 1,760. Pages lie in sorted
runs of up to 65,536; added pages wait unsorted until they are many enough for a run, and small runs are merged
into larger ones. Nothing is learned from what is stored, so nothing has to be rebuilt.

Whether one of two pages names the other depends on the two alone, whichever is asked about and wherever the other
lies, until more pages are named than `NAMED_MAX` or more features looked at than `_LOOKED_AT_MAX`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from catalog.imaging.features import MIN_VOTES, LocalFeatures, lie_alike, pair_votes, stays_in_place, votes_between

NAMED_MAX = 200
"""A search names so many pages at most: the best by votes, of equal ones those with the lower keys.

A form or a screen that thousands of pages share would otherwise name them all.
"""

_CELL_BITS = 20
_FLIPPED_BITS = 2
"""A feature is sought among those whose first 20 bits are the same but for two.

Measured on pairs of a photograph and its crop, frame, tilt, screenshot or re-photograph: 86 % of the votes lie
there, and 0.2 % of the unrelated features.
"""
_HIT_MAX_DISTANCE_BITS = 24  # all but a hundredth of the votes lie within
_MIN_SEEN_VOTES = 12
_LOOKED_AT_MAX = 10_000_000  # features a search may look at: what many pages share is left out first
_STAYING_COUNTS_LESS = 8
_RANKED_MAX = 1_000  # pages whose places are compared
_HITS_OF_A_PAGE = (
    8,
    16,
    32,
    64,
    128,
)  # pages with about as many hits are compared in one go; further hits are left out
_WAITING_MAX = 64
_RUN_MAX_PAGES = 65_536


class FoundByFeatures(NamedTuple):
    """One stored page that shares places with a picture, and the votes by which it ranks among the others."""

    key: int
    votes: int


def search_by_definition(
    keys: Iterable[int], features: Iterable[LocalFeatures], query: LocalFeatures
) -> list[FoundByFeatures]:
    """Compare the picture with every page: those with at least `MIN_VOTES`, by (votes, key), at most `NAMED_MAX`."""
    pairs = zip(keys, features, strict=True)
    found = [FoundByFeatures(int(key), votes_between(query, stored)) for key, stored in pairs]
    return _best(one for one in found if one.votes >= MIN_VOTES)


class FeatureIndex:
    """Local features by key, held in memory; one page a key.

    Not safe for use from several threads at once; the matcher is one process with one thread.
    """

    def __init__(self) -> None:
        self._keys: set[int] = set()
        self._waiting: dict[int, LocalFeatures] = {}
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: int) -> bool:
        return key in self._keys

    def add(self, keys: Iterable[int], features: Sequence[LocalFeatures]) -> None:
        """Store the features of each page under its key; a key that is there already gets the new ones.

        Where a key stands several times in one call, its last features count. Raises ValueError for another
        number of features than keys.
        """
        keys = [int(key) for key in keys]
        if len(keys) != len(features):
            raise ValueError(f"{len(keys)} keys for the features of {len(features)} pages")
        self.discard(keys)
        self._keys.update(keys)
        for key, stored in zip(keys, features, strict=True):
            self._waiting[key] = stored
            if len(self._waiting) == _RUN_MAX_PAGES:
                self._sort_waiting()

    def discard(self, keys: Iterable[int]) -> None:
        """Forget these keys; one that is not there is no error."""
        leaving = self._keys.intersection(int(key) for key in keys)
        self._keys -= leaving
        in_runs = [key for key in leaving if self._waiting.pop(key, None) is None]
        if in_runs:
            for run in self._runs:
                run.discard(np.array(in_runs, np.int64))

    def search(self, query: LocalFeatures) -> list[FoundByFeatures]:
        """Name the pages that probably share places with a picture, by (votes, key), at most `NAMED_MAX`."""
        if len(self._waiting) > _WAITING_MAX:
            self._sort_waiting()
        if len(query) == 0:
            return []
        probes = _probes(query.bits)
        probes = _affordable(probes, [run.sizes(probes.cells) for run in self._runs])
        hits = [run.hits(query, probes) for run in self._runs]
        if self._waiting:
            hits.append(_hits_one_by_one(query, self._waiting))
        return _best(_ranked(query, _Hits.together(hits)))

    def _sort_waiting(self) -> None:
        """Make a run of the waiting pages, merged with the runs before it that are no longer than twice as long."""
        run = _Run.of(list(self._waiting), list(self._waiting.values()))
        self._waiting = {}
        while self._runs and len(self._runs[-1]) <= 2 * len(run) and len(self._runs[-1]) + len(run) <= _RUN_MAX_PAGES:
            run = self._runs.pop().merged(run)
        self._runs.append(run)


def _best(found: Iterable[FoundByFeatures]) -> list[FoundByFeatures]:
    return sorted(found, key=lambda one: (-one.votes, one.key))[:NAMED_MAX]


# ---- where a feature is sought ----


@dataclass(frozen=True, eq=False, slots=True)
class _Probes:
    """The cells in which features of a picture are sought, in rising order, and the row of the feature of each."""

    cells: NDArray[np.int64]
    rows: NDArray[np.int64]
    bits: NDArray[np.uint8]


def _cells_of(bits: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the first 20 bits of features (n x 16, uint8) as numbers."""
    first = bits[:, :3].astype(np.int32)
    return (first[:, 0] << 12) | (first[:, 1] << 4) | (first[:, 2] >> 4)


_FLIPS = np.array(
    [
        sum(1 << bit for bit in flipped)
        for count in range(_FLIPPED_BITS + 1)
        for flipped in combinations(range(_CELL_BITS), count)
    ],
    np.int64,
)


def _probes(bits: NDArray[np.uint8]) -> _Probes:
    cells = (_cells_of(bits).astype(np.int64)[:, np.newaxis] ^ _FLIPS).ravel()
    rows = np.repeat(np.arange(len(bits)), len(_FLIPS))
    rising = np.argsort(cells, kind="stable")
    return _Probes(cells[rising], rows[rising], bits)


def _affordable(probes: _Probes, sizes: list[NDArray[np.int64]]) -> _Probes:
    """Leave out the features that the most stored ones resemble, as far as all together are too many."""
    each = np.bincount(probes.rows, sum(sizes, np.zeros(len(probes.cells))), minlength=len(probes.bits))
    rarest = np.argsort(each, kind="stable")
    affordable = np.zeros(len(each), bool)
    affordable[rarest] = np.cumsum(each[rarest]) <= _LOOKED_AT_MAX
    kept = affordable[probes.rows]
    return _Probes(probes.cells[kept], probes.rows[kept], probes.bits)


# ---- what is found there ----


@dataclass(frozen=True, eq=False, slots=True)
class _Hits:
    """Stored features that look like one of the picture's: columns of one length."""

    keys: NDArray[np.int64]
    """The page of each."""
    rows: NDArray[np.int64]
    """The row of the picture's feature."""
    distances: NDArray[np.int64]
    places: NDArray[np.uint8]
    """n x 4: where the stored feature lies in its page."""

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        if not parts:
            nothing = np.empty(0, np.int64)
            return cls(nothing, nothing, nothing, np.empty((0, 4), np.uint8))
        names = ("keys", "rows", "distances", "places")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def only(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Self:
        return type(self)(self.keys[which], self.rows[which], self.distances[which], self.places[which])


class _Run:
    """The features of some pages, sorted by cell."""

    def __init__(
        self,
        keys: NDArray[np.int64],
        cells: NDArray[np.int32],
        slots: NDArray[np.uint16],
        rows: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint32]],
    ) -> None:
        self.keys = keys
        self.is_there = np.ones(len(keys), bool)
        order = np.argsort(cells, kind="stable")
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=1 << _CELL_BITS))]).astype(np.int32)
        self._slots = slots[order]
        self._first, self._second, self._places = (column[order] for column in rows)

    @classmethod
    def of(cls, keys: Sequence[int], features: Sequence[LocalFeatures]) -> Self:
        bits = np.concatenate([one.bits for one in features])
        places = np.concatenate([one.places for one in features])
        words = bits.view(np.uint64)
        slots = np.repeat(np.arange(len(keys)), [len(one) for one in features]).astype(np.uint16)
        columns = (words[:, 0], words[:, 1], places.view(np.uint32)[:, 0])
        return cls(np.array(keys, np.int64), _cells_of(bits), slots, columns)

    def __len__(self) -> int:
        return len(self.keys)

    def discard(self, keys: NDArray[np.int64]) -> None:
        self.is_there &= ~np.isin(self.keys, keys)

    def merged(self, other: Self) -> Self:
        """Return both runs as one, without the pages that were discarded."""
        parts = [run._living() for run in (self, other)]
        keys = np.concatenate([keys for keys, *_ in parts])
        slots = np.concatenate([parts[0][2], parts[1][2] + len(parts[0][0])]).astype(np.uint16)
        columns = tuple(np.concatenate([parts[0][3][i], parts[1][3][i]]) for i in range(3))
        return type(self)(keys, np.concatenate([parts[0][1], parts[1][1]]), slots, columns)

    def _living(self) -> tuple[NDArray, NDArray, NDArray, tuple[NDArray, NDArray, NDArray]]:
        living = self.is_there[self._slots]
        cells = np.repeat(np.arange(1 << _CELL_BITS, dtype=np.int32), np.diff(self._starts))[living]
        slots = (np.cumsum(self.is_there) - 1)[self._slots[living]]
        return self.keys[self.is_there], cells, slots, (self._first[living], self._second[living], self._places[living])

    def sizes(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many features lie in each of these cells."""
        return (self._starts[cells + 1] - self._starts[cells]).astype(np.int64)

    def hits(self, query: LocalFeatures, probes: _Probes) -> _Hits:
        """Return the near features in the cells, of those pages whose votes of any kind are enough, and the most."""
        sizes = self.sizes(probes.cells)
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        at = np.repeat(self._starts[probes.cells] - (ends - sizes), sizes) + np.arange(total)
        rows = np.repeat(probes.rows, sizes)
        words = query.bits.view(np.uint64)
        distances = np.bitwise_count(self._first[at] ^ words[rows, 0])
        near = np.flatnonzero(distances <= _HIT_MAX_DISTANCE_BITS)
        at, rows = at[near], rows[near]
        distances = distances[near] + np.bitwise_count(self._second[at] ^ words[rows, 1])
        near = np.flatnonzero(distances <= _HIT_MAX_DISTANCE_BITS)
        at, rows, distances = at[near], rows[near], distances[near].astype(np.int64)
        slots = self._slots[at]
        votes = np.bincount(slots, pair_votes(distances), minlength=len(self.keys)) * self.is_there
        least = max(_MIN_SEEN_VOTES, np.partition(votes, -_RANKED_MAX)[-_RANKED_MAX] if len(votes) > _RANKED_MAX else 0)
        kept = np.flatnonzero(votes[slots] >= least)
        places = self._places[at[kept]].view(np.uint8).reshape(-1, 4)
        return _Hits(self.keys[slots[kept]], rows[kept], distances[kept], places)


def _hits_one_by_one(query: LocalFeatures, pages: Mapping[int, LocalFeatures]) -> _Hits:
    """Return what a run of these pages would."""
    keys = np.repeat(np.array(list(pages), np.int64), [len(one) for one in pages.values()])
    bits = np.concatenate([one.bits for one in pages.values()])
    places = np.concatenate([one.places for one in pages.values()])
    is_in_cell = np.bitwise_count(_cells_of(query.bits)[:, np.newaxis] ^ _cells_of(bits)) <= _FLIPPED_BITS
    rows, at = np.nonzero(is_in_cell)
    distances = np.bitwise_count(query.bits[rows] ^ bits[at]).sum(axis=1, dtype=np.int64)
    near = distances <= _HIT_MAX_DISTANCE_BITS
    return _Hits(keys[at[near]], rows[near], distances[near], places[at[near]])


# ---- which pages are best ----


def _ranked(query: LocalFeatures, hits: _Hits) -> list[FoundByFeatures]:
    """Return the pages whose hits lie alike, with the votes of the best movement of each."""
    hits = _nearest_of_both(hits)
    keys, pages = np.unique(hits.keys, return_inverse=True)
    votes = np.bincount(pages, pair_votes(hits.distances), minlength=len(keys))
    best = np.argsort(-votes, kind="stable")[:_RANKED_MAX]
    ranks = np.full(len(keys), -1)
    ranks[best] = np.arange(len(best))
    is_ranked = ranks[pages] >= 0
    votes = _agreeing_votes(query, hits.only(is_ranked), ranks[pages[is_ranked]], len(best))
    named = np.flatnonzero(votes >= _MIN_SEEN_VOTES)
    return [FoundByFeatures(int(key), int(count)) for key, count in zip(keys[best[named]], votes[named], strict=True)]


def _nearest_of_both(hits: _Hits) -> _Hits:
    """Keep of every page only the hits that are nearest for the picture's feature and for the page's own."""
    spots = hits.places.view(np.uint32)[:, 0]
    return hits.only(_is_nearest(hits, hits.rows) & _is_nearest(hits, spots))


def _is_nearest(hits: _Hits, features: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Tell which hits are nearest among those of the same page and feature, equal ones all."""
    order = np.lexsort((hits.distances, features, hits.keys))
    keys, features, distances = hits.keys[order], features[order], hits.distances[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (keys[1:] != keys[:-1]) | (features[1:] != features[:-1])
    nearest = distances[is_first][np.cumsum(is_first) - 1]
    answer = np.empty(len(order), bool)
    answer[order] = distances == nearest
    return answer


def _agreeing_votes(query: LocalFeatures, hits: _Hits, ranks: NDArray[np.int64], page_count: int) -> NDArray[np.int64]:
    """Return for each of the ranked pages the votes of its hits that agree with the best movement."""
    order = np.lexsort((hits.distances, ranks))
    hits, ranks = hits.only(order), ranks[order]
    nth = np.arange(len(ranks)) - np.searchsorted(ranks, ranks)
    counts = np.bincount(ranks, minlength=page_count)
    most = np.zeros(page_count, np.int64)
    fewest = 0
    for wide in _HITS_OF_A_PAGE:
        is_last = wide == _HITS_OF_A_PAGE[-1]
        pages = np.flatnonzero((counts > fewest) & ((counts <= wide) | is_last))
        places_in = np.full(page_count, -1)
        places_in[pages] = np.arange(len(pages))
        inside = (places_in[ranks] >= 0) & (nth < wide)
        most[pages] = _most_votes(query, hits.only(inside), places_in[ranks[inside]], nth[inside], (len(pages), wide))
        fewest = wide
    return most


def _most_votes(
    query: LocalFeatures, hits: _Hits, pages: NDArray[np.int64], nth: NDArray[np.int64], shape: tuple[int, int]
) -> NDArray[np.int64]:
    """Return the most agreeing votes of each page; hit i is the nth of its page."""
    ours, theirs = np.zeros((2, *shape, 4))
    votes = np.zeros(shape, np.int64)
    ours[pages, nth], theirs[pages, nth] = query.places[hits.rows], hits.places
    votes[pages, nth] = pair_votes(hits.distances)
    # The buttons of a screen stay in their place: pages that share nothing else come last.
    votes = np.where(stays_in_place(ours, theirs), -(-votes // _STAYING_COUNTS_LESS), votes)
    sums = np.einsum("pij,pj->pi", lie_alike(ours, theirs), votes)
    return np.where(votes > 0, sums, 0).max(axis=1, initial=0)
