"""A coolant loop as a network: units on mains, two headers, a branch for every rack.

Nodes are the roots of the headers (return first, held at the vessel's pressure), the suction and
the discharge of every unit, then the tees of racks on the supply and on the return header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.physics.hydraulics.liquid import Liquid
from twin.physics.hydraulics.network import Links, PipeNetwork, solve_network
from twin.physics.hydraulics.pipe import fitting_pa_s2_m6
from twin.physics.hydraulics.pump import PumpCurve

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TEE_HEADS = 0.5
"""Velocity heads that flow along a header loses at a tee: 0.3 to 0.9 (Idelchik); assumed."""
RACK_POWER = 1.75
"""Of a rack's pressure loss in its flow: smooth channels and couplings (Blasius)."""
RETURN_ROOT = 0
SUPPLY_ROOT = 1


@dataclass(frozen=True)
class PipeRun:
    """A length of pipe with its fittings."""

    length_m: float
    diameter_m: float
    heads: float = 0.0
    """Velocity heads that its bends and valves lose."""


@dataclass(frozen=True)
class LoopPlan:
    """The measures of a loop; arrays are (rack,) in the order in which headers reach them."""

    main: PipeRun
    """From a unit to the header; the way back is as long."""
    header_diameter_m: float
    spacing_m: Array
    """Header from the rack before, or from its root."""
    branch: PipeRun
    """Both hoses of a rack."""
    roughness_m: float
    reverse_return: bool
    """First rack of the supply first on the return as well: every way is as long."""
    rack_flow_m3_s: Array
    """Rated."""
    rack_drop_pa: Array
    """At rated flow."""
    curves: tuple[PumpCurve, ...]
    """(unit,) of one of its pumps."""
    pumps: tuple[int, ...]
    """(unit,)"""
    static_pa: float
    """Over atmosphere, where the vessel joins."""
    liquid: Liquid
    rack_power: float = RACK_POWER
    balance_pa_s2_m6: Array | None = None
    """Balancing valves of racks; wide open where not given."""


@dataclass(frozen=True)
class HeaderLoop:
    """The network of a loop and which link is what."""

    plan: LoopPlan
    network: PipeNetwork
    rack: Index
    """(rack,) its link."""
    pump: Index
    """(pump,) its link, unit by unit."""
    pump_unit: Index
    """(pump,)"""
    main: Index
    """(unit,) its supply main."""
    suction: Index
    """(unit,) node."""


def header_loop(plan: LoopPlan) -> HeaderLoop:
    """The network of a plan."""
    racks = plan.rack_flow_m3_s.size
    units = len(plan.pumps)
    suction = 2 + 2 * np.arange(units)
    supply = 2 + 2 * units + np.arange(racks)
    back = supply + racks
    pump_unit = np.repeat(np.arange(units), plan.pumps)
    parts = [
        *_mains(plan, suction),
        _header(plan, SUPPLY_ROOT, supply, outward=True),
        _return(plan, back),
        _branches(plan, supply, back),
        _pumps(plan, suction[pump_unit], pump_unit),
    ]
    firsts = np.concatenate([[0], np.cumsum([part.size for part in parts])])
    return HeaderLoop(
        plan,
        PipeNetwork(
            nodes=int(2 + 2 * units + 2 * racks),
            links=_joined(parts),
            fixed=np.array([RETURN_ROOT]),
            fixed_pa=np.array([plan.static_pa]),
            liquid=plan.liquid,
            guess_m3_s=_guess(plan, parts),
        ),
        rack=firsts[4] + np.arange(racks),
        pump=firsts[5] + np.arange(pump_unit.size),
        pump_unit=pump_unit,
        main=firsts[0] + np.arange(units),
        suction=suction,
    )


def _links(start: Index, end: Index, **arrays: Array) -> Links:
    """Links with what is given, and nothing else."""
    size = start.size
    none = {name: np.zeros(size) for name in Links.__annotations__ if name not in ("start", "end")}
    none |= {"diameter_m": np.ones(size), "equipment_power": np.ones(size)}
    none |= {"pump_power": np.full(size, 2.0), "checked": np.zeros(size, dtype=bool)}
    return Links(start, end, **{**none, **arrays})  # type: ignore[arg-type]


def _pipe(plan: LoopPlan, start: Index, end: Index, length_m: Array, run: PipeRun) -> Links:
    loss = fitting_pa_s2_m6(run.heads, run.diameter_m, plan.liquid.density_kg_m3)
    return _links(
        start,
        end,
        length_m=np.broadcast_to(length_m, start.shape).astype(float),
        diameter_m=np.full(start.size, run.diameter_m),
        roughness_m=np.full(start.size, plan.roughness_m),
        loss_pa_s2_m6=np.full(start.size, float(loss)),
    )


def _mains(plan: LoopPlan, suction: Index) -> tuple[Links, Links]:
    length = np.asarray(plan.main.length_m)
    ones = np.ones_like(suction)
    out = _pipe(plan, suction + 1, SUPPLY_ROOT * ones, length, plan.main)
    back = _pipe(plan, RETURN_ROOT * ones, suction, length, plan.main)
    return out, back


def _header(plan: LoopPlan, root: int, tees: Index, outward: bool) -> Links:
    """Pieces from the root to the first tee and from tee to tee."""
    before = np.concatenate([[root], tees[:-1]])
    run = PipeRun(0.0, plan.header_diameter_m, TEE_HEADS)
    start = before if outward else tees
    end = tees if outward else before
    return _pipe(plan, start, end, plan.spacing_m, run)


def _return(plan: LoopPlan, tees: Index) -> Links:
    """The return header, which ends where the supply begins, or at the far end."""
    if not plan.reverse_return:
        return _header(plan, RETURN_ROOT, tees, outward=False)
    turned = replace(plan, spacing_m=np.concatenate([plan.spacing_m[:1], plan.spacing_m[:0:-1]]))
    return _header(turned, RETURN_ROOT, tees[::-1], outward=False)


def _branches(plan: LoopPlan, supply: Index, back: Index) -> Links:
    pipe = _pipe(plan, supply, back, np.asarray(plan.branch.length_m), plan.branch)
    valve = plan.balance_pa_s2_m6
    return replace(
        pipe,
        equipment=plan.rack_drop_pa / plan.rack_flow_m3_s**plan.rack_power,
        equipment_power=np.full(supply.size, plan.rack_power),
        loss_pa_s2_m6=pipe.loss_pa_s2_m6 + (0.0 if valve is None else valve),
    )


def _pumps(plan: LoopPlan, suction: Index, pump_unit: Index) -> Links:
    curves = [plan.curves[u] for u in pump_unit]
    return _links(
        suction,
        suction + 1,
        shutoff_pa=np.array([c.shutoff_pa for c in curves]),
        pump_loss=np.array([c.loss_pa for c in curves]),
        pump_power=np.array([c.exponent for c in curves]),
        checked=np.ones(suction.size, dtype=bool),
    )


def _joined(parts: Sequence[Links]) -> Links:
    return Links(*(np.concatenate([getattr(p, n) for p in parts]) for n in Links.__annotations__))


def _guess(plan: LoopPlan, parts: Sequence[Links]) -> Array:
    """Rated flows: shared equally by units and pumps."""
    whole = float(plan.rack_flow_m3_s.sum())
    units = len(plan.pumps)
    beyond = np.cumsum(plan.rack_flow_m3_s[::-1])[::-1]
    back = np.cumsum(plan.rack_flow_m3_s)[::-1] if plan.reverse_return else beyond
    each = np.full(units, whole / units)
    pumps = whole / sum(plan.pumps)
    return np.concatenate(
        [each, each, beyond, back, plan.rack_flow_m3_s, np.full(parts[5].size, pumps)]
    )


def balance_pa_s2_m6(loop: HeaderLoop) -> Array:
    """(rack,) what balancing valves must lose for every rack to have its rated flow, the worst
    with its valve wide open.
    """
    left = _left_pa(loop)
    return np.asarray((left - left.min()) / loop.plan.rack_flow_m3_s**2)


def header_drop_pa(loop: HeaderLoop) -> float:
    """Pressure between the roots of the headers that gives the worst rack its rated flow while
    every other has its own.
    """
    return float(-_left_pa(loop).min())


def _left_pa(loop: HeaderLoop) -> Array:
    """(rack,) pressure left for a balancing valve at rated flows, less that between the roots."""
    plan = loop.plan
    lost = _losses_pa(loop)
    racks = plan.rack_flow_m3_s.size
    first = 2 * len(plan.pumps)
    out = np.cumsum(lost[first : first + racks])
    back = np.cumsum(lost[first + racks : first + 2 * racks])
    back = back[::-1] if plan.reverse_return else back
    return -(out + back + lost[loop.rack])


def _losses_pa(loop: HeaderLoop) -> Array:
    """(link,) at rated flows, valves wide open."""
    network = loop.network
    links = network.links
    flow = network.guess_m3_s
    pipe = np.zeros(links.size)
    pipe[network.piped] = network.pipes.drop_pa(flow[network.piped])[0]
    return np.asarray(
        pipe + links.loss_pa_s2_m6 * flow**2 + links.equipment * flow**links.equipment_power
    )


@dataclass(frozen=True)
class LoopFlow:
    """What flows in a loop at a speed of its pumps."""

    rack_m3_s: Array
    pump_m3_s: Array
    unit_m3_s: Array
    pump_pa: Array
    """(pump,) what each adds; 0 where it gives nothing."""
    suction_pa: Array
    """(unit,) over atmosphere."""
    header_pa: float
    """Between the roots."""
    link_m3_s: Array


def loop_flow(
    loop: HeaderLoop, speed_frac: Array, open_frac: Array, guess_m3_s: Array | None = None
) -> LoopFlow:
    """Solve a loop.

    speed_frac   (pump,)
    open_frac    (link,) as `solve_network` has it
    """
    speed = np.ones(loop.network.links.size)
    speed[loop.pump] = speed_frac
    found = solve_network(loop.network, speed, open_frac, guess_m3_s=guess_m3_s)
    flow = found.flow_m3_s
    pump = flow[loop.pump]
    rises = found.pressure_pa[loop.suction[loop.pump_unit] + 1]
    rises = rises - found.pressure_pa[loop.suction[loop.pump_unit]]
    unit = np.zeros(len(loop.plan.pumps))
    np.add.at(unit, loop.pump_unit, pump)
    return LoopFlow(
        flow[loop.rack],
        pump,
        unit,
        np.where(pump > 0, rises, 0.0),
        found.pressure_pa[loop.suction],
        float(found.pressure_pa[SUPPLY_ROOT] - found.pressure_pa[RETURN_ROOT]),
        flow,
    )
