"""What is left between two sheets that agree, and which of several originals leaves a copy the least of it.

In a small or soft copy a changed digit stays below what is noticeable, so one original alone tells nothing of it. But
what two originals leave of the same copy can be held against one another, place by place: where they are alike they
leave alike, and where they differ the wrong one leaves more.
"""

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

SIDE_CELLS = 64
"""Cells across and down; fewer where the picture has fewer pixels."""
_STEPS = 75.0
"""Steps in a unit: the greatest residue that is told is 3.4 times what a faithful copy may differ by."""

LEAST_GAIN = 0.25
"""So much more (in squares) the wrong original leaves somewhere (measured: a digit of 4 px leaves 0.3 to 0.6)."""
GAIN_RATIO = 2.2
"""And so many times more than the right one leaves anywhere (measured: 2.9 and more; without any change up to 1.8)."""


def packed(ratio: NDArray[np.float32]) -> str:
    """Return the greatest value of `ratio` (height x width, 0 where nothing was compared) in each cell, as text."""
    cells = ratio
    for axis in (0, 1):
        size = ratio.shape[axis]
        edges = np.linspace(0, size, min(SIDE_CELLS, size), endpoint=False).astype(int)
        cells = np.maximum.reduceat(cells, edges, axis=axis)
    steps = np.clip(np.ceil(cells * _STEPS), 0, 255).astype(np.uint8)
    head = bytes(steps.shape)
    return base64.b64encode(zlib.compress(head + steps.tobytes(), 9)).decode("ascii")


def unpacked(text: str) -> NDArray[np.float32]:
    """Return the cells, rows x columns, in multiples of what a faithful copy may differ by; 0: not compared."""
    content = zlib.decompress(base64.b64decode(text))
    rows, columns = content[:2]
    return np.frombuffer(content, np.uint8, offset=2).reshape(rows, columns).astype(np.float32) / _STEPS


def is_less(one: str, other: str) -> bool:
    """Tell whether, of what two originals leave of one copy (both `packed`), the first leaves plainly less.

    Where the grids are not of one shape, or hardly share a place, nothing is told.
    """
    if not one or not other:
        return False
    near, far = unpacked(one), unpacked(other)
    if near.shape != far.shape:
        return False
    both = (near > 0) & (far > 0)
    if both.sum() < both.size / 16:
        return False
    gain = np.where(both, np.square(far) - np.square(near), 0)
    most = float(gain.max())
    return most >= LEAST_GAIN and most >= GAIN_RATIO * max(0.0, -float(gain.min()))
