"""What a reviewer remarks about cooling: warm coolant and air, short loops, units without a
load.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.hydraulics import npsh_margin_pa, rack_flow_frac
from twin.arrays import total_by
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.cooling.peak import coolant_degc, heat_w, inlet_degc, plant_heat_w
from twin.facility.model import Facility, Index
from twin.findings import Finding, FindingCode
from twin.quantities import also, percent

SHORT_FRAC = 0.99
"""A rack with less of its rated flow is told of."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Temperatures at the design point, then flows and spares, then units nobody needs."""
    yield from _decouplers(facility)
    yield from _coolant(facility)
    yield from _air(facility)
    yield from _loops(facility)
    yield from _pipes(facility)
    yield from _idle_plants(facility)


def at_unit(facility: Facility, code: FindingCode, name: str, unit: int, says: str) -> Finding:
    """A finding at the line that states a cooling unit."""
    component = facility.cooling.units.component[unit]
    return Finding(code, name, says, facility.components.stated_at[component])


def _decouplers(facility: Facility) -> Iterator[Finding]:
    """Plants whose house draws more than the pumps of all their chillers move, at full load."""
    heat_w = plant_heat_w(facility)
    for p, plant in enumerate(facility.cooling.plants):
        warmer_k = float(heat_w[p]) * plant.decoupled_k_w(plant.units.size)
        if plant.primary_w_k is None or warmer_k <= 0:
            continue
        drawn, moved = (
            1e3 * each / plant.water_j_m3_k
            for each in (plant.water_w_k, plant.units.size * plant.primary_w_k)
        )
        says = (
            f"coils and exchangers draw {drawn:.3g} L/s where the pumps of its chillers move "
            f"{moved:.3g}: {percent(1 - moved / drawn, 0)} of its supply is its own return, "
            f"{warmer_k:.1f} K warmer than the chillers make it at full load"
        )
        yield at_unit(facility, FindingCode.DECOUPLER_REVERSED, plant.id, int(plant.units[0]), says)


def _coolant(facility: Facility) -> Iterator[Finding]:
    """Loops whose coolant is warmer than their racks take, told once a plant."""
    cooling = facility.cooling
    racks = facility.racks
    coolant = coolant_degc(facility)
    most = racks.coolest_limit_degc(cooling.loop_node)
    for p, plant in enumerate(cooling.plants):
        warm = np.flatnonzero((cooling.loop_plant == p) & (coolant > most + 1e-9))
        if warm.size:
            worst = int(warm[np.argmax(coolant[warm] - most[warm])])
            others = also(warm.size - 1, "loop")
            alone = plant.supply_degc > most[warm].min()
            yield at_unit(
                facility,
                FindingCode.COOLANT_TOO_WARM if alone else FindingCode.COOLANT_WARM_AT_PEAK,
                cooling.loop_id[worst],
                int(plant.units[0]),
                f"coolant of {coolant[worst]:.1f} °C at peak load, from facility water set to "
                f"{plant.supply_degc:g} °C; its racks take {most[worst]:g} °C at most{others}",
            )


def _air(facility: Facility) -> Iterator[Finding]:
    """Halls with a rack whose inlet, its own recirculated exhaust included, is warmer than it
    takes.
    """
    cooling = facility.cooling
    racks = facility.racks
    inlet = inlet_degc(facility)
    limit = racks.inlet_max_degc
    for h in range(len(cooling.hall_id)):
        mine: Index = np.flatnonzero((racks.hall == h) & (inlet > limit))
        if mine.size:
            worst = int(mine[np.argmax(inlet[mine] - limit[mine])])
            plant = cooling.plants[cooling.hall_plant[h]]
            alone = plant.supply_degc > limit[worst]
            yield at_unit(
                facility,
                FindingCode.AIR_TOO_WARM if alone else FindingCode.AIR_WARM_AT_PEAK,
                racks.id[worst],
                int(plant.units[0]),
                f"inlet air of {inlet[worst]:.1f} °C at peak load, from facility water set to "
                f"{plant.supply_degc:g} °C; it takes {limit[worst]:g} °C at most",
            )


def _loops(facility: Facility) -> Iterator[Finding]:
    """Loops short of flow, or that the loss of one coolant unit leaves short."""
    cooling = facility.cooling
    units = cooling.units
    loop_w = heat_w(facility)[0]
    cools_loops = np.array([role(kind) is Role.LOOP_COOLING for kind in units.kind], dtype=bool)
    for z, name in enumerate(cooling.loop_id):
        mine = np.flatnonzero(cools_loops & (units.zone == z))
        wanted_m3_s = float(cooling.loop_demand_m3_s[z])
        flow = units.flow_m3_s[mine]
        if wanted_m3_s > flow.sum() * (1 + 1e-9):
            says = (
                f"its racks want {wanted_m3_s * 6e4:,.0f} L/min and its units give "
                f"{flow.sum() * 6e4:,.0f} L/min"
            )
            yield at_unit(facility, FindingCode.LOOP_SHORT_OF_FLOW, name, int(mine[0]), says)
        capacity_w = units.capacity_w[mine]
        left = (capacity_w.sum() - capacity_w.max(), flow.sum() - flow.max())
        if left[0] < loop_w[z] * (1 - 1e-9) or left[1] < wanted_m3_s * (1 - 1e-9):
            unit = int(mine[int(capacity_w.argmax())])
            racks = int((facility.racks.zone == cooling.loop_node[z]).sum())
            says = f"no spare coolant unit on {name}: without it {racks} racks are short of coolant"
            yield at_unit(facility, FindingCode.NO_SPARE_COOLANT_UNIT, units.id[unit], unit, says)


def _pipes(facility: Facility) -> Iterator[Finding]:
    """Racks that pipes and pumps leave short of coolant, and pumps short of suction."""
    cooling = facility.cooling
    for pipes in cooling.pipes:
        frac = rack_flow_frac(pipes)
        short = np.flatnonzero(frac < SHORT_FRAC)
        unit = int(pipes.units[0])
        if short.size:
            worst = int(frac.argmin())
            others = also(short.size - 1, "rack")
            says = f"{percent(frac[worst])} of its rated flow with every pump running{others}"
            name = facility.racks.id[pipes.racks[worst]]
            yield at_unit(facility, FindingCode.RACK_SHORT_OF_COOLANT, name, unit, says)
        margin = npsh_margin_pa(pipes)
        if margin is not None and margin < 0:
            says = f"suction pressure {-margin / 1e3:.1f} kPa below what its pumps need"
            name = cooling.loop_id[pipes.loop]
            yield at_unit(facility, FindingCode.PUMP_MAY_CAVITATE, name, unit, says)


def _idle_plants(facility: Facility) -> Iterator[Finding]:
    """Plants whose water nobody uses, and air handlers in halls that give no heat to the air."""
    cooling = facility.cooling
    used = {*cooling.loop_plant.tolist(), *cooling.hall_plant.tolist()}
    used |= set(cooling.doors.plant.tolist())
    for p, plant in enumerate(cooling.plants):
        if p not in used:
            says = "no coolant unit, air handler or rear door is on its water"
            yield at_unit(facility, FindingCode.COOLS_NOTHING, plant.id, int(plant.units[0]), says)
    into_air_w = facility.racks.rated_w * (1 - facility.racks.liquid_frac)
    given_w = total_by(facility.racks.hall, into_air_w, len(cooling.hall_id))
    for unit, kind in enumerate(cooling.units.kind):
        hall = int(cooling.units.zone[unit])
        if role(kind) is Role.HALL_COOLING and given_w[hall] <= 0:
            says = f"no rack in {cooling.hall_id[hall]} gives heat to the air"
            yield at_unit(facility, FindingCode.COOLS_NOTHING, cooling.units.id[unit], unit, says)
