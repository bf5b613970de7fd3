"""Groups are a function of evidence, decisions and order: whatever comes first, they come out alike."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from catalog.imaging.grouping import Fit, group, regroup

NODES = list(range(8))
PAIRS = [frozenset(p) for p in combinations(NODES, 2)]
pairs = st.sets(st.sampled_from(PAIRS), max_size=10)
fits = st.builds(Fit, st.sampled_from([0.5, 0.8, 0.88, 1.0]), st.booleans())
edges_strategy = st.dictionaries(st.sampled_from(PAIRS), st.none() | fits, max_size=16)
RANK = {node: node for node in NODES}
CLEAR = Fit(1.0, True)


def members(grouping):
    return [g.members for g in grouping.groups]


def beside(edges, nodes=NODES):
    return {n: [m for m in nodes if frozenset((n, m)) in edges] for n in nodes}


def grouped(nodes, edges=(), ties=(), apart=()):
    """Group by `edges`: {pair: Fit or None}, or pairs that fit clearly."""
    edges = edges if isinstance(edges, dict) else dict.fromkeys(edges, CLEAR)
    return group(
        nodes, rank=RANK, near=beside(edges, nodes), fit=lambda a, b: edges.get(frozenset((a, b))), ties=ties,
        apart=apart,
    )  # fmt: skip


def pair(a, b):
    return frozenset((a, b))


def test_a_node_joins_the_best_anchor_that_it_fits():
    assert members(grouped([3, 2, 1], edges={pair(3, 1), pair(3, 2)})) == [(1, 3), (2,)]


def test_nobody_belongs_by_hearsay():
    assert members(grouped([1, 2, 3], edges={pair(1, 2), pair(2, 3)})) == [(1, 2), (3,)]


def test_what_may_be_either_of_two_is_left_to_a_person():
    unclear = grouped([1, 2, 3], edges={pair(3, 1): Fit(1.0, False), pair(3, 2): Fit(0.95, False)})
    assert members(unclear) == [(1,), (2,), (3,)]
    assert unclear.doubts == {pair(3, 1), pair(3, 2)}


def test_what_is_coarse_joins_the_one_that_it_fits_far_better():
    found = grouped([1, 2, 3], edges={pair(3, 1): Fit(0.5, False), pair(3, 2): Fit(0.95, False)})
    assert members(found) == [(1,), (2, 3)]
    assert not found.doubts


def test_a_clear_fit_goes_before_unclear_ones():
    assert members(grouped([1, 2, 3], edges={pair(3, 1): Fit(1.0, False), pair(3, 2): CLEAR})) == [(1,), (2, 3)]


def test_when_a_person_rules_one_out_the_coarse_one_joins_the_other():
    edges = {pair(3, 1): Fit(1.0, False), pair(3, 2): Fit(1.0, False)}
    assert members(grouped([1, 2, 3], edges, apart=[pair(3, 1)])) == [(1,), (2, 3)]


def test_evidence_is_asked_only_as_needed():
    asked = []

    def fit(a, b):
        asked.append({a, b})
        return CLEAR

    nodes = [1, 2, 3, 4]
    group(nodes, rank=RANK, near={n: [m for m in nodes if m != n] for n in nodes}, fit=fit)
    assert asked == [{1, 2}, {1, 3}, {1, 4}]


def test_equal_to_an_equal_is_equal():
    assert members(grouped([1, 2, 3], ties=[(1, 2), (2, 3)])) == [(1, 2, 3)]


def test_different_wins_over_what_is_certain():
    assert members(grouped([1, 2, 3], ties=[(1, 2, 3)], apart=[pair(1, 3)])) == [(1, 2), (3,)]


def test_those_parted_from_the_middle_one_stay_together():
    apart = [pair(1, 2), pair(2, 3)]
    assert members(grouped([1, 2, 3], ties=[(1, 2, 3)], apart=apart)) == [(1, 3), (2,)]


@given(edges_strategy, pairs, pairs, st.randoms(use_true_random=False))
def test_the_order_in_which_all_is_given_does_not_matter(edges, ties, apart, rng: random.Random):
    first = grouped(NODES, edges, ties, apart)
    shuffled, ties, apart, known = list(NODES), list(ties), list(apart), list(edges.items())
    for sequence in (shuffled, ties, apart, known):
        rng.shuffle(sequence)
    assert grouped(shuffled, dict(known), ties, apart) == first


@given(edges_strategy, pairs, pairs)
def test_everybody_is_in_one_group_and_nobody_beside_whom_they_were_parted_from(edges, ties, apart):
    groups = members(grouped(NODES, edges, ties, apart))
    assert sorted(node for g in groups for node in g) == NODES
    assert not any(frozenset(two) in apart for g in groups for two in combinations(g, 2))


@given(pairs, edges_strategy)
def test_without_a_different_everything_certain_is_together(ties, edges):
    home = {node: g for g in members(grouped(NODES, edges, ties)) for node in g}
    assert all(home[a] == home[b] for a, b in map(tuple, ties))


@given(edges_strategy, pairs, pairs)
def test_every_member_fits_its_anchor_or_is_tied_to_what_does(edges, ties, apart):
    for g in grouped(NODES, edges, ties, apart).groups:
        held = {g.best}
        while more := {n for n in g.members if n not in held and any(pair(n, h) in ties for h in held)}:
            held |= more
        anchors = set(held)
        for node in g.members:
            tied = {node}
            while more := {n for n in g.members if n not in tied and any(pair(n, t) in ties for t in tied)}:
                tied |= more
            assert tied & anchors or any(edges.get(pair(t, a)) for t in tied for a in anchors)


# ---- step by step --------------------------------------------------------------------------------------------


class Scene:
    """Nodes that come one after the other, decisions that are made and undone; each step regroups around itself."""

    def __init__(self, edges, proofs):
        self.edges, self.proofs = edges, proofs
        self.here, self.same, self.different = set(), set(), set()
        self.anchors = {}
        self.looked_at = set()

    def come(self, node):
        self.here.add(node)
        self._regroup({node})

    def decide(self, two, verdict):
        (self.same if verdict == "same" else self.different).add(two)
        self._regroup(two, is_stirred=True)

    def undo(self, two):
        self.same.discard(two)
        self.different.discard(two)
        self._regroup(two, is_stirred=True)

    def _regroup(self, seeds, **options):
        self.looked_at = set()
        self.anchors.update(regroup(seeds, self, **options).anchors())

    def all_anew(self):
        return grouped(sorted(self.here), self.edges, [*self.proofs, *self.same], self.different).anchors()

    def tied(self, nodes):
        found = set(nodes)
        while more := {n for two in (*self.proofs, *self.same) if two & found for n in two & self.here} - found:
            found |= more
        return found

    def near(self, nodes):
        return {n: [m for m in self.here if self.edges.get(pair(n, m))] for n in nodes}

    def apart(self, nodes):
        return {two for two in self.different if two & set(nodes) and two <= self.here}

    def ties(self, nodes):
        return [*self.proofs, *self.same]

    def anchor(self, node):
        return self.anchors.get(node)

    def mates(self, anchor):
        return [n for n, a in self.anchors.items() if a == anchor]

    def rank(self, node):
        return node

    def fit(self, one, other):
        self.looked_at |= {one, other}
        return self.edges.get(pair(one, other))


@given(edges_strategy, st.sets(st.sampled_from(PAIRS), max_size=3), st.permutations(NODES), st.data())
def test_step_by_step_comes_to_what_everything_at_once_comes_to(edges, proofs, order, data):
    scene, decided = Scene(edges, proofs), []
    waiting = list(order)
    while waiting:
        step = data.draw(st.sampled_from(["come", "come", "come", "decide", "undo"]))
        if step == "decide" and len(scene.here) > 1:
            two = data.draw(st.sampled_from([p for p in PAIRS if p <= scene.here]))
            if two not in scene.same | scene.different:
                decided.append(two)
                scene.decide(two, data.draw(st.sampled_from(["same", "different"])))
        elif step == "undo" and decided:
            scene.undo(decided.pop(data.draw(st.integers(0, len(decided) - 1))))
        else:
            scene.come(waiting.pop())
        assert scene.anchors == scene.all_anew()


def test_a_new_copy_of_a_picture_looks_at_that_alone():
    edges = dict.fromkeys([pair(0, n) for n in range(1, 7)] + [pair(0, 7)], CLEAR)
    scene = Scene(edges, [])
    for node in NODES:
        scene.come(node)
    assert scene.looked_at == {0, 7}
