"""The working picture keeps its look and its shape and loses next to nothing."""

import io

import numpy as np
import pytest
from PIL import Image

from catalog.imaging.working import PAGE_SIDE_PX, PHOTO_SIDE_PX, WorkingPicture, working_jpeg
from tests.imaging.drawn import looked_at, photograph, sheet


def opened(encoded: bytes) -> Image.Image:
    return Image.open(io.BytesIO(encoded))


@pytest.mark.parametrize(
    ("size", "is_page", "expected"),
    [
        ((1_600, 1_200), False, (PHOTO_SIDE_PX, 768)),
        ((1_200, 1_600), False, (768, PHOTO_SIDE_PX)),
        ((1_600, 1_200), True, (1_600, 1_200)),
        ((2_560, 1_280), True, (PAGE_SIDE_PX, 1_024)),
        ((1_024, 10), False, (1_024, 10)),
        ((320, 240), False, (320, 240)),
        ((9_000, 1), False, (PHOTO_SIDE_PX, 1)),
        ((1, 1), True, (1, 1)),
    ],
)
def test_it_is_reduced_to_what_its_kind_needs_and_never_enlarged(size, is_page, expected):
    assert opened(working_jpeg(Image.new("RGB", size, (90, 120, 40)), is_page=is_page)).size == expected


@pytest.mark.parametrize("picture", [photograph(), sheet().convert("RGB")], ids=["photograph", "sheet"])
def test_its_pixels_hardly_differ_from_those_it_was_made_of(picture):
    kept = looked_at(picture, "a", is_page=True).colours
    left = np.abs(kept.astype(int) - np.asarray(picture))
    assert left.mean() < 2.5
    assert np.percentile(left, 99) < 9


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "CMYK"])
def test_pictures_of_every_mode_become_colours(mode):
    kept = looked_at(photograph(64, 48).convert(mode), "a")
    assert kept.colours.shape == (48, 64, 3)
    assert kept.grey.shape == (48, 64)


def test_colours_come_back_in_the_order_red_green_blue():
    kept = looked_at(Image.new("RGB", (32, 32), (200, 100, 20)), "a")
    assert np.abs(kept.colours[16, 16].astype(int) - (200, 100, 20)).max() <= 3


def test_it_remembers_the_size_as_filed():
    kept = looked_at(photograph(1_280, 960), "a")
    assert kept.colours.shape == (768, 1_024, 3)
    assert (kept.width_px, kept.height_px) == (1_280, 960)


@pytest.mark.parametrize("encoded", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut short"])
def test_what_is_no_picture_is_refused(encoded):
    with pytest.raises(ValueError, match="not a working picture"):
        WorkingPicture.from_jpeg(encoded, is_page=False, width_px=1, height_px=1, name="a")
