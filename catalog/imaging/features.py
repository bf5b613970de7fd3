"""Local features of one page: what finds a picture again when only part of it is shown.

A whole-picture hash finds no crops, frames, screenshots or photographs of a print. Eighty small places of the
picture do: each is described by 128 bits that stay nearly the same when the place is shown larger, smaller,
turned, darker or compressed. Two pictures are candidates of one another when enough of their places look alike
*and* lie alike. As with every fingerprint, this proposes; pixels decide.

Places and orientations: SIFT (Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004).
Square roots: RootSIFT (Arandjelovic and Zisserman, CVPR 2012). Bits: signs of a fixed orthogonal transform
(random signs, then Hadamard), so that distances in bits follow angles between descriptors (Charikar, STOC 2002).
"""

import hashlib
from dataclasses import dataclass
from itertools import zip_longest
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.imaging.methods import LOCAL

FEATURES = 80
"""At most so many features a page: 1,600 bytes."""
BITS_BYTES = 16
FEATURE_BYTES = 20

SIDE_PX = 320
"""Features are sought on the picture reduced or enlarged to this long side.

Measured on crops to 25 % of the area, screenshots and re-photographs: 256, 320, 384 and 512 px find the same
within two points, and the time grows with the area.
"""

MAX_DISTANCE_BITS = 32
"""Places this near of 128 bits may be the same.

Measured: the same place in a crop, a screenshot or a re-photograph lies 9 bits away in the median and within 27
in 90 %; unrelated places lie 63 bits apart, 1 % of them within 38.
"""

MIN_VOTES = 20
"""Pictures with so many votes are candidates of one another.

Measured on 144 photographs, each against its own variants: 100 % of crops to 80 % and 50 % of the area, frames,
tilts, screenshots and mark-ups, 99 % of crops to 25 % and re-photographs. Of pairs of different photographs, 0 of
1,500 as they came, 5 % if both are in the same frame, 4 % on the same telephone, 2 % if both are tilted.
"""

SCALE_STEPS = 16  # so many steps of the scale byte double the size
ANGLE_STEPS = 256  # so many steps of the angle byte are a full turn

_CONTRAST = 0.02
_BAND_EDGES_PX = (4.0, 8.0)  # equal shares of fine, middle and coarse places: a picture at half the size keeps two
_SPARE = 20
_PLAIN_SPREAD = 22.5
"""Measured: of the places that frames and tilts of different photographs share, 95 % are spread over fewer of the
128 numbers, of those that a photograph and its own crop, frame or re-photograph share, 4 %."""
_STRONGEST_OF_A_BAND = 400
_CLEARLY_STRONGER = 0.9

_PAIRS_MAX = 400  # only a drawn pattern has more: places of one look in both pictures are all nearest
MAX_PAIR_VOTES = 25
STAYING_UNITS = 4.0
_STAYING_SHARE = 0.75
_WHOLE_SHARE = 0.2
"""Screens of one telephone with different photographs in them share 12 % of all possible votes; two copies of which
one is covered by half share 40 %."""
_LOOSE_SHARE = 0.06  # a place may lie so far off, as a share of its distance from the place that was laid on first
_LOOSE_UNITS = 5.0  # and so far in any case: 1/255 of the long side each
_LOOSE_SCALE_STEPS = 10
_LOOSE_ANGLE_STEPS = 20


@dataclass(frozen=True, eq=False, slots=True)
class LocalFeatures:
    """The features of one page, in the order in which they were chosen and are stored."""

    places: NDArray[np.uint8]
    """n x 4: x and y in 255ths of the long side, logarithm of the size (16 steps double it), angle (256 a turn)."""
    bits: NDArray[np.uint8]
    """n x 16: what each place looks like."""

    def __len__(self) -> int:
        return len(self.places)

    def to_bytes(self) -> bytes:
        """Return 20 bytes a feature: its place, then its bits. `from_bytes` takes them back."""
        return np.hstack([self.places, self.bits]).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Take back what `to_bytes` gave. Raises ValueError for a length that is no whole number of features."""
        if len(stored) % FEATURE_BYTES:
            raise ValueError(f"{len(stored)} bytes are no whole number of features of {FEATURE_BYTES}")
        rows = np.frombuffer(stored, np.uint8).reshape(-1, FEATURE_BYTES)
        return cls(np.ascontiguousarray(rows[:, :4]), np.ascontiguousarray(rows[:, 4:]))


# ---- from a picture ----


def local_features(grey: NDArray[np.uint8]) -> LocalFeatures:
    """Return the features of a grey picture (height x width, uint8): at most `FEATURES`, none of a flat one."""
    places, described = described_places(grey)
    return LocalFeatures(places, _bits(described))


def described_places(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the chosen places of a grey picture (n x 4) and their SIFT descriptors (n x 128)."""
    picture = _at_side(grey)
    sift = cv2.SIFT_create(contrastThreshold=_CONTRAST)
    found = _one_for_each_place(sift.detect(picture, None))
    if not found:
        return np.empty((0, 4), np.uint8), np.empty((0, DESCRIPTOR_SIZE), np.float32)
    chosen, described = sift.compute(picture, [found[i] for i in _chosen(found)])
    rich_first = np.argsort(_is_plain(described), kind="stable")[:FEATURES]
    return _places(chosen)[rich_first], described[rich_first]


def _at_side(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = SIDE_PX / max(grey.shape)
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _one_for_each_place(found: tuple[cv2.KeyPoint, ...]) -> list[cv2.KeyPoint]:
    """Keep one of the orientations that SIFT gives a place: the next ones would take the room of other places."""
    return list({(point.pt, point.size): point for point in reversed(found)}.values())


def _chosen(found: list[cv2.KeyPoint]) -> list[int]:
    """Choose strong places of every size that lie apart, a few to spare; what a size lacks the others may have.

    Places of the sizes take turns, those farthest from any stronger one first.
    """
    sizes = np.array([point.size for point in found])
    strengths = np.array([point.response for point in found])
    spots = np.array([point.pt for point in found])
    bands = np.digitize(sizes, _BAND_EDGES_PX)
    room = FEATURES + _SPARE
    in_bands: list[list[int]] = []
    for band in (2, 1, 0):
        inside = np.flatnonzero(bands == band)
        left = room - sum(map(len, in_bands))
        in_bands.append(inside[_apart(spots[inside], strengths[inside], left // (band + 1))].tolist())
    chosen = [place for turn in zip_longest(*in_bands) for place in turn if place is not None]
    rest = np.setdiff1d(np.arange(len(found)), chosen)
    rest = rest[np.argsort(-strengths[rest], kind="stable")]
    return chosen + rest[: room - len(chosen)].tolist()


def _is_plain(described: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell places that show little but one edge or corner, as a frame, a margin or a tilted picture has them.

    They look alike in all pictures, so they are kept only where there is nothing better. What is measured is over
    how many of the 128 numbers a descriptor is spread: the inverse of the sum of the squared shares.
    """
    shares = described / np.maximum(described.sum(axis=1, keepdims=True), 1e-6)
    return np.square(shares).sum(axis=1) * _PLAIN_SPREAD > 1


def _apart(spots: NDArray[np.float64], strengths: NDArray[np.float64], room: int) -> NDArray[np.int64]:
    """Return the rows of the places that are farthest from any clearly stronger one.

    Adaptive non-maximal suppression (Brown, Szeliski and Winder, CVPR 2005).
    """
    strongest = np.argsort(-strengths, kind="stable")[:_STRONGEST_OF_A_BAND]
    if len(strongest) <= room:
        return strongest
    x, y = spots[strongest].T
    strength = strengths[strongest]
    apart = np.square(x[:, np.newaxis] - x) + np.square(y[:, np.newaxis] - y)
    apart[strength * _CLEARLY_STRONGER <= strength[:, np.newaxis]] = np.inf
    return strongest[np.argsort(-apart.min(axis=1), kind="stable")[:room]]


def _places(points: tuple[cv2.KeyPoint, ...]) -> NDArray[np.uint8]:
    spots = np.array([point.pt for point in points]) * 255 / SIDE_PX
    steps = np.log2([max(point.size, 1.0) for point in points]) * SCALE_STEPS
    angles = np.array([point.angle for point in points]) * ANGLE_STEPS / 360
    numbers = np.column_stack([np.clip(spots, 0, 255), np.clip(steps, 0, 255), angles % ANGLE_STEPS])
    return (np.rint(numbers).astype(np.int64) % 256).astype(np.uint8)


# ---- bits ----

DESCRIPTOR_SIZE = 128
_CENTRE_UNIT = 1_000

_CENTRE_BYTES = bytes.fromhex(
    "343e3f362e29262857514639312f36445845372f30384855372a27282c3643434d41424442352d33956750514e464868"
    "936343434e54566e50332c33404445474f322c3341454545946444424e54566b936851524f4647664f43424341352d34"
    "372926282d3742415945362f303a48535853473931313743354041362d292628"
)
_CENTRE = np.frombuffer(_CENTRE_BYTES, np.uint8).astype(np.float32) / _CENTRE_UNIT
"""The mean RootSIFT descriptor of pictures drawn in code: `python bench/features.py centre`.

It depends on where the descriptor looks, not on what it sees: the middle cells weigh more than the outer ones.
Without it most signs would be the same for every place (unrelated places lie 57 bits apart instead of 63).
"""


_SIGNS = 1 - 2 * np.unpackbits(np.frombuffer(hashlib.shake_128(LOCAL.encode()).digest(BITS_BYTES), np.uint8)).astype(
    np.float32
)
"""Fixed, and without a pattern of its own: mixed with it, every bit depends on the whole descriptor."""


def root_descriptors(described: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return SIFT descriptors (n x 128) as RootSIFT: each of length 1, the square roots of its shares."""
    return np.sqrt(described / np.maximum(described.sum(axis=1, keepdims=True), 1e-6))


def _bits(described: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.packbits(_transformed((root_descriptors(described) - _CENTRE) * _SIGNS) > 0, axis=1)


def _transformed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the Hadamard transform of rows of 128 numbers, by sums and differences alone."""
    for half in (64, 32, 16, 8, 4, 2, 1):
        pairs = rows.reshape(-1, 2, half)
        rows = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1)
    return rows.reshape(-1, DESCRIPTOR_SIZE)


# ---- between two pictures ----


def votes_between(a: LocalFeatures, b: LocalFeatures) -> int:
    """Count how strongly the places of two pictures look alike and lie alike: from 0.

    A function of the two sets alone, the same in either order. Places of the two that are each other's nearest
    are a pair. Every pair says how the one picture would be moved, turned and scaled to lie on the other, and
    all pairs that agree with that give their votes: up to 25 each, the more the nearer they are (`pair_votes`),
    and each place once. The best of these movements counts.

    Where nearly everything that agrees also stays in its place, the pictures are one in two copies, or one screen
    with two pictures in it: then the votes count only if they are a fifth of what all places together could give.
    """
    if a.to_bytes() > b.to_bytes():
        a, b = b, a
    if len(a) == 0:
        return 0
    rows_a, rows_b, distances = _look_alike(a.bits, b.bits)
    places_a, places_b = a.places[rows_a].astype(np.float64), b.places[rows_b].astype(np.float64)
    agreeing, stays = lie_alike(places_a, places_b), stays_in_place(places_a, places_b)
    votes = pair_votes(distances)
    sums = agreeing @ votes
    enough = MAX_PAIR_VOTES * min(len(a), len(b)) * _WHOLE_SHARE
    most = 0
    for row in np.argsort(-sums, kind="stable"):
        if sums[row] <= most:
            break
        with_it = agreeing[row]
        each = votes[with_it]
        count = min(_once(rows_a[with_it], each), _once(rows_b[with_it], each))
        if count >= enough or each[stays[with_it]].sum() <= _STAYING_SHARE * sums[row]:
            most = max(most, count)
    return most


def pair_votes(distances_bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the votes that pairs at these distances give: 25 at none, 6 at 20 bits, 1 at 32, 0 beyond."""
    return np.square(np.maximum(40 - distances_bits, 0)) // 64


def _look_alike(
    bits_a: NDArray[np.uint8], bits_b: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the row in a, the row in b and the distance in bits of all that are each other's nearest and near."""
    words_a, words_b = bits_a.view(np.uint64), bits_b.view(np.uint64)
    distances = sum(
        np.bitwise_count(words_a[:, word, np.newaxis] ^ words_b[:, word]).astype(np.int64) for word in (0, 1)
    )
    is_nearest = (distances == distances.min(axis=1, keepdims=True)) & (distances == distances.min(axis=0))
    rows_a, rows_b = np.nonzero(is_nearest & (distances <= MAX_DISTANCE_BITS))
    near = distances[rows_a, rows_b]
    kept = np.argsort(near, kind="stable")[:_PAIRS_MAX]
    return rows_a[kept], rows_b[kept], near[kept]


def _once(rows: NDArray[np.int64], votes: NDArray[np.int64]) -> int:
    """Return the sum of the votes, of several for one row only the highest."""
    highest = np.zeros(int(rows.max()) + 1, np.int64)
    np.maximum.at(highest, rows, votes)
    return int(highest.sum())


def stays_in_place(places_a: NDArray[np.float64], places_b: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of n pairs of places (n x 4 each) lie at the same spot of both pictures, within `STAYING_UNITS`."""
    return np.abs(places_a[..., :2] - places_b[..., :2]).max(axis=-1, initial=0) <= STAYING_UNITS


def lie_alike(places_a: NDArray[np.float64], places_b: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of n pairs of places (n x 4 each) agree with the movement that each of them stands for: n x n.

    Row i lays pair i on one another and says which others then lie together; it says the same of a and b exchanged.
    More axes may stand in front.
    """
    steps, turns = np.moveaxis(places_b[..., 2:] - places_a[..., 2:], -1, 0)
    scales = np.exp2(steps / SCALE_STEPS)[..., np.newaxis]
    movement = scales * np.exp(2j * np.pi / ANGLE_STEPS * turns)[..., np.newaxis]
    from_a, from_b = (_across(places[..., 0] + 1j * places[..., 1]) for places in (places_a, places_b))
    off = np.abs(movement * from_a - from_b)
    away = (scales * np.abs(from_a) + np.abs(from_b)) / 2
    allowed = _LOOSE_SHARE * away + _LOOSE_UNITS * np.maximum(scales, 1)
    off_turn = np.abs((_across(turns) + ANGLE_STEPS / 2) % ANGLE_STEPS - ANGLE_STEPS / 2)
    return (off <= allowed) & (off_turn <= _LOOSE_ANGLE_STEPS) & (np.abs(_across(steps)) <= _LOOSE_SCALE_STEPS)


def _across(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return what each of n values lies beyond each other one: n x n."""
    return values[..., np.newaxis, :] - values[..., :, np.newaxis]
