"""From the `hydraulics` of a loop to its network of pipes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import CoolingEquipment
from twin.facility.cooling.draft import Draft
from twin.facility.ledger import Loc
from twin.facility.model.pipes import LoopPipes
from twin.physics.hydraulics.governed import governed_flow
from twin.physics.hydraulics.headers import (
    HeaderLoop,
    LoopPlan,
    PipeRun,
    balance_pa_s2_m6,
    header_drop_pa,
    header_loop,
)
from twin.physics.hydraulics.liquid import liquid_at
from twin.physics.hydraulics.pump import PumpCurve, curve_through
from twin.scenario.schema.hydraulics import HydraulicsSpec, PipeSpec

_UNBOUND = 20.0
"""Speed that no pump has: what is held is found first, whether pumps reach it is told later."""
_ROUNDS = 20


@dataclass(frozen=True)
class _Members:
    """Who is on a loop."""

    racks: list[int]
    units: list[int]
    pumps: list[int]


def refuse_without_head(out: Draft, loc: Loc, row: CoolingEquipment) -> None:
    """Pumps whose pressure nobody states cannot be put on pipes."""
    if row.head_pa is None:
        out.ledger.complain(
            (*loc, "hydraulics"),
            f"pumps of {row.name!r}, whose pressure its row does not state",
            "a unit with head_pa, or overrides: {head: 244 kPa}",
        )


def loop_pipes(out: Draft) -> tuple[LoopPipes, ...]:
    """Every loop with pipes."""
    stated = [(i, spec) for i, spec in enumerate(out.loop_hydraulics) if spec is not None]
    return tuple(_pipes(out, i, spec) for i, spec in stated)


def _pipes(out: Draft, loop: int, spec: HydraulicsSpec) -> LoopPipes:
    members = _members(out, loop)
    approach = out.units[members.units[0]].row.approach_k
    supply_degc = out.plants[out.loop_plant[loop]][0].supply_temperature + approach
    plan = _plan(out, spec, members, supply_degc)
    net = header_loop(plan)
    if spec.balanced:
        net = header_loop(replace(plan, balance_pa_s2_m6=balance_pa_s2_m6(net)))
    return LoopPipes(
        loop,
        net,
        np.array(members.racks, dtype=np.int64),
        np.array(members.units, dtype=np.int64),
        np.array(members.pumps, dtype=np.int64),
        _held_pa(net, spec),
        spec.speed,
        spec.coast_down,
        spec.reserve,
        spec.npsh_required,
        supply_degc,
    )


def _members(out: Draft, loop: int) -> _Members:
    pumped = [
        (i, unit.zone)
        for i, unit in enumerate(out.units)
        if role(unit.row.kind) is Role.LOOP_COOLING
        for _ in range(unit.row.pumps_per_unit)
    ]
    return _Members(
        [r for r, z in enumerate(out.zone.tolist()) if z == loop],
        sorted({i for i, z in pumped if z == loop}),
        [p for p, (_, z) in enumerate(pumped) if z == loop],
    )


def _plan(out: Draft, spec: HydraulicsSpec, members: _Members, supply_degc: float) -> LoopPlan:
    racks = [out.places[r].type for r in members.racks]
    rows = [out.units[u].row for u in members.units]
    spacing = [rack.width_m if spec.spacing is None else spec.spacing for rack in racks]
    return LoopPlan(
        main=_run(spec.main),
        header_diameter_m=spec.header,
        spacing_m=np.array(spacing),
        branch=_run(spec.branch),
        roughness_m=spec.roughness,
        reverse_return=spec.return_header == "reverse",
        rack_flow_m3_s=np.array([rack.coolant_flow_m3_s for rack in racks]),
        rack_drop_pa=np.full(len(racks), spec.rack_drop),
        curves=tuple(_curve(row) for row in rows),
        pumps=tuple(row.pumps_per_unit for row in rows),
        static_pa=spec.static_pressure,
        liquid=liquid_at("pg25", supply_degc),
    )


def _run(spec: PipeSpec) -> PipeRun:
    return PipeRun(spec.length, spec.diameter, spec.fittings)


def _curve(row: CoolingEquipment) -> PumpCurve:
    """Of one pump: those that it takes for the rated flow share it."""
    assert row.head_pa is not None
    duty = int(np.ceil(1.0 / row.flow_per_pump_frac - 1e-9))
    flow = row.flow_m3_s / duty
    return curve_through(flow, row.head_pa, row.shutoff_head_pa, row.head_exponent)


def _held_pa(net: HeaderLoop, spec: HydraulicsSpec) -> float | None:
    """What pumps hold between the headers: as stated, or what gives the worst rack its flow."""
    if spec.control == "speed":
        return None
    if spec.pressure is not None:
        return spec.pressure
    held = header_drop_pa(net)
    if spec.balanced:
        return held
    speeds = np.full(net.pump.size, np.nan)
    for _ in range(_ROUNDS):
        flow = governed_flow(net, speeds, _all_open(net), held, _UNBOUND).flow
        least = float((flow.rack_m3_s / net.plan.rack_flow_m3_s).min())
        held *= least**-net.plan.rack_power
        if abs(least - 1.0) < 1e-9:
            break
    return held


def _all_open(net: HeaderLoop) -> Array:
    return np.ones(net.network.links.size)
