"""The working picture: what evidence is measured on, small enough to keep beside the original and quick to open.

In colour, upright, colour-managed, as a JPEG that loses next to nothing: at most 1,024 px on the long side, for
page-like pictures 2,048 px, because documents differ in digits a few pixels high.
"""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.imaging.inksheet import bears_writing, evenly_lit, glyph_px, is_page_like

WORKING_NAME = "working"
PHOTO_SIDE_PX = 1_024
PAGE_SIDE_PX = 2_048

_JPEG_QUALITY = 92


def working_jpeg(seen: Image.Image, *, is_page: bool) -> bytes:
    """Return the working picture of an upright sRGB picture as the bytes of a JPEG file."""
    side_px = PAGE_SIDE_PX if is_page else PHOTO_SIDE_PX
    colours = np.asarray(seen.convert("RGB"))
    if max(seen.size) > side_px:
        scale = side_px / max(seen.size)
        size = tuple(max(1, round(side * scale)) for side in seen.size)
        colours = cv2.resize(colours, size, interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(colours).save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


@dataclass(frozen=True, eq=False)
class WorkingPicture:
    """One page as it is compared."""

    colours: NDArray[np.uint8]
    """Height x width x 3, sRGB."""
    is_page: bool
    """Paper with ink on it rather than a scene."""
    width_px: int
    height_px: int
    """Upright size of the original page."""
    name: str
    """Distinct for every page; the lesser name comes first, so that evidence does not depend on who asks."""

    @classmethod
    def from_jpeg(cls, encoded: bytes, *, is_page: bool, width_px: int, height_px: int, name: str) -> Self:
        """Open what `working_jpeg` wrote. Raises ValueError where the bytes are no picture."""
        colours = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB) if encoded else None
        if colours is None:
            raise ValueError("not a working picture")
        return cls(colours, is_page, width_px, height_px, name)

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """Height x width."""
        return cv2.cvtColor(self.colours, cv2.COLOR_RGB2GRAY)

    @cached_property
    def shades(self) -> NDArray[np.uint8]:
        """The colours, height x width x 3, or the grey alone, height x width, where all colours are greys."""
        red, green, blue = cv2.split(self.colours)
        return red if np.array_equal(red, green) and np.array_equal(red, blue) else self.colours

    @cached_property
    def is_sheet(self) -> bool:
        """Paper with ink on it, unevenly lit or with a desk around it too."""
        return self.is_page or is_page_like(evenly_lit(self.grey))

    @cached_property
    def bears_writing(self) -> bool | None:
        """Whether something may be written on it; None where it is too small to tell."""
        return bears_writing(self.grey)

    @cached_property
    def glyph_px(self) -> float:
        """Middle height of what is written on it, in px; 0 where nothing is."""
        return glyph_px(self.grey)

    @cached_property
    def halved(self) -> "WorkingPicture":
        """The same picture at half its size, averaged over areas."""
        size = tuple(max(1, side // 2) for side in self.grey.shape[::-1])
        small = cv2.resize(self.colours, size, interpolation=cv2.INTER_AREA)
        return WorkingPicture(small, self.is_page, self.width_px, self.height_px, self.name)


def are_sheets(a: WorkingPicture, b: WorkingPicture) -> bool:
    """Tell whether two pictures are compared as sheets of paper: one is a page, or both are photographs of one.

    Not where it can be seen that nothing is written on one of them: then no character was exchanged for another.
    """
    if not (a.is_page or b.is_page or (a.is_sheet and b.is_sheet)):
        return False
    return a.bears_writing is not False and b.bears_writing is not False
