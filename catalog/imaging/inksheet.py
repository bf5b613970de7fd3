"""Pages that look alike: is a picture a sheet of paper with ink on it, and can two such sheets be one?

All filled-in copies of one form lie within a few bits of each other by their whole-picture hash, so that the
hash proposes every one of them to every other. Before such a pair is compared in full, two small signatures
of the ink are held against each other: where both sheets carry the same template in the same place and yet
each carries ink that the other lacks, they are not copies of one sheet. Everything else stays a candidate:
this module may leave a pair in doubt, it must never part true copies.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

# ---- is it a page? ----

_PAGE_SIDE_PX = 512
_TILE_PX = 16
_NEAR_PAPER = 0.16  # share of the paper's level, as are the two below
_WITHIN_PAPER = 0.10
_LIGHT = 0.08
_MAX_BLANK_DEPTH = 0.08
_MAX_STROKE_DEPTH = 0.25
_MIN_INK_DEPTH = 0.20
_MIN_NEAR_SHARE = 0.50
_MIN_STROKE_SHARE = 0.05


class _Bounds(NamedTuple):
    """What a page reaches at least."""

    paper_level: int
    paper_share: float
    half_light: float
    """Share of the pixels of tiles with strokes that are lighter than half-way from ink to paper."""
    light_over_others: float
    """Share of these pixels that are paper, less the share of tiles that are neither blank nor strokes."""


# Measured at 512 px on ../shared/samples: 28 of 37 scans reach these bounds; the others are photographed or shaded
# prints and coloured maps. Of 204 photographs and video frames 3 do: bricks, a micrograph, a photograph of text.
_LIGHT_PAPER = _Bounds(paper_level=120, paper_share=0.50, half_light=0.63, light_over_others=0.33)
# Lights in a night are strokes on black, too, so a dark screen must be much cleaner.
_DARK_SCREEN = _Bounds(paper_level=200, paper_share=0.62, half_light=0.63, light_over_others=0.55)


def is_page_like(grey: NDArray[np.uint8]) -> bool:
    """Tell a scanned sheet, form, receipt, line drawing or screen of text (height x width, uint8) from a photograph.

    A page is one tone of paper with darker strokes, or dark with lighter ones: nearly all tiles of it are
    either blank or hold strokes on that paper, and the strokes leave most of their tile light. Colours are not
    asked, so that the grey copy of a page is one too. A reduction to 256 px blurs the strokes of small type
    away; about one page in ten is then not known as one any more.
    """
    seen = _fitted(grey, _PAGE_SIDE_PX)
    return _is_ink_on_paper(seen, _LIGHT_PAPER) or _is_ink_on_paper(255 - seen, _DARK_SCREEN)


_LIT_SIDE_PX, _LIT_REACH_PX, _LIT_PAPER = 512, 31, 245


def evenly_lit(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture (height x width, uint8) at up to 512 px in which whatever is light near by is paper.

    So a photograph of a sheet on a desk, in uneven light, looks like a scan of it; a photograph of anything else hardly
    does (measured: 1 of 150).
    """
    seen = _fitted(grey, _LIT_SIDE_PX)
    return np.clip(seen * (_LIT_PAPER / np.maximum(_paper_near(seen), 8.0)), 0, 255).astype(np.uint8)


def _paper_near(seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the level of the paper at each pixel: whatever is lightest near by."""
    reach = np.ones((_LIT_REACH_PX, _LIT_REACH_PX), np.uint8)
    return cv2.GaussianBlur(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, reach), (0, 0), _LIT_REACH_PX / 2)


_MARK_PX = (3, 100)
_GLYPH_PX = (4, 100)
_MARK_DEPTH = 0.8  # of the paper's level: darker is ink
_READABLE_SIDE_PX = 500
_MANY_MARKS = 50
_WORD = 4


def bears_writing(grey: NDArray[np.uint8]) -> bool | None:
    """Tell whether something may be written on a sheet (height x width, uint8): many small marks, or a word of four.

    A line drawing, a flag, a bird before a bright sky have none: nothing on them can be exchanged and remain unseen as
    a character can. None where the picture is too small to show characters. (Measured: scans, forms and receipts from
    500 px on have 65 marks and more, 20 drawings and 5 photographs that pass for sheets 0 to 35.)
    """
    if max(grey.shape) < _READABLE_SIDE_PX:
        return None
    seen = _on_light_paper(grey)
    darkest_paper = _MARK_DEPTH * np.maximum(_paper_near(_fitted(seen, _LIT_SIDE_PX)), 8.0)
    bounds = cv2.resize(darkest_paper.astype(np.uint8), seen.shape[::-1], interpolation=cv2.INTER_LINEAR)
    ink = cv2.compare(seen, bounds, cv2.CMP_LT)
    found = cv2.connectedComponentsWithStats(ink)[2][1:].astype(np.float32)
    tall = found[:, cv2.CC_STAT_HEIGHT]
    marks = found[(tall >= _MARK_PX[0]) & (tall <= _MARK_PX[1]) & (found[:, cv2.CC_STAT_WIDTH] <= 2 * _MARK_PX[1])]
    return len(marks) >= _MANY_MARKS or _has_word(marks[:, :4]) or _has_word(marks[:, [1, 0, 3, 2]])


def glyph_px(grey: NDArray[np.uint8]) -> float:
    """Return the median height in px of what is written on a sheet (height x width): connected ink of 4 to 100 px."""
    _, ink = cv2.threshold(_on_light_paper(grey), 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    heights = cv2.connectedComponentsWithStats(ink)[2][1:, cv2.CC_STAT_HEIGHT]
    heights = heights[(heights >= _GLYPH_PX[0]) & (heights <= _GLYPH_PX[1])]
    return float(np.median(heights)) if len(heights) else 0.0


def _on_light_paper(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture, or its negative where most of it is dark."""
    return 255 - grey if 2 * cv2.countNonZero(cv2.compare(grey, 127, cv2.CMP_GT)) < grey.size else grey


def _has_word(marks: NDArray[np.float32]) -> bool:
    """Tell whether four marks (left, top, width, height each) stand in a row: alike in height and close together."""
    left, top, wide, high = marks[np.argsort(marks[:, 0])].T
    middle = top + high / 2
    follows = (
        (np.abs(middle - middle[:, None]) < 0.35 * np.maximum(high, high[:, None]))
        & (high < 1.67 * high[:, None])
        & (high > 0.6 * high[:, None])
        & (left - (left + wide)[:, None] < 1.2 * high[:, None])
        & (left - (left + wide)[:, None] > -0.3 * wide[:, None])
        & (wide < 2.5 * high)
        & np.triu(np.ones((len(marks),) * 2, bool), 1)
    )
    length = np.ones(len(marks), int)
    for one in range(len(marks)):
        before = np.flatnonzero(follows[:, one])
        length[one] += length[before].max(initial=0)
    return bool(length.max(initial=0) >= _WORD)


def _is_ink_on_paper(seen: NDArray[np.uint8], bounds: "_Bounds") -> bool:
    tiles = _sorted_tiles(seen)
    darkest, lightest = (
        tiles[:, _TILE_PX**2 // 32].astype(np.float32),
        tiles[:, -(_TILE_PX**2) // 10].astype(np.float32),
    )
    paper = _paper_level(lightest)
    near = np.abs(lightest - paper) < _NEAR_PAPER * paper
    if paper < bounds.paper_level or near.mean() < _MIN_NEAR_SHARE:
        return False
    depth = (lightest - darkest) / paper
    ink_depth = float(np.percentile(depth[near], 95))
    stroke_depth = float(np.clip(0.4 * ink_depth, _MAX_BLANK_DEPTH, _MAX_STROKE_DEPTH))
    strokes = near & (depth >= stroke_depth)
    others = 1 - np.mean(near & (depth < _MAX_BLANK_DEPTH)) - np.mean(strokes)
    if ink_depth < _MIN_INK_DEPTH or strokes.mean() < _MIN_STROKE_SHARE:
        return False
    light = np.mean(tiles[strokes] > (lightest[strokes] - _LIGHT * paper)[:, np.newaxis])
    half_light = np.mean(tiles[strokes] > ((lightest + darkest) / 2)[strokes][:, np.newaxis])
    paper_share = np.mean(np.abs(seen.astype(np.float32) - paper) < _WITHIN_PAPER * paper)
    return bool(
        light - others >= bounds.light_over_others
        and half_light >= bounds.half_light
        and paper_share >= bounds.paper_share
    )


def _sorted_tiles(seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut into whole tiles and sort the levels of each: tiles x 256, uint8, dark to light."""
    down, across = (side // _TILE_PX for side in seen.shape)
    whole = seen[: down * _TILE_PX, : across * _TILE_PX].reshape(down, _TILE_PX, across, _TILE_PX)
    return np.sort(whole.swapaxes(1, 2).reshape(down * across, -1), axis=1)


def _paper_level(lightest: NDArray[np.float32]) -> float:
    """Return the level that most tiles have for their light part."""
    counts = np.convolve(np.histogram(lightest, bins=64, range=(0, 256))[0], np.ones(7), "same")
    peak = (int(counts.argmax()) + 0.5) * 4
    return float(np.median(lightest[np.abs(lightest - peak) <= 14]))


def _fitted(grey: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """Return the picture with its long side at so many pixels, and the short one at one tile or more."""
    scale = side_px / max(grey.shape)
    height, width = (max(_TILE_PX, round(side * scale)) for side in grey.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(grey, (width, height), interpolation=method)


# ---- the signature ----

_SIDE_PX = 1_024
_SKEW_STRIPS = 32
_MAX_SKEW_DEGREES = 3.0

_PLANE = 960  # the levelled page is laid on a square of so many units, whatever its size and shape
_ROWS, _COLUMNS = 80, 40
_WINDOW = (18, 28)  # units; each block's window reaches over its neighbours
_PERIOD = 24  # units: the phase of the ink at this period fixes where the plane begins, mod 24
_WAVES = ((1 / 7, 1 / 7), (1 / 7, -1 / 7), (1 / 7, 1 / 14), (1 / 7, -1 / 14), (1 / 5, 1 / 10), (1 / 5, -1 / 10))
"""Waves a unit to the right and down. Their lengths are about one character of a page of type, so that their phases
tell 4 from 9; being aslant they do not answer to ruled lines. They come in pairs that a mirror exchanges."""
_PHASES = 15  # as 1 to 15; 0 says that the block holds too little of this wave to have a phase
_SHORTEST_WAVE_PX = 2.2
_DEAD = 0.06  # share of the paper's level that noise and JPEG blocks reach
_MIN_WAVE = 0.05  # of the block's ink
_MIN_INK = 0.015  # of the page's densest blocks
_MAX_FILLED = 0.05

_BLOCKS = _ROWS * _COLUMNS
_BITMAP_BYTES = _BLOCKS // 8
_NIBBLES = len(_WAVES) + 2  # density, one for each wave, and one that fills the byte
_BLOCK_BYTES = _NIBBLES // 2

FloatPlane = NDArray[np.float32]
Blocks = NDArray[np.uint8]
"""Density and phases of a page: 1 + waves, rows, columns; several pages have one axis more in front."""


def ink_signature(grey: NDArray[np.uint8]) -> bytes:
    """Return where on a page (height x width, uint8, at most 2,048 px) the ink lies, and the phase of its strokes.

    The ink is measured against the paper around it, so that brightness and uneven light do not count. Lines of text
    are laid level, upright pages on their side, and the plane begins at a phase of the ink itself, to a fraction
    of a pixel, so that two scans of one sheet fall into the same 80 x 40 blocks. For each block that holds ink:
    its density and the phases of six waves, four bits each. One byte of flags, a bitmap of 400 bytes, then four
    bytes a block with ink; 4 kB for a form, 8 kB for a page full of type.
    """
    ink = _ink_of(_fitted(grey, _SIDE_PX))
    degrees, is_on_its_side = _skew_of(ink)
    if is_on_its_side:
        grey, ink = np.rot90(grey), np.ascontiguousarray(np.rot90(ink))
    plane = _plane(ink, degrees)
    density, phases = _blocks(plane, _wave_is_shown(grey.shape))
    return _packed(density, phases, is_on_its_side)


def _ink_of(seen: NDArray[np.uint8]) -> FloatPlane:
    """Return each pixel's darkness as a share of the paper around it, less what noise reaches: 0 paper, 1 black."""
    small = cv2.resize(seen, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    if np.median(small) < 128:
        seen, small = 255 - seen, 255 - small
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (15, 15))
    paper = np.maximum(cv2.resize(paper, seen.shape[::-1], interpolation=cv2.INTER_LINEAR), 32)
    return np.clip(cv2.divide(cv2.subtract(paper, seen), paper, dtype=cv2.CV_32F), 0, 1)


def _skew_of(ink: FloatPlane) -> tuple[float, bool]:
    """Return the angle in degrees by which the page must be turned to level its lines, and whether they run upright.

    For a page on its side the angle is that of the page turned by 90 degrees against the clock.
    """
    level, upright = _Profiles(ink), _Profiles(np.rot90(ink))
    (level_degrees, is_level), (upright_degrees, is_upright) = level.rough_skew(), upright.rough_skew()
    if is_level >= is_upright:
        return level.fine_skew(level_degrees), False
    return upright.fine_skew(upright_degrees), True


class _Profiles:
    """The page in upright strips, whose profiles are shifted against each other until their sum is steepest."""

    def __init__(self, ink: FloatPlane) -> None:
        height, width = ink.shape
        edges = np.linspace(0, width, _SKEW_STRIPS + 1).round().astype(int)
        profiles = np.add.reduceat(ink, edges[:-1], axis=1)
        self._length = 1 << (height - 1).bit_length()
        self._middles = (edges[:-1] + edges[1:] - width) / (2 * self._length)
        self._waves = np.fft.rfft(profiles - profiles.mean(0), n=self._length, axis=0)

    def rough_skew(self) -> tuple[float, float]:
        """Return the angle in degrees, to 0.2, by which lines must be turned to lie level, and how clearly."""
        degrees = np.arange(-_MAX_SKEW_DEGREES, _MAX_SKEW_DEGREES + 0.01, 0.2)
        steepness = _steepness(self._waves[: self._length // 16], self._middles, degrees)
        return float(degrees[steepness.argmax()]), float(steepness.max() / max(float(np.median(steepness)), 1e-9))

    def fine_skew(self, rough_degrees: float) -> float:
        """Return the angle to some 0.005 degrees."""
        degrees = rough_degrees + np.arange(-0.24, 0.241, 0.04)
        return _peak(degrees, _steepness(self._waves[: self._length // 5], self._middles, degrees))


def _steepness(
    waves: NDArray[np.complex128], middles: NDArray[np.float64], degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return for each angle the energy of the slope of the profiles' sum (waves: frequencies x strips)."""
    frequencies = np.arange(len(waves))
    shifts = np.tan(np.radians(degrees))[:, np.newaxis, np.newaxis] * middles
    turned = np.exp(2j * np.pi * frequencies[:, np.newaxis] * shifts) * waves
    return ((np.abs(turned.sum(axis=2)) * frequencies) ** 2).sum(axis=1)


def _peak(at: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return where a curve through the greatest value and its neighbours is highest."""
    top = int(values.argmax())
    if not 0 < top < len(at) - 1:
        return float(at[top])
    before, here, after = values[top - 1 : top + 2]
    bend = before - 2 * here + after
    return float(at[top] + (at[1] - at[0]) * (0.5 * (before - after) / bend if bend else 0.0))


def _plane(ink: FloatPlane, degrees: float) -> FloatPlane:
    """Lay the levelled page on the square plane, its beginning shifted to the phase of the ink's profiles."""
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    level = np.maximum(cv2.warpAffine(ink, turn, (width, height)) - _DEAD, 0)
    scale = np.array([_PLANE / width, _PLANE / height])
    shift = np.array([_phase_units(level.sum(0)), _phase_units(level.sum(1))])
    onto = np.column_stack([np.diag(scale), shift + scale / 2 - 0.5])
    return cv2.warpAffine(level, onto, (_PLANE, _PLANE))


def _phase_units(profile: FloatPlane) -> float:
    """Return the phase of a profile at the plane's period, in units: -12 to 12.

    Measured: re-encoding, tone, blur and a quarter of the size move it by 0.1 units in the median and by 2 in 97 %.
    """
    at = (np.arange(len(profile)) + 0.5) * (_PLANE / len(profile))
    wave = (profile * np.exp(-2j * np.pi * at / _PERIOD)).sum()
    return float(np.angle(wave)) * _PERIOD / (2 * np.pi)


def _wave_is_shown(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell for each wave whether a picture of this height and width holds enough pixels to show it."""
    height, width = shape
    shown = [max(abs(across) * _PLANE / width, abs(down) * _PLANE / height) for across, down in _WAVES]
    return np.array(shown) <= 1 / _SHORTEST_WAVE_PX


def _blocks(plane: FloatPlane, is_shown: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return each block's density (rows x columns, 0 to 15) and its phases (rows x columns x waves, 0 to 15)."""
    density, held = _held(plane)
    densest = max(float(np.percentile(density, 98)), 1e-6)
    filled = (cv2.erode(plane, np.ones((11, 11))) > 0).astype(np.float32)
    filled = cv2.resize(filled, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    has_ink = (density > _MIN_INK * densest) & (filled < _MAX_FILLED)
    strong = np.abs(held) > _MIN_WAVE * np.maximum(density, 1e-6)[..., np.newaxis]
    levels = np.mod(np.rint(np.angle(held) * (_PHASES / (2 * np.pi))), _PHASES).astype(np.uint8) + 1
    phases = np.where(strong & has_ink[..., np.newaxis] & is_shown, levels, 0)
    root = np.sqrt(np.clip(density / densest, 0, 1))
    return np.rint(root * 15).astype(np.uint8), phases.astype(np.uint8)


def _held(plane: FloatPlane) -> tuple[FloatPlane, NDArray[np.complex64]]:
    """Return each block's mean ink and how much it holds of each wave, its mean taken off; all in two products."""
    across, down = _bank(0, _WINDOW[1]), _bank(1, _WINDOW[0])
    strips = _windows(plane, _WINDOW[1], _PLANE // _COLUMNS) @ across
    whole = _windows(strips.transpose(1, 2, 0), _WINDOW[0], _PLANE // _ROWS) @ down
    whole = whole.transpose(2, 0, 1, 3)  # rows x columns x waves across x waves down, each: mean, cosine, sine, ...
    density = whole[..., 0, 0]
    held = np.empty((_ROWS, _COLUMNS, len(_WAVES)), np.complex64)
    for place, (fx, fy) in enumerate(_WAVES):
        right, below, sign = 1 + 2 * _ACROSS.index(abs(fx)), 1 + 2 * _DOWN.index(abs(fy)), np.sign(fy)
        held[..., place].real = whole[..., right, below] - sign * whole[..., right + 1, below + 1]
        held[..., place].imag = whole[..., right + 1, below] + sign * whole[..., right, below + 1]
        held[..., place] -= across[:, right].sum() * down[:, below].sum() * density
    return density, held


_ACROSS = sorted({abs(fx) for fx, _ in _WAVES})
_DOWN = sorted({abs(fy) for _, fy in _WAVES})


def _bank(axis: int, side: int) -> FloatPlane:
    """Return the weights of a window along one axis (side x columns): its bell, then cosine and sine of each wave."""
    at = np.arange(side) - (side - 1) / 2
    bell = 0.5 + 0.5 * np.cos(2 * np.pi * at / side)
    columns = [np.ones(side)]
    for frequency in (_ACROSS, _DOWN)[axis]:
        columns += [np.cos(2 * np.pi * frequency * at), np.sin(2 * np.pi * frequency * at)]
    return (np.stack(columns, axis=1) * (bell / bell.sum())[:, np.newaxis]).astype(np.float32)


def _windows(plane: NDArray[np.generic], side: int, pitch: int) -> NDArray[np.generic]:
    """Return windows of so many units along the last axis, one about the middle of every block."""
    margin = (side - pitch) // 2
    padded = np.pad(plane, [(0, 0)] * (plane.ndim - 1) + [(margin, margin)])
    return np.lib.stride_tricks.sliding_window_view(padded, side, axis=-1)[..., ::pitch, :]


def _packed(density: NDArray[np.uint8], phases: NDArray[np.uint8], is_on_its_side: bool) -> bytes:
    has_ink = density > 0
    nibbles = np.zeros((int(has_ink.sum()), _NIBBLES), np.uint8)
    nibbles[:, 0], nibbles[:, 1:-1] = density[has_ink], phases[has_ink]
    pairs = nibbles[:, ::2] << 4 | nibbles[:, 1::2]
    return bytes([is_on_its_side]) + np.packbits(has_ink).tobytes() + pairs.tobytes()


def _unpacked(signature: bytes) -> tuple[Blocks, bool]:
    """Return the blocks (1 + waves, rows, columns: density, then phases) and whether the page lay on its side.

    Raises ValueError for bytes that no page has.
    """
    values = np.frombuffer(signature, np.uint8)
    has_ink = np.flatnonzero(np.unpackbits(values[1 : 1 + _BITMAP_BYTES]))
    if len(values) != 1 + _BITMAP_BYTES + len(has_ink) * _BLOCK_BYTES:
        raise ValueError(f"{len(values)} bytes are no signature of ink")
    pairs = values[1 + _BITMAP_BYTES :].reshape(-1, _BLOCK_BYTES)
    nibbles = np.empty((len(pairs), _NIBBLES), np.uint8)
    nibbles[:, ::2], nibbles[:, 1::2] = pairs >> 4, pairs & 15
    blocks = np.zeros((1 + len(_WAVES), _BLOCKS), np.uint8)
    blocks[:, has_ink] = nibbles[:, :-1].T
    return blocks.reshape(-1, _ROWS, _COLUMNS), bool(values[0])


# ---- the comparison ----

_TILE_ROWS, _TILE_COLUMNS = 10, 8
_MIN_BLOCKS = 60
_MIN_WAVES = 3
_MIN_COHERENCE = 0.7
_MIN_REGISTERED = 0.8
_MAX_UNEQUAL = 0.05
_UNEQUAL = 0.3
_NOTABLE_INK = 3  # of 15

MIN_TURNED = 0.2
TURNED_OVER_NOISE = 12.0
MIN_SUBSTITUTED = 8
MIN_SUBSTITUTED_SHARE = 0.01
MIN_SUBSTITUTED_TO_UNEQUAL = 0.5
"""A block's strokes are others where its phases are turned by more than MIN_TURNED (the mean of 1 - cosine: 0 the
same, 1 unrelated) and by more than twelve times the page's median. Sheets differ where so many blocks do, and where
those that hold more ink on one side are at most twice as many: ink that was added is no other writing.

Measured by bench/inksheet.py: 10 to 24 of some 865 blocks for two forms that differ in permit number, parcel, address,
date and fee, and at most 12 unequal ones. Of 850 copies and second scans of 34 forms and pages two reached these
bounds by number alone: a stamp over old print, with 17 of 1,582 blocks and some 45 unequal ones.
"""

_BATCH = 64


def _turns() -> NDArray[np.complex64]:
    """Return by the index a << 4 | b how far phase a is ahead of phase b, as whole numbers about a circle of 64."""
    turns = np.zeros((16, 16), np.complex64)
    a, b = np.mgrid[1 : _PHASES + 1, 1 : _PHASES + 1]
    angles = 2 * np.pi * (a - b) / _PHASES
    turns[1:, 1:] = np.rint(64 * np.cos(angles)) + 1j * np.rint(64 * np.sin(angles))
    return turns.ravel()


_TURNS = _turns()
_TILE_OF = (np.arange(_ROWS) // _TILE_ROWS)[:, np.newaxis] * 8 + np.arange(_COLUMNS) // _TILE_COLUMNS
_IN_TILES = np.argsort(_TILE_OF.ravel(), kind="stable")


def rules_out(a: bytes, b: bytes, orientation: int = 0) -> bool:
    """Tell whether two pages are surely not copies of one sheet, although they look alike.

    True only where both carry the same template in the same place, equally much ink nearly everywhere, and other
    strokes in several blocks. `orientation` says how page a must be turned to lie like b, as an index into
    `fingerprints.ORIENTATIONS`. The same answer for (b, a) and the opposite turn.
    """
    return compared(a, b, orientation)[0]


def compared(a: bytes, b: bytes, orientation: int = 0) -> tuple[bool, int]:
    """Return `rules_out` of two pages, and in how many blocks their strokes are others.

    The fewer these are, the likelier it is that the pages are copies of one sheet: a second scan moves the hash of a
    form farther than another number in it does, but not its strokes (measured among 150 files of 14 forms: by hash the
    original of a scan was the 35th, by strokes the 4th; of a stamped copy the 17th and the 2nd).
    """
    answers, strokes = _held_against(a, [b], [orientation])
    return bool(answers[0]), int(strokes[0])


def ruled_out_many(
    signature: bytes, others: Sequence[bytes], orientations: Sequence[int] | None = None
) -> NDArray[np.bool_]:
    """Return `rules_out` of one page with each of the others; with None all lie as the page lies."""
    turns = list(orientations) if orientations is not None else [0] * len(others)
    answers = np.zeros(len(others), bool)
    for start in range(0, len(others), _BATCH):
        part = slice(start, min(start + _BATCH, len(others)))
        answers[part] = _held_against(signature, others[part], turns[part])[0]
    return answers


Answers = tuple[NDArray[np.bool_], NDArray[np.int64]]
"""For each of n pages whether it is ruled out, and how many blocks of it show other strokes: as many as rule a page out
where that cannot be told."""


def _untold(count: int) -> Answers:
    return np.zeros(count, bool), np.full(count, MIN_SUBSTITUTED)


def _held_against(signature: bytes, others: Sequence[bytes], orientations: Sequence[int]) -> Answers:
    """Hold a page against a batch; each pair in the frame of the page whose signature sorts first."""
    own, own_side = _unpacked(signature)
    answers, strokes = _untold(len(others))
    groups: dict[tuple[tuple[bool, bool], bool], list[tuple[int, Blocks]]] = {}
    for place, (other, orientation) in enumerate(zip(others, orientations, strict=True)):
        theirs, their_side = _unpacked(other)
        mirrors = _mirrors(orientation, own_side, their_side)
        if mirrors is not None:
            groups.setdefault((mirrors, signature <= other), []).append((place, theirs))
    for (mirrors, own_is_first), members in groups.items():
        places = np.array([place for place, _ in members])
        theirs = np.stack([blocks for _, blocks in members])
        answers[places], strokes[places] = _differ_as_they_lie(_mirrored(own, mirrors), theirs, mirrors, own_is_first)
    return answers, strokes


def _differ_as_they_lie(own: Blocks, theirs: Blocks, mirrors: tuple[bool, bool], own_is_first: bool) -> Answers:
    """Move the pages onto each other by whole periods, those in one way together, and compare them."""
    if own_is_first:
        own, theirs = _mirrored(own, mirrors), _mirrored(theirs, mirrors)
    answers, strokes = _untold(len(theirs))
    down, across = _shifts(own, theirs, 1), _shifts(own, theirs, 0)
    for by in sorted(set(zip(down.tolist(), across.tolist(), strict=True))):
        places = np.flatnonzero((down == by[0]) & (across == by[1]))
        if own_is_first:
            answers[places], strokes[places] = _differ(own, _shifted(theirs[places], *by))
        else:
            answers[places], strokes[places] = _differ(_shifted(own, -by[0], -by[1]), theirs[places])
    return answers, strokes


_AXES = {0: (0, 0, 0), 1: (0, 1, 0), 2: (0, 0, 1), 3: (0, 1, 1), 4: (1, 0, 0), 5: (1, 0, 1), 6: (1, 1, 0), 7: (1, 1, 1)}
"""Each of `fingerprints.ORIENTATIONS` as: transpose first? then mirror left to right? then top to bottom?"""


def _mirrors(orientation: int, own_side: bool, their_side: bool) -> tuple[bool, bool] | None:
    """Return how the levelled page a must be mirrored (left to right, top to bottom) to lie like the levelled page b.

    None where lines would cross lines.
    """
    matrix = _matrix(orientation)
    quarter = _matrix(5)  # by 90 degrees against the clock, as np.rot90
    if own_side:
        matrix = matrix @ quarter.T
    if their_side:
        matrix = quarter @ matrix
    return None if matrix[0, 0] == 0 else (bool(matrix[0, 0] < 0), bool(matrix[1, 1] < 0))


def _matrix(orientation: int) -> NDArray[np.int64]:
    """Return what a transposition does to (right, down)."""
    transposed, left_right, top_bottom = _AXES[orientation]
    matrix = np.array([[0, 1], [1, 0]]) if transposed else np.eye(2, dtype=np.int64)
    return np.diag([1 - 2 * left_right, 1 - 2 * top_bottom]) @ matrix


def _mirrored(blocks: Blocks, mirrors: tuple[bool, bool]) -> Blocks:
    """Return the blocks of the page mirrored; upside down a wave becomes its pair, from left to right its inverse."""
    left_right, top_bottom = mirrors
    if not left_right and not top_bottom:
        return blocks
    if left_right != top_bottom:
        blocks = blocks[..., [0, 2, 1, 4, 3, 6, 5], :, :]
    if left_right:
        phases = blocks[..., 1:, :, :]
        inverse = np.where(phases > 1, _PHASES + 2 - phases, phases).astype(np.uint8)
        blocks = np.concatenate([blocks[..., :1, :, :], inverse], axis=-3)
    return np.ascontiguousarray(blocks[..., :: -1 if top_bottom else 1, :: -1 if left_right else 1])


def _shifts(own: Blocks, theirs: Blocks, axis: int) -> NDArray[np.int64]:
    """Return for each page by how many rows (axis 1) or columns (axis 0) it must be moved: none, or one period."""
    step = _PERIOD * (_ROWS if axis else _COLUMNS) // _PLANE
    one, many = own[0].sum(axis, dtype=np.int64), theirs[:, 0].sum(1 + axis, dtype=np.int64)
    ways = np.array([0, -step, step])
    costs = [np.abs(one - np.roll(many, by, axis=1)).sum(axis=1) for by in ways]
    return ways[np.argmin(costs, axis=0)]


def _shifted(blocks: Blocks, down: int, across: int) -> Blocks:
    """Return the blocks moved, with nothing where nothing comes in."""
    if not down and not across:
        return blocks
    height, width = blocks.shape[-2:]
    moved = np.zeros_like(blocks)
    moved[..., max(0, down) : height + min(0, down), max(0, across) : width + min(0, across)] = blocks[
        ..., max(0, -down) : height + min(0, -down), max(0, -across) : width + min(0, -across)
    ]
    return moved


def _differ(one: Blocks, others: Blocks) -> Answers:
    """Tell which of n pages in one frame show other strokes than the first, and in how many blocks."""
    is_equal, unequal, notable = _equal_ink(one[0].reshape(-1), others[:, 0].reshape(len(others), -1))
    held = _IN_TILES[one[1:].any(axis=0).reshape(-1)[_IN_TILES]]
    if len(held) < _MIN_BLOCKS:
        return _untold(len(others))
    phases = others.reshape(len(others), 1 + len(_WAVES), -1)[:, 1:, held]
    turned, waves, registered = _turned(one.reshape(len(one), -1)[1:, held], phases, _TILE_OF.reshape(-1)[held])
    is_known = waves >= _MIN_WAVES
    known = is_known.sum(axis=1)
    bound = np.maximum(MIN_TURNED, TURNED_OVER_NOISE * _medians(turned, is_known))
    substituted = (is_known & (turned > bound[:, np.newaxis]) & is_equal[:, held]).sum(axis=1)
    is_ruled_out = (
        (known >= _MIN_BLOCKS)
        & (unequal <= _MAX_UNEQUAL * notable)
        & (substituted >= MIN_SUBSTITUTED_TO_UNEQUAL * unequal)
        & (registered >= _MIN_REGISTERED)
        & (substituted >= np.maximum(MIN_SUBSTITUTED, MIN_SUBSTITUTED_SHARE * known))
    )
    return is_ruled_out, np.where(known >= _MIN_BLOCKS, substituted, MIN_SUBSTITUTED)


def _equal_ink(one: Blocks, others: Blocks) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Return where n pages hold as much ink as the first (n x blocks), in how many inked blocks not, of how many."""
    greater, less = np.maximum(one, others), np.minimum(one, others)
    is_equal = (greater - less) * 10 <= greater * round(10 * _UNEQUAL)
    is_notable = greater >= _NOTABLE_INK
    return is_equal, np.count_nonzero(is_notable & ~is_equal, axis=1), np.count_nonzero(is_notable, axis=1)


def _turned(
    one: Blocks, others: Blocks, tiles: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    """Return how far each block's phases are turned, from how many waves, and what share of them moves with the page.

    What a whole neighbourhood of 30 x 24 blocks has turned by is a shift of the page, and is taken off.
    `one` is waves x blocks, `others` n x waves x blocks, in the order of their tiles.
    """
    turns = _TURNS[one << 4 | others]
    is_known = turns != 0
    starts = np.flatnonzero(np.diff(tiles, prepend=-1))
    near = _around(np.add.reduceat(turns, starts, axis=2), tiles[starts])
    count = _around(np.add.reduceat(is_known, starts, axis=2, dtype=np.float32), tiles[starts])
    length = np.abs(near)
    is_coherent = length > _MIN_COHERENCE * 64 * count
    straight = near / np.maximum(length, 1)
    place = np.cumsum(np.diff(tiles, prepend=tiles[0]) > 0)
    along = straight[..., place]
    like = np.rint(turns.real * along.real + turns.imag * along.imag).sum(axis=1)
    waves = np.count_nonzero(is_known, axis=1)
    registered = np.count_nonzero(is_coherent[..., place] & is_known, axis=(1, 2)) / np.maximum(waves.sum(axis=1), 1)
    return 1 - like / np.maximum(64 * waves, 1).astype(np.float32), waves, registered


def _around(sums: NDArray[np.generic], tiles: NDArray[np.int64]) -> NDArray[np.generic]:
    """Add to the sum of each tile those of the tiles around it (n x waves x tiles); whole numbers, so exact."""
    rows, columns = tiles // 8, tiles % 8
    is_near = (abs(rows[:, np.newaxis] - rows) <= 1) & (abs(columns[:, np.newaxis] - columns) <= 1)
    return np.stack([sums[..., beside].sum(axis=-1) for beside in is_near], axis=-1)


def _medians(values: NDArray[np.float32], is_known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the (lower) median of the known values of each row; 2 where none is known."""
    ordered = np.sort(np.where(is_known, values, np.float32(2)), axis=1)
    middle = np.maximum(is_known.sum(axis=1) - 1, 0) // 2
    return ordered[np.arange(len(values)), middle]
