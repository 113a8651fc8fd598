"""Bus ties: switches between two boards, open until one of them has lost its own supplies."""

from __future__ import annotations

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.ledger import Ledger, Loc
from twin.facility.power.node import PowerNode
from twin.facility.power.preferences import generators_alone
from twin.scenario.schema.power_group import PowerGroup


def add_ties(ledger: Ledger, nodes: list[PowerNode]) -> None:
    """Let each tie take from what feeds its two boards, and be the last preference of both.

    Generators, and what only they feed, are left aside where a utility feeds one of the boards:
    these stand on one kind at a time. Between two boards that generators alone feed a tie carries
    their power.

    Every state of the switches is then a tree: a board on its tie draws, by way of it, on the other
    board's supplies, and never the other way round at once. A board changes over to the tie as a
    transfer switch does, with the gap of the tie's row.
    """
    known = {node.id: node for node in nodes}
    alone = generators_alone(nodes)
    ties = [(i, g) for i, g in enumerate(ledger.scenario.plan.power) if g.tie is not None]
    every = {node.id: [(s, rank) for s, rank, _ in node.feeds()] for node in nodes}
    mains = {name: [feed for feed in own if feed[0] not in alone] for name, own in every.items()}
    for i, group in ties:
        loc = ("layout", "power", i)
        if _fits(ledger, loc, group, known):
            assert group.tie is not None
            _add(ledger, known, every if alone.issuperset(group.tie) else mains, group)
            _check_least(ledger, loc, group, known)


def _fits(ledger: Ledger, loc: Loc, group: PowerGroup, known: dict[str, PowerNode]) -> bool:
    """Two different boards, by a switch that carries power on and has no feeds of its own."""
    before = len(ledger.problems)
    assert group.tie is not None
    for place, name in enumerate(group.tie):
        if name not in known:
            boards = [n.id for n in known.values() if role(n.kind) is Role.CARRY]
            ledger.unknown((*loc, "tie", place), name, boards, "a board of this layout")
        elif role(known[name].kind) is not Role.CARRY:
            allowed = "two boards that carry power on"
            ledger.complain((*loc, "tie", place), f"a {known[name].kind} at a tie", allowed)
    if group.tie[0] == group.tie[1]:
        ledger.complain((*loc, "tie"), f"{group.tie[0]!r} twice", "two different boards")
    if group.fed_by:
        ledger.complain(
            (*loc, "fed_by"),
            f"feeds for {group.name!r}, a tie",
            "no fed_by: it is fed by what feeds its boards",
        )
    if group.count != 1 or group.name not in known:
        ledger.complain((*loc, "count"), f"{group.count} ties in one group", "one tie a group")
    return len(ledger.problems) == before


def _add(
    ledger: Ledger,
    known: dict[str, PowerNode],
    own: dict[str, list[tuple[str, int]]],
    group: PowerGroup,
) -> None:
    """A tie takes from what the board beyond it stands on: by that board's own preferences."""
    tie = known[group.name]
    assert group.tie is not None
    assert tie.row is not None
    gap_s = tie.row.transfer_s
    tie.minimum_supply_w = max(known[name].minimum_supply_w for name in group.tie)
    tie.row = tie.row.model_copy(update={"transfer_s": 0.0})
    tie.priority = True
    for name in group.tie:
        first = max(tie.ranks, default=-1) + 1
        for supply, rank in own[name]:
            if supply not in tie.supplies:
                tie.supplies.append(supply)
                tie.ranks.append(first + rank)
                tie.over[supply] = (name,)
                ledger.edges.append((supply, tie.id, "power", "priority"))
        _last_preference(known[name], tie.id, gap_s)
        ledger.edges.append((tie.id, name, "power", "priority"))


def _last_preference(board: PowerNode, tie: str, gap_s: float) -> None:
    """Put a tie behind all that feeds a board."""
    board.ranks = board.ranks or [0] * len(board.supplies)
    board.ranks.append(max(board.ranks, default=-1) + 1)
    board.supplies.append(tie)
    board.priority = True
    assert board.row is not None
    slower_s = max(gap_s, board.row.transfer_s)
    board.row = board.row.model_copy(update={"transfer_s": slower_s})


def _check_least(ledger: Ledger, loc: Loc, group: PowerGroup, known: dict[str, PowerNode]) -> None:
    """A tie joins its boards only where one of them reaches the least supply of both by itself."""
    tie = known[group.name]
    assert group.tie is not None
    least_w = [known[name].minimum_supply_w for name in group.tie]
    reach_w: dict[int, float] = {}
    for supply, rank in zip(tie.supplies, tie.ranks, strict=True):
        reach_w[rank] = reach_w.get(rank, 0.0) + known[supply].rating_w
    if tie.over and (max(reach_w.values()) < max(least_w) or tie.rating_w < min(least_w)):
        found = f"{group.name!r} that never closes: what feeds {group.tie[0]!r} or "
        found += f"{group.tie[1]!r}, or the tie itself, reaches the minimum_supply of neither"
        allowed = "ratings that reach it, or a lower minimum_supply"
        ledger.complain((*loc, "tie"), found, allowed)
