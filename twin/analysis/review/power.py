"""What a reviewer remarks about power: losses, orphans, batteries, and who has no UPS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.continuity import interruptions
from twin.catalogue.equipment_kinds import AT_BOARDS, EQUIPMENT_KINDS, Role, of_role, role
from twin.facility.model import Facility, Mask
from twin.facility.power.autonomy import (
    START_MARGIN,
    boards_last_s,
    end_of_life_j,
    lasts_s,
    takeover_s,
)
from twin.facility.power.loading import loading, single_losses
from twin.findings import Finding, FindingCode


def findings(facility: Facility) -> Iterator[Finding]:
    """In the order of the way from a loss to the racks."""
    yield from _losses(facility)
    yield from _orphans(facility)
    yield from _distribution(facility)
    yield from _racks_without_ups(facility)
    yield from _coolant_without_ups(facility)
    yield from _autonomy(facility)


def _at(facility: Facility, code: FindingCode, node: int, says: str) -> Finding:
    """A finding about a power node, at the line that states it."""
    component = facility.power.component[node]
    return Finding(code, facility.power.id[node], says, facility.components.stated_at[component])


def _losses(facility: Facility) -> Iterator[Finding]:
    """Overloads and dark racks after the loss of each component, one finding a case."""
    tree = facility.power
    losses = single_losses(facility)
    for over in losses.overloads:
        yield _at(
            facility,
            FindingCode.OVERLOAD_AFTER_LOSS,
            over.lost,
            f"without it {tree.id[over.node]} carries {over.load_w / 1e3:,.0f} kW, "
            f"{over.load_frac:.3f} of its rating",
        )
    for lost in np.flatnonzero(losses.dark_racks):
        dark = losses.dark_racks[lost]
        says = f"without it {dark} of {len(facility.racks.id)} racks lose power"
        yield _at(facility, FindingCode.DARK_AFTER_LOSS, int(lost), says)


def _orphans(facility: Facility) -> Iterator[Finding]:
    """Equipment that no rack, cooling unit or switch can draw from."""
    tree = facility.power
    used = np.zeros(len(tree.id), dtype=bool)
    used[tree.loads] = True
    used[_feeding_switches(facility)] = True
    for level in tree.levels:
        edges = np.isin(tree.taker, level)
        used[tree.supply[edges & used[tree.taker]]] = True
    used |= of_role(tree.kind, *AT_BOARDS)
    for orphan in np.flatnonzero(~used[: tree.equipment]).tolist():
        takers = int((tree.supply == orphan).sum())
        what = "nothing that it feeds reaches a rack" if takers else "nothing is fed by it"
        yield _at(facility, FindingCode.FEEDS_NOTHING, orphan, what)


def _feeding_switches(facility: Facility) -> list[int]:
    """Power nodes that feed network switches, which draw within their racks' ratings."""
    switches = set(facility.fabric.switches)
    row = {name: i for i, name in enumerate(facility.power.id)}
    return [row[a] for a, b, system, _ in facility.edges if system == "power" and b in switches]


def _distribution(facility: Facility) -> Iterator[Finding]:
    """Racks that hang on something without a breaker of their own."""
    tree = facility.power
    on_rack = np.isin(tree.taker, tree.load_of_rack)
    for supply in np.unique(tree.supply[on_rack]):
        if not EQUIPMENT_KINDS[tree.kind[supply]].on_floor:
            racks = int((on_rack & (tree.supply == supply)).sum())
            says = (
                f"{racks} racks hang directly on it, without floor distribution "
                "(panel, PDU or busway) between"
            )
            yield _at(facility, FindingCode.NO_FLOOR_DISTRIBUTION, int(supply), says)


def _behind_store(facility: Facility) -> Mask:
    """(power node,) which have a battery, or a BESS that carries its board without a break,
    somewhere on their way to a source.
    """
    tree = facility.power
    behind = (tree.battery_j > 0) | (boards_last_s(facility, loading(facility).input_w) > 0)
    for level in reversed(tree.levels):
        edges = np.isin(tree.supply, level) & behind[tree.supply]
        behind[tree.taker[edges]] = True
    return behind


def _racks_without_ups(facility: Facility) -> Iterator[Finding]:
    """Racks whose every way to a source has no battery, told once."""
    bare = np.flatnonzero(~_behind_store(facility)[facility.power.load_of_rack])
    if bare.size:
        node = int(facility.power.load_of_rack[bare[0]])
        others = f"; so have {bare.size - 1} more racks" if bare.size > 1 else ""
        often = interruptions(facility).restarts_per_year[bare].max()
        says = (
            f"no UPS on any of its power paths{others}; "
            f"up to {often:.3g} restarts of each in a year by losses and transfers of power"
        )
        yield _at(facility, FindingCode.RACKS_WITHOUT_UPS, node, says)


def _coolant_without_ups(facility: Facility) -> Iterator[Finding]:
    """Coolant units that stop with the mains though their racks would not."""
    tree = facility.power
    behind = _behind_store(facility)
    for node, kind in zip(tree.load_of_unit, facility.cooling.units.kind, strict=True):
        if role(kind) is Role.LOOP_COOLING and not behind[node]:
            says = "no UPS on its power path"
            yield _at(facility, FindingCode.COOLANT_WITHOUT_UPS, int(node), says)


def _autonomy(facility: Facility) -> Iterator[Finding]:
    """Batteries that, old, barely outlast the generators' start and the transfer, at peak load."""
    output_w = loading(facility).output_w
    now_s = lasts_s(facility, output_w)
    old_s = lasts_s(facility, output_w, end_of_life_j(facility))
    for p in np.flatnonzero((facility.power.battery_j > 0) & (output_w > 0)).tolist():
        taken_s = takeover_s(facility, p)
        if not np.isfinite(taken_s):
            says = f"no generator behind its battery, which lasts {now_s[p]:,.0f} s at peak load"
            yield _at(facility, FindingCode.NO_GENERATOR, p, says)
        elif now_s[p] < taken_s:
            says = (
                f"its battery lasts {now_s[p]:,.0f} s at peak load, and no generator carries it "
                f"before {taken_s:g} s"
            )
            yield _at(facility, FindingCode.BATTERY_ENDS_BEFORE_START, p, says)
        elif old_s[p] < START_MARGIN * taken_s:
            says = (
                f"its battery lasts {now_s[p]:,.0f} s at peak load, {old_s[p]:,.0f} s when old, "
                f"less than {START_MARGIN:g} times the {taken_s:g} s until a generator carries it"
            )
            yield _at(facility, FindingCode.BATTERY_TOO_SHORT, p, says)
