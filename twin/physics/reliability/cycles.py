"""Regenerative cycles of many replicas in lock step, plain or with balanced failure biasing.

A cycle runs from "every component up" to the next such instant; components fail and are repaired
exponentially and independently. Holding times are replaced by their means, which loses no bias and
some variance. Biased cycles give failures half of the probability, shared equally among the
components that are up (balanced failure biasing), until the system first fails.
Source: P. Shahabuddin, Importance sampling for the simulation of highly reliable Markovian systems,
Management Science 40 (1994).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.gates import Floats, Gates, Ints
from twin.physics.reliability.logic import any_load_down, pack, propagate, unpack

_BIASED_FAILURE_FRAC = 0.5
_POPULATION = 131_072
"""Cycles under way at once; finished ones make room for new ones, so that gates are evaluated in
bulk."""
_SLOTS = 4

Bools = NDArray[np.bool_]


@dataclass(eq=False)
class Cycles:
    """Results of each cycle, (cycle,): hours up and down, weighted hours down and failures."""

    time_h: Floats
    down_h: Floats
    failures: Floats
    likelihood: Floats
    events: int = 0
    """System failures seen, unweighted."""


@dataclass(eq=False)
class _Walkers:
    """Cycles under way, (walker,) or (walker, slot); empty slots hold the number of components.

    Filled slots come first.
    """

    cycle: Ints
    failed: Ints
    count: Ints
    weight: Floats
    down: Bools
    hit: Bools

    @classmethod
    def fresh(cls, cycle: Ints, slots: int, empty: int) -> _Walkers:
        size = cycle.size
        none_down = np.zeros(size, dtype=np.bool_)
        return cls(
            cycle,
            np.full((size, slots), empty),
            np.zeros(size, dtype=np.int64),
            np.ones(size),
            none_down,
            none_down.copy(),
        )

    def keep(self, chosen: Bools) -> _Walkers:
        return _Walkers(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def join(self, other: _Walkers) -> _Walkers:
        parts = [
            np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)
        ]
        return _Walkers(*parts)


@dataclass(frozen=True, eq=False)
class _Rates:
    """(component + 1,) rates an hour, with a zero for the empty slot; `node` is the component's
    node.
    """

    failure: Floats
    repair: Floats
    cumulative: Floats
    node: Ints
    alone: Bools
    """(component + 1,): whether its failure alone fails the system."""

    @classmethod
    def of(cls, gates: Gates) -> _Rates:
        node = gates.components
        failure = 1.0 / gates.mtbf_h[node]
        repair = 1.0 / gates.mttr_h[node]
        alone = _system_down(gates, np.arange(node.size), node, node.size)
        return cls(
            np.append(failure, 0.0),
            np.append(repair, 0.0),
            np.cumsum(failure),
            node,
            np.append(alone, False),
        )


def simulate(
    gates: Gates, rng: np.random.Generator, cycles: int, *, biased: bool, watched: bool = True
) -> Cycles:
    """Run cycles to their ends; `watched` evaluates the gates in every state."""
    rates = _Rates.of(gates)
    empty = rates.node.size
    done = Cycles(np.zeros(cycles), np.zeros(cycles), np.zeros(cycles), np.zeros(cycles))
    started = min(cycles, _POPULATION)
    walkers = _Walkers.fresh(np.arange(started), _SLOTS, empty)
    while walkers.cycle.size:
        failure_rate = rates.cumulative[-1] - rates.failure[walkers.failed].sum(axis=1)
        failure_rate[walkers.count == empty] = 0.0
        repair_rate = rates.repair[walkers.failed].sum(axis=1)
        _account(done, walkers, 1.0 / (failure_rate + repair_rate))
        _step(walkers, rates, failure_rate, repair_rate, rng, biased)
        if watched:
            _watch(gates, rates, walkers, done)
        over = walkers.count == 0
        done.likelihood[walkers.cycle[over]] = walkers.weight[over]
        following = np.arange(started, min(cycles, started + int(over.sum())))
        started += following.size
        walkers = walkers.keep(~over)
        if following.size:
            walkers = walkers.join(_Walkers.fresh(following, walkers.failed.shape[1], empty))
    return done


def _account(done: Cycles, walkers: _Walkers, hold_h: Floats) -> None:
    done.time_h[walkers.cycle] += hold_h
    done.down_h[walkers.cycle] += walkers.weight * hold_h * walkers.down


def _system_down(gates: Gates, lane: Ints, node: Ints, lanes: int) -> Bools:
    """(lane,): the top event in each state, from the failed nodes of the states."""
    words = propagate(gates, pack(gates, lane, node, lanes))
    return unpack(any_load_down(gates, words), np.arange(lanes))


def _watch(gates: Gates, rates: _Rates, walkers: _Walkers, done: Cycles) -> None:
    """Judge the state of every walker and count new system failures; gates only where no one
    failure tells.
    """
    down: Bools = np.any(rates.alone[walkers.failed], axis=1)
    asked = np.flatnonzero((walkers.count > 1) & ~down)
    if asked.size:
        lane, slot = np.nonzero(walkers.failed[asked] < rates.node.size)
        down[asked] = _system_down(
            gates, lane, rates.node[walkers.failed[asked][lane, slot]], asked.size
        )
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
    walkers: _Walkers,
    rates: _Rates,
    who: Ints,
    failure_rate: Floats,
    bent: Bools,
    rng: np.random.Generator,
) -> None:
    """Fail one more component: equally likely where bent, by rate elsewhere; drawn again if already
    down.
    """
    components = rates.node.size
    if walkers.count[who].max(initial=0) == walkers.failed.shape[1]:
        walkers.failed = np.pad(walkers.failed, ((0, 0), (0, _SLOTS)), constant_values=components)
    waiting = np.arange(who.size)
    choice = np.zeros(who.size, dtype=np.int64)
    while waiting.size:
        uniform = rng.random(waiting.size)
        by_rate = np.searchsorted(rates.cumulative, uniform * rates.cumulative[-1], side="right")
        drawn = np.where(
            bent[who[waiting]], uniform * components, np.minimum(by_rate, components - 1)
        )
        choice[waiting] = drawn.astype(np.int64)
        taken = (walkers.failed[who[waiting]] == choice[waiting, None]).any(axis=1)
        waiting = waiting[taken]
    share = rates.failure[choice] / failure_rate[who] * (components - walkers.count[who])
    walkers.weight[who] *= np.where(bent[who], share, 1.0)
    walkers.failed[who, walkers.count[who]] = choice
    walkers.count[who] += 1


def _repair(
    walkers: _Walkers, rates: _Rates, who: Ints, repair_rate: Floats, rng: np.random.Generator
) -> None:
    """Repair one failed component, by rate; the last slot moves into its place."""
    cumulative = np.cumsum(rates.repair[walkers.failed[who]], axis=1)
    drawn = rng.random(who.size) * repair_rate
    slot = np.minimum((cumulative <= drawn[:, None]).sum(axis=1), walkers.count[who] - 1)
    last = walkers.count[who] - 1
    walkers.failed[who, slot] = walkers.failed[who, last]
    walkers.failed[who, last] = rates.node.size
    walkers.count[who] = last
