"""The index of whole-picture hashes: exact search by Hamming distance in memory.

`search_by_definition` says what the answer is; `HashIndex.search` must give the same, quickly. A flat
scan is exact, needs no tuning and takes 32 bytes a page, so no approximate graph is used (measured: an
HNSW graph lost 26 to 45 % of planted neighbours at distance 31).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HASH_BYTES = 32
ORIENTATION_COUNT = 8

CANDIDATE_MAX_DISTANCE_BITS = 50
"""Pages this near are candidates of one another.

Measured on photographs: 96 to 100 % of re-encodes, reductions to 25 % and changes of tone lie within 50
of 256 bits, while two unrelated hashes lie 128 bits apart on average with a standard deviation of 8, so
that chance gives no candidates even among 10^7 pages. Candidates are only compared, never merged.
"""

_WORDS = HASH_BYTES // 8
_BLOCK_ROWS = 32_768  # 256 kB a column, so that a block and its sums stay in the cache
_SMALLEST_CAPACITY = 1_024


class Found(NamedTuple):
    """One stored page near a query.

    `orientation` is the row of the query that was nearest: how the asked picture must be turned to lie
    like the stored one (an index into `fingerprints.ORIENTATIONS`).
    """

    key: int
    distance_bits: int
    orientation: int


class HashIndex:
    """Hashes of 256 bits by key, held in memory; one hash a key.

    Not safe for use from several threads at once; the matcher is one process with one thread.
    """

    def __init__(self) -> None:
        self._slots: dict[int, int] = {}
        self._keys = np.empty(_SMALLEST_CAPACITY, np.int64)
        self._columns = np.empty((_WORDS, _SMALLEST_CAPACITY), np.uint64)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: int) -> bool:
        return key in self._slots

    def add(self, keys: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        """Store n hashes (n x 32, uint8) under n keys; a key that is there already gets the new hash.

        Where a key stands several times in one call, its last hash counts. Raises ValueError for other shapes.
        """
        keys, hashes = _checked_keys(keys), _checked_hashes(hashes)
        if len(keys) != len(hashes):
            raise ValueError(f"{len(keys)} keys for {len(hashes)} hashes")
        slots = np.empty(len(keys), np.int64)
        for row, key in enumerate(keys.tolist()):
            slots[row] = self._slots.setdefault(key, len(self._slots))
        self._reserve(len(self._slots))
        self._keys[slots] = keys
        self._columns[:, slots] = _columns_of(hashes)

    def discard(self, keys: Iterable[int]) -> None:
        """Forget these keys; one that is not there is no error."""
        for key in np.asarray(list(keys), np.int64).tolist():
            slot = self._slots.pop(key, None)
            if slot is not None:
                self._move_last_into(slot)

    def search(self, queries: NDArray[np.uint8], max_distance_bits: int = CANDIDATE_MAX_DISTANCE_BITS) -> list[Found]:
        """Return every stored page within the distance of any query row, by (distance, key).

        `queries` are the hashes of one picture in its orientations (rows x 32, uint8; one row will do).
        Each key appears once, with its nearest row; of equally near rows the first.
        """
        best: dict[int, Found] = {}
        columns = _columns_of(_checked_hashes(queries))
        for start in range(0, len(self), _BLOCK_ROWS):
            stop = min(start + _BLOCK_ROWS, len(self))
            block = self._columns[:, start:stop]
            for orientation in range(columns.shape[1]):
                rows, distances = _near(block, columns[:, orientation], max_distance_bits)
                _keep_nearest(best, self._keys[start + rows], distances, orientation)
        return sorted(best.values(), key=lambda found: (found.distance_bits, found.key))

    def _reserve(self, count: int) -> None:
        capacity = len(self._keys)
        if count <= capacity:
            return
        while capacity < count:
            capacity *= 2
        used = min(len(self._keys), count)
        keys, columns = np.empty(capacity, np.int64), np.empty((_WORDS, capacity), np.uint64)
        keys[:used], columns[:, :used] = self._keys[:used], self._columns[:, :used]
        self._keys, self._columns = keys, columns

    def _move_last_into(self, slot: int) -> None:
        last = len(self._slots)
        if slot == last:
            return
        self._keys[slot] = self._keys[last]
        self._columns[:, slot] = self._columns[:, last]
        self._slots[int(self._keys[slot])] = slot


def search_by_definition(
    keys: Iterable[int],
    hashes: NDArray[np.uint8],
    queries: NDArray[np.uint8],
    max_distance_bits: int = CANDIDATE_MAX_DISTANCE_BITS,
) -> list[Found]:
    """Compare every query with every hash, one pair after the other: what `HashIndex.search` must answer."""
    found = []
    for key, stored in zip(keys, hashes, strict=True):
        distances = [distance_bits(bytes(query), bytes(stored)) for query in queries]
        nearest = min(distances)
        if nearest <= max_distance_bits:
            found.append(Found(int(key), nearest, distances.index(nearest)))
    return sorted(found, key=lambda one: (one.distance_bits, one.key))


def distance_bits(a: bytes, b: bytes) -> int:
    """Count the bits in which two 256-bit hashes differ: 0 alike, 256 inverse. Raises ValueError for other lengths."""
    if len(a) != HASH_BYTES or len(b) != HASH_BYTES:
        raise ValueError(f"hashes of {len(a)} and {len(b)} bytes instead of {HASH_BYTES}")
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_count()


def _checked_keys(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    keys = np.asarray(keys)
    if keys.ndim != 1 or (keys.size and keys.dtype.kind not in "iu"):
        raise ValueError(f"keys of shape {keys.shape} and type {keys.dtype} instead of whole numbers in a row")
    return keys.astype(np.int64)


def _checked_hashes(hashes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    hashes = np.asarray(hashes)
    if hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES or hashes.dtype != np.uint8:
        raise ValueError(f"hashes of shape {hashes.shape} and type {hashes.dtype} instead of n x {HASH_BYTES} uint8")
    return np.ascontiguousarray(hashes)


def _columns_of(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Turn n x 32 bytes into 4 x n words, so that each step of a scan reads memory in one direction."""
    return hashes.view(np.uint64).T


def _near(
    block: NDArray[np.uint64], query: NDArray[np.uint64], max_distance_bits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of a block (4 x n words) within the distance of one query (4 words), and their distances.

    Half of the words already exclude nearly every row, because a distance only grows with more words.
    """
    half = np.bitwise_count(block[0] ^ query[0]) + np.bitwise_count(block[1] ^ query[1])
    rows = np.flatnonzero(half <= max_distance_bits)
    if not rows.size:
        return rows, rows
    distances = half[rows].astype(np.int64)
    for word in range(2, _WORDS):
        distances += np.bitwise_count(block[word, rows] ^ query[word])
    near = distances <= max_distance_bits
    return rows[near], distances[near]


def _keep_nearest(
    best: dict[int, Found], keys: NDArray[np.int64], distances: NDArray[np.int64], orientation: int
) -> None:
    for key, distance in zip(keys.tolist(), distances.tolist(), strict=True):
        if key not in best or distance < best[key].distance_bits:
            best[key] = Found(key, distance, orientation)
