"""Heat that dampers of air handlers let out over a year, before it reaches any plant.

Handlers of a hall draw in one mixed return, at their set-points plus what racks add to their
streams. Dampers mix outdoor air to the set-point as those of a run do
(`simulation/cooling/dampers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.analysis.climate import months
from twin.arrays import Array, Index
from twin.facility import Facility
from twin.facility.cooling import peak
from twin.physics.economiser import AirWindow, outdoor_air_frac
from twin.scenario.series import YearOfAir
from twin.simulation.cooling.dampers import POSITIONS


@dataclass(frozen=True)
class Vented:
    """What leaves with air."""

    plant_w: Array
    """(hour, plant) heat that a plant is spared."""
    outdoor_w_k: Array
    """(hour, hall) stream of outdoor air."""
    modes: dict[str, Index]
    """By hall with dampers, rows of `months.MODES`."""


def vented(facility: Facility, rack_w: Array, year: YearOfAir) -> Vented:
    """Heat that leaves through dampers in every hour.

    rack_w   (rack,) what racks draw
    """
    cooling = facility.cooling
    out = np.zeros((year.dry_bulb_degc.size, len(cooling.plants)))
    outdoor = np.zeros((len(out), len(cooling.hall_id)))
    modes: dict[str, Index] = {}
    for h, hall in enumerate(cooling.hall_id):
        mine = np.flatnonzero(cooling.air.handler_hall == h)
        if all(cooling.air.windows[k] is None for k in mine):
            continue
        found = _hall_w(facility, mine, rack_w, h, year)
        left_w, spared_w, step_w, outdoor[:, h] = found
        out[:, cooling.hall_plant[h]] += spared_w
        whole_w = np.maximum(left_w + spared_w, 1e-9)
        coils_frac = np.where(left_w > step_w, left_w / whole_w, 0.0)
        modes[f"{hall}, outdoor air"] = months.of_share(coils_frac)
    return Vented(out, outdoor, modes)


def _hall_w(
    facility: Facility, handlers: Index, rack_w: Array, hall: int, year: YearOfAir
) -> tuple[Array, Array, Array, Array]:
    """(hour,) heat that coils of a hall carry, what dampers spare them, what one more position of
    the open dampers would (coils that carry less than that trim, and cool nothing), and the stream
    of outdoor air.
    """
    air = facility.cooling.air
    into_air_w = float(peak.heat_w(facility, rack_w)[1][hall])
    stream = peak.handler_w_k(facility, rack_w)[handlers]
    fan_w = peak.unit_w(facility, rack_w)[air.handler_unit[handlers]]
    set_degc = _set_degc(air.supply_degc[handlers])
    back = float((stream * set_degc).sum() + into_air_w) / max(float(stream.sum()), 1e-9)
    left, step, outdoor = np.zeros((3, year.dry_bulb_degc.size))
    for n, k in enumerate(handlers):
        window = air.windows[k]
        before = set_degc[n] - fan_w[n] / max(float(stream[n]), 1e-9)
        share = np.zeros(left.size) if window is None else _share(window, before, back, year)
        mixed = back + share * (year.dry_bulb_degc - back)
        left += np.maximum(stream[n] * (mixed - before), 0.0)
        shut_k = np.where(share > 0, (back - year.dry_bulb_degc) / POSITIONS, 0.0)
        step += stream[n] * shut_k
        outdoor += stream[n] * share
    return left, np.maximum(into_air_w + float(fan_w.sum()) - left, 0.0), step, outdoor


def _set_degc(stated_degc: Array) -> Array:
    """(handler,) set-points; handlers without one are taken to supply what the others do."""
    known = stated_degc[np.isfinite(stated_degc)]
    return np.where(np.isfinite(stated_degc), stated_degc, known.mean())


def _share(window: AirWindow, before_degc: float, back_degc: float, year: YearOfAir) -> Array:
    """(hour,) outdoor air in what a handler draws in, at the positions that a damper has."""
    asked = replace(window, supply_degc=float(before_degc))
    dry = year.dry_bulb_degc
    wet = year.wet_bulb_degc
    share = outdoor_air_frac(asked, dry, wet, back_degc, year.pressure_pa)
    return np.asarray(np.floor(share * POSITIONS + 1e-9) / POSITIONS)
