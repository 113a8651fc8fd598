"""Which failures of a power system look alike: of one chain, or different in name alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.physics.power_system import PowerSystem

Class = tuple[int, ...]
"""Nodes of a chain: whichever of them fails, the same is dark below."""


def chains(flow: PowerSystem, failing: Sequence[int], *, apart: bool = False) -> list[Class]:
    """Failing nodes, those of a chain together: each feeds the next alone and is its only
    supply.

    A board by way of which a tie gives ends its chain: with it the tie is dead.
    apart  a chain ends below a node that draws something without load: it is left drawing where
           the next one fails, and draws nothing where it fails itself
    """
    takers: list[list[int]] = [[] for _ in flow.supplies]
    for node, supplies in enumerate(flow.supplies):
        for supply in supplies:
            takers[supply].append(node)
    boards = {board for over in flow.over for ways in over for board in ways}
    head: dict[int, int] = {}
    classes: dict[int, list[int]] = {}
    for node in range(flow.size):
        supplies = flow.supplies[node]
        single = len(supplies) == 1 and len(takers[supplies[0]]) == 1
        parted = apart and single and idles(flow, supplies[0])
        passed = single and supplies[0] in boards
        head[node] = head[supplies[0]] if single and not (parted or passed) else node
        if node in failing:
            classes.setdefault(head[node], []).append(node)
    return [tuple(nodes) for nodes in classes.values()]


def idles(flow: PowerSystem, node: int) -> bool:
    """Whether a node draws something while it feeds nothing."""
    return bool(np.isfinite(flow.rating_w[node]) and flow.loss[0][node] > 0)


def alike(flow: PowerSystem, classes: Sequence[Class]) -> tuple[tuple[Class, ...], ...]:
    """Classes of one node each that differ in nothing but their name stand in one group."""
    groups: dict[tuple[object, ...], list[Class]] = {}
    for chosen in classes:
        groups.setdefault(_signature(flow, chosen), []).append(chosen)
    return tuple(tuple(group) for group in groups.values())


def _signature(flow: PowerSystem, chosen: Class) -> tuple[object, ...]:
    """What two interchangeable classes have in common; a chain of several is like no other."""
    if len(chosen) > 1:
        return chosen
    node = chosen[0]
    if any(node in ways for over in flow.over for ways in over):
        return chosen
    takers = tuple(t for t, supplies in enumerate(flow.supplies) if node in supplies)
    if not takers:
        return chosen
    numbers = (
        flow.rating_w,
        flow.trip_rating_w,
        flow.trip_pickup_frac,
        flow.trip_constant_s,
        flow.trip_instantaneous_frac,
        *flow.loss,
    )
    return (
        flow.supplies[node],
        takers,
        flow.sharing(node, takers),
        bool(flow.priority[node]),
        bool(flow.utility[node]),
        bool(flow.generator[node]),
        *(float(column[node]) for column in numbers),
        _steps_of(flow, node),
    )


def _steps_of(flow: PowerSystem, node: int) -> tuple[object, ...]:
    """The overload steps of a UPS, to be compared; nothing for other nodes."""
    place = np.flatnonzero(flow.stepped == node)
    if not place.size:
        return ()
    ups = int(place[0])
    curves = (flow.inverter, flow.bypass)
    steps = (part[ups].tolist() for c in curves for part in (c.load_frac, c.time_s))
    return (bool(flow.has_bypass[ups]), *map(tuple, steps), *(c[ups] for c in flow.bypass_loss))
