"""Reducing quickly gives what reducing by areas gives."""

import cv2
import numpy as np
import pytest

from catalog.imaging.reduction import cell_means, reduced
from tests.conftest import drawn

SIZES = [(640, 480), (641, 479), (97, 1_030), (33, 7), (2, 2), (1, 1)]


@pytest.mark.parametrize("scale", [1.0, 0.9, 0.5, 0.37, 0.25, 0.06])
@pytest.mark.parametrize("size", SIZES)
def test_it_is_what_areas_give(size, scale):
    picture = np.asarray(drawn(3, size))
    small, (across, down) = reduced(picture, scale)
    wanted = tuple(max(1, round(side * scale)) for side in size)
    assert all(abs(have - want) <= 1 for have, want in zip(small.shape[1::-1], wanted, strict=True))
    assert small.shape[1] == pytest.approx(across * size[0], abs=1.01)
    assert small.shape[0] == pytest.approx(down * size[1], abs=1.01)
    # What each pixel stands for, by the scales that were told, summed up without any halving.
    rows, columns = (np.arange(0, n + 1) / s for n, s in zip(small.shape, (down, across), strict=False))
    departs = np.abs(small - _means(picture.astype(np.float64), rows, columns))
    assert departs.mean() < 5
    assert departs.max() < 40


def _means(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the means between these rows and columns, parts of px included: the definition, by sums."""
    sums = np.pad(picture.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
    for axis, edges in ((0, rows), (1, columns)):
        whole = np.minimum(edges.astype(int), sums.shape[axis] - 2)
        part = np.expand_dims(edges - whole, tuple(n for n in range(3) if n != axis))
        sums = sums.take(whole, axis) * (1 - part) + sums.take(whole + 1, axis) * part
    areas = np.diff(rows)[:, None, None] * np.diff(columns)[None, :, None]
    return np.diff(np.diff(sums, axis=0), axis=1) / areas


def test_nothing_is_made_of_what_is_as_small_as_it_should_be():
    picture = np.asarray(drawn(1, (64, 48)))
    assert reduced(picture, 1.0)[0] is picture


@pytest.mark.parametrize("shape", [(48, 36), (50, 47), (12, 12), (11, 40)])
def test_cells_hold_the_means_of_their_pixels(shape):
    picture = np.random.default_rng(1).random(shape, np.float32)
    rows, columns = (side // 12 for side in shape)
    expected = picture[: rows * 12, : columns * 12].reshape(rows, 12, columns, 12).mean(axis=(1, 3))
    assert cell_means(picture, 12) == pytest.approx(expected, abs=1e-5)


def test_a_whole_number_of_halvings_keeps_every_corner_where_it_was():
    picture = cv2.resize(np.asarray(drawn(2, (320, 240))), (1_280, 960), interpolation=cv2.INTER_NEAREST)
    small, scales = reduced(picture, 0.25)
    assert scales == (0.25, 0.25)
    assert (small == np.asarray(drawn(2, (320, 240)))).all()
