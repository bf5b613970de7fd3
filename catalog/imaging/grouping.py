"""Groups without chains: which files are one record, as a function of evidence, decisions and order alone.

Take the nodes best first; each joins the best-placed anchor that it verifies against, else it becomes an
anchor itself. So every member has an edge of its own to the best of its group, and nobody belongs by
hearsay. A person's "same" ties two nodes before that; a person's "different" parts two nodes whatever else
is known. The order in which nodes, edges or decisions are given does not matter.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group(Generic[Node]):
    """Nodes of one record, best first. `tied` are those that a person's decision ties to the best one."""

    members: tuple[Node, ...]
    tied: frozenset[Node]

    @property
    def best(self) -> Node:
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Grouping(Generic[Node]):
    """Groups in the order of their best nodes, and pairs of anchors that one node verifies against, both."""

    groups: tuple[Group[Node], ...]
    doubts: frozenset[frozenset[Node]]


def group(
    nodes: Iterable[Node],
    *,
    rank: Mapping[Node, Any],
    verifies: Callable[[Node, Node], bool],
    same: Collection[frozenset[Node]] = (),
    apart: Collection[frozenset[Node]] = (),
) -> Grouping[Node]:
    """Return the groups of `nodes`.

    rank      a total order: the least rank is the best node
    verifies  whether the evidence, symmetric, says that two nodes are the same picture
    same      pairs that a person decided to be the same
    apart     pairs that a person decided not to be; they win over everything
    """
    order = sorted(nodes, key=rank.__getitem__)
    parted = _partners(apart)
    groups: list[tuple[list[Node], list[Node]]] = []  # (the anchor and what is tied to it, all members)
    doubts = set()
    for cluster in _tie(order, same, parted, rank):
        fitting = [
            (anchors, members)
            for anchors, members in groups
            if not _are_parted(cluster, members, parted) and any(verifies(c, a) for c in cluster for a in anchors)
        ]
        if not fitting:
            groups.append((cluster, list(cluster)))
            continue
        fitting[0][1].extend(cluster)
        doubts |= {frozenset((fitting[0][0][0], anchors[0])) for anchors, _ in fitting[1:]}
    return Grouping(
        groups=tuple(
            Group(tuple(sorted(members, key=rank.__getitem__)), frozenset(anchors[1:])) for anchors, members in groups
        ),
        doubts=frozenset(doubts),
    )


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
    same: Iterable[frozenset[Node]],
    parted: Mapping[Node, set[Node]],
    rank: Mapping[Node, Any],
) -> list[list[Node]]:
    """Join what people said is the same, best pairs first, unless a "different" crosses; clusters come best first."""
    cluster = {node: [node] for node in order}
    pairs = [sorted(pair, key=rank.__getitem__) for pair in same if len(pair) == 2 and all(n in cluster for n in pair)]
    for a, b in sorted(pairs, key=lambda pair: [rank[node] for node in pair]):
        if cluster[a] is cluster[b] or _are_parted(cluster[a], cluster[b], parted):
            continue
        joined = sorted(cluster[a] + cluster[b], key=rank.__getitem__)
        for node in joined:
            cluster[node] = joined
    seen: set[int] = set()
    return [c for node in order if id(c := cluster[node]) not in seen and not seen.add(id(c))]
