"""Pictures made smaller, quickly: halved as often as goes, which costs next to nothing, and by areas from there."""

import cv2
import numpy as np
from numpy.typing import NDArray

_HALVED_TO = 1 / 3
"""So much is left to be reduced by areas at most: areas of areas that are about one pixel wide would blur."""


def reduced(picture: NDArray, scale: float) -> tuple[NDArray, tuple[float, float]]:
    """Return a picture (height x width [x channels]) at about this scale, at most 1, and its exact scales.

    These, across and down, are px of the small picture for one px of the picture. Each pixel of the small one is the
    mean of the area that it stands for; a last odd row or column of what is halved is left out. Large pictures
    take a fraction of what `cv2.resize` by areas alone takes; it departs from that by rounding and, at sharp edges, by
    some levels (tests/imaging/test_reduction.py).
    """
    exact = 1.0
    while scale <= exact * _HALVED_TO and min(picture.shape[:2]) > 1:
        height, width = (side // 2 for side in picture.shape[:2])
        picture = cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
        exact /= 2
    height, width = picture.shape[:2]
    size = max(1, round(width * scale / exact)), max(1, round(height * scale / exact))
    if size == (width, height):
        return picture, (exact, exact)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small, (exact * size[0] / width, exact * size[1] / height)


def cell_means(picture: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """Return the means of whole cells of so many px a side; what does not fill a cell at the right and below is left
    out."""
    down, across = (side // side_px for side in picture.shape)
    if not (down and across):
        return np.zeros((down, across), np.float32)
    return cv2.resize(picture[: down * side_px, : across * side_px], (across, down), interpolation=cv2.INTER_AREA)
