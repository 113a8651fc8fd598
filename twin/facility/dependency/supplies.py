"""What feeds each taker of power in the dependency graph: one supply, or a gate over a set of
them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility
from twin.facility.power.loading import loading
from twin.physics.reliability.gates import Node, Rule

_FITS_FRAC = 1.0 + 1e-9
"""Sums of decimal ratings are compared with this much room."""

Set = frozenset[str]


@dataclass(frozen=True)
class Taker:
    """Somebody who draws from the power tree."""

    name: str
    supplies: tuple[str, ...]
    """In order of preference."""
    priority: bool
    demand_w: NDArray[np.float64]
    """(state,) as `_demand` tells them."""
    standby: bool
    """Draws nothing as built, only after a loss."""


@dataclass(frozen=True)
class Supplies:
    """Gates over shared sets of supplies, and the node that feeds each taker."""

    gates: tuple[Node, ...]
    feed: dict[str, str]


def supplies(facility: Facility) -> Supplies:
    """Gates and feeds of everything that draws power; switches draw theirs within the rack ratings.

    Takers with exactly the same supplies share one gate: the ratings of its live members must reach
    what those takers draw together. Two sets that overlap are judged apart; what one loss then puts
    on their common member shows as an overload. A standby path whose supplies are too small for
    what it would carry is left out, for no load is shed in this view.
    """
    rating = dict(zip(facility.power.id, facility.power.rating_w.tolist(), strict=True))
    takers = _able(_takers(facility), rating)
    gates: dict[Set, Node] = {}
    for chosen, sharing in _by_set(takers).items():
        if len(chosen) > 1:
            gates[chosen] = _gate(sharing, rating, {node.name for node in gates.values()})
    feed = {
        t.name: gates[frozenset(t.supplies)].name if len(t.supplies) > 1 else t.supplies[0]
        for t in takers
    }
    return Supplies(tuple(gates.values()), feed)


def _takers(facility: Facility) -> list[Taker]:
    """Power nodes with supplies, then switches with stated feeds."""
    tree = facility.power
    demand_w, standby = _demand(facility)
    named: dict[int, list[str]] = {}
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        named.setdefault(taker, []).append(tree.id[supply])
    out = [
        Taker(tree.id[t], tuple(s), bool(tree.priority[t]), demand_w[:, t], bool(standby[t]))
        for t, s in sorted(named.items())
    ]
    fed: dict[str, list[str]] = {name: [] for name in facility.fabric.switches}
    for source, target, system, _ in facility.edges:
        if system == "power" and target in fed:
            fed[target].append(source)
    return out + [
        Taker(name, tuple(s), False, np.zeros(len(demand_w)), True) for name, s in fed.items() if s
    ]


def _demand(facility: Facility) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(state, node) peak input of every power node in W, and which draw nothing as built.

    States are as built, without any utility, and after each single loss; only standby paths change
    with them, for a taker that draws as built is judged by what it draws then.
    """
    tree = facility.power
    built = loading(facility).input_w
    standby = built <= 0
    if not standby[: tree.equipment].any():
        return built[None], standby
    utilities = np.flatnonzero(of_role(tree.kind, Role.SUPPLY))
    states = np.array(
        [loading(facility, lost).input_w for lost in (utilities, *range(tree.equipment))]
    )
    return np.where(standby, np.vstack([built, states]), built), standby


def _together_w(sharing: Sequence[Taker]) -> float:
    """The most that some takers draw at once."""
    return float(np.max(np.sum([taker.demand_w for taker in sharing], axis=0)))


def _by_set(takers: Sequence[Taker]) -> dict[Set, list[Taker]]:
    sets: dict[Set, list[Taker]] = {}
    for taker in takers:
        sets.setdefault(frozenset(taker.supplies), []).append(taker)
    return sets


def _able(takers: list[Taker], rating: dict[str, float]) -> list[Taker]:
    """The takers without standby paths that cannot carry what would be asked of them."""
    beyond = [
        sharing
        for chosen, sharing in _by_set(takers).items()
        if _together_w(sharing) > _FITS_FRAC * sum(rating[s] for s in chosen)
    ]
    short = {
        taker.name
        for sharing in beyond
        for taker in sharing
        if taker.standby and taker.demand_w.any()
    }
    if not short:
        return takers
    left = [
        replace(t, supplies=tuple(s for s in t.supplies if s not in short))
        for t in takers
        if t.name not in short
    ]
    return _able([t for t in left if t.supplies], rating)


def _gate(sharing: list[Taker], rating: dict[str, float], taken: set[str]) -> Node:
    """The gate of one set: a switch where one supply at a time carries all, else a sum of
    ratings.
    """
    inputs = sharing[0].supplies
    total_w = sum(rating[s] for s in inputs)
    demand_w = min(_together_w(sharing), total_w)
    name = _name(inputs, taken)
    if demand_w <= 0:
        return Node(name, Rule.OR, inputs, system="power")
    alone = all(rating[s] >= demand_w for s in inputs)
    if alone and all(t.priority and t.supplies == inputs for t in sharing):
        return Node(name, Rule.TRANSFER, inputs, system="power")
    return Node(name, Rule.CAP, inputs, demand_w=demand_w, system="power")


def _name(inputs: tuple[str, ...], taken: set[str]) -> str:
    """`supply(a+b)`, shortened where there are more than three, numbered where another is shortened
    alike.
    """
    first, *_, last = sorted(inputs, key=_natural)
    short = "+".join(sorted(inputs, key=_natural)) if len(inputs) <= 3 else f"{first}+…+{last}"
    name = f"supply({short})"
    count = 1
    while name in taken:
        count += 1
        name = f"supply({short} #{count})"
    return name


def _natural(name: str) -> tuple[str, float]:
    """Sorts `rpp_2` before `rpp_10`."""
    stem, _, number = name.rpartition("_")
    return (stem, float(number)) if number.isdigit() else (name, -math.inf)
