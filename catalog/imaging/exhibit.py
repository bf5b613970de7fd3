"""Exhibits: two registered pictures side by side and the map of where they differ, drawn for a person to judge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.imaging.evidence import NOTICEABLE, Comparison

MARK = (200, 30, 60)
"""Colour of what differs: red, green, blue."""
_HALO = (255, 255, 255)
_LEAST_BOX_SHARE = 0.012


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a comparison shows, all on the pixels of the coarser picture: height x width x 3, uint8, sRGB."""

    a: NDArray[np.uint8]
    """The picture whose name comes first."""
    b: NDArray[np.uint8]
    differences: NDArray[np.uint8]
    """The coarser picture, faded, with what differs coloured and framed."""


def exhibit(comparison: Comparison) -> Exhibit:
    """Draw a comparison; neither picture is marked, so that it can be judged by itself."""
    laid, ground = comparison.laid, comparison.ground
    a, b = (laid, ground) if comparison.is_a_finer else (ground, laid)
    return Exhibit(a, b, _marked(comparison))


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture (height x width x 3, sRGB) as a PNG file."""
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()


def jpeg(picture: NDArray[np.uint8], quality: int = 88) -> bytes:
    """Return a picture (height x width x 3, sRGB) as a JPEG file without metadata."""
    encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded[1].tobytes()


def _marked(comparison: Comparison) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(cv2.cvtColor(comparison.ground, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    faded = 110 + 0.55 * grey.astype(np.float32)
    strength = np.clip((comparison.differences - 0.5 * NOTICEABLE) / (1.5 * NOTICEABLE), 0, 0.85)[..., None]
    picture = (faded * (1 - strength) + np.float32(MARK) * strength).clip(0, 255).astype(np.uint8)
    height, width = picture.shape[:2]
    pen = max(1, round(max(height, width) / 500))
    for region in comparison.evidence.regions:
        left, top, right, bottom = _widened(region.left, region.top, region.right, region.bottom)
        corners = (round(left * width), round(top * height)), (round(right * width), round(bottom * height))
        cv2.rectangle(picture, *corners, _HALO, 3 * pen)
        cv2.rectangle(picture, *corners, MARK, pen)
    return picture


def _widened(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """Give a box some air, and small ones a size that catches the eye."""
    across = max(0.004, (_LEAST_BOX_SHARE - (right - left)) / 2)
    down = max(0.004, (_LEAST_BOX_SHARE - (bottom - top)) / 2)
    return max(0.0, left - across), max(0.0, top - down), min(1.0, right + across), min(1.0, bottom + down)
