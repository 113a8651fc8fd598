"""BESS of the power tree: what their rows and their rules say, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.catalogue.equipment_kinds import AT_BOARDS, EQUIPMENT_KINDS, Role, is_source, role
from twin.catalogue.rows import PowerEquipment
from twin.controls import RampLimit
from twin.facility.ledger import Ledger
from twin.facility.model.bess import BessArrays
from twin.facility.power.node import PowerNode
from twin.facility.space.stated_places import members
from twin.scenario.schema.power_group import PowerGroup


def bess_arrays(ledger: Ledger, nodes: Sequence[PowerNode], row: dict[str, int]) -> BessArrays:
    """The arrays of every BESS among the nodes.

    row  power node by name
    """
    mine = [node for node in nodes if node.row and role(node.kind) is Role.STORAGE]
    rules = ledger.scenario.controls.storage
    rule_of = {name: i for i, rule in enumerate(rules) for name in _members(ledger, rule.bess)}
    rule = np.array([rule_of.get(node.id, -1) for node in mine], dtype=np.int64)
    stated = [rules[i] if i >= 0 else None for i in rule]
    energy_j = _numbers(mine, "battery_energy_j", 0.0)
    most = _numbers(mine, "soc_max_frac", 1.0)
    start = [one.start_charge if one and one.start_charge else np.inf for one in stated]
    return BessArrays(
        node=np.array([row[node.id] for node in mine], dtype=np.int64),
        board=np.array([row[next(iter(node.supplies))] for node in mine], dtype=np.int64),
        energy_j=energy_j,
        soc_min_frac=_numbers(mine, "soc_min_frac", 0.0),
        soc_max_frac=most,
        start_j=np.minimum(np.array(start, dtype=float), most) * energy_j,
        standby_w=_numbers(mine, "standby_w", 0.0),
        forming_s=_numbers(mine, "grid_forming_s", np.inf),
        rule=rule,
        reserve_frac=np.array([one.reserve if one else 0.0 for one in stated], dtype=float),
    )


def check_takers(ledger: Ledger, nodes: Sequence[PowerNode]) -> None:
    """A BESS or solar array stands at one board and gives its power to that; nothing is fed by
    it.
    """
    bess = {node.id: node for node in nodes if role(node.kind) in AT_BOARDS}
    source = {node.id for node in nodes if is_source(node.kind)}
    wrong = {s for node in nodes for s in node.supplies if s in bess}
    for i, group in enumerate(ledger.scenario.plan.power):
        boards = [bess[n].supplies for n in members(group.name, group.count) if n in bess]
        if any(len(supplies) > 1 for supplies in boards):
            word = EQUIPMENT_KINDS[bess[members(group.name, group.count)[0]].kind].word
            found = f"{', '.join(boards[0])} for {group.name!r}, a {word}"
            loc = ("layout", "power", i, "fed_by")
            ledger.complain(loc, found, "the one board that each stands at")
        sources = sorted({s for supplies in boards for s in supplies if s in source})
        if sources:
            word = EQUIPMENT_KINDS[bess[members(group.name, group.count)[0]].kind].word
            found = f"{', '.join(sources)} for {group.name!r}, a {word}"
            allowed = "the board, panel or transformer of the site that it gives its power to"
            ledger.complain(("layout", "power", i, "fed_by"), found, allowed)
        fed = [name for name in members(group.name, group.count) if name in wrong]
        if fed:
            words = EQUIPMENT_KINDS[bess[fed[0]].kind].word
            found = f"loads fed by {group.name!r}, a {words}"
            allowed = "loads fed by the board that it stands at; it carries that board in a loss"
            ledger.complain(("layout", "power", i, "name"), found, allowed)


def check_rules(ledger: Ledger) -> None:
    """Rules of BESS that are there, one for each, within what their rows allow."""
    known = [g.name for g in ledger.scenario.plan.power if _is_bess(ledger, g)]
    seen: dict[str, int] = {}
    for i, rule in enumerate(ledger.scenario.controls.storage):
        loc = ("controls", "storage", i)
        mine = _members(ledger, rule.bess)
        if not mine:
            ledger.unknown((*loc, "bess"), rule.bess, known, "a BESS of this layout")
        for name in mine:
            if seen.setdefault(name, i) != i:
                found = f"a second rule for {name}"
                ledger.complain((*loc, "bess"), found, "one rule for each BESS")
                break
        limits = ledger.scenario.site.limits
        if isinstance(rule, RampLimit) and not (
            rule.per_minute or (limits and limits.ramp_per_minute)
        ):
            found = "a ramp_limit without its limit"
            allowed = "per_minute here, or site.limits.ramp_per_minute"
            ledger.complain((*loc, "per_minute"), found, allowed)


def _is_bess(ledger: Ledger, group: PowerGroup) -> bool:
    row = ledger.scenario.catalogue.rows(PowerEquipment).get(group.type)
    return row is not None and role(row.kind) is Role.STORAGE


def _members(ledger: Ledger, name: str) -> list[str]:
    """BESS of that group, or the one of that name."""
    found = []
    for group in ledger.scenario.plan.power:
        if _is_bess(ledger, group):
            names = members(group.name, group.count)
            found += [one for one in names if name in (group.name, one)]
    return found


def _numbers(nodes: Sequence[PowerNode], field: str, default: float) -> np.ndarray:
    """(BESS,) a number of each row; the default where it has none."""
    stated = [getattr(node.row, field) for node in nodes]
    return np.array([default if value is None else value for value in stated], dtype=float)
