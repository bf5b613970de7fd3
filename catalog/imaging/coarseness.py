"""How coarse the JPEG was whose pixels lie in a lossless file: a PNG written from a JPEG holds no more than the JPEG.

A JPEG stores multiples of the steps of its quantisation table (ITU-T T.81, A.3.4). Decoded and stored again
without loss, the cosine coefficients of its blocks still cluster around these multiples, so the steps can be
read back from the pixels (after Z. Fan and R. de Queiroz, "Identification of bitmap compression history",
IEEE Transactions on Image Processing, 2003).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NO_TRACE = 0.0

_BLOCK_PX = 8
_WINDOW_PX = 128
_WINDOWS_ACROSS = 5
_BLOCKS = 1_000
_MIN_LEVELS = 4
"""Blocks flatter than this say nothing."""

_STEPS = np.arange(2, 49)
_MIN_COEFFICIENTS = 16
_BY_CHANCE = 2.0
"""So much clustering, over the root of the count, has the luckiest of some hundred tries."""

_MIN_STEPS_FOUND = 3
_MIN_SHARE = 0.8
_MIN_CLUSTERING = 0.25
_ROUNDING_LEVELS = 0.45
"""How far rounding to whole levels in RGB moves a coefficient (standard deviation)."""

_SAFETY = 1.1
"""The estimate counts a tenth coarser than read, so that the JPEG itself stays ahead."""


def coarseness_of_pixels(picture: Image.Image) -> float:
    """Return the mean luma step, 1 to 255, of the JPEG that a loaded 8-bit picture was written from; else `NO_TRACE`.

    A tenth coarser than read. A picture that was resized, turned by other than quarter turns or changed all
    over since shows no trace, nor does a JPEG of the finest qualities (mean step below 2).
    """
    if picture.mode not in ("L", "RGB", "RGBA", "LA", "RGBX") or min(picture.size) < 2 * _BLOCK_PX:
        return NO_TRACE
    windows = list(_windows(picture))
    for left, top in _origins(picture.size, windows):
        coefficients = _coefficients(windows, left, top)
        steps = _read_steps(coefficients, _FIRST_PLACES)
        if steps:
            steps |= _read_steps(coefficients, _PLACES)
        if len(steps) >= _MIN_STEPS_FOUND:
            scale = np.median([step / _USUAL_TABLE[place] for place, step in steps.items()])
            return round(float(min(255.0, max(1.0, scale * _USUAL_TABLE.mean() * _SAFETY))), 2)
    return NO_TRACE


Window = tuple[int, int, NDArray[np.float32]]
"""Where a piece of the picture lies (left, top), and its luma."""


def _windows(picture: Image.Image) -> Iterator[Window]:
    """Yield up to 25 pieces spread over the picture."""
    width, height = (min(side, _WINDOW_PX) for side in picture.size)
    for top in _spread(picture.height - height):
        for left in _spread(picture.width - width):
            piece = np.asarray(picture.crop((left, top, left + width, top + height)).convert("RGB"), np.float32)
            yield left, top, piece @ _LUMA


def _spread(room: int) -> list[int]:
    return sorted({round(room * place / (_WINDOWS_ACROSS - 1)) for place in range(_WINDOWS_ACROSS)})


_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-T T.871, 7


def _origins(size: tuple[int, int], windows: list[Window]) -> list[tuple[int, int]]:
    """List where the grid of blocks may begin: at any corner (turned pictures), or where steps between pixels rise."""
    right, bottom = (side % _BLOCK_PX for side in size)
    corners = [(left, top) for left in (0, right) for top in (0, bottom)]
    seen = (_rising_place(windows, axis=1), _rising_place(windows, axis=0))
    return list(dict.fromkeys([*corners, seen]))


def _rising_place(windows: list[Window], axis: int) -> int:
    """Return the place of 8 at which neighbours along the axis differ most, beyond the places beside it."""
    steps = np.zeros(_BLOCK_PX)
    for left, top, luma in windows:
        offset = left if axis else top
        profile = np.abs(np.diff(luma, axis=axis)).mean(axis=1 - axis)
        for place in range(_BLOCK_PX):
            steps[place] += profile[(place - offset - 1) % _BLOCK_PX :: _BLOCK_PX].mean()
    return int(np.argmax(2 * steps - np.roll(steps, 1) - np.roll(steps, -1)))


def _coefficients(windows: list[Window], left: int, top: int) -> NDArray[np.float32]:
    """Return the cosine coefficients of the blocks that say something: n x 8 x 8."""
    cut = np.concatenate([_blocks(luma, (top - y) % _BLOCK_PX, (left - x) % _BLOCK_PX) for x, y, luma in windows])
    flat = np.ascontiguousarray(cut.reshape(len(cut), -1).T)  # the other way around takes four times as long
    low, high = flat.min(axis=0), flat.max(axis=0)
    rough = high - low >= _MIN_LEVELS
    whole = rough & (low > 0) & (high < 255)  # clipping moves the coefficients
    telling = cut[whole if whole.sum() >= _BLOCKS // 4 else rough]
    return _COSINES @ telling[:: max(1, len(telling) // _BLOCKS)] @ _COSINES.T


def _blocks(luma: NDArray[np.float32], top: int, left: int) -> NDArray[np.float32]:
    rows, columns = (side // _BLOCK_PX for side in luma[top:, left:].shape)
    cut = luma[top : top + rows * _BLOCK_PX, left : left + columns * _BLOCK_PX]
    parts = cut.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).swapaxes(1, 2)
    return parts.reshape(-1, _BLOCK_PX, _BLOCK_PX)


def _cosines() -> NDArray[np.float32]:
    place = np.arange(_BLOCK_PX)
    matrix = np.cos((2 * place[np.newaxis] + 1) * place[:, np.newaxis] * np.pi / 16) / 2
    matrix[0] /= np.sqrt(2)
    return matrix.astype(np.float32)


_COSINES = _cosines()

_PLACES = tuple((v, u) for v in range(5) for u in range(5) if 0 < u + v <= 4)
"""The coefficients that photographs fill."""

_FIRST_PLACES = tuple(place for place in _PLACES if sum(place) in (1, 4))


def _read_steps(coefficients: NDArray[np.float32], places: tuple[tuple[int, int], ...]) -> dict[tuple[int, int], int]:
    """Return the quantisation step of every place at which the coefficients cluster around multiples of one."""
    found = {place: _step(coefficients[:, *place]) for place in places}
    return {place: step for place, step in found.items() if step}


def _step(values: NDArray[np.float32]) -> int | None:
    """Return the largest step around whose multiples the values cluster as closely as rounding lets them."""
    values = np.abs(values)
    turns = np.cos(values[:, np.newaxis] * (2 * np.pi / _STEPS))
    counted = values[:, np.newaxis] > 0.6 * _STEPS  # zeros are multiples of every step
    count = counted.sum(axis=0)
    clustering = (turns * counted).sum(axis=0) / np.maximum(1, count)
    needed = np.maximum(_MIN_SHARE * _CLUSTERING, _BY_CHANCE / np.sqrt(np.maximum(1, count)))
    fits = (count >= _MIN_COEFFICIENTS) & (clustering > np.maximum(_MIN_CLUSTERING, needed))
    return int(_STEPS[fits].max()) if fits.any() else None


_CLUSTERING = np.exp(-2 * (np.pi * _ROUNDING_LEVELS / _STEPS) ** 2)
"""The mean cosine that multiples of each step have after rounding."""

# The luma table that most encoders scale (ITU-T T.81, table K.1).
_USUAL_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
