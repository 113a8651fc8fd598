"""What is left of a power system once parts of it have failed: overloads followed to their end.

The same rules as a run's, without its clock: equal sharing or the first live supply, losses, a
generator that starts where its own board is dead, inverse-time trips in the order in which they
come, UPS that go over to their bypass before they open. Many states at once; arrays are (node,
state).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.physics.flow import ENOUGH_FRAC
from twin.physics.overload import OverloadSteps, step_rate_per_s
from twin.physics.power import loss_w, trip_rate_per_s

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

_DONE = 1.0 - 1e-9
"""Damage from which a device trips; the rest is rounding."""


@dataclass(frozen=True, eq=False)
class PowerSystem:
    """Power nodes in order of feed, sources first; arrays are (node,)."""

    supplies: tuple[tuple[int, ...], ...]
    """The supplies of each node in order of preference; all stand before it."""
    priority: Mask
    """Takes the first live supply instead of sharing."""
    utility: Mask
    generator: Mask
    load_w: Array
    """Drawn at the node itself; a node with a load cannot fail."""
    rating_w: Array
    loss: tuple[Array, Array, Array]
    """Idle, linear and square coefficients."""
    trip_rating_w: Array
    trip_pickup_frac: Array
    trip_constant_s: Array
    trip_instantaneous_frac: Array
    minimum_w: Array
    """Opens while no preference has live supplies rated for so much together; 0: never."""
    stepped: Index
    """(UPS,) nodes whose overload goes by steps instead: `trip_pickup_frac` is their first."""
    inverter: OverloadSteps
    """(UPS, step) what their inverters carry."""
    bypass: OverloadSteps
    """(UPS, step) what their static bypasses carry."""
    has_bypass: Mask
    """(UPS,)"""
    bypass_loss: tuple[Array, Array]
    """(UPS,) idle and square coefficients on the bypass."""
    feeds: tuple[tuple[tuple[int, float], ...], ...] = ()
    """Rank and weight of each of `supplies`; where empty, nodes in priority rank them one by one,
    and others share alike."""
    over: tuple[tuple[int, ...], ...] = ()
    """Of each of `supplies` the board by way of which it gives, -1 for most; where empty, none."""

    @cached_property
    def entries(self) -> tuple[tuple[tuple[tuple[int, float, int], ...], ...], ...]:
        """For each node its ranks in order, each as supplies with weight and board on the way."""
        return tuple(map(self._entries, range(self.size)))

    def _entries(self, node: int) -> tuple[tuple[tuple[int, float, int], ...], ...]:
        ranked: dict[int, list[tuple[int, float, int]]] = {}
        for place, supply in enumerate(self.supplies[node]):
            rank, weight = self.feed(node, place)
            over = self.over[node][place] if self.over else -1
            ranked.setdefault(rank, []).append((supply, weight, over))
        return tuple(tuple(ranked[rank]) for rank in sorted(ranked))

    @cached_property
    def plain(self) -> tuple[bool, ...]:
        """(node,) takes whatever is live: it asks for no least supply, and is no tie."""
        ties = [any(board >= 0 for board in boards) for boards in self.over or [()] * self.size]
        return tuple(not (tie or m > 0) for tie, m in zip(ties, self.minimum_w, strict=True))

    def feed(self, node: int, place: int) -> tuple[int, float]:
        """Rank and weight of one of a node's supplies, by its place among them."""
        if self.feeds:
            return self.feeds[node][place]
        return (place if self.priority[node] else 0, 1.0)

    def sharing(self, node: int, takers: Sequence[int]) -> tuple[tuple[int, float], ...]:
        """Rank and weight of a node at each of its takers."""
        return tuple(self.feed(t, self.supplies[t].index(node)) for t in takers)

    @cached_property
    def generators_alone(self) -> tuple[bool, ...]:
        """(node,): fed by generators and by no utility."""
        by_utility = self.utility.tolist()
        by_generator = self.generator.tolist()
        for node, supplies in enumerate(self.supplies):
            by_utility[node] |= any(by_utility[supply] for supply in supplies)
            by_generator[node] |= any(by_generator[supply] for supply in supplies)
        return tuple(g and not u for g, u in zip(by_generator, by_utility, strict=True))

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.supplies)


@dataclass(frozen=True, eq=False)
class Aftermath:
    """Where each state ends, all (node, state)."""

    live: Mask
    """Has voltage at its output."""
    tripped: Mask
    """Opened by its own protection on the way."""
    output_w: Array
    on_bypass: Mask
    """(UPS, state) whose load stays on the static bypass."""


def aftermath(system: PowerSystem, failed: Mask) -> Aftermath:
    """Follow every state to its end: trips in the order in which they come, until none is left.

    failed  (node, state)
    Batteries are taken as empty and generators as started: the end, not the way there.
    """
    tripped = np.zeros_like(failed)
    live = np.zeros_like(failed)
    output_w = np.zeros(failed.shape)
    damage = np.zeros(failed.shape)
    bypassed = np.zeros((system.stepped.size, failed.shape[1]), dtype=bool)
    moving = np.arange(failed.shape[1])
    while moving.size:
        able = ~(failed[:, moving] | tripped[:, moving])
        live[:, moving] = powered(system, able)
        output_w[:, moving] = carried_w(system, live[:, moving], bypassed[:, moving])
        bypassed[:, moving] &= _still_over(system, output_w[:, moving])
        rate = _trip_rate_per_s(system, output_w[:, moving], bypassed[:, moving])
        damage[:, moving], due = _run(damage[:, moving], rate)
        over = due[system.stepped] & system.has_bypass[:, None] & ~bypassed[:, moving]
        opened = due.copy()
        opened[system.stepped] &= ~over
        bypassed[:, moving] = (bypassed[:, moving] | over) & ~opened[system.stepped]
        damage[:, moving] = np.where(due, 0.0, damage[:, moving])
        tripped[:, moving] |= opened
        moving = moving[due.any(axis=0)]
    return Aftermath(live, tripped, output_w, bypassed)


def _still_over(system: PowerSystem, output_w: Array) -> Mask:
    """(UPS, state) where a UPS on its bypass does not take its load back."""
    first_w = system.inverter.first_frac * system.trip_rating_w[system.stepped]
    return np.asarray(output_w[system.stepped] > first_w[:, None])


def powered(system: PowerSystem, able: Mask) -> Mask:
    """(node, state): what has voltage, generators started where their boards call for them."""
    everywhere = np.ones(able.shape[1], dtype=bool)
    by_utility = _reached(system, able, system.utility[:, None] & everywhere)
    if not system.generator.any():
        return by_utility
    started = system.generator[:, None] & _called(system, able, by_utility)
    return _reached(system, able, system.utility[:, None] | started)


def _reached(system: PowerSystem, able: Mask, source: Mask) -> Mask:
    live = source & able
    for node in range(system.size):
        for given in _offered(system, node, live, able):
            live[node] |= given
        live[node] &= able[node]
    return live


def _offered(system: PowerSystem, node: int, live: Mask, able: Mask) -> list[Mask]:
    """(state,) for each supply of a node, where the node may take from it."""
    if system.plain[node]:
        return [live[supply] for supply in system.supplies[node]]
    entries = system.entries[node]
    return [given for entry in entries for given in _given(system, node, entry, live, able)]


def _given(
    system: PowerSystem, node: int, entry: Sequence[tuple[int, float, int]], live: Mask, whole: Mask
) -> list[Mask]:
    """(state,) for each supply of a preference, where a node may take from it: the rule of
    `twin.physics.flow.gives`.
    """
    given = [live[s] if board < 0 else live[s] & whole[board] for s, _, board in entry]
    least_w = system.minimum_w[node] * ENOUGH_FRAC
    if least_w > 0:
        rated_w = [system.rating_w[supply] for supply, _, _ in entry]
        live_w = [np.where(one, w, 0.0) for one, w in zip(given, rated_w, strict=True)]
        enough = sum(live_w) >= least_w
        given = [one & enough for one in given]
    return given


def _called(system: PowerSystem, able: Mask, by_utility: Mask) -> Mask:
    """(node, state) called for power, by the rule of `twin.physics.flow.asked`."""
    called = np.zeros_like(able)
    for node in reversed(range(system.size)):
        alone = system.generators_alone[node]
        asks = called[node] | (system.load_w[node] > 0) if alone else ~by_utility[node]
        for place, supply in enumerate(system.supplies[node]):
            over = system.over[node][place] if system.over else -1
            if system.generators_alone[supply]:
                called[supply] |= asks & able[node] & (able[over] if over >= 0 else True)
    return called


def carried_w(system: PowerSystem, live: Mask, bypassed: Mask | None = None) -> Array:
    """(node, state): output of every node, from the loads up.

    bypassed  (UPS, state) on the static bypass, which loses less
    """
    output = np.zeros(live.shape)
    finite = np.isfinite(system.rating_w)
    on_bypass = _bypass_losses(system, bypassed)
    for node in reversed(range(system.size)):
        drawn = output[node] + system.load_w[node]
        if finite[node]:
            coefficients = on_bypass.get(node) or [c[node] for c in system.loss]
            drawn = drawn + loss_w(output[node], system.rating_w[node], *coefficients)
        _give(system, node, np.where(live[node], drawn, 0.0), live, output)
    return output


def _bypass_losses(system: PowerSystem, bypassed: Mask | None) -> dict[int, list[Array]]:
    """By node, loss coefficients (state,) of UPS of which some state has one on its bypass."""
    if bypassed is None or not bypassed.any():
        return {}
    idle, linear, square = system.loss
    found: dict[int, list[Array]] = {}
    for ups in np.flatnonzero(bypassed.any(axis=1)).tolist():
        node = int(system.stepped[ups])
        on = bypassed[ups]
        found[node] = [
            np.where(on, system.bypass_loss[0][ups], idle[node]),
            np.where(on, 0.0, linear[node]),
            np.where(on, system.bypass_loss[1][ups], square[node]),
        ]
    return found


def _give(system: PowerSystem, node: int, drawn: Array, live: Mask, output: Array) -> None:
    """Add what a node draws to the outputs of its live supplies."""
    left = np.ones(drawn.size, dtype=bool)
    for entry in system.entries[node]:
        taken = [left & given for given in _given(system, node, entry, live, live)]
        whole = sum(given * weight for given, (_, weight, _) in zip(taken, entry, strict=True))
        whole = np.where(whole > 0, whole, 1.0)
        for given, (supply, weight, _) in zip(taken, entry, strict=True):
            output[supply] += drawn * given * weight / whole
            left = left & ~given


def _trip_rate_per_s(system: PowerSystem, output_w: Array, bypassed: Mask) -> Array:
    load_frac = output_w / system.trip_rating_w[:, None]
    rate = trip_rate_per_s(
        load_frac,
        system.trip_pickup_frac[:, None],
        system.trip_constant_s[:, None],
        system.trip_instantaneous_frac[:, None],
    )
    if system.stepped.size:
        own_frac = load_frac[system.stepped].T
        inverter = step_rate_per_s(own_frac, system.inverter)
        bypass = step_rate_per_s(own_frac, system.bypass)
        rate[system.stepped] = np.where(bypassed.T, bypass, inverter).T
    return rate


def _run(damage: Array, rate: Array) -> tuple[Array, Mask]:
    """Damage at the next trip of each state, and what trips then; devices below pick-up recover."""
    running = rate > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        left_s = np.where(running, (1.0 - damage) / rate, np.inf)
    step_s = np.maximum(left_s.min(axis=0), 0.0)
    grown = np.where(np.isfinite(rate) & np.isfinite(step_s), rate, 0.0) * np.where(
        np.isfinite(step_s), step_s, 0.0
    )
    damage = np.where(running, damage + grown, 0.0)
    return damage, running & ((damage >= _DONE) | np.isinf(rate))
