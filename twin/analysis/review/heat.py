"""What a reviewer remarks about heat outdoors: plants that cannot hold their water in the hottest
weather of the run, every unit running and every rack at its rating.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.facility.cooling import peak
from twin.facility.cooling.outdoors import entering_degc, wetted_degc
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.physics.chiller import available_w

WARMER_K = 0.5
"""Water that is warmer than at the design point by more is told of."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Plant by plant: dry coolers by the water that they make, chillers by what they carry."""
    heat_w = peak.plant_heat_w(facility)
    for p, plant in enumerate(facility.cooling.plants):
        if plant.curve is None:
            yield from _dry_coolers(facility, p, float(heat_w[p]))
        else:
            yield from _chillers(facility, p, float(heat_w[p]))


def _dry_coolers(facility: Facility, p: int, heat_w: float) -> Iterator[Finding]:
    plant = facility.cooling.plants[p]
    air = facility.weather
    met_degc = wetted_degc(plant, air.dry_bulb_degc, air.wet_bulb_degc)
    water_degc = float(met_degc.max()) + heat_w / (plant.units.size * plant.conductance_w_k)
    planned_degc = float(peak.water_degc(facility)[p])
    if water_degc <= planned_degc + WARMER_K:
        return
    row = int(met_degc.argmax())
    says = (
        f"in the hottest air of the run, {air.dry_bulb_degc[row]:.1f} °C, its coolers make water "
        f"of {water_degc:.1f} °C at full load, where it is set to {plant.supply_degc:g} °C"
    )
    loops = np.flatnonzero(facility.cooling.loop_plant == p)
    coolant = peak.coolant_degc(facility, water_degc - planned_degc)[loops]
    most = facility.racks.coolest_limit_degc(facility.cooling.loop_node)[loops]
    over = coolant - most
    beyond = bool(loops.size) and float(over.max()) > 0
    if beyond:
        worst = int(over.argmax())
        says += f"; coolant comes to {coolant[worst]:.1f} °C, and its racks take {most[worst]:g} °C"
    code = FindingCode.COOLANT_WARM_IN_HEAT if beyond else FindingCode.WATER_WARM_IN_HEAT
    yield at_unit(facility, code, plant.id, int(plant.units[0]), says)


def _chillers(facility: Facility, p: int, heat_w: float) -> Iterator[Finding]:
    plant = facility.cooling.plants[p]
    air = facility.weather
    assert plant.curve is not None
    entering = np.asarray(entering_degc(plant, air.dry_bulb_degc, air.wet_bulb_degc))
    leaving_degc = plant.supply_degc + plant.band_k
    carried_w = plant.units.size * available_w(plant.curve, leaving_degc, entering)
    row = int(carried_w.argmin())
    least_w = float(carried_w[row])
    if plant.store is not None or heat_w <= least_w * (1 + 1e-9):
        return
    met = f"{air.dry_bulb_degc[row]:.1f} °C ({air.wet_bulb_degc[row]:.1f} °C wet)"
    says = (
        f"in the hottest air of the run, {met}, its chillers carry {least_w / 1e3:,.0f} kW of "
        f"{heat_w / 1e3:,.0f} kW at full load"
    )
    code = FindingCode.CHILLERS_SHORT_IN_HEAT
    yield at_unit(facility, code, plant.id, int(plant.units[0]), says)
