"""Outdoor air over the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array


@dataclass(frozen=True)
class Weather:
    """Outdoor air as a table, interpolated in a straight line between rows."""

    time_s: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array

    def table(self, time_s: Array) -> Array:
        """(moment, 2) dry bulb and wet bulb at moments (moment,)."""
        air = [np.interp(time_s, self.time_s, b) for b in (self.dry_bulb_degc, self.wet_bulb_degc)]
        return np.stack(air, axis=1)

    def at(self, time_s: float) -> tuple[float, float]:
        """Dry bulb and wet bulb at a moment."""
        return (
            float(np.interp(time_s, self.time_s, self.dry_bulb_degc)),
            float(np.interp(time_s, self.time_s, self.wet_bulb_degc)),
        )
