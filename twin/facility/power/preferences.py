"""What takes from utilities and generators alike: from utilities first, whatever `fed_by` says."""

from __future__ import annotations

from collections.abc import Sequence

from twin.catalogue.equipment_kinds import MAINS, Role, role
from twin.facility.power.node import PowerNode


def generators_alone(nodes: Sequence[PowerNode]) -> set[str]:
    """Names of generators, and of what they feed and no utility does."""
    by_name = {node.id: node for node in nodes}
    reached: dict[str, tuple[bool, bool]] = {}

    def sources(name: str) -> tuple[bool, bool]:
        """Whether a utility ever reaches it, and whether a generator does."""
        if name not in by_name:
            return (True, False)
        if name not in reached:
            reached[name] = (False, False)  # a ring of feeds is refused elsewhere
            node = by_name[name]
            each = [sources(supply) for supply in node.supplies]
            utility = role(node.kind) in MAINS or any(u for u, _ in each)
            generator = role(node.kind) is Role.STANDBY or any(g for _, g in each)
            reached[name] = (utility, generator)
        return reached[name]

    found = {node.id: sources(node.id) for node in nodes}
    return {name for name, (utility, generator) in found.items() if generator and not utility}


def generators_last(nodes: Sequence[PowerNode], alone: set[str]) -> Sequence[PowerNode]:
    """Put supplies that generators alone feed behind all others of a node, as preferences of their
    own: nobody takes from both kinds at once, and generators start where no utility is left. The
    nodes themselves come back.

    alone  `generators_alone` of all power equipment
    """
    for node in nodes:
        behind = [supply in alone for supply in node.supplies]
        if any(behind) and not all(behind):
            _behind(node, behind)
    return nodes


def _behind(node: PowerNode, behind: Sequence[bool]) -> None:
    ranks = node.ranks or [0] * len(node.supplies)
    last = max(ranks) + 1
    feeds = [
        (rank + last * later, supply)
        for rank, supply, later in zip(ranks, node.supplies, behind, strict=True)
    ]
    feeds.sort(key=lambda feed: feed[0])
    node.ranks = [rank for rank, _ in feeds]
    node.supplies = [supply for _, supply in feeds]
