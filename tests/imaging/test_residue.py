"""What is left of a copy tells which of two nearly equal originals it was made from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from catalog.imaging.residue import SIDE_CELLS, is_less, packed, unpacked

QUIET = np.full((40, 30), 0.4, np.float32)


def changed(worst: float, shape: tuple[int, int] = (40, 30)) -> np.ndarray:
    left = np.full(shape, 0.4, np.float32)
    left[10:14, 20:24] = worst
    return left


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=200), elements=st.floats(0, 2.5, width=32)))
def test_a_cell_holds_the_greatest_of_what_lies_in_it(ratio):
    cells = unpacked(packed(ratio))
    assert cells.shape == tuple(min(SIDE_CELLS, side) for side in ratio.shape)
    assert cells.max() == pytest.approx(ratio.max(), abs=0.014)
    row, column = cells.shape[0] // 2, cells.shape[1] // 2
    rows, columns = (
        np.append(np.linspace(0, side, min(SIDE_CELLS, side), endpoint=False).astype(int), side) for side in ratio.shape
    )
    here = ratio[rows[row] : rows[row + 1], columns[column] : columns[column + 1]]
    assert cells[row, column] == pytest.approx(here.max(), abs=0.014)


def test_the_original_without_the_changed_digit_leaves_less():
    assert is_less(packed(QUIET), packed(changed(0.9)))
    assert not is_less(packed(changed(0.9)), packed(QUIET))


def test_originals_that_leave_alike_are_not_told_apart():
    assert not is_less(packed(QUIET), packed(QUIET))
    assert not is_less(packed(QUIET), packed(changed(0.5)))


def test_originals_that_each_leave_more_somewhere_are_not_told_apart():
    one, other = changed(0.9), changed(0.9)[::-1].copy()
    assert not is_less(packed(one), packed(other))
    assert not is_less(packed(other), packed(one))


def test_what_was_not_compared_in_both_tells_nothing():
    hidden = changed(0.9)
    hidden[8:16] = 0
    assert not is_less(packed(QUIET), packed(hidden))
    assert not is_less(packed(QUIET), packed(changed(0.9, (41, 30))))
    assert not is_less("", packed(QUIET))
    assert not is_less(packed(QUIET), "")


@given(*[arrays(np.float32, (8, 8), elements=st.floats(0, 2.5, width=32))] * 2)
def test_of_two_at_most_one_leaves_less(one, other):
    assert not (is_less(packed(one), packed(other)) and is_less(packed(other), packed(one)))
