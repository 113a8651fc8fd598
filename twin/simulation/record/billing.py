"""Billing: what the utility's energy costs and emits by the hour, and the peaks of its meter.

Power is constant between events and prices hold by steps, so every sum is exact and no event is
needed where a price changes.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch, running_total
from twin.simulation.kernel.world import World
from twin.simulation.state.record import SITE

_UTILITY = SITE.index("utility")


class Billing(Discipline):
    """The meter of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.billing
        self.tariff = world.facility.tariff

    def advance(self, span_s: float) -> None:
        """Meter a span of constant power."""
        start_s = self.world.now_s
        end_s = start_s + span_s
        power_w = float(self.world.state.accounts.site_rate[_UTILITY])
        tariff = self.tariff
        intervals, energy_j = tariff.meter.counted(power_w, start_s, end_s)
        self.own.metered_j[intervals] += energy_j
        if not tariff.is_steady:
            self.own.energy_usd += power_w * tariff.price_usd_per_j.integral(start_s, end_s)
            self.own.carbon_kg += power_w * tariff.carbon_kg_per_j.integral(start_s, end_s)

    def live_through(self, stretch: Stretch) -> None:
        """Meter every interval of a quiet stretch."""
        own = self.own
        tariff = self.tariff
        power_w = stretch.site_rate[stretch.row, _UTILITY]
        end_s = stretch.time_s
        start_s = np.concatenate([[stretch.start_s], end_s[:-1]])
        intervals, energy_j = tariff.meter.counted_each(power_w, start_s, end_s)
        np.add.at(own.metered_j, intervals, energy_j)
        if not tariff.is_steady:
            cost = power_w * tariff.price_usd_per_j.integrals(start_s, end_s)
            carbon = power_w * tariff.carbon_kg_per_j.integrals(start_s, end_s)
            own.energy_usd = float(running_total(own.energy_usd, cost)[-1])
            own.carbon_kg = float(running_total(own.carbon_kg, carbon)[-1])

    def energy_usd(self) -> float:
        """Energy bought so far, USD."""
        if self.tariff.is_steady:
            return self._utility_j() * self.tariff.price_usd_per_j.at(0.0)
        return self.own.energy_usd

    def carbon_kg(self) -> float:
        """Carbon of the energy bought so far, location based, kg CO2e."""
        if self.tariff.is_steady:
            return self._utility_j() * self.tariff.carbon_kg_per_j.at(0.0)
        return self.own.carbon_kg

    def demand_usd(self) -> float:
        """What the peaks cost so far, USD."""
        return self.tariff.demand_cost_usd(self.own.metered_j, self.world.now_s)

    def demand_windows_usd(self) -> dict[str, float]:
        """The part of it of each window of hours."""
        return self.tariff.window_costs_usd(self.own.metered_j, self.world.now_s)

    def peak_demand_w(self) -> float:
        """Highest mean power of an interval of the meter."""
        return self.tariff.peak_demand_w(self.own.metered_j, self.world.now_s)

    def _utility_j(self) -> float:
        return float(self.world.state.accounts.site[_UTILITY])
