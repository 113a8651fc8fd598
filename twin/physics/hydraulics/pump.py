"""Pumps: curves, speed, coast-down, suction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.psychrometrics import saturation_pressure_pa

Array = NDArray[np.float64]

ATMOSPHERE_PA = 101325.0
COAST_LEVELS = 9
"""Speeds that a pump running down steps through: 0.9, 0.8, down to 0.1."""
_WIDTH = 1.0 / (COAST_LEVELS + 1)


@dataclass(frozen=True)
class PumpCurve:
    """Pressure that a pump adds at full speed: shut-off less a power of the flow."""

    shutoff_pa: float
    loss_pa: float
    """Lost over (m3/s)^exponent."""
    exponent: float

    def rise_pa(self, flow_m3_s: Array | float, speed_frac: Array | float = 1.0) -> Array:
        """Pressure added at a flow and speed by the affinity laws, dp = n^2 f(q / n)."""
        flow = np.maximum(np.asarray(flow_m3_s, dtype=float), 0.0)
        speed = np.asarray(speed_frac, dtype=float)
        scaled = np.where(speed > 0, speed, 1.0) ** (2.0 - self.exponent)
        return np.asarray(speed**2 * self.shutoff_pa - scaled * self.loss_pa * flow**self.exponent)


def curve_through(
    flow_m3_s: float, head_pa: float, shutoff_pa: float | None = None, exponent: float = 2.0
) -> PumpCurve:
    """The curve of a pump that adds `head_pa` at its rated flow.

    shutoff_pa   at no flow; a third more than at rated flow where not known, as EPANET takes it
    Raises ValueError where the shut-off pressure is not above the rated one.
    """
    at_rest = head_pa * 4.0 / 3.0 if shutoff_pa is None else shutoff_pa
    if at_rest <= head_pa:
        raise ValueError(f"shut-off pressure {at_rest:g} Pa not above {head_pa:g} Pa at rated flow")
    return PumpCurve(at_rest, (at_rest - head_pa) / flow_m3_s**exponent, exponent)


def coasting_frac(since_s: Array | float, constant_s: float) -> Array:
    """Speed over that before the trip, 1 / (1 + t / t0)."""
    if constant_s <= 0:
        return np.zeros(np.shape(since_s))
    return np.asarray(1.0 / (1.0 + np.maximum(np.asarray(since_s, dtype=float), 0.0) / constant_s))


def coasting_level(since_s: Array, constant_s: float) -> Array:
    """The same in steps of a tenth, 0 below a twentieth: what an event-driven run goes through."""
    exact = coasting_frac(since_s, constant_s)
    steps = np.ceil(exact / _WIDTH - 0.5 - 1e-6)
    return np.asarray(np.clip(steps, 0, COAST_LEVELS) * _WIDTH)


def next_level_s(since_s: float, constant_s: float) -> float:
    """Seconds from now until `coasting_level` changes; inf where the pump stands."""
    steps = np.arange(COAST_LEVELS, 0, -1) - 0.5
    at_s = constant_s * (1.0 / (steps * _WIDTH) - 1.0)
    ahead = at_s[at_s > since_s + 1e-6]
    return float(ahead[0] - since_s) if ahead.size and constant_s > 0 else float("inf")


def suction_margin_pa(
    suction_pa: Array | float, temperature_degc: float, needed_pa: float
) -> Array:
    """Pressure at the suction above what the pump needs so as not to cavitate.

    suction_pa   over atmosphere
    needed_pa    NPSH required, as a pressure above that of vapour
    Vapour is that of water; glycol lowers it by some 8 %, which is on the safe side.
    """
    vapour_pa = float(saturation_pressure_pa(np.asarray(temperature_degc)))
    return np.asarray(np.asarray(suction_pa, dtype=float) + ATMOSPHERE_PA - vapour_pa - needed_pa)
