"""Model-predictive control of facility water: set-points that the next hour is cheapest with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twin.cards import Shown
from twin.results import Result
from twin.simulation import Run, start
from twin.study.asked import Asked, built
from twin.study.cost_of_cooling import Weights, cost_kwh

SHIFTS_K = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""What is tried at each plant, from where its set-point stands."""
RANGE_K = 6.0
"""A set-point is moved no further from the layout's."""
COLDEST_DEGC = 1.0
WARMEST_DEGC = 70.0


@dataclass(frozen=True, repr=False)
class Predictive(Shown):
    """A horizon with set-points as stated, and with set-points that look ahead."""

    fixed: Result
    predictive: Result
    set_points: tuple[tuple[float, str, float], ...]
    """Moment in seconds, plant, and set-point in degrees Celsius, whenever one was moved."""

    @property
    def saved_frac(self) -> float:
        """Share of the cooling energy that looking ahead saved."""
        fixed_j = float(self.fixed.summary["energy_cooling_j"])
        return 1.0 - float(self.predictive.summary["energy_cooling_j"]) / fixed_j


def predictive(
    asked: Asked,
    period_s: float = 1800.0,
    ahead_s: float = 3600.0,
    shifts_k: Sequence[float] = SHIFTS_K,
    weights: Weights | None = None,
) -> Predictive:
    """Live through a design's horizon twice: as stated, and with water set-points chosen anew every
    `period_s` for the least cost of the `ahead_s` that follow.

    Every choice is tried on a fork of the run, whose halls and loops are the reduced network of
    the run itself, with the weather, jobs and faults that are to come: a forecast without error.
    weights   what air above its limit and throttled GPUs cost beside energy
    Raises as `twin.simulate` does.
    """
    facility = built(asked)
    run = start(facility)
    moved = []
    worth = weights or Weights()
    for moment in np.arange(period_s, facility.scenario.horizon, period_s).tolist():
        run.until(moment)
        for plant, degc in _chosen(run, moment, ahead_s, shifts_k, worth):
            run.set_water(plant, degc, moment)
            moved.append((moment, plant, degc))
    return Predictive(start(facility).until().result(), run.until().result(), tuple(moved))


def _chosen(
    run: Run, moment_s: float, ahead_s: float, shifts_k: Sequence[float], weights: Weights
) -> Iterator[tuple[str, float]]:
    """Plants whose set-point is better moved, one after another, with the new one."""
    plants = run.facility.cooling.plants
    now = run.readings().set_degc
    chosen = now.copy()
    for p, plant in enumerate(plants):
        lowest = max(plant.supply_degc - RANGE_K, COLDEST_DEGC)
        highest = min(plant.supply_degc + RANGE_K, WARMEST_DEGC)
        tried = [float(np.clip(now[p] + shift, lowest, highest)) for shift in shifts_k]
        costs = {}
        for degc in dict.fromkeys([float(now[p]), *tried]):
            chosen[p] = degc
            costs[degc] = _cost(run, chosen, moment_s, ahead_s, weights)
        chosen[p] = min(costs, key=lambda degc: costs[degc])
        if chosen[p] != now[p]:
            yield plant.id, float(chosen[p])


def _cost(
    run: Run, set_degc: np.ndarray, moment_s: float, ahead_s: float, weights: Weights
) -> float:
    """Of the time ahead with water at these set-points."""
    other = run.fork()
    before = other.readings()
    for plant, degc in zip(run.facility.cooling.plants, set_degc.tolist(), strict=True):
        other.set_water(plant.id, degc, moment_s)
    after = other.until(moment_s + ahead_s).readings()
    return cost_kwh(before, after, weights)
