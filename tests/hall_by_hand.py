"""A hall of two pools of air by hand, for tests: nothing of the program but its inputs is used.

Racks in groups that are alike, air in front of them, air on its way to the handlers, structure, one
coil. Steps of a tenth of a second; no place in the hall, no throttling.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

AIR_J_M3_K = 1.184 * 1006.0
WATER_J_M3_K = 4.18e6
STEP_S = 0.1


@dataclass
class Coil:
    """An air handler by its data sheet: exchanger in counter-flow, films by the 0.8th power."""

    capacity_w: float = 100e3
    approach_k: float = 6.0
    air_m3_s: float = 6.99631
    water_m3_s: float = 3.98724e-3
    fan_w: float = 7500.0
    water_degc: float = 11.0

    @property
    def full_w_k(self) -> float:
        return self.air_m3_s * AIR_J_M3_K

    def gives_w_k(self, air_w_k: float) -> float:
        """Heat for a kelvin between the air drawn in and the water, at an air stream."""
        water_w_k = self.water_m3_s * WATER_J_M3_K
        least, most = sorted((self.full_w_k, water_w_k))
        warmest_k = self.approach_k + self.capacity_w / self.full_w_k
        effect = self.capacity_w / least / warmest_k
        units = np.log((1 - effect * least / most) / (1 - effect)) / (1 - least / most)
        transfer = 2 * units * least / ((air_w_k / self.full_w_k) ** -0.8 + 1)
        least, most = sorted((air_w_k, water_w_k))
        left = np.exp(-transfer / least * (1 - least / most))
        return float((1 - left) / (1 - left * least / most) * least)


@dataclass
class Racks:
    """Alike ones, together: what they give to air, move and hold."""

    heat_w: float
    air_m3_s: float
    held_j_k: float
    """0 where exhaust is as warm as inlet and heat say at once."""


@dataclass
class Hall:
    """What a planner states of it."""

    racks: list[Racks]
    volume_m3: float
    back_frac: float
    """Exhaust in what racks draw in, on the way past the handlers' pool of air."""
    handlers: int
    coil: Coil = field(default_factory=Coil)
    structure_j_k: float = 2e6
    structure_w_k: float = 4e3

    def begin(self) -> None:
        """The steady state with every handler at the racks' flow."""
        self.streams = [r.air_m3_s * AIR_J_M3_K for r in self.racks]
        self.all_w_k = sum(self.streams)
        each = self.all_w_k / self.handlers
        heat_w = sum(r.heat_w for r in self.racks)
        fan_w = self.coil.fan_w * (each / self.coil.full_w_k) ** 3
        self.hot = self.coil.water_degc + (heat_w / self.handlers + fan_w) / self.coil.gives_w_k(
            each
        )
        supply = self.hot - heat_w / self.all_w_k
        self.cold = supply + self.back_frac * (self.hot - supply)
        pairs = zip(self.racks, self.streams, strict=True)
        self.rack = [self.cold + r.heat_w / stream for r, stream in pairs]
        self.structure = self.cold

    def exhaust(self) -> list[float]:
        """Of each group."""
        rows = zip(self.racks, self.streams, self.rack, strict=True)
        return [node if r.held_j_k else self.cold + r.heat_w / w for r, w, node in rows]

    def step(self, left: int) -> None:
        """A tenth of a second with so many handlers left, at full speed."""
        coil = self.coil
        blown = min(left * coil.full_w_k / self.all_w_k, 1.0)
        one_w_k = blown * self.all_w_k / max(left, 1)
        supply = self.hot
        if left:
            drop_k = coil.gives_w_k(one_w_k) / one_w_k * (self.hot - coil.water_degc)
            supply += coil.fan_w / one_w_k - drop_k
        leaves = float(np.dot(self.streams, self.exhaust()) / self.all_w_k)
        drawn = blown * supply + (1 - blown) * self.hot
        drawn += (1 - blown) * self.back_frac * (leaves - self.hot)
        pool_j_k = self.volume_m3 * AIR_J_M3_K / 2
        lost_w = self.structure_w_k * (self.cold - self.structure)
        cold = (self.all_w_k * (drawn - self.cold) - lost_w) / pool_j_k
        hot = self.all_w_k * (leaves - self.hot) / pool_j_k
        for n, (r, stream) in enumerate(zip(self.racks, self.streams, strict=True)):
            if r.held_j_k:
                warms_w = r.heat_w - stream * (self.rack[n] - self.cold)
                self.rack[n] += STEP_S * warms_w / r.held_j_k
        self.cold += STEP_S * cold
        self.hot += STEP_S * hot
        self.structure += STEP_S * lost_w / self.structure_j_k

    def reached_s(self, left: int, mark_degc: float, rack: int | None = None) -> float:
        """When inlets, or a group of racks, come to a temperature; inf where not within an hour."""
        self.begin()
        for n in range(int(3600 / STEP_S)):
            if (self.cold if rack is None else self.rack[rack]) >= mark_degc:
                return n * STEP_S
            self.step(left)
        return np.inf
