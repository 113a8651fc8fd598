"""What a reviewer remarks about rear doors: water that dew falls from or that warms the air, and
racks that move more air than their doors are rated for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cold import DEW_MARGIN_K
from twin.analysis.review.cooling import at_unit
from twin.facility.cooling.peak import doors_w
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.quantities import also, power


def findings(facility: Facility) -> Iterator[Finding]:
    """Dew, then warm water, then air."""
    yield from _dew(facility)
    yield from _warm(facility)
    yield from _air(facility)


def _dew(facility: Facility) -> Iterator[Finding]:
    """Doors with water near the dew point that outdoor air brings, told once a plant: a coil on the
    back of a rack has no tray.
    """
    doors = facility.cooling.doors
    dew = float(facility.weather.dew_point_degc.max())
    for p in np.unique(doors.plant).tolist():
        mine = doors.unit[doors.plant == p]
        supply = facility.cooling.plants[p].supply_degc
        if supply < dew + DEW_MARGIN_K:
            others = also(mine.size - 1, "rear door")
            says = (
                f"is on water of {supply:g} °C behind servers, where outdoor air has a dew point "
                f"of up to {dew:.1f} °C and {DEW_MARGIN_K:g} K above it are kept{others}"
            )
            name = facility.cooling.units.id[mine[0]]
            yield at_unit(facility, FindingCode.CONDENSATION, name, int(mine[0]), says)


def _warm(facility: Facility) -> Iterator[Finding]:
    """Doors whose water is warmer than the air that passes them with racks at their rating."""
    units = facility.cooling.units
    doors = facility.cooling.doors
    taken_w = doors_w(facility)
    warm = np.flatnonzero(taken_w < 0)
    if warm.size:
        worst = int(warm[np.argmin(taken_w[warm])])
        unit = int(doors.unit[worst])
        says = (
            f"its water is warmer than what leaves its rack at rated power, so that it gives "
            f"{power(-taken_w[worst])} to its hall{also(warm.size - 1, 'rear door')}"
        )
        yield at_unit(facility, FindingCode.COOLS_NOTHING, units.id[unit], unit, says)


def _air(facility: Facility) -> Iterator[Finding]:
    """Doors whose racks move more air than they are rated for."""
    cooling = facility.cooling
    doors = cooling.doors
    over = cooling.air.rack_w_k[doors.rack] / doors.air_w_k
    wide = np.flatnonzero(over > 1 + 1e-9)
    if wide.size:
        worst = int(wide[np.argmax(over[wide])])
        unit = int(doors.unit[worst])
        rated = float(cooling.units.flow_m3_s[unit])
        says = (
            f"is rated for {rated:.2f} m³/s, where {facility.racks.id[doors.rack[worst]]} moves "
            f"{rated * over[worst]:.2f} m³/s{also(wide.size - 1, 'rear door')}"
        )
        name = cooling.units.id[unit]
        yield at_unit(facility, FindingCode.DOOR_SHORT_OF_AIR, name, unit, says)
