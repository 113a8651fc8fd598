"""What a reviewer remarks about set-points: supply air and coolant that no water of their plant can
give.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.cooling.design_air import open_supply_degc
from twin.facility.cooling.peak import design_air, open_coolant, water_degc
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.physics.coil import SATURATED_K
from twin.quantities import also


def findings(facility: Facility) -> Iterator[Finding]:
    """Air handlers, then coolant units."""
    yield from _air(facility)
    yield from _coolant(facility)


def _air(facility: Facility) -> Iterator[Finding]:
    """Air handlers whose valves stand open at full load and whose air is too warm all the same,
    told once a hall.
    """
    cooling = facility.cooling
    air = cooling.air
    if not np.isfinite(air.supply_degc).any():
        return
    design = design_air(facility)
    given = open_supply_degc(design)
    short = given > air.supply_degc + SATURATED_K
    for h in np.unique(air.handler_hall[short]).tolist():
        mine = np.flatnonzero(short & (air.handler_hall == h))
        worst = int(mine[np.argmax((given - air.supply_degc)[mine])])
        plant = cooling.plants[cooling.hall_plant[h]]
        unit = int(air.handler_unit[worst])
        says = (
            f"it is to supply {air.supply_degc[worst]:.1f} °C, and gives {given[worst]:.1f} °C at "
            f"full load with its valve open, from facility water of "
            f"{design.water_degc[worst]:.1f} °C (set to {plant.supply_degc:g} °C)"
        )
        if air.supply_degc[worst] <= plant.supply_degc:
            says += "; no load brings it there, for the water is no colder than it"
        says += also(mine.size - 1, "air handler")
        yield at_unit(facility, FindingCode.SUPPLY_OUT_OF_REACH, cooling.units.id[unit], unit, says)


def _coolant(facility: Facility) -> Iterator[Finding]:
    """Coolant units whose valves stand open at full load and whose coolant is too warm all the
    same, told once a plant.
    """
    cooling = facility.cooling
    water = water_degc(facility)
    opened, above_k = open_coolant(facility, water)
    over_k = opened - above_k - cooling.loop_supply_degc
    unit_of = np.flatnonzero(of_role(cooling.units.kind, Role.LOOP_COOLING))
    for p, plant in enumerate(cooling.plants):
        mine = np.flatnonzero((cooling.loop_plant == p) & (over_k > SATURATED_K))
        if not mine.size:
            continue
        worst = int(mine[np.argmax(over_k[mine])])
        unit = int(unit_of[cooling.units.zone[unit_of] == worst][0])
        stated = cooling.loop_supply_degc[worst]
        says = (
            f"it is to supply {stated:.1f} °C, and its coolant is {opened[worst]:.1f} °C at full "
            f"load with its valve open, from facility water of {water[p]:.1f} °C (set to "
            f"{plant.supply_degc:g} °C)"
        )
        if stated <= plant.supply_degc:
            says += "; no load brings it there, for the water is no colder than it"
        says += also(mine.size - 1, "coolant loop")
        yield at_unit(facility, FindingCode.SUPPLY_OUT_OF_REACH, cooling.units.id[unit], unit, says)
