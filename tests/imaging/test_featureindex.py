import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from catalog.imaging import featureindex
from catalog.imaging.featureindex import NAMED_MAX, FeatureIndex, search_by_definition
from catalog.imaging.features import MIN_VOTES, LocalFeatures, local_features
from tests.imaging.drawn import leaves


def chance(random: np.random.Generator, count: int = 80) -> LocalFeatures:
    """Features that have nothing to do with any others."""
    rows = random.integers(0, 256, (count, 20), dtype=np.uint8)
    return LocalFeatures.from_bytes(rows.tobytes())


def shown_again(page: LocalFeatures, random: np.random.Generator, kept: int = 30) -> LocalFeatures:
    """Some features of a page at half the size, a few bits of each turned over, among others."""
    part = chance(random, len(page))
    rows = random.choice(len(page), kept, replace=False)
    bits = np.unpackbits(page.bits[rows], axis=1) ^ (random.random((kept, 128)) < 0.06)
    part.bits.setflags(write=True)
    part.bits[:kept] = np.packbits(bits, axis=1)
    part.places[:kept] = page.places[rows]
    part.places[:kept, :2] //= 2
    part.places[:kept, 2] -= 16
    return part


def stored(pages: dict[int, LocalFeatures]) -> FeatureIndex:
    index = FeatureIndex()
    index.add(pages, list(pages.values()))
    return index


@pytest.fixture(scope="module")
def pages() -> dict[int, LocalFeatures]:
    random = np.random.default_rng(1)
    made = {key: chance(random) for key in range(600)}
    for page in made.values():
        page.places[:, 2] |= 64  # none so small that half of it is beyond what a byte holds
    return made


@pytest.fixture(scope="module")
def index(pages) -> FeatureIndex:
    return stored(pages)


def test_the_index_names_what_the_definition_finds(pages, index):
    random = np.random.default_rng(2)
    found = []
    for key in random.choice(len(pages), 10, replace=False).tolist():
        query = shown_again(pages[key], random, kept=int(random.integers(5, 30)))
        defined = {one.key for one in search_by_definition(pages, pages.values(), query)}
        assert key in defined
        found += [one in {each.key for each in index.search(query)} for one in defined]
    assert np.mean(found) >= 0.98


def test_what_is_drawn_is_found_by_its_parts(monkeypatch):
    monkeypatch.setattr(featureindex, "_WAITING_MAX", 10)
    pictures = {seed: leaves(320, 240, seed) for seed in range(20)}
    index = stored({seed: local_features(np.asarray(picture)) for seed, picture in pictures.items()})
    for seed in (3, 11, 19):
        part = pictures[seed].crop((60, 40, 300, 220)).resize((480, 360), Image.Resampling.BICUBIC)
        assert index.search(local_features(np.asarray(part)))[0].key == seed


def test_it_does_not_matter_where_a_page_lies_nor_which_of_two_is_asked_about(monkeypatch):
    pictures = [local_features(np.asarray(leaves(320, 240, seed).crop((0, 0, 240, 180)))) for seed in range(4)]
    wholes = [local_features(np.asarray(leaves(320, 240, seed))) for seed in range(4)]
    for a, b in itertools.product(pictures, wholes):
        waiting = [stored({1: b}).search(a), stored({1: a}).search(b)]
        with monkeypatch.context() as patch:
            patch.setattr(featureindex, "_WAITING_MAX", 0)
            sorted_in = [stored({1: b}).search(a), stored({1: a}).search(b)]
        assert waiting[0] == waiting[1] == sorted_in[0] == sorted_in[1]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=60))
def test_what_was_added_and_discarded_in_any_order_is_found_as_it_stands(seed, steps):
    random = np.random.default_rng(seed)
    index, stands = FeatureIndex(), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(featureindex, "_WAITING_MAX", 2)
        patch.setattr(featureindex, "_RUN_MAX_PAGES", 8)
        for is_added, key in steps:
            if is_added:
                stands[key] = chance(random, 20)
                index.add([key], [stands[key]])
            else:
                stands.pop(key, None)
                index.discard([key])
            if stands:
                asked = random.choice(list(stands))
                assert index.search(stands[asked])[0].key == asked
    assert len(index) == len(stands)
    assert all(key in index for key in stands)
    for page in stands.values():
        assert {one.key for one in index.search(page)} <= stands.keys()


def test_adding_a_key_again_replaces_its_features(pages):
    random = np.random.default_rng(4)
    index = stored(pages)
    other = chance(random)
    index.add([5], [other])
    assert len(index) == len(pages)
    assert 5 not in {one.key for one in index.search(pages[5])}
    assert index.search(other)[0].key == 5


def test_the_last_features_of_a_key_in_one_call_count():
    random = np.random.default_rng(5)
    first, last = chance(random), chance(random)
    index = FeatureIndex()
    index.add([1, 1], [first, last])
    assert [one.key for one in index.search(last)] == [1]
    assert index.search(first) == []


def test_pages_without_features_are_stored_and_never_named(pages):
    nothing = LocalFeatures.from_bytes(b"")
    index = stored(pages)
    index.add(range(10_000, 10_200), [nothing] * 200)
    assert len(index) == len(pages) + 200
    assert index.search(nothing) == []
    assert index.search(pages[3])[0].key == 3


def test_an_empty_index_and_one_of_empty_pages_name_nothing(pages):
    nothing = LocalFeatures.from_bytes(b"")
    assert FeatureIndex().search(pages[0]) == []
    assert stored(dict.fromkeys(range(100), nothing)).search(pages[0]) == []


def test_of_pages_that_all_show_the_same_the_first_are_named(pages):
    index = stored(dict.fromkeys(range(500), pages[0]))
    found = index.search(pages[0])
    assert [one.key for one in found] == list(range(NAMED_MAX))
    assert all(one.votes >= MIN_VOTES for one in found)


def test_what_many_pages_share_is_left_out_when_it_is_too_much(pages, monkeypatch):
    random = np.random.default_rng(6)
    shared = pages[0].places[:40], pages[0].bits[:40]
    forms = {}
    for key in range(300):
        own = chance(random, 40)
        forms[key] = LocalFeatures(np.vstack([shared[0], own.places]), np.vstack([shared[1], own.bits]))
    index = stored(forms)
    monkeypatch.setattr(featureindex, "_LOOKED_AT_MAX", 280)
    assert [one.key for one in index.search(forms[7])] == [7]


def test_another_number_of_features_than_keys_is_refused(pages):
    with pytest.raises(ValueError, match="2 keys for the features of 1 pages"):
        FeatureIndex().add([1, 2], [pages[0]])


def test_discarded_pages_leave_no_room_behind_when_runs_are_merged(pages, monkeypatch):
    monkeypatch.setattr(featureindex, "_WAITING_MAX", 10)
    index = FeatureIndex()
    for start in range(0, 200, 20):
        keys = list(range(start, start + 20))
        index.add(keys, [pages[key] for key in keys])
        index.search(pages[start])
        index.discard(keys[1:])
    assert len(index) == 10
    assert sum(len(run) for run in index._runs) < 100
    assert index.search(pages[20])[0].key == 20
