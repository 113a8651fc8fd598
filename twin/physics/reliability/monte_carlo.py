"""Availability by regenerative simulation of many replicas in lock step, plain or with failure biasing.

A cycle runs from "every component up" to the next such instant; components fail and are repaired
exponentially and independently. Holding times are replaced by their means, which loses no bias and
some variance. Biased cycles give failures half of the probability, shared equally among the
components that are up (balanced failure biasing), until the system first fails.
Source: P. Shahabuddin, Importance sampling for the simulation of highly reliable Markovian systems,
Management Science 40 (1994); measure-specific dynamic importance sampling for the denominator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from twin.physics.reliability.bdd import HOURS_PER_YEAR
from twin.physics.reliability.gates import Floats, Gates, Ints
from twin.physics.reliability.logic import any_load_down, pack, propagate, unpack

_BIASED_FAILURE_FRAC = 0.5
_Z95 = 1.96
_ZERO_EVENTS_95 = 3.0
"""No event seen in T: the rate is below 3 / T with 95 % confidence."""


@dataclass(frozen=True)
class Estimate:
    """A simulated unavailability with its 95 % interval."""

    method: str
    unavailability: float
    low: float
    high: float
    standard_error: float
    """Of the unavailability; NaN where no failure was seen."""
    frequency_per_year: float
    events: int
    """System failures seen, unweighted."""
    cycles: int
    simulated_h: float
    """Time of the cycles simulated without bias."""
    likelihood: float
    """Mean likelihood ratio of completed biased cycles, 1 in expectation; 1 without bias."""
    likelihood_standard_error: float


@dataclass(eq=False)
class _Cycles:
    """Results of each cycle, (cycle,): hours up and down, weighted hours down and failures."""

    time_h: Floats
    down_h: Floats
    failures: Floats
    likelihood: Floats
    events: int = 0


@dataclass(eq=False)
class _Walkers:
    """Cycles under way, (walker,) or (walker, slot); empty slots hold the number of components."""

    cycle: Ints
    failed: Ints
    count: Ints
    weight: Floats
    down: NDArray[np.bool_]
    hit: NDArray[np.bool_]

    def keep(self, chosen: NDArray[np.bool_]) -> _Walkers:
        return _Walkers(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class _Rates:
    """(component + 1,) rates an hour, with a zero for the empty slot; `node` is the component's node."""

    failure: Floats
    repair: Floats
    cumulative: Floats
    node: Ints

    @classmethod
    def of(cls, gates: Gates) -> _Rates:
        node = gates.components
        failure = 1.0 / gates.mtbf_h[node]
        repair = 1.0 / gates.mttr_h[node]
        return cls(np.append(failure, 0.0), np.append(repair, 0.0), np.cumsum(failure), node)


def direct(gates: Gates, rng: np.random.Generator, cycles: int) -> Estimate:
    """Plain simulation of `cycles` regenerative cycles.

    The interval is Poisson in the effective number of failures; with none seen its upper end is
    3 / T failures an hour, each as long as the longest repair.
    """
    _positive(gates, cycles)
    seen = _simulate(gates, rng, cycles, biased=False, watched=True)
    total_h = float(seen.time_h.sum())
    if seen.events == 0:
        return _nothing_seen(gates, "direct", cycles, total_h)
    unavailability = float(seen.down_h.sum()) / total_h
    effective = float(seen.down_h.sum() ** 2 / np.square(seen.down_h).sum())
    return Estimate(
        method="direct",
        unavailability=unavailability,
        low=unavailability * float(chi2.ppf(0.025, 2 * effective)) / (2 * effective),
        high=unavailability * float(chi2.ppf(0.975, 2 * effective + 2)) / (2 * effective),
        standard_error=unavailability / math.sqrt(effective),
        frequency_per_year=float(seen.failures.sum()) / total_h * HOURS_PER_YEAR,
        events=seen.events,
        cycles=cycles,
        simulated_h=total_h,
        likelihood=1.0,
        likelihood_standard_error=0.0,
    )


def biased(gates: Gates, rng: np.random.Generator, cycles: int) -> Estimate:
    """Balanced failure biasing: U = E[L down time] / E[cycle time], the latter from plain cycles."""
    _positive(gates, cycles)
    rare = _simulate(gates, rng, cycles, biased=True, watched=True)
    time_h = _simulate(gates, rng, cycles, biased=False, watched=False).time_h
    if rare.events == 0:
        return _nothing_seen(gates, "balanced failure biasing", cycles, float(time_h.sum()))
    unavailability = float(rare.down_h.mean() / time_h.mean())
    relative = math.hypot(_relative_error(rare.down_h), _relative_error(time_h))
    return Estimate(
        method="balanced failure biasing",
        unavailability=unavailability,
        low=unavailability * max(0.0, 1 - _Z95 * relative),
        high=unavailability * (1 + _Z95 * relative),
        standard_error=unavailability * relative,
        frequency_per_year=float(rare.failures.mean() / time_h.mean()) * HOURS_PER_YEAR,
        events=rare.events,
        cycles=cycles,
        simulated_h=float(time_h.sum()),
        likelihood=float(rare.likelihood.mean()),
        likelihood_standard_error=float(rare.likelihood.std() / math.sqrt(cycles)),
    )


def _positive(gates: Gates, cycles: int) -> None:
    if cycles < 2 or gates.components.size == 0:
        raise ValueError(f"found {cycles} cycles and {gates.components.size} components; allowed: from 2 and 1")


def _relative_error(sample: Floats) -> float:
    return float(sample.std(ddof=1) / sample.mean() / math.sqrt(sample.size))


def _nothing_seen(gates: Gates, method: str, cycles: int, simulated_h: float) -> Estimate:
    high = min(1.0, _ZERO_EVENTS_95 / simulated_h * float(np.nanmax(gates.mttr_h)))
    return Estimate(method, 0.0, 0.0, high, math.nan, 0.0, 0, cycles, simulated_h, 1.0, 0.0)


def _simulate(gates: Gates, rng: np.random.Generator, cycles: int, *, biased: bool, watched: bool) -> _Cycles:
    """Run cycles to their ends; `watched` evaluates the gates in every state."""
    rates = _Rates.of(gates)
    done = _Cycles(np.zeros(cycles), np.zeros(cycles), np.zeros(cycles), np.zeros(cycles))
    walkers = _Walkers(
        cycle=np.arange(cycles),
        failed=np.full((cycles, 4), rates.node.size),
        count=np.zeros(cycles, dtype=np.int64),
        weight=np.ones(cycles),
        down=np.zeros(cycles, dtype=np.bool_),
        hit=np.zeros(cycles, dtype=np.bool_),
    )
    while walkers.cycle.size:
        failure_rate = rates.cumulative[-1] - rates.failure[walkers.failed].sum(axis=1)
        failure_rate[walkers.count == rates.node.size] = 0.0
        repair_rate = rates.repair[walkers.failed].sum(axis=1)
        _account(done, walkers, 1.0 / (failure_rate + repair_rate))
        _step(walkers, rates, failure_rate, repair_rate, rng, biased)
        if watched:
            _watch(gates, rates, walkers, done)
        over = walkers.count == 0
        done.likelihood[walkers.cycle[over]] = walkers.weight[over]
        walkers = walkers.keep(~over)
    return done


def _account(done: _Cycles, walkers: _Walkers, hold_h: Floats) -> None:
    done.time_h[walkers.cycle] += hold_h
    done.down_h[walkers.cycle] += walkers.weight * hold_h * walkers.down


def _watch(gates: Gates, rates: _Rates, walkers: _Walkers, done: _Cycles) -> None:
    """Evaluate the gates for all walkers at once and count new system failures."""
    lane, slot = np.nonzero(walkers.failed < rates.node.size)
    node = rates.node[walkers.failed[lane, slot]]
    lanes = walkers.cycle.size
    words = propagate(gates, pack(gates, lane, node, lanes))
    down = unpack(any_load_down(gates, words), np.arange(lanes))
    fresh = down & ~walkers.down
    done.failures[walkers.cycle[fresh]] += walkers.weight[fresh]
    done.events += int(fresh.sum())
    walkers.down = down
    walkers.hit |= down


def _step(
    walkers: _Walkers,
    rates: _Rates,
    failure_rate: Floats,
    repair_rate: Floats,
    rng: np.random.Generator,
    biased: bool,
) -> None:
    """Move every walker by one failure or repair and multiply its likelihood ratio."""
    true_frac = failure_rate / (failure_rate + repair_rate)
    bent = ~walkers.hit if biased else np.zeros(true_frac.size, dtype=np.bool_)
    both = (walkers.count > 0) & (failure_rate > 0)
    used_frac = np.where(bent & both, _BIASED_FAILURE_FRAC, true_frac)
    fails = rng.random(true_frac.size) < used_frac
    walkers.weight *= np.where(fails, true_frac / np.maximum(used_frac, 1e-300), 1.0)
    walkers.weight *= np.where(fails, 1.0, (1 - true_frac) / np.maximum(1 - used_frac, 1e-300))
    repairs = np.flatnonzero(~fails)
    _fail(walkers, rates, np.flatnonzero(fails), failure_rate, bent, rng)
    _repair(walkers, rates, repairs, repair_rate[repairs], rng)


def _fail(
    walkers: _Walkers, rates: _Rates, who: Ints, failure_rate: Floats, bent: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Fail one more component: equally likely where bent, by rate elsewhere; drawn again if already down."""
    components = rates.node.size
    if walkers.count[who].max(initial=0) == walkers.failed.shape[1]:
        walkers.failed = np.pad(walkers.failed, ((0, 0), (0, 4)), constant_values=components)
    waiting, choice = np.arange(who.size), np.zeros(who.size, dtype=np.int64)
    while waiting.size:
        uniform = rng.random(waiting.size)
        by_rate = np.searchsorted(rates.cumulative, uniform * rates.cumulative[-1], side="right")
        drawn = np.where(bent[who[waiting]], uniform * components, np.minimum(by_rate, components - 1))
        choice[waiting] = drawn.astype(np.int64)
        taken = (walkers.failed[who[waiting]] == choice[waiting, None]).any(axis=1)
        waiting = waiting[taken]
    equal = bent[who]
    share = rates.failure[choice] / failure_rate[who] * (components - walkers.count[who])
    walkers.weight[who] *= np.where(equal, share, 1.0)
    walkers.failed[who, walkers.count[who]] = choice
    walkers.count[who] += 1


def _repair(walkers: _Walkers, rates: _Rates, who: Ints, repair_rate: Floats, rng: np.random.Generator) -> None:
    """Repair one failed component, by rate; the last slot moves into its place."""
    cumulative = np.cumsum(rates.repair[walkers.failed[who]], axis=1)
    drawn = rng.random(who.size) * repair_rate
    slot = np.minimum((cumulative <= drawn[:, None]).sum(axis=1), walkers.count[who] - 1)
    last = walkers.count[who] - 1
    walkers.failed[who, slot] = walkers.failed[who, last]
    walkers.failed[who, last] = rates.node.size
    walkers.count[who] = last
