"""The window of moisture that controls hold in truth, as humidity sensors of halls have it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.facility.cooling.moist_halls import Flow, MoistHalls
from twin.physics import moist_air
from twin.physics.psychrometrics import humidity_ratio
from twin.simulation.faults.sensed import Sensed, sensed
from twin.simulation.kernel.world import World

DRIEST_DEGC = 0.0
"""Dew point below which the coil of a dehumidifier whose sensor lies would freeze, and takes no
more; assumed.
"""


class HumiditySensors:
    """What the sensors of one run's moist halls say; writes no state. Arrays are (hall,)."""

    def __init__(self, world: World, halls: MoistHalls, names: Sequence[str]) -> None:
        self.world = world
        self.halls = halls
        self.names = names
        self.pressure_pa = world.facility.cooling.pressure_pa

    def _told(self) -> list[Sensed]:
        return [sensed(self.world, "humidity", (name,)) for name in self.names]

    def window(self, temperature_degc: Array) -> Flow:
        """(..., hall) true ratios that humidifiers hold from below and dehumidifiers from above, at
        temperatures (..., node).

        A sensor that reads a share has its window at the vapour pressures over that share, but no
        wetter than saturated where racks draw in. One that stands still has humidifiers give on up
        to there, or dehumidifiers take on down to `DRIEST_DEGC`.
        """
        low = self.halls.low
        high = self.halls.high
        told = self._told()
        if not any(one.still or one.share != 1.0 for one in told):
            return low, high
        share = np.array([one.share for one in told])
        stands = np.array([one.stands for one in told])
        wettest = self.halls.wettest(temperature_degc, self.pressure_pa)
        driest = moist_air.saturated_ratio(DRIEST_DEGC, self.pressure_pa)
        lied_low = np.minimum(self._over(low, share), wettest)
        lied_high = np.maximum(self._over(high, share), np.minimum(high, driest))
        low = np.where(share != 1.0, lied_low, low)
        high = np.where(share != 1.0, lied_high, high)
        low = np.where(stands > 0, wettest, low)
        high = np.where(stands < 0, np.minimum(self.halls.high, driest), high)
        return low, np.maximum(high, low + 1e-12)

    def _over(self, ratio: Array, share: Array) -> Array:
        """Ratio of air whose vapour has the pressure of that of another over a share."""
        vapour_pa = moist_air.vapour_pressure_pa(ratio, np.asarray(self.pressure_pa)) / share
        return humidity_ratio(vapour_pa, np.asarray(self.pressure_pa))

    def most(self, able: Flow) -> Flow:
        """What humidifiers can give and dehumidifiers take, each no more than what it keeps giving
        while its sensor stands still.
        """
        told = self._told()
        if not any(one.still for one in told):
            return able
        stands = np.array([one.stands for one in told])
        still = ~np.isnan(stands)
        wet, dry = (
            np.where(still, np.minimum(most, np.maximum(sign * stands, 0.0)), most)
            for most, sign in zip(able, (1.0, -1.0), strict=True)
        )
        return wet, dry
