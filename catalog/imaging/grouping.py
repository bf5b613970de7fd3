"""Groups without chains: which files are one record, as a function of evidence, decisions and order alone.

Take the nodes best first; each joins the best-placed anchor that it fits, else it becomes an anchor itself.
So every member has an edge of its own to the best of its group, and nobody belongs by hearsay. What is
certain ties nodes before that: equality that is proven (the same bytes, the same coded picture, the same
pixels: equal to an equal is equal), and a person's "same". A person's "different" parts two nodes whatever
else is known. The order in which nodes, edges or decisions are given does not matter.

A node that is too coarse to tell nearly equal pictures apart fits *unclearly*. It is held against every
anchor that it may be, and joins the one that it fits best, unless another fits nearly as well: then it
joins none, and a person is asked.

`group` is the definition, over everything. `regroup` computes what changed alone: whether a node is an
anchor depends only on better nodes beside it, so after a change the nodes beside it are looked at again,
then those beside the ones that changed, and so on.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from catalog.imaging.rule import RIVAL_MARGIN

Node = TypeVar("Node", bound=Hashable)


class Fit(NamedTuple):
    """How two nodes that evidence calls the same picture fit."""

    value: float
    """The greater, the better; only compared with other fits of the same node."""
    is_clear: bool
    """False where the coarser of the two could as well be another, nearly equal picture."""


FitOf = Callable[[Node, Node], Fit | None]
"""Says how two nodes fit, in either order; None where evidence does not call them the same picture."""


@dataclass(frozen=True, slots=True)
class Group(Generic[Node]):
    """Nodes of one record, best first."""

    members: tuple[Node, ...]

    @property
    def best(self) -> Node:
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Grouping(Generic[Node]):
    """Groups in the order of their best nodes.

    doubts  pairs (node, anchor) of a node that fits several anchors unclearly, and so joined none of them
    adrift  nodes that were said to stand with an anchor that is none any more
    """

    groups: tuple[Group[Node], ...]
    doubts: frozenset[frozenset[Node]]
    adrift: frozenset[Node]

    def anchors(self) -> dict[Node, Node]:
        """Return the best node of its group for every node."""
        return {node: g.best for g in self.groups for node in g.members}


@dataclass(slots=True)
class _Forming(Generic[Node]):
    anchors: list[Node]
    members: list[Node]


def group(
    nodes: Iterable[Node],
    *,
    rank: Mapping[Node, Any],
    near: Mapping[Node, Collection[Node]],
    fit: FitOf,
    ties: Iterable[Collection[Node]] = (),
    apart: Collection[frozenset[Node]] = (),
    standing: Mapping[Node, Node] | None = None,
) -> Grouping[Node]:
    """Return the groups of `nodes`.

    rank      a total order: the least rank is the best node
    near      for each node those that may be the same picture; `fit` is asked about these alone, and only as needed
    ties      sets of nodes that are the same for certain, by proof or by a person's decision
    apart     pairs that a person decided not to be the same; they win over everything
    standing  {node: its anchor} of nodes that are not looked at again
    """
    standing = standing or {}
    parted = _partners(apart)
    forming: dict[Node, _Forming[Node]] = {}  # by each node that is tied to the anchor, and the anchor
    groups: list[_Forming[Node]] = []
    doubts: set[frozenset[Node]] = set()
    adrift: set[Node] = set()
    for cluster in _tie(sorted(nodes, key=rank.__getitem__), ties, parted, rank):
        if all(node in standing for node in cluster):
            anchor = standing[cluster[0]]
            home = None if anchor in cluster else forming.get(anchor)
            if home is None and anchor not in cluster:
                adrift.update(cluster)
        else:
            home, rivals = _home(cluster, near, forming, parted, fit, rank)
            doubts |= {frozenset((cluster[0], rival.anchors[0])) for rival in rivals}
        if home is None:
            home = _Forming(cluster, [])
            groups.append(home)
            forming.update((node, home) for node in cluster)
        home.members.extend(cluster)
    return Grouping(
        groups=tuple(Group(tuple(sorted(g.members, key=rank.__getitem__))) for g in groups),
        doubts=frozenset(doubts),
        adrift=frozenset(adrift),
    )


class Surroundings(Protocol[Node]):
    """What `regroup` asks about the nodes that it comes to see."""

    def tied(self, nodes: Collection[Node]) -> set[Node]:
        """The nodes, and all that is tied to them for certain in any number of steps."""
        ...

    def near(self, nodes: Collection[Node]) -> Mapping[Node, Collection[Node]]:
        """For each node those that may be the same picture: all that no evidence calls another."""
        ...

    def apart(self, nodes: Collection[Node]) -> set[frozenset[Node]]:
        """The pairs with one of the nodes that a person decided not to be the same."""
        ...

    def ties(self, nodes: Collection[Node]) -> Iterable[Collection[Node]]:
        """The sets among the nodes that are the same for certain."""
        ...

    def anchor(self, node: Node) -> Node | None:
        """The best node of the group in which the node stands now; None where it stands nowhere yet."""
        ...

    def mates(self, anchor: Node) -> Collection[Node]:
        """All nodes that stand in the group of this anchor now, itself included."""
        ...

    def rank(self, node: Node) -> Any:
        """Its place in the total order: the least is the best."""
        ...

    def fit(self, one: Node, other: Node) -> Fit | None:
        """How the two fit; None where evidence does not call them the same picture."""
        ...


def regroup(seeds: Iterable[Node], around: Surroundings[Node], *, is_stirred: bool = False) -> Grouping[Node]:
    """Return the groups that may have changed by the coming of the seeds, whole.

    is_stirred  a decision about the seeds was made or undone: those near them are looked at again in any case
    """
    anew = around.tied(set(seeds))
    stirred = set(anew) if is_stirred else _newly_tied(anew, around)
    while True:
        grouping = _look_at(anew, around)
        more = _reached(anew, stirred, grouping, around) | (grouping.adrift - anew)
        more = around.tied(more - anew) - anew if more - anew else set()
        if not more:
            return _whole(anew, grouping, around)
        anew |= more


def _newly_tied(nodes: set[Node], around: Surroundings[Node]) -> set[Node]:
    """Return the nodes to which a new one is tied: it may tie together what was not before."""
    new = {node for node in nodes if around.anchor(node) is None}
    return {other for node in new if len(tied := around.tied({node})) > 1 for other in tied}


def _look_at(anew: set[Node], around: Surroundings[Node]) -> Grouping[Node]:
    """Group the nodes that are looked at anew among all they depend on, which stands as it stands."""
    near = around.near(anew)
    apart = around.apart(anew)
    beside = {other for node in anew for other in near.get(node, ())} | {node for pair in apart for node in pair}
    beside |= {a for node in beside - anew if (a := around.anchor(node)) is not None}
    seen = anew | around.tied(beside - anew)
    return group(
        seen,
        rank={node: around.rank(node) for node in seen},
        near=near,
        fit=around.fit,
        ties=around.ties(seen),
        apart=around.apart(seen),
        standing={node: a for node in seen - anew if (a := around.anchor(node)) is not None},
    )


def _reached(anew: set[Node], stirred: set[Node], grouping: Grouping[Node], around: Surroundings[Node]) -> set[Node]:
    """Return the nodes that depend on what has changed, and the groups that were left."""
    now = grouping.anchors()
    changed = {node for node in anew if around.anchor(node) != now[node]}
    left = {a for node in changed if (a := around.anchor(node)) is not None}
    tied_to_anchor = around.tied({now[node] for node in changed | stirred}) if changed or stirred else set()
    was_anchor = {node for node in changed if around.anchor(node) == node}
    telling = stirred | {node for node in changed if node in tied_to_anchor} | was_anchor
    near = around.near(telling) if telling else {}
    worse = set()
    for node in telling:  # what is tied is taken at the place of the best of it, as it was or as it is now
        bests = around.tied({node}) | ({a} if (a := around.anchor(node)) is not None else set())
        place = min(around.rank(best) for best in bests)
        worse |= {other for other in near.get(node, ()) if around.rank(other) > place}
    partners = {node for pair in around.apart(changed | stirred) for node in pair} if changed or stirred else set()
    return left | worse | partners


def _whole(anew: set[Node], grouping: Grouping[Node], around: Surroundings[Node]) -> Grouping[Node]:
    """Keep the groups that hold a node looked at anew, and fill in those that stand with them unseen."""
    groups = []
    for g in grouping.groups:
        if anew.isdisjoint(g.members):
            continue
        stands = {mate for node in g.members if around.anchor(node) == node for mate in around.mates(node)}
        members = set(g.members) | (stands - anew)
        groups.append(Group(tuple(sorted(members, key=around.rank))))
    return Grouping(tuple(groups), grouping.doubts, frozenset())


def _home(
    cluster: list[Node],
    near: Mapping[Node, Collection[Node]],
    forming: Mapping[Node, _Forming[Node]],
    parted: Mapping[Node, set[Node]],
    fit: FitOf,
    rank: Mapping[Node, Any],
) -> tuple[_Forming[Node] | None, list[_Forming[Node]]]:
    """Return the group that the cluster joins, or None with those between which it cannot tell."""
    edges: dict[int, tuple[_Forming[Node], list[tuple[Node, Node]]]] = {}
    for node in cluster:
        for other in near.get(node, ()):
            if home := forming.get(other):
                edges.setdefault(id(home), (home, []))[1].append((node, other))
    fitting: list[tuple[float, _Forming[Node]]] = []
    for home, pairs in sorted(edges.values(), key=lambda edge: rank[edge[0].anchors[0]]):
        if _are_parted(cluster, home.members, parted):
            continue
        pairs.sort(key=lambda pair: (rank[pair[0]], rank[pair[1]]))
        found = []
        for node, other in pairs:
            if f := fit(node, other):
                if f.is_clear:
                    return home, []
                found.append(f.value)
        if found:
            fitting.append((max(found), home))
    if not fitting:
        return None, []
    best = max(value for value, _ in fitting)
    rivals = [home for value, home in fitting if value * RIVAL_MARGIN >= best]
    return (rivals[0], []) if len(rivals) == 1 else (None, rivals)


def _partners(pairs: Iterable[frozenset[Node]]) -> dict[Node, set[Node]]:
    partners: dict[Node, set[Node]] = {}
    for pair in pairs:
        for node in pair:
            partners.setdefault(node, set()).update(pair - {node})
    return partners


def _are_parted(some: Iterable[Node], others: Collection[Node], parted: Mapping[Node, set[Node]]) -> bool:
    return any(not parted.get(node, set()).isdisjoint(others) for node in some)


def _tie(
    order: list[Node],
    ties: Iterable[Collection[Node]],
    parted: Mapping[Node, set[Node]],
    rank: Mapping[Node, Any],
) -> list[list[Node]]:
    """Join what is the same for certain, best ties first, unless a "different" crosses; clusters come best first."""
    cluster = {node: [node] for node in order}
    known = [sorted((n for n in tie if n in cluster), key=rank.__getitem__) for tie in ties]
    for tie in sorted(known, key=lambda nodes: [rank[node] for node in nodes]):
        for place, node in enumerate(tie):
            for better in tie[:place]:
                if cluster[node] is cluster[better]:
                    break
                if not _are_parted(cluster[node], cluster[better], parted):
                    joined = sorted(cluster[better] + cluster[node], key=rank.__getitem__)
                    cluster.update((member, joined) for member in joined)
                    break
    seen: set[int] = set()
    return [c for node in order if id(c := cluster[node]) not in seen and not seen.add(id(c))]
