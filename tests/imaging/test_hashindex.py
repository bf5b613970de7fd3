import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.imaging.hashindex import Found, HashIndex, distance_bits, search_by_definition


def hashes_near(random: np.random.Generator, centre: np.ndarray, count: int, max_bits: int) -> np.ndarray:
    """Copies of one hash with up to so many bits turned over each."""
    bits = np.tile(np.unpackbits(centre), (count, 1))
    for row in bits:
        row[random.choice(256, random.integers(0, max_bits + 1), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def some(random: np.random.Generator, count: int) -> np.ndarray:
    return random.integers(0, 256, (count, 32), dtype=np.uint8)


@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(0, 256), st.integers(1, 8))
def test_the_index_agrees_with_the_definition(seed, count, max_distance_bits, rows):
    random = np.random.default_rng(seed)
    queries = some(random, rows)
    hashes = np.concatenate([some(random, count), hashes_near(random, queries[-1], count, 60)])
    keys = random.choice(10**6, len(hashes), replace=False) - 5 * 10**5
    index = HashIndex()
    index.add(keys, hashes)
    expected = search_by_definition(keys, hashes, queries, max_distance_bits)
    assert index.search(queries, max_distance_bits) == expected


@given(st.integers(0, 2**32), st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=80))
def test_what_was_added_and_discarded_in_any_order_is_found_as_it_stands(seed, steps):
    random = np.random.default_rng(seed)
    index, stands = HashIndex(), {}
    for is_added, key in steps:
        if is_added:
            stands[key] = some(random, 1)[0]
            index.add(np.array([key]), stands[key][np.newaxis])
        else:
            stands.pop(key, None)
            index.discard([key])
    queries = some(random, 2)
    everything = np.array(list(stands.values()), np.uint8).reshape(-1, 32)
    assert len(index) == len(stands)
    assert index.search(queries, 256) == search_by_definition(list(stands), everything, queries, 256)


def test_a_page_is_found_in_its_nearest_orientation():
    random = np.random.default_rng(1)
    queries = some(random, 8)
    index = HashIndex()
    index.add(np.array([7]), queries[5:6])
    assert index.search(queries) == [Found(7, 0, 5)]


def test_more_pages_than_a_block_are_all_searched():
    random = np.random.default_rng(2)
    hashes = some(random, 70_000)
    index = HashIndex()
    index.add(np.arange(40_000), hashes[:40_000])
    index.add(np.arange(40_000, 70_000), hashes[40_000:])
    for key in (0, 32_767, 32_768, 69_999):
        assert index.search(hashes[key : key + 1], 20) == [Found(key, 0, 0)]


def test_adding_a_key_again_replaces_its_hash():
    one, other = some(np.random.default_rng(3), 2)
    index = HashIndex()
    index.add(np.array([4, 4]), np.stack([one, one]))
    index.add(np.array([4]), other[np.newaxis])
    assert len(index) == 1
    assert index.search(other[np.newaxis], 0) == [Found(4, 0, 0)]
    assert index.search(one[np.newaxis], 0) == []


def test_an_empty_index_finds_nothing():
    assert HashIndex().search(np.zeros((8, 32), np.uint8), 256) == []


@pytest.mark.parametrize("hashes", [np.zeros((1, 8), np.uint8), np.zeros((1, 32), np.int64), np.zeros(32, np.uint8)])
def test_hashes_of_another_shape_are_refused(hashes):
    with pytest.raises(ValueError, match="n x 32"):
        HashIndex().add(np.array([1]), hashes)


def test_distance_is_zero_alike_and_256_inverse():
    assert distance_bits(bytes(32), bytes(32)) == 0
    assert distance_bits(bytes(32), b"\xff" * 32) == 256


def test_a_million_pages_are_searched_in_eight_orientations_within_200_milliseconds(capsys):
    random = np.random.default_rng(4)
    index = HashIndex()
    index.add(np.arange(10**6), some(random, 10**6))
    queries, spent = some(random, 8), []
    for _ in range(5):
        started = time.process_time()
        index.search(queries)
        spent.append(time.process_time() - started)
    with capsys.disabled():
        sys.stdout.write(f"\n10^6 hashes x 8 orientations: {min(spent) * 1000:.1f} ms on one core\n")
    assert min(spent) < 0.2
