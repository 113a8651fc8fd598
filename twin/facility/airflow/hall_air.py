"""The air of one hall in one configuration of flows: the room on its grid, and whose opening each
port is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.errors import InputError, Problem, did_you_mean
from twin.facility.airflow.closed_spaces import cell_count, refusals
from twin.facility.airflow.grid_lines import cell_size_m, grid_lines
from twin.facility.airflow.plan import HallPlan, hall_plan
from twin.facility.airflow.refusals import refuse, too_fine
from twin.facility.airflow.snap import Lines, snapped
from twin.facility.airflow.units import placed_racks
from twin.facility.ledger import Ledger
from twin.facility.space import siting
from twin.facility.space.stated_places import members
from twin.physics.airflow.grid import AirPort, Room
from twin.physics.coolant import HEAT_CAPACITY_J_M3_K
from twin.scenario.schema import Scenario

AIR_J_M3_K = HEAT_CAPACITY_J_M3_K["air"]


@dataclass(frozen=True, eq=False)
class HallAir:
    """A room with its ports told apart: what racks pass on, what handlers supply and take back."""

    plan: HallPlan
    lines: Lines
    room: Room
    inlets: tuple[AirPort, ...]
    """Where air leaves the room, in the order of the matrix's rows."""
    outlets: tuple[AirPort, ...]
    """Where air enters the room, in the order of the matrix's columns."""
    passes: Array
    """(outlet, inlet): 1 where a rack's outlet gives what its inlet takes."""
    heating_w: Array
    """(outlet,) heat added on the way, at rated power."""
    supply: Array
    """(outlet, handler): share of what each outlet blows by the handlers that feed it."""
    takes: Array
    """(handler, inlet): share of what each handler takes by inlet."""

    @property
    def rack_ids(self) -> tuple[str, ...]:
        """Racks with air through them, in the plan's order."""
        return tuple(rack.box.name for rack in self.plan.racks if rack.flow_m3_s > 0)

    @property
    def handler_ids(self) -> tuple[str, ...]:
        """Handlers that run."""
        return tuple(unit.box.name for unit in self.plan.handlers)

    def rises_k(self) -> Array:
        """(outlet,) temperature rise at rated power."""
        flow = np.array([port.flow_m3_s for port in self.outlets])
        return np.asarray(self.heating_w / (AIR_J_M3_K * flow))

    def doors(self) -> tuple[Array, Array]:
        """(outlet,) share of the way to the water of a rear door that each outlet's air is cooled,
        and the temperature of that water.
        """
        doors = {one.box.name: (one.door_frac, one.door_water_degc) for one in self.plan.racks}
        found = [doors.get(port.name.split(":")[0], (0.0, 0.0)) for port in self.outlets]
        frac, water = np.array(found, dtype=float).reshape(-1, 2).T
        return frac * self.passes.any(axis=1), water

    def inlet_rows(self, rack: str) -> Index:
        """Inlets of a rack, upward."""
        return _of_rack(self.inlets, rack)

    def outlet_rows(self, rack: str) -> Index:
        """Outlets of a rack, upward."""
        return _of_rack(self.outlets, rack)


def _of_rack(ports: Sequence[AirPort], rack: str) -> Index:
    return np.array([i for i, p in enumerate(ports) if p.name.split(":")[0] == rack], np.int64)


def hall_air(
    scenario: Scenario,
    hall: str | None = None,
    lost: Collection[str] = (),
    cells: int | None = None,
    flows_m3_s: Sequence[float] | None = None,
) -> HallAir:
    """The air of a hall, the first with racks where none is named.

    Raises InputError with everything that cannot be solved: bodies in one another or outside, faces
    against a wall, tiles under racks, sealed spaces of unequal flows, heat without a path.
    """
    ledger = Ledger(scenario, siting.places(scenario.plan, scenario.catalogue))
    racks = placed_racks(ledger)
    index = _hall_index(scenario, hall, [place.hall for place in racks])
    plan = hall_plan(ledger, index, racks, lost, flows_m3_s)
    _known(scenario, plan, lost)
    refuse(ledger, plan)
    ledger.raise_problems()
    lines = grid_lines(plan, cell_size_m(plan, cells))
    too_fine(ledger, plan, cell_count(lines), cells)
    ledger.raise_problems()
    room = snapped(plan, lines)
    for found in refusals(plan, room):
        ledger.complain(*found)
    ledger.raise_problems()
    return assembled(plan, lines, room)


def _hall_index(scenario: Scenario, hall: str | None, with_racks: Sequence[int]) -> int:
    names = [one.name for one in scenario.plan.halls]
    if hall is None:
        return min(with_racks, default=0)
    if hall not in names:
        hint = did_you_mean(hall, names)
        raise InputError([Problem("--hall", repr(hall), ", ".join(names), hint)])
    return names.index(hall)


def _known(scenario: Scenario, plan: HallPlan, lost: Collection[str]) -> None:
    """InputError where something is to be lost that is no handler of the hall."""
    units = [unit.box.name for unit in (*plan.handlers, *plan.stopped)]
    wrong = [name for name in lost if name not in units]
    if wrong:
        allowed = f"air handlers of hall {plan.spec.name!r}: " + (", ".join(units) or "none")
        hall_of = _halls(scenario)
        problems = []
        for name in wrong:
            elsewhere = f"it stands in hall {hall_of[name]!r}" if name in hall_of else ""
            hint = elsewhere or did_you_mean(name, units)
            problems.append(Problem("--lose", repr(name), allowed, hint))
        raise InputError(problems)


def _halls(scenario: Scenario) -> dict[str, str]:
    """The hall of every air handler of the layout."""
    every = scenario.plan.cooling.air
    return {name: air.hall for air in every for name in members(air.name, air.count)}


def assembled(plan: HallPlan, lines: Lines, room: Room) -> HallAir:
    """The room with the tables that tie ports to units."""
    inlets = tuple(port for port in room.ports if not port.into_room)
    outlets = tuple(port for port in room.ports if port.into_room)
    names = [unit.box.name for unit in plan.handlers]
    flows = dict(zip(names, plan.handler_flow_m3_s, strict=True))
    return HallAir(
        plan,
        lines,
        room,
        inlets,
        outlets,
        np.array([[float(_same_band(i, o)) for i in inlets] for o in outlets]),
        _heating_w(plan, outlets),
        np.array([_shares(plan, port, flows) for port in outlets]),
        np.array([[_taken(plan, port, n) for port in inlets] for n in names]).reshape(
            len(names), len(inlets)
        ),
    )


def _same_band(inlet: AirPort, outlet: AirPort) -> bool:
    return ":" in inlet.name and inlet.name == outlet.name


def _heating_w(plan: HallPlan, outlets: Sequence[AirPort]) -> Array:
    """Heat of a rack, by the flow of its bands."""
    heat = {rack.box.name: rack.heat_w / rack.flow_m3_s for rack in plan.racks if rack.flow_m3_s}
    return np.array([heat.get(p.name.split(":")[0], 0.0) * p.flow_m3_s for p in outlets])


def _units_of(plan: HallPlan, port: AirPort) -> tuple[str, ...]:
    found = (o for o in plan.openings if o.name == port.name and o.into_room == port.into_room)
    return next(found).units


def _shares(plan: HallPlan, port: AirPort, flows: dict[str, float]) -> list[float]:
    """Of what an outlet blows, the share of each handler."""
    units = [name for name in _units_of(plan, port) if name in flows]
    total = sum(flows[name] for name in units)
    return [flows[name] / total if name in units else 0.0 for name in flows]


def _taken(plan: HallPlan, port: AirPort, handler: str) -> float:
    """Whether a handler takes what an inlet draws: all its intakes mixed."""
    return float(":" not in port.name and handler in _units_of(plan, port))
