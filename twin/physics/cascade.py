"""What is left of a power system once parts of it have failed: overloads followed to their end.

The same rules as a run's, without its clock: equal sharing or the first live supply, losses, a
generator that starts where its own board is dead, inverse-time trips in the order in which they
come, UPS that go over to their bypass before they open, stores that count towards a least supply
until they have given what they hold. Many states at once; arrays are (node, state).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.flow import ENOUGH_FRAC
from twin.physics.overload import step_rate_per_s
from twin.physics.power import loss_w, trip_rate_per_s
from twin.physics.power_system import Entry, PowerSystem

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DONE = 1.0 - 1e-9
"""Damage from which a device trips; the rest is rounding."""


@dataclass(frozen=True, eq=False)
class Aftermath:
    """Where each state ends, all (node, state)."""

    live: Mask
    """Has voltage at its output."""
    tripped: Mask
    """Opened by its own protection on the way; a store that has given all it holds."""
    output_w: Array
    on_bypass: Mask
    """(UPS, state) whose load stays on the static bypass."""


def aftermath(system: PowerSystem, failed: Mask) -> Aftermath:
    """Follow every state to its end: trips in the order in which they come, until none is left.

    failed  (node, state)
    Batteries are taken as empty and generators as started: the end, not the way there. A store that
    counts towards a least supply and is never asked to give is full in the end.
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
        _drain(system, output_w[:, moving], rate)
        damage[:, moving], due = _run(damage[:, moving], rate)
        over = due[system.stepped] & system.has_bypass[:, None] & ~bypassed[:, moving]
        opened = due.copy()
        opened[system.stepped] &= ~over
        bypassed[:, moving] = (bypassed[:, moving] | over) & ~opened[system.stepped]
        damage[:, moving] = np.where(due, 0.0, damage[:, moving])
        tripped[:, moving] |= opened
        moving = moving[due.any(axis=0)]
    return Aftermath(live, tripped, output_w, bypassed)


def _drain(system: PowerSystem, output_w: Array, rate_per_s: Array) -> None:
    """Let stores that give run towards their end: it comes with their energy or their trip."""
    for store in np.flatnonzero(system.counted).tolist():
        empties_per_s = output_w[store] / system.store_j[store]
        rate_per_s[store] = np.maximum(rate_per_s[store], empties_per_s)


def _still_over(system: PowerSystem, output_w: Array) -> Mask:
    """(UPS, state) where a UPS on its bypass does not take its load back."""
    first_w = system.inverter.first_frac * system.trip_rating_w[system.stepped]
    return np.asarray(output_w[system.stepped] > first_w[:, None])


def powered(system: PowerSystem, able: Mask) -> Mask:
    """(node, state): what has voltage, generators started where their boards call for them."""
    everywhere = np.ones(able.shape[1], dtype=bool)
    everywhere = np.ones(able.shape[1], dtype=bool)
    by_utility = _reached(system, able, system.utility[:, None] & everywhere)
    if not (system.generator.any() or system.boards):
        return by_utility
    started = system.generator[:, None] & _called(system, able, by_utility)
    return _reached(system, able, system.utility[:, None] | started, helped=True)


def _reached(system: PowerSystem, able: Mask, source: Mask, *, helped: bool = False) -> Mask:
    live = source & able
    for node in range(system.size):
        for given in _offered(system, node, live, able, helped=helped):
            live[node] |= given
        live[node] &= able[node]
    return live


def _offered(system: PowerSystem, node: int, live: Mask, able: Mask, *, helped: bool) -> list[Mask]:
    """(state,) for each supply of a node, where the node may take from it."""
    if system.plain[node]:
        return [live[supply] for supply in system.supplies[node]]
    ways = _ways(system, node, live, able) if helped else _unhelped(system, node, live, able)
    return [given for entry in ways for given in entry]


def _ways(system: PowerSystem, node: int, live: Mask, whole: Mask) -> list[list[Mask]]:
    """(state,) for each supply of each preference, where a node may take from it: the rules of
    `twin.physics.flow.gives` and `twin.physics.least_supply.helped_w`.
    """
    given = _unhelped(system, node, live, whole)
    if node not in system.boards:
        return given
    closed = _any_of(given)
    stores_w = sum(np.where(whole[s], system.rating_w[s], 0.0) for s in system.stores[node])
    least_w = system.minimum_w[node] - stores_w
    entries = system.entries[node]
    more = [_given(system, entry, live, whole, least_w) for entry in entries]
    return [
        [one | (~closed & with_them) for one, with_them in zip(*both, strict=True)]
        for both in zip(given, more, strict=True)
    ]


def _any_of(ways: Sequence[Sequence[Mask]]) -> Mask:
    return np.asarray(np.any([given for entry in ways for given in entry], axis=0))


def _unhelped(system: PowerSystem, node: int, live: Mask, whole: Mask) -> list[list[Mask]]:
    """The same without what stores at it add."""
    least_w = system.minimum_w[node]
    return [_given(system, entry, live, whole, least_w) for entry in system.entries[node]]


def _given(
    system: PowerSystem, entry: Entry, live: Mask, whole: Mask, least_w: Array
) -> list[Mask]:
    """(state,) for each supply of a preference, where it gives and they reach the least."""
    given = [live[s] & whole[list(ways)].all(axis=0) if ways else live[s] for s, _, ways in entry]
    if np.any(least_w > 0):
        enough = _rated_w(system, entry, given) >= least_w * ENOUGH_FRAC
        given = [one & enough for one in given]
    return given


def _rated_w(system: PowerSystem, entry: Entry, given: Sequence[Mask]) -> Array:
    """(state,) ratings of those of a preference that give."""
    rated_w = [system.rating_w[supply] for supply, _, _ in entry]
    return np.asarray(sum(np.where(one, w, 0.0) for one, w in zip(given, rated_w, strict=True)))


def _called(system: PowerSystem, able: Mask, by_utility: Mask) -> Mask:
    """(node, state) called for power, by the rule of `twin.physics.flow.asked`."""
    called = np.zeros_like(able)
    for node in reversed(range(system.size)):
        alone = system.generators_alone[node]
        asks = called[node] | (system.load_w[node] > 0) if alone else ~by_utility[node]
        for place, supply in enumerate(system.supplies[node]):
            over = list(system.over[node][place]) if system.over else []
            if system.generators_alone[supply]:
                called[supply] |= asks & able[node] & able[over].all(axis=0)
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


def _helped_w(
    system: PowerSystem, node: int, drawn: Array, given: list[list[Mask]], live: Mask
) -> dict[int, Array]:
    """By store (state,) what each gives to a board whose supplies reach less than its least supply
    and less than it draws, by their ratings; nothing where they reach it.
    """
    if node not in system.boards:
        return {}
    pairs = zip(system.entries[node], given, strict=True)
    reached_w = np.max([_rated_w(system, entry, ways) for entry, ways in pairs], axis=0)
    mine = [(s, np.where(live[s], system.rating_w[s], 0.0)) for s in system.stores[node]]
    helped = reached_w < system.minimum_w[node] * ENOUGH_FRAC
    missing_w = np.where(helped, drawn - reached_w * (1.0 + 1e-9), 0.0)
    whole_w = sum(weight for _, weight in mine)
    share = np.maximum(missing_w, 0.0) / np.where(whole_w > 0, whole_w, 1.0)
    return {store: share * weight for store, weight in mine}


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
    """Add what a node draws to the outputs of its live supplies: nothing where it is dark."""
    if len(system.supplies[node]) == 1 and node not in system.boards:
        output[system.supplies[node][0]] += drawn
        return
    left = np.ones(drawn.size, dtype=bool)
    ways = _ways(system, node, live, live)
    for store, given_w in _helped_w(system, node, drawn, ways, live).items():
        output[store] = given_w
        drawn = np.maximum(drawn - given_w, 0.0)
    for entry, offered in zip(system.entries[node], ways, strict=True):
        taken = [left & given for given in offered]
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
