import io

import numpy as np
import pytest
from PIL import Image

from catalog.imaging.coarseness import NO_TRACE, coarseness_of_pixels

CLEAN = ("7.png", "astronaut.png", "motorcycle_left.png")  # photographs that never were a JPEG


def photograph(shared, name: str) -> Image.Image:
    with Image.open(shared / "samples" / "photos" / name) as picture:
        return picture.convert("RGB")


def as_jpeg(picture: Image.Image, quality: int) -> tuple[Image.Image, float]:
    """The picture as a JPEG gives it back, and the mean step of its luma table."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    with Image.open(file) as stored:
        return stored.convert("RGB"), float(np.mean(stored.quantization[0]))


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_picture_shows_no_trace(shared, name):
    assert coarseness_of_pixels(photograph(shared, name)) == NO_TRACE


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize("quality", [50, 60, 75, 85, 90, 95])
def test_the_pixels_of_a_jpeg_are_never_finer_than_the_jpeg(shared, name, quality):
    stored, step = as_jpeg(photograph(shared, name), quality)
    assert step <= coarseness_of_pixels(stored) <= 1.5 * step


def test_the_trace_is_found_in_a_turned_and_in_a_cropped_copy(shared):
    stored, step = as_jpeg(photograph(shared, "7.png").crop((0, 0, 701, 501)), 85)
    for turn in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT):
        assert coarseness_of_pixels(stored.transpose(turn)) >= step
    assert coarseness_of_pixels(stored.crop((3, 5, 700, 500))) >= step


def test_a_resized_jpeg_shows_no_trace(shared):
    stored, _ = as_jpeg(photograph(shared, "7.png"), 75)
    assert coarseness_of_pixels(stored.resize((600, 400), Image.Resampling.LANCZOS)) == NO_TRACE


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("size", [(1, 1), (15, 200), (16, 16), (130, 129)])
def test_pictures_of_every_mode_and_size_are_read(mode, size):
    assert coarseness_of_pixels(Image.new(mode, size)) == NO_TRACE
