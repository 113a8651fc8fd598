"""What a reviewer remarks about set-points: supply air that no water of its plant can give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.facility.cooling.design_air import open_supply_degc
from twin.facility.cooling.peak import design_air
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.physics.coil import SATURATED_K
from twin.quantities import also


def findings(facility: Facility) -> Iterator[Finding]:
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
