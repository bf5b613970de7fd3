"""What a person is shown: both pictures on the same pixels, and where they differ."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from catalog.imaging.evidence import Comparison, compare
from catalog.imaging.exhibit import MARK, exhibit, jpeg, png
from tests.imaging.drawn import looked_at, photograph

BOX = 250, 180, 290, 220


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return photograph()


@pytest.fixture(scope="module")
def marked(picture) -> Image.Image:
    copy = picture.copy()
    ImageDraw.Draw(copy).rectangle(BOX, fill=(250, 250, 250), outline=(0, 0, 0), width=4)
    return copy


@pytest.fixture(scope="module")
def comparison(picture, marked) -> Comparison:
    return compare(looked_at(picture, "a"), looked_at(marked, "b"))


def reddish(picture: np.ndarray) -> np.ndarray:
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return (red - green > 60) & (red - blue > 40)


def test_all_three_pictures_lie_on_the_same_pixels(comparison):
    shown = exhibit(comparison)
    assert shown.a.shape == shown.b.shape == shown.differences.shape == (480, 640, 3)
    assert {one.dtype for one in (shown.a, shown.b, shown.differences)} == {np.dtype(np.uint8)}


def test_the_pictures_themselves_are_not_marked(comparison, picture, marked):
    shown = exhibit(comparison)
    for one, original in ((shown.a, picture), (shown.b, marked)):
        assert np.abs(one.astype(int) - np.asarray(original)).mean() < 4


@pytest.mark.parametrize("name", ["a", "b"])
def test_each_is_shown_under_its_own_name_whichever_is_the_finer(picture, marked, name):
    other = "b" if name == "a" else "a"
    small = marked.resize((320, 240), Image.Resampling.LANCZOS)
    shown = exhibit(compare(looked_at(picture, name), looked_at(small, other)))
    plain, changed = (shown.a, shown.b) if name == "a" else (shown.b, shown.a)
    middle = np.s_[95:105, 130:140]
    assert changed[middle].mean() > 240
    assert plain[middle].mean() < 230


def test_a_turned_copy_is_shown_as_the_other_lies(picture, marked):
    shown = exhibit(compare(looked_at(picture, "a"), looked_at(marked.transpose(Image.Transpose.ROTATE_90), "b")))
    assert np.abs(shown.a.astype(int) - shown.b)[60:200, 20:300].mean() < 4


def test_what_differs_is_coloured_and_framed_and_the_rest_is_not(comparison):
    red = reddish(exhibit(comparison).differences)
    left, top, right, bottom = BOX
    assert red[top:bottom, left:right].mean() > 0.2
    red[top - 20 : bottom + 20, left - 20 : right + 20] = False
    assert not red.any()


def test_the_smallest_difference_catches_the_eye(picture):
    dotted = picture.copy()
    ImageDraw.Draw(dotted).ellipse((400, 300, 408, 308), fill=(255, 255, 255), outline=(0, 0, 0), width=2)
    shown = exhibit(compare(looked_at(picture, "a"), looked_at(dotted, "b")))
    rows, columns = np.nonzero((np.abs(shown.differences.astype(int) - MARK) < 4).all(axis=2))
    assert rows.min() < 300 < 308 < rows.max()
    assert columns.min() < 400 < 408 < columns.max()


def test_pictures_that_differ_nowhere_show_nothing_red(picture):
    shown = exhibit(compare(looked_at(picture, "a"), looked_at(picture, "b")))
    assert not reddish(shown.differences).any()


def test_pictures_are_written_in_their_own_colours(picture):
    colours = np.asarray(picture)
    assert (np.asarray(Image.open(io.BytesIO(png(colours)))) == colours).all()
    written = Image.open(io.BytesIO(jpeg(colours)))
    assert written.format == "JPEG"
    assert not written.getexif()
    assert np.abs(np.asarray(written).astype(int) - colours).mean() < 8
