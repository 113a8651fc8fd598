"""Flows, pressures and speeds in the pipes of coolant loops, as designed."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility
from twin.facility.model.pipes import LoopPipes
from twin.physics.hydraulics.governed import GovernedFlow, governed_flow
from twin.physics.hydraulics.headers import LoopPlan
from twin.physics.hydraulics.pipe import valve_kv_m3_h
from twin.physics.hydraulics.pump import suction_margin_pa

Row = dict[str, Any]


def hydraulics(facility: Facility) -> list[Row]:
    """One row a loop on stated pipes, all pumps running and all valves as balanced.

    header_pa        between the roots of the headers; held_pa what pumps hold there, None where
                     they turn at one speed
    racks            flow of each, over its rated flow, and the Kv of its balancing valve (m3/h;
                     None where it is wide open)
    pumps            flow, pressure added and speed of each
    npsh_margin_pa   the least at a pump's suction above what it needs; None where not stated
    """
    return [_row(facility, pipes, designed(pipes)) for pipes in facility.cooling.pipes]


def designed(pipes: LoopPipes) -> GovernedFlow:
    """What flows with everything in service."""
    speeds = np.full(pipes.pumps.size, np.nan)
    opened = np.ones(pipes.net.network.links.size)
    return governed_flow(pipes.net, speeds, opened, pipes.held_pa, pipes.fastest_frac)


def rack_flow_frac(pipes: LoopPipes) -> Array:
    """(rack of the loop,) flow over rated flow, as designed."""
    return np.asarray(designed(pipes).flow.rack_m3_s / pipes.net.plan.rack_flow_m3_s)


def npsh_margin_pa(pipes: LoopPipes) -> float | None:
    """The least margin of the pumps' suction, as designed; None where none was asked for."""
    if pipes.npsh_needed_pa is None:
        return None
    suction = designed(pipes).flow.suction_pa
    return float(suction_margin_pa(suction, pipes.supply_degc, pipes.npsh_needed_pa).min())


def _row(facility: Facility, pipes: LoopPipes, found: GovernedFlow) -> Row:
    cooling = facility.cooling
    flow = found.flow
    return {
        "loop": cooling.loop_id[pipes.loop],
        "coolant_degc": pipes.supply_degc,
        "header_pa": flow.header_pa,
        "held_pa": pipes.held_pa,
        "racks": _racks(facility, pipes, flow.rack_m3_s),
        "pumps": [
            {
                "pump": cooling.pump_id[p],
                "flow_m3_s": float(flow.pump_m3_s[k]),
                "rise_pa": float(flow.pump_pa[k]),
                "speed_frac": float(found.speed_frac[k]),
            }
            for k, p in enumerate(pipes.pumps)
        ],
        "npsh_margin_pa": npsh_margin_pa(pipes),
    }


def _racks(facility: Facility, pipes: LoopPipes, flow: Array) -> list[Row]:
    kv = _valves_m3_h(pipes.net.plan)
    return [
        {
            "rack": facility.racks.id[r],
            "flow_m3_s": float(flow[k]),
            "flow_frac": float(flow[k] / pipes.net.plan.rack_flow_m3_s[k]),
            "valve_kv_m3_h": float(kv[k]) if np.isfinite(kv[k]) else None,
        }
        for k, r in enumerate(pipes.racks)
    ]


def _valves_m3_h(plan: LoopPlan) -> Array:
    loss = plan.balance_pa_s2_m6
    none = np.zeros(plan.rack_flow_m3_s.size)
    return valve_kv_m3_h(none if loss is None else loss, plan.liquid.density_kg_m3)
