"""A plant's heat as a rising function of its water temperature, in straight segments.

Nothing below the set-point, proportional within the control band, and all it can give beyond. Each
segment is a conductance towards a reference temperature, so the thermal network stays linear
between events; the segments meet without a jump.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Plant
from twin.physics.chiller import available_w
from twin.physics.coolant import control_slope_w_k


class Segment(NamedTuple):
    """Heat a plant takes while its water stays between two temperatures: g (T - reference) +
    constant.
    """

    conductance_w_k: float
    reference_degc: float
    constant_w: float
    lower_degc: float
    upper_degc: float

    def heat_w(self, temperature_degc: float) -> float:
        """Heat taken at a water temperature inside the segment."""
        return self.conductance_w_k * (temperature_degc - self.reference_degc) + self.constant_w


IDLE = Segment(0.0, 0.0, 0.0, -np.inf, np.inf)


def entering_degc(plant: Plant, dry_bulb_degc: float, wet_bulb_degc: float) -> float:
    """What a chiller's condenser sees: outdoor air, or tower water at its approach to the wet
    bulb.
    """
    return wet_bulb_degc + plant.tower_approach_k if plant.water_cooled else dry_bulb_degc


def air_degc(plant: Plant, supply_degc: float, dry_bulb_degc: float, wet_bulb_degc: float) -> float:
    """Air at a dry cooler's coil; pads run only where dry air could not hold the set-point at rated
    heat.
    """
    dry_is_enough = dry_bulb_degc + plant.capacity_w / plant.conductance_w_k <= supply_degc
    return dry_bulb_degc - (
        0.0 if dry_is_enough else plant.evaporative_frac * (dry_bulb_degc - wet_bulb_degc)
    )


def segments(
    plant: Plant, running: int, supply_degc: float, dry_bulb_degc: float, wet_bulb_degc: float
) -> list[Segment]:
    """The straight segments of a plant with `running` units, from cold water to hot."""
    if not running:
        return [IDLE]
    if role(plant.kind) is Role.DRY_COOLER:
        return _dry_cooler(plant, running, supply_degc, dry_bulb_degc, wet_bulb_degc)
    assert plant.curve is not None
    entering = entering_degc(plant, dry_bulb_degc, wet_bulb_degc)
    most = running * float(available_w(plant.curve, supply_degc, entering))
    slope = control_slope_w_k(running, plant.curve.capacity_w, plant.band_k)
    full = supply_degc + most / slope
    return [
        Segment(0.0, 0.0, 0.0, -np.inf, supply_degc),
        Segment(slope, supply_degc, 0.0, supply_degc, full),
        Segment(0.0, 0.0, most, full, np.inf),
    ]


def _dry_cooler(
    plant: Plant, running: int, supply: float, dry_bulb: float, wet_bulb: float
) -> list[Segment]:
    """Fans off below the set-point, regulated above it, flat out where the air limits."""
    air = air_degc(plant, supply, dry_bulb, wet_bulb)
    full = running * plant.conductance_w_k
    slope = control_slope_w_k(running, plant.capacity_w, plant.band_k, plant.conductance_w_k)
    start = max(supply, air)
    bend = start if air >= supply else (slope * supply - full * air) / (slope - full)
    out = [Segment(0.0, 0.0, 0.0, -np.inf, start)]
    if bend > start:
        out.append(Segment(slope, supply, 0.0, start, bend))
    return [*out, Segment(full, air, 0.0, bend, np.inf)]
