"""What boards feed beside racks and cooling: lights, offices, lifts; one load a board."""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, Role, named
from twin.catalogue.rows import PowerEquipment
from twin.facility.ledger import Ledger, Loc
from twin.facility.power.node import PowerNode
from twin.facility.space.stated_places import members
from twin.scenario.schema.power_group import PowerGroup

KIND = "other_load"
"""Kind of such a node of the tree. It is no component: it stands nowhere and does not fail."""


def other_loads(ledger: Ledger) -> list[PowerNode]:
    """The other loads of all boards, as nodes of the tree, in order of the layout."""
    out = []
    for group in ledger.scenario.plan.power:
        if group.other_load is not None:
            out += [_load(board, group.other_load) for board in members(group.name, group.count)]
    return out


def _load(board: str, draws_w: float) -> PowerNode:
    return PowerNode(f"{board}_{KIND}", KIND, None, np.inf, supplies=[board], draws_w=draws_w)


def component_of(node: PowerNode) -> str:
    """The component that a node of the tree belongs to: an other load to its board."""
    return node.supplies[0] if node.kind == KIND else node.id


def check_other_load(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """Only what hands power on to many has loads of its own."""
    kind = EQUIPMENT_KINDS[row.kind]
    carries = kind.role is Role.CARRY and not (kind.transfers or group.tie or group.ring)
    if group.other_load is None or carries:
        return
    boards = [k for k in named(Role.CARRY) if not EQUIPMENT_KINDS[k].transfers]
    ledger.complain(
        (*loc, "other_load"),
        f"other_load for {group.name!r}, a {kind.word}",
        f"other_load for {', '.join(boards)}",
    )
