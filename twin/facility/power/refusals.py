"""Power groups that cannot be what they say."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from twin.catalogue.equipment_kinds import (
    EQUIPMENT_KINDS,
    POWER_ROLES,
    Role,
    is_source,
    named,
    role,
)
from twin.catalogue.rows import PowerEquipment
from twin.facility.ledger import Ledger, Loc
from twin.facility.power.node import PowerNode
from twin.facility.space.stated_places import members
from twin.scenario.schema.power_group import PowerGroup


def check_feeds(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """A source takes nothing, everything else has a supply."""
    rings = [other.ring for other in ledger.scenario.plan.power if other.ring]
    named = {board for ring in rings for board in ring.boards}
    in_ring = named.issuperset(members(group.name, group.count))
    if is_source(row.kind) and group.fed_by:
        ledger.complain(
            (*loc, "fed_by"),
            f"feeds for {group.name!r}, a {EQUIPMENT_KINDS[row.kind].word}, which gives power "
            f"of its own",
            f"no fed_by; whatever may run on either names both in its own fed_by, "
            f"{group.name!r} among them",
        )
    elif not (is_source(row.kind) or group.fed_by or group.tie or group.ring or in_ring):
        ledger.complain(
            loc,
            f"{group.name!r} without fed_by",
            "a supply for everything but utilities and generators",
        )


def check_transfers(ledger: Ledger, nodes: list[PowerNode]) -> None:
    """A transfer switch has two supplies, and takes from one at a time."""
    by_name = {node.id: node for node in nodes}
    for i, group in enumerate(ledger.scenario.plan.power):
        mine = [by_name[m] for m in members(group.name, group.count) if m in by_name]
        if not mine or group.tie or not EQUIPMENT_KINDS[mine[0].kind].transfers:
            continue
        loc = ("layout", "power", i)
        short = [node for node in mine if len(node.supplies) == 1]
        if short:
            found = f"{short[0].supplies[0]!r} alone for {short[0].id!r}, a transfer switch"
            ledger.complain((*loc, "fed_by"), found, "a preferred supply and another one")
        elif group.mode == "share":
            found = f"mode share for {group.name!r}, a transfer switch"
            allowed = "mode: priority; to join two supplies is a switchboard's work"
            ledger.complain(loc, found, allowed)


def check_minimum_supplies(ledger: Ledger, nodes: list[PowerNode]) -> None:
    """A least supply is asked of what carries power on, and by supplies that can reach it."""
    rating_w = {node.id: node.rating_w for node in nodes if not node.over}
    kind = {node.id: node.kind for node in nodes}
    for i, group in enumerate(ledger.scenario.plan.power):
        loc = ("layout", "power", i, "minimum_supply")
        mine = members(group.name, group.count)
        if group.minimum_supply is None or mine[0] not in kind:
            continue
        if role(kind[mine[0]]) is not Role.CARRY:
            allowed = "minimum_supply for boards, panels and switches, which only carry power on"
            ledger.complain(loc, f"minimum_supply for a {kind[mine[0]]}", allowed)
        every_w = [_reach_w(node, rating_w) for node in nodes if node.id in mine]
        reach_w = min((w for reaches_w in every_w for w in reaches_w), default=0.0)
        if group.minimum_supply > reach_w * (1 + 1e-9):
            found = f"{group.minimum_supply / 1e3:g} kW for {group.name!r}"
            one_by_one = max(map(len, every_w)) > 1
            ledger.complain(
                loc, found, f"at most the {reach_w / 1e3:g} kW {_whose(group, one_by_one)}"
            )


def _whose(group: PowerGroup, one_by_one: bool) -> str:
    """What a least supply is measured by, in words."""
    if not one_by_one:
        return "that its supplies are rated for together"
    if group.mode == "priority":
        return "of one entry of fed_by: entries carry alone"
    return "of its utilities or of its generators: either carry alone"


def _reach_w(node: PowerNode, rating_w: dict[str, float]) -> list[float]:
    """What the supplies of each preference of a node are rated for together."""
    reach_w: dict[int, float] = {}
    for supply, rank, _ in node.feeds():
        if supply in rating_w:
            reach_w[rank] = reach_w.get(rank, 0.0) + rating_w[supply]
    return list(reach_w.values())


def check_hall(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """A hall that there is, for what stands on its floor."""
    halls = [hall.name for hall in ledger.scenario.plan.halls]
    if group.hall is not None and group.hall not in halls:
        ledger.unknown((*loc, "hall"), group.hall, halls, "a hall of this layout")
    if group.hall is not None and not EQUIPMENT_KINDS[row.kind].on_floor:
        on_floor = ", ".join(k for k in named(*POWER_ROLES) if EQUIPMENT_KINDS[k].on_floor)
        ledger.complain(
            (*loc, "hall"),
            f"a hall for a {row.kind}",
            f"a hall for {on_floor} only; the rest stands outside unless `at` places it",
        )


def refuse_cycles(ledger: Ledger, nodes: list[PowerNode]) -> None:
    """Raise with the members of a ring, if feeds make one."""
    try:
        tuple(TopologicalSorter({n.id: n.supplies for n in nodes}).static_order())
    except CycleError as error:
        ring = " -> ".join(reversed(error.args[1]))
        first = next(
            (
                i
                for i, g in enumerate(ledger.scenario.plan.power)
                if error.args[1][0] in members(g.name, g.count)
            ),
            0,
        )
        ledger.complain(
            ("layout", "power", first, "fed_by"),
            f"a ring of feeds: {ring}",
            "power that flows one way, from a utility or generator down",
        )
        ledger.raise_problems()


def check_length(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """A length is of what has a resistance by length."""
    if group.length is not None and row.resistance_ohm_m is None:
        allowed = "length for cables and busways whose row states resistance_ohm_m"
        ledger.complain((*loc, "length"), f"length for a {row.kind}, {row.name}", allowed)
