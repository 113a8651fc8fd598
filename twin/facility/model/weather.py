"""Outdoor air over the horizon."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array
from twin.physics import moist_air


@dataclass(frozen=True)
class Weather:
    """Outdoor air as a table, interpolated in a straight line between rows. Arrays are (row,)."""

    time_s: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array
    pressure_pa: Array = field(default_factory=lambda: np.full(1, moist_air.STANDARD_PA))
    """Station pressure; one value for all rows where only one is known."""

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

    @property
    def ratio(self) -> Array:
        """(row,) Humidity ratio, kg of vapour a kg of dry air."""
        return moist_air.ratio_of_wet_bulb(self.dry_bulb_degc, self.wet_bulb_degc, self.pressure_pa)

    @property
    def dew_point_degc(self) -> Array:
        """(row,) Dew point."""
        return moist_air.dew_point_degc(self.ratio, self.pressure_pa)
