"""Groups are a function of evidence, decisions and order: whatever comes first, they come out alike."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from catalog.imaging.grouping import group

NODES = list(range(7))
pairs = st.sets(st.sampled_from([frozenset(p) for p in combinations(NODES, 2)]), max_size=10)
RANK = {node: node for node in NODES}


def members(grouping):
    return [g.members for g in grouping.groups]


def grouped(nodes, edges=(), ties=(), apart=()):
    return group(nodes, rank=RANK, verifies=lambda a, b: frozenset((a, b)) in edges, ties=ties, apart=apart)


def test_a_node_joins_the_best_anchor_that_it_verifies_against():
    assert members(grouped([3, 2, 1], edges={frozenset((3, 1)), frozenset((3, 2))})) == [(1, 3), (2,)]


def test_nobody_belongs_by_hearsay():
    assert members(grouped([1, 2, 3], edges={frozenset((1, 2)), frozenset((2, 3))})) == [(1, 2), (3,)]


def test_two_anchors_of_one_node_are_a_doubt():
    doubts = grouped([1, 2, 3], edges={frozenset((3, 1)), frozenset((3, 2))}).doubts
    assert doubts == {frozenset((1, 2))}


def test_equal_to_an_equal_is_equal():
    assert members(grouped([1, 2, 3], ties=[(1, 2), (2, 3)])) == [(1, 2, 3)]


def test_different_wins_over_what_is_certain():
    assert members(grouped([1, 2, 3], ties=[(1, 2, 3)], apart=[frozenset((1, 3))])) == [(1, 2), (3,)]


def test_those_parted_from_the_middle_one_stay_together():
    apart = [frozenset((1, 2)), frozenset((2, 3))]
    assert members(grouped([1, 2, 3], ties=[(1, 2, 3)], apart=apart)) == [(1, 3), (2,)]


@given(pairs, pairs, pairs, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(edges, ties, apart, rng: random.Random):
    first = grouped(NODES, edges, ties, apart)
    shuffled, ties, apart = list(NODES), list(ties), list(apart)
    for sequence in (shuffled, ties, apart):
        rng.shuffle(sequence)
    assert grouped(shuffled, edges, ties, apart) == first


@given(pairs, pairs, pairs)
def test_everybody_is_in_one_group_and_nobody_beside_whom_they_were_parted_from(edges, ties, apart):
    groups = members(grouped(NODES, edges, ties, apart))
    assert sorted(node for g in groups for node in g) == NODES
    assert not any(frozenset(pair) in apart for g in groups for pair in combinations(g, 2))


@given(pairs, pairs)
def test_without_a_different_everything_certain_is_together(edges, ties):
    home = {node: g for g in members(grouped(NODES, edges, ties)) for node in g}
    assert all(home[a] == home[b] for a, b in map(tuple, ties))
