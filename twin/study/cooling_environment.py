"""A gymnasium environment for people who train controllers of cooling plants (extra `gym`)."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from twin.arrays import Array
from twin.simulation import Run, start
from twin.simulation.readings import InstrumentReadings
from twin.study.asked import Asked, built
from twin.study.cost_of_cooling import Weights, cost_kwh

Observation = NDArray[np.float32]

HALF_RANGE_K = 6.0
"""Actions of -1 and 1 stand for set-points so far from the layout's."""
DAY_S = 86_400.0


class CoolingEnvironment(gymnasium.Env[Observation, Observation]):
    """Facility water set-points of a design, step by step through a forked run.

    Action: (plant,) between -1 and 1, the set-point from 6 K below to 6 K above the layout's.
    Observation: sine and cosine of the time of day; dry and wet bulb; then for each plant its
    water and its set-point; the warmest inlet air less its limit, the warmest coolant less its
    limit (0 without a limit); the racks' power over rated power, and the heat of each plant over
    the racks' rated power. Temperatures are in degrees Celsius or kelvin.
    Reward: minus the kilowatt hours of cooling in the step, and what `Weights` makes of air above
    its limit and of throttled GPUs. An episode ends by truncation; nothing terminates it.
    With one seed the same actions give the same episode, to the last bit.
    """

    metadata = {"render_modes": []}  # noqa: RUF012  as gymnasium declares it

    def __init__(
        self,
        asked: Asked,
        step_s: float = 900.0,
        episode_s: float = DAY_S,
        settled_s: float = 1800.0,
        weights: Weights | None = None,
    ) -> None:
        self.facility = built(asked)
        self.step_s = step_s
        self.episode_s = min(episode_s, self.facility.scenario.horizon - settled_s)
        self.settled_s = settled_s
        self.weights = weights or Weights()
        self._plants = self.facility.cooling.plants
        self._lived = start(self.facility)
        self._starts: dict[int, Run] = {}
        self._begun_s = settled_s
        self._run: Run | None = None
        self._seen: InstrumentReadings | None = None
        size = 7 + 3 * len(self._plants)
        self.action_space = spaces.Box(-1.0, 1.0, (len(self._plants),), np.float32)
        self.observation_space = spaces.Box(-1e4, 1e4, (size,), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode at the moment that the seed draws, or `options={"episode": 3}`."""
        super().reset(seed=seed)
        horizon_s = self.facility.scenario.horizon
        episodes = max(int((horizon_s - self.settled_s) // self.episode_s), 1)
        asked = (options or {}).get("episode")
        number = int(self.np_random.integers(episodes)) if asked is None else int(asked) % episodes
        self._begun_s = self.settled_s + number * self.episode_s
        self._run = self._start(number).fork()
        self._seen = self._run.readings()
        return self._observed(self._seen), self._info(self._seen)

    def _start(self, number: int) -> Run:
        """The run at the begin of an episode, with set-points as the layout has them."""
        if number not in self._starts:
            if self._lived.now_s > self._begun_s:
                self._lived = start(self.facility)
            self._starts[number] = self._lived.until(self._begun_s).fork()
        return self._starts[number]

    def step(self, action: Observation) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Set every plant's water, and live through one step.

        Raises RuntimeError before the first reset.
        """
        if self._run is None or self._seen is None:
            raise RuntimeError("reset the environment first")
        moved = np.clip(np.asarray(action, dtype=float), -1.0, 1.0) * HALF_RANGE_K
        for plant, shift_k in zip(self._plants, moved.tolist(), strict=True):
            degc = float(np.clip(plant.supply_degc + shift_k, 1.0, 70.0))
            self._run.set_water(plant.id, degc, self._begun_s)
        self._begun_s += self.step_s
        after = self._run.until(self._begun_s).readings()
        reward = -cost_kwh(self._seen, after, self.weights)
        self._seen = after
        over = self._begun_s + self.step_s > self._ends_s() + 1e-6
        return self._observed(after), float(reward), False, over, self._info(after)

    def _ends_s(self) -> float:
        """End of the episode at hand."""
        into = (self._begun_s - self.settled_s - 1e-6) // self.episode_s
        last = self.settled_s + (into + 1) * self.episode_s
        return float(min(last, self.facility.scenario.horizon))

    def _observed(self, seen: InstrumentReadings) -> Observation:
        racks = self.facility.racks
        rated_w = float(racks.rated_w.sum())
        angle = 2 * np.pi * (self._begun_s % DAY_S) / DAY_S
        limit = racks.coolest_limit_degc(self.facility.cooling.loop_node)
        coolant = (seen.coolant_degc - limit)[np.isfinite(limit)]
        warm = coolant.max() if coolant.size else 0.0
        values: list[Array | list[float]] = [
            [float(np.sin(angle)), float(np.cos(angle))],
            seen.outdoor_degc,
            seen.water_degc,
            seen.set_degc,
            [float((seen.inlet_degc - racks.inlet_max_degc).max()), float(warm)],
            [float(seen.rack_w.sum()) / rated_w],
            seen.plant_heat_w / rated_w,
        ]
        found: Observation = np.clip(
            np.concatenate([np.asarray(v) for v in values]), -1e4, 1e4
        ).astype(np.float32)
        return found

    def _info(self, seen: InstrumentReadings) -> dict[str, Any]:
        return {
            "time_s": self._begun_s,
            "cooling_j": seen.cooling_j,
            "rack_hours_above_limit": seen.rack_hours_above_limit,
            "gpu_hours_throttled": seen.gpu_hours_throttled,
        }


def cooling_environment(asked: Asked, **options: Any) -> CoolingEnvironment:
    """A gymnasium environment of a design's facility water (needs the extra `gym`).

    asked     a scenario, its file, or a Facility; its horizon holds the episodes
    options   `step_s`, `episode_s`, `settled_s` and `weights` of `CoolingEnvironment`
    """
    return CoolingEnvironment(asked, **options)
