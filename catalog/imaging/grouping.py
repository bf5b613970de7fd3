"""Groups without chains: which files are one record, as a function of evidence, decisions and order alone.

Take the nodes best first; each joins the best-placed anchor that it verifies against, else it becomes an
anchor itself. So every member has an edge of its own to the best of its group, and nobody belongs by
hearsay. What is certain ties nodes before that: equality that is proven (the same bytes, the same coded
picture, the same pixels: equal to an equal is equal), and a person's "same". A person's "different" parts
two nodes whatever else is known. The order in which nodes, edges or decisions are given does not matter.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group(Generic[Node]):
    """Nodes of one record, best first."""

    members: tuple[Node, ...]

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
    ties: Iterable[Collection[Node]] = (),
    apart: Collection[frozenset[Node]] = (),
) -> Grouping[Node]:
    """Return the groups of `nodes`.

    rank      a total order: the least rank is the best node
    verifies  whether the evidence, symmetric, says that two nodes are the same picture
    ties      sets of nodes that are the same for certain, by proof or by a person's decision
    apart     pairs that a person decided not to be the same; they win over everything
    """
    order = sorted(nodes, key=rank.__getitem__)
    parted = _partners(apart)
    groups: list[tuple[list[Node], list[Node]]] = []  # (the anchor and what is tied to it, all members)
    doubts = set()
    for cluster in _tie(order, ties, parted, rank):
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
        groups=tuple(Group(tuple(sorted(members, key=rank.__getitem__))) for _, members in groups),
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
