"""How many pixels a picture really needs: an enlarged copy shows no more than the picture it was made from.

Enlarging computes new pixels from old ones at places that repeat: every pixel at the same place between two
old ones is the same mixture of them. How much neighbours differ then rises and falls along every row and
column with the period of the enlargement (A. C. Gallagher, "Detection of linear and cubic interpolation in
JPEG compressed images", CRV 2005), and where the old picture was a JPEG, so do the edges of its blocks of
8 pixels. The spectrum besides falls off at the old picture's finest detail.

A picture counts in full unless both are plain, on both axes alike, for an enlargement by `MIN_ENLARGEMENT` or
more. Softness alone says nothing: a blurred original is not an enlarged one.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

MIN_ENLARGEMENT = 1.4
MAX_ENLARGEMENT = 6.0

_SAFETY = 0.9
_MIN_SIDE_PX = 256
_BAND_PX = 2 * 8
_BAND_LENGTH_PX = 4_096
_LOOK_PIXELS = 100_000
_BANDS_PIXELS = 400_000
"""So many pixels are looked at along each axis: enough to see the period, and little against decoding."""

_BLOCK_PX = 8  # of a JPEG

_SPECTRUM_PX = 64
_SPECTRUM_ROWS = 1_500
_TRACE_LENGTH = 8_192
_TRACE_FREQUENCIES = _TRACE_LENGTH // 2
_LOWEST_FREQUENCY = 0.1
_TREND_PX = 15

_SCALES = 1 / np.linspace(1 / MAX_ENLARGEMENT, 1 / MIN_ENLARGEMENT, 1_600)
_HARMONICS = np.arange(1, _BLOCK_PX + 1)
_DOUBLE = int(np.abs(_SCALES - 2).argmin())

# Measured on files of some 170 photographs, frames and pages that nobody enlarged (as they are, recoded, reduced,
# blurred) and on 138 photographs enlarged by 1.5, 2 and 3 with three kernels, as PNG and as JPEG of quality 90: about
# one in a hundred originals counts less, and about one in ten enlarged copies is not known for one.
_BY_CHANCE = 1.5
_MIN_STRENGTH = 6.0
_MIN_STRENGTH_AT_THREE_HALVES = 8.0
"""A picture reduced to three quarters shows the same period as one enlarged by one and a half, but weaker."""
_MIN_STRENGTH_ON_BLOCK_LINE = 9.0
"""Where a JPEG hides the scale's own period; blocks of 16 pixels (HEIF, WebP) look a little like a doubled JPEG."""
_MIN_OWN_LINE = 2.0
_MIN_ALTERNATION = 0.75
"""Two of 138 photographs that nobody doubled reach 0.7; doubled ones lie at 1.3 (bicubic) and 0.5 (Lanczos)."""
_MIN_FALL_DB = 8.0
"""A third of all photographs fall as much by themselves; enlarged ones fall by 10 to 18 in the middle."""
_DILATED = 1.3

_MAX_FOLDED = 3.5
_SAME_SCALE = 0.1
_FALL_A_SHARPNESS_DB = 3.6
_LARGER_FALL_DB = 8.5


@dataclass(frozen=True, slots=True)
class _Axis:
    """What was measured along the rows, or along the columns."""

    trace: NDArray[np.float32]
    """Height of each spectral line over its surroundings, in the first to third differences where it is highest."""
    sharpness: NDArray[np.float32]
    """Each line's height in the third differences over that in the second, as a logarithm to base 2."""
    width_bins: int
    """How many frequencies away a line of the other axis may lie and still be the same."""
    alternation: float
    """How much the differences alternate from pixel to pixel inside the blocks of a JPEG."""


def real_pixels(picture: Image.Image) -> int:
    """Count the pixels that a loaded picture really needs: all, or a tenth less than it had before it was enlarged.

    A tenth less, so that a small error in the scale does not put the enlarged copy before its original.
    """
    stored, scale = picture.width * picture.height, enlargement(picture)
    return stored if scale == 1 else round(_SAFETY * stored / scale**2)


def enlargement(picture: Image.Image) -> float:
    """Return by how much a loaded picture was plainly enlarged along each side; 1.0 for every other picture.

    Looks at the picture as stored, not yet turned. Pictures below 256 px, of two tones or of a palette are
    not judged.
    """
    if min(picture.size) < _MIN_SIDE_PX or picture.mode in ("1", "P", "PA"):
        return 1.0
    spectrum = (_spectrum(_bands(picture, _LOOK_PIXELS)) + _spectrum(_bands(picture, _LOOK_PIXELS, down=True))) / 2
    falls = _FALL_WEIGHTS @ spectrum
    if falls.max() < _MIN_FALL_DB:
        return 1.0
    across = _measured(_bands(picture, _BANDS_PIXELS))
    down = _measured(_bands(picture, _BANDS_PIXELS, down=True))
    return _plain_enlargement(across, down, falls)


def _plain_enlargement(across: _Axis, down: _Axis, falls: NDArray[np.float64]) -> float:
    possible = falls >= _MIN_FALL_DB
    strengths, own = _strengths(across, down)
    plain = possible & (strengths >= _NEEDED_STRENGTHS) & ((own >= _MIN_OWN_LINE) | _ON_BLOCK_LINE)
    if plain.any():
        certainty = strengths + np.where(_ON_BLOCK_LINE, strengths, own)
        return _unfolded(float(_SCALES[np.argmax(np.where(plain, certainty, 0))]), falls, across, down)
    alternation = (across.alternation + down.alternation) / 2
    if strengths[_DOUBLE - 2 : _DOUBLE + 3].max() >= _MIN_STRENGTH:
        alternation *= 2
    return 2.0 if possible[_DOUBLE] and alternation >= _MIN_ALTERNATION else 1.0


def _unfolded(scale: float, falls: NDArray[np.float64], across: _Axis, down: _Axis) -> float:
    """Choose between the two scales that have one period, s and s / (s - 1).

    By how far the spectrum falls across the larger's finest detail, and how sharp the period is: right in four
    of five pictures, and in nine of ten where the larger is right.
    """
    small, large = sorted((scale, scale / (scale - 1)))
    if large > _MAX_FOLDED or small < MIN_ENLARGEMENT or large - small < _SAME_SCALE:
        return scale
    sharpness = np.mean([axis.sharpness[round(_TRACE_LENGTH / large)] for axis in (across, down)])
    fall = falls[np.abs(_SCALES - large).argmin()]
    return large if fall - _FALL_A_SHARPNESS_DB * sharpness >= _LARGER_FALL_DB else small


def _strengths(across: _Axis, down: _Axis) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for every scale, how strongly both axes show it: all its lines together, and its own period's alone."""
    both = np.minimum(across.trace, down.trace)
    excess = np.maximum(both - _BY_CHANCE, 0)
    excess[: round(_LOWEST_FREQUENCY * _TRACE_LENGTH)] = 0
    beside = 1.5 * (max(across.width_bins, down.width_bins) + 2)
    excess[beside > _BINS_FROM_BLOCK_LINE] = 0
    lines = excess[_COMB] * _COMB_COUNTS
    return np.sqrt((lines**2).sum(axis=1)), lines[:, _BLOCK_PX - 1]


def _measured(bands: NDArray[np.uint8]) -> _Axis:
    profiles = _differences(bands)
    alternation = _alternating(profiles[2], _IN_BLOCK_3) - 5 * _alternating(profiles[0], _IN_BLOCK_1)
    heights = [_line_heights(profile) for profile in profiles]
    trace = np.max([_stands_out(one) for one in heights], axis=0)
    return _Axis(trace, np.log2(heights[2] / heights[1]), _width_bins(bands.shape[1]), alternation)


def _alternating(profile: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return how much a profile alternates inside the blocks of a JPEG, as a logarithm of ratios."""
    whole = profile[: (len(profile) - _BLOCK_PX) // _BLOCK_PX * _BLOCK_PX].reshape(-1, _BLOCK_PX)
    return float(np.log(whole[:, : len(weights)].mean(axis=0) + 0.02) @ weights)


def _alternation_weights(count: int, degree: int) -> NDArray[np.float64]:
    """Weigh an alternating pattern of `count` places so that no smooth symmetric one, up to that degree, shows."""
    place = np.arange(count) - (count - 1) / 2
    smooth = np.stack([place**power for power in range(0, degree + 1, 2)], axis=1)
    pattern = (-1.0) ** np.arange(count)
    pattern -= smooth @ np.linalg.lstsq(smooth, pattern, rcond=None)[0]
    return pattern / (np.abs(pattern).sum() / 2)


_IN_BLOCK_1, _IN_BLOCK_3 = _alternation_weights(7, 4), _alternation_weights(5, 2)


def _comb() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return for every scale the bins of its lines, multiples of 1 / (8 scale), and a weight that counts each once."""
    frequencies = _HARMONICS / (_BLOCK_PX * _SCALES[:, None]) % 1
    bins = np.rint(np.minimum(frequencies, 1 - frequencies) * _TRACE_LENGTH).astype(np.intp)
    bins = np.minimum(bins, _TRACE_FREQUENCIES - 1)
    counts = np.ones(bins.shape)
    for line in range(bins.shape[1] - 1):
        near = np.abs(bins[:, line + 1 :] - bins[:, line : line + 1]) < 2 * _SAME_BINS
        counts[near.any(axis=1), line] = 0
    return bins, counts


_SAME_BINS = 16
_COMB, _COMB_COUNTS = _comb()


_TO_BLOCK_LINE = _TRACE_LENGTH // _BLOCK_PX
_PAST_BLOCK_LINE = np.arange(_TRACE_FREQUENCIES) % _TO_BLOCK_LINE
_BINS_FROM_BLOCK_LINE = np.minimum(_PAST_BLOCK_LINE, _TO_BLOCK_LINE - _PAST_BLOCK_LINE)
"""How far each frequency lies from the nearest multiple of 1/8, where a JPEG's own blocks show."""
_ON_BLOCK_LINE = _BINS_FROM_BLOCK_LINE[_COMB[:, _BLOCK_PX - 1]] < 40


def _needed_strengths() -> NDArray[np.float64]:
    needed = np.full(len(_SCALES), _MIN_STRENGTH)
    needed[_ON_BLOCK_LINE] = _MIN_STRENGTH_ON_BLOCK_LINE
    needed[np.abs(1 / _SCALES - 2 / 3) < 0.01] = _MIN_STRENGTH_AT_THREE_HALVES
    return needed


_NEEDED_STRENGTHS = _needed_strengths()


def _bands(picture: Image.Image, pixels: int, *, down: bool = False) -> NDArray[np.uint8]:
    """Return grey bands of 16 rows (with `down` of 16 columns, lying) from all over the picture, one below the other.

    They begin at multiples of 8 pixels, so that the blocks of a JPEG lie alike in all of them.
    """
    length, across = picture.size[::-1] if down else picture.size
    kept = min(length, _BAND_LENGTH_PX)
    start = (length - kept) // 2 // _BLOCK_PX * _BLOCK_PX
    count = max(1, min(across // _BAND_PX, pixels // (kept * _BAND_PX)))
    parts = []
    for number in range(count):
        at = int((number + 0.5) * (across - _BAND_PX) / count) // _BLOCK_PX * _BLOCK_PX
        box = (at, start, at + _BAND_PX, start + kept) if down else (start, at, start + kept, at + _BAND_PX)
        part = np.asarray(_grey(picture.crop(box)))
        parts.append(part.T if down else part)
    return np.concatenate(parts)


def _grey(part: Image.Image) -> Image.Image:
    if part.mode.startswith("I") or part.mode == "F":
        values = np.asarray(part, np.float32)
        return Image.fromarray((values * (255 / max(1.0, float(values.max())))).clip(0, 255).astype(np.uint8))
    return part.getchannel(0) if part.mode == "LAB" else part.convert("L")


def _spectrum(bands: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean power along the rows in decibels, at the 33 frequencies from 0 to 1/2 a pixel."""
    columns = bands.shape[1] // _SPECTRUM_PX * _SPECTRUM_PX
    rows = bands[:, :columns].reshape(-1, _SPECTRUM_PX)
    rows = rows[:: max(1, len(rows) // _SPECTRUM_ROWS)].astype(np.float32)
    rows = (rows - rows.mean(1, keepdims=True)) * _WINDOW
    power = (np.abs(np.fft.rfft(rows, axis=1)) ** 2).mean(0) / float((_WINDOW**2).sum())
    return 10 * np.log10(power + 1e-3)


_WINDOW = np.hanning(_SPECTRUM_PX + 2)[1:-1].astype(np.float32)


def _fall_weights() -> NDArray[np.float64]:
    """Weigh a spectrum so that each product is its fall, in decibels, across one scale's finest detail."""
    fine = np.linspace(0, 0.5, 257)
    spread = np.stack([np.interp(fine, np.arange(33) / _SPECTRUM_PX, row) for row in np.eye(33)], axis=1)
    below = (fine >= 0.3 / _SCALES[:, None]) & (fine <= 0.4 / _SCALES[:, None])
    above = (fine >= 0.58 / _SCALES[:, None]) & (fine <= np.minimum(0.49, 0.72 / _SCALES[:, None]))
    return (below / below.sum(1, keepdims=True) - above / above.sum(1, keepdims=True)) @ spread


_FALL_WEIGHTS = _fall_weights()


def _differences(bands: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Return the mean size of the first, second and third differences at every column but the last ones."""
    steps, profiles = bands.astype(np.int16), []
    for _ in range(3):
        steps = steps[:, 1:] - steps[:, :-1]
        profiles.append(cv2.reduce(np.abs(steps), 0, cv2.REDUCE_AVG, dtype=cv2.CV_64F)[0])
    return profiles


def _line_heights(profile: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the height of every frequency of a profile, as high as the highest near enough to be the same.

    What repeats with the blocks of a JPEG is taken out before.
    """
    level = np.log(profile + 0.05)
    trend = np.convolve(np.pad(level, _TREND_PX // 2, mode="reflect"), np.ones(_TREND_PX) / _TREND_PX, "valid")
    wave = level - trend
    limit = 4 * float(np.median(np.abs(wave))) + 1e-6
    wave = wave.clip(-limit, limit)
    for place in range(_BLOCK_PX):
        wave[place::_BLOCK_PX] -= wave[place::_BLOCK_PX].mean()
    heights = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), _TRACE_LENGTH))[:_TRACE_FREQUENCIES] + 1e-9
    beside = np.ones((1, 2 * _width_bins(len(wave)) + 1), np.uint8)
    return cv2.dilate(heights[np.newaxis].astype(np.float32), beside)[0]


def _stands_out(heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each line stands out from its surroundings: about 1 to 3 by chance."""
    usual = np.median(heights.reshape(16, -1)[:, ::8], axis=1) / _DILATED
    usual = np.maximum(usual, 0.5 * np.median(usual))
    return heights / np.repeat(usual, _TRACE_FREQUENCIES // 16)


def _width_bins(length_px: int) -> int:
    return max(1, round(_TRACE_LENGTH / length_px))
