"""Set-points of air handlers and coolant units that their water does not give, over a year: by the
laws of the design point, on the water of every hour.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.arrays import Array
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.facility.cooling.design_air import open_supply_degc
from twin.physics.coil import SATURATED_K
from twin.quantities import also
from twin.study.year_of_plants import PlantsWork

WATERS = 9
"""Temperatures of facility water at which halls are solved; between them air follows in straight
lines, but for the one in which a valve opens."""


def out_of_reach(facility: Facility, rack_w: Array, work: PlantsWork) -> Iterator[str]:
    """What a planner must know of them, by hall and by plant.

    rack_w   (rack,) what racks draw
    """
    yield from _air(facility, rack_w, work)
    yield from _coolant(facility, rack_w, work)


def _air(facility: Facility, rack_w: Array, work: PlantsWork) -> Iterator[str]:
    """The handler of every hall that is the furthest off in its worst hour; hours in which dampers
    mix are none.
    """
    cooling = facility.cooling
    air = cooling.air
    set_degc = air.supply_degc
    for h in np.unique(air.handler_hall[np.isfinite(set_degc)]).tolist():
        mine = np.flatnonzero((air.handler_hall == h) & np.isfinite(set_degc))
        given = _supplied_degc(facility, rack_w, work, h)[:, mine]
        over_k = np.where(work.air.outdoor_w_k[:, h, None] > 0, 0.0, given - set_degc[mine])
        worst = int(over_k.max(axis=0).argmax())
        name = cooling.units.id[air.handler_unit[mine[worst]]]
        short = int((over_k.max(axis=0) > SATURATED_K).sum())
        says = f"{name} is to supply air of {set_degc[mine[worst]]:.1f} °C and gives up to"
        yield from _told(says, given[:, worst], over_k[:, worst], also(short - 1, "air handler"))


def _supplied_degc(facility: Facility, rack_w: Array, work: PlantsWork, hall: int) -> Array:
    """(hour, handler) air behind open valves, on the water of the hall's plant."""
    plant = int(facility.cooling.hall_plant[hall])
    water = work.water_degc[:, plant]
    points = np.linspace(water.min(), water.max(), WATERS)
    usual = work.water_degc.mean(axis=0)
    found = []
    for degc in points.tolist():
        on = np.where(np.arange(usual.size) == plant, degc, usual)
        found.append(open_supply_degc(peak.design_air(facility, rack_w, on)))
    return np.stack([np.interp(water, points, of) for of in np.transpose(found)], axis=1)


def _coolant(facility: Facility, rack_w: Array, work: PlantsWork) -> Iterator[str]:
    """The loop of every plant that is the furthest off in its worst hour."""
    cooling = facility.cooling
    set_degc = cooling.loop_supply_degc
    given, above_k = peak.open_coolant(facility, work.water_degc, rack_w)
    for p in np.unique(cooling.loop_plant[np.isfinite(set_degc)]).tolist():
        mine = np.flatnonzero((cooling.loop_plant == p) & np.isfinite(set_degc))
        over_k = given[:, mine] - above_k[mine] - set_degc[mine]
        worst = int(over_k.max(axis=0).argmax())
        loop = int(mine[worst])
        short = int((over_k.max(axis=0) > SATURATED_K).sum())
        name = cooling.loop_id[loop]
        says = f"{name} is to supply coolant of {set_degc[loop]:.1f} °C and gives up to"
        yield from _told(says, given[:, loop], over_k[:, worst], also(short - 1, "coolant loop"))


def _told(says: str, given: Array, over_k: Array, others: str) -> Iterator[str]:
    """One sentence, where any hour is out of reach."""
    hours = int((over_k > SATURATED_K).sum())
    if hours:
        yield (
            f"{says} {given[over_k.argmax()]:.1f} °C with its valve open: out of reach in "
            f"{hours:,.0f} hours of the year{others}"
        )
