"""How power flows through a tree: who is live, how loads split over supplies, what stages lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.arrays import totals_by
from twin.physics.power import loss_w

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
Losses = tuple[Array, Array, Array]
"""Idle, linear and square coefficients."""

ENOUGH_FRAC = 1.0 - 1e-9
"""A least supply counts as reached from this share of it on: ratings are decimal texts."""


@dataclass(frozen=True)
class Wiring:
    """Edges (edge,) from supply to taker, in order of taker and preference; nodes by height above
    the loads.
    """

    supply: Index
    taker: Index
    priority: Mask
    """(node,) takes the first live supply instead of sharing."""
    levels: Sequence[Index]
    edge_levels: Sequence[Index]
    """Edges by the height of their supply."""
    demanding: Sequence[Index]
    """Nodes of each level that open below a least supply."""
    asking: Index
    """Edges into those."""
    entry: Index
    """(edge,) number of the preference that it belongs to, counted over all takers."""
    over: Index
    """(edge, way) what it gives by way of, boards and sections of a ring; -1 where nothing."""
    passing: Index
    """Edges that give by way of something."""
    only: Mask
    """(edge,) its taker has no other: it gives where that has voltage."""
    minimum_w: Array
    """(node,) that least supply, of one preference alone; 0 where there is none."""
    rating_w: Array
    """(node,) what a live supply counts for towards it."""
    rank: Index
    """(edge,) preference of a taker for it; live supplies of its best rank share what it takes."""
    weight: Array
    """(edge,) in what proportion they do: admittances, or one each."""


def wiring(
    supply: Index,
    taker: Index,
    priority: Mask,
    levels: Sequence[Index],
    least: tuple[Array, Array] | None = None,
    sharing: tuple[Index, Array] | None = None,
    over: Index | None = None,
) -> Wiring:
    """Sort the edges by the height of their supply, so that each level is one array operation.

    least    for nodes that open below a least supply: that supply and the ratings, (node,) in W
    sharing  rank and weight (edge,); where not given, supplies of a node in priority are ranked one
             by one, and others share alike
    over     (edge, way) what must be in order for a supply to give by way of it, -1 where nothing
    """
    height = np.zeros(priority.size, dtype=np.int64)
    for h, nodes in enumerate(levels):
        height[nodes] = h
    order = np.argsort(taker, kind="stable")
    supply = supply[order]
    taker = taker[order]
    one_by_one = np.where(priority[taker], np.arange(taker.size), 0)
    rank = one_by_one if sharing is None else sharing[0][order]
    weight = np.ones(taker.size) if sharing is None else sharing[1][order]
    minimum_w, rating_w = least or (np.zeros(priority.size), np.zeros(priority.size))
    over = np.full((taker.size, 1), -1) if over is None else over[order]
    return Wiring(
        supply=supply,
        taker=taker,
        priority=priority,
        levels=levels,
        edge_levels=tuple(np.flatnonzero(height[supply] == h) for h in range(len(levels))),
        demanding=tuple(nodes[minimum_w[nodes] > 0] for nodes in levels),
        asking=np.flatnonzero(minimum_w[taker] > 0),
        entry=np.unique(taker * (int(rank.max(initial=0)) + 1) + rank, return_inverse=True)[1],
        over=over,
        passing=np.flatnonzero((over >= 0).any(axis=1)),
        only=np.bincount(taker, minlength=priority.size)[taker] == 1,
        minimum_w=minimum_w,
        rating_w=rating_w,
        rank=rank,
        weight=weight,
    )


def live(wires: Wiring, able: Mask, source: Mask, stored: Mask, closed: Mask | None = None) -> Mask:
    """Which nodes (node,) have voltage at their output.

    able     in working order
    source   gives power of its own now (a utility that is there, a generator that runs)
    stored   gives power from a battery when its supplies are gone, or reach too little
    closed   (edge,) not opened by switching; all where not given
    """
    on = able & (source | stored)
    for h in range(len(wires.levels) - 1, -1, -1):
        if wires.demanding[h].size:
            on[wires.demanding[h]] &= (fed(wires, on, closed, able) | stored)[wires.demanding[h]]
        edges = wires.edge_levels[h]
        if closed is not None:
            edges = edges[closed[edges]]
        edges = _passable(wires, edges, able)
        reached = wires.taker[edges[on[wires.supply[edges]]]]
        on[reached] = able[reached]
    return on


def _passable(wires: Wiring, edges: Index, able: Mask) -> Index:
    return edges[_whole(wires, edges, able)] if wires.passing.size else edges


def _whole(wires: Wiring, edges: Index, able: Mask) -> Mask:
    """(edge,) all that each of these gives by way of is in order."""
    over = wires.over[edges]
    return np.asarray(((over < 0) | able[over]).all(axis=1))


def gives(wires: Wiring, on: Mask, closed: Mask | None = None, able: Mask | None = None) -> Mask:
    """(edge,) that power may be taken over: its supply is live, and it is not opened.

    A taker that asks for a least supply takes from a preference whose live supplies reach it: those
    of another are not closed then. A tie gives by way of the other board, while that is in order.
    closed  (edge,) not opened by switching; all where not given
    able    (node,) in order; what has voltage where not given
    """
    given = np.asarray(on[wires.supply] & (True if closed is None else closed))
    if wires.passing.size:
        rows = wires.passing
        way = _whole(wires, rows, on if able is None else able)
        given[rows] &= way if able is not None else way | (wires.only & on[wires.taker])[rows]
    if wires.asking.size:
        rows = wires.asking
        rating_w = np.where(given[rows], wires.rating_w[wires.supply[rows]], 0.0)
        reached_w = np.bincount(wires.entry[rows], rating_w, minlength=wires.entry.size)
        least_w = wires.minimum_w[wires.taker[rows]] * ENOUGH_FRAC
        given[rows] &= reached_w[wires.entry[rows]] >= least_w
    return given


def by_generators_alone(wires: Wiring, utility: Mask, generator: Mask) -> Mask:
    """(node,) generators, and what no utility ever feeds, everything in order."""
    every = np.ones(utility.size, dtype=bool)
    return live(wires, every, generator, ~every) & ~live(wires, every, utility, ~every)


def asked(
    wires: Wiring,
    able: Mask,
    utility: Mask,
    generator: Mask,
    alone: Mask | None = None,
    by_utility: Mask | None = None,
) -> Mask:
    """(node,) generators, and what stands between them and their boards, that are called for power.

    Whoever takes from both kinds of source calls its generators when no utility reaches it, whether
    or not what hangs on it is served another way: a switchgear watches its own board. Whoever has
    generators alone calls them whenever it is asked, over a tie if the board there is in order.
    able, utility, generator  (node,) in working order; a utility; a generator
    alone                     `by_generators_alone`, for those who ask often
    by_utility                what utilities count as reaching, where that is not all they reach
    """
    if by_utility is None:
        by_utility = live(wires, able, utility, np.zeros_like(able))
    if alone is None:
        alone = by_generators_alone(wires, utility, generator)
    called = np.zeros_like(able)
    feeds = np.bincount(wires.supply, minlength=able.size) > 0
    asking = able & np.where(alone, ~feeds, ~by_utility)
    for edges in wires.edge_levels:
        chosen = _passable(wires, edges[alone[wires.supply[edges]]], able)
        taker = wires.taker[chosen]
        called[wires.supply[chosen[asking[taker] | (called[taker] & able[taker])]]] = True
    return called


def fed(wires: Wiring, on: Mask, closed: Mask | None = None, able: Mask | None = None) -> Mask:
    """(node,) with a supply that `gives`."""
    given = gives(wires, on, closed, able)
    return np.asarray(np.bincount(wires.taker, weights=given, minlength=on.size) > 0)


def shares(
    wires: Wiring, on: Mask, on_battery: Mask | None = None, closed: Mask | None = None
) -> Array:
    """(edge,) share of a taker's input that each edge carries; zero where nothing flows.

    Of a taker's open edges, those of the best rank share by their weights.
    closed  (edge,) not opened by switching; all where not given
    """
    open_edge = gives(wires, on, closed) & on[wires.taker]
    if on_battery is not None:
        open_edge &= ~on_battery[wires.taker]
    rows = np.flatnonzero(open_edge)
    if rows.size and wires.rank.any():
        best = np.zeros(on.size, dtype=np.int64)
        takers = wires.taker[rows]
        firsts = rows[np.concatenate(([True], takers[1:] != takers[:-1]))]
        best[wires.taker[firsts]] = wires.rank[firsts]
        open_edge &= wires.rank == best[wires.taker]
    weight = open_edge * wires.weight
    whole = np.bincount(wires.taker, weights=weight, minlength=on.size)
    return np.asarray(weight / np.where(whole > 0, whole, 1.0)[wires.taker])


@dataclass(frozen=True)
class Stage:
    """Nodes at one height, the edges that they feed, and what they lose."""

    nodes: Index
    edges: Index
    taker: Index
    """Of each edge."""
    place: Index
    """Of each edge's supply among `nodes`."""
    rating_w: Array
    loss: Losses

    @cached_property
    def loses(self) -> bool:
        """Whether any of its nodes does."""
        return any(bool(coefficient.any()) for coefficient in self.loss)


def stages(wires: Wiring, rating_w: Array, loss: Losses) -> tuple[Stage, ...]:
    """The tree height by height, from the loads up, prepared for `through`.

    loss     (node,); nodes with an infinite rating lose nothing
    """
    finite = np.isfinite(rating_w)
    rating = np.where(finite, rating_w, 1.0)
    coefficients = [np.where(finite, c, 0.0) for c in loss]
    place = np.zeros(rating.size, dtype=np.int64)
    out = []
    for nodes, edges in zip(wires.levels, wires.edge_levels, strict=True):
        place[nodes] = np.arange(len(nodes))
        idle, linear, square = (c[nodes] for c in coefficients)
        edge_ends = (wires.taker[edges], place[wires.supply[edges]])
        out.append(Stage(nodes, edges, *edge_ends, rating[nodes], (idle, linear, square)))
    return tuple(out)


def through(tree: tuple[Stage, ...], load_w: Array, share: Array, on: Mask) -> tuple[Array, Array]:
    """Output and input of every node (node,), from the loads up.

    load_w   (..., node)  drawn at the node itself: loads at the bottom, battery charging on the way
    share    (edge,)  of its taker's input that each edge carries
    A node without voltage draws nothing. Input = output + loss; a flow upward, from what gives
    power at the bottom, loses as much as one downward. Loads may come in rows, one a moment.
    """
    output = np.zeros_like(load_w)
    inflow = np.zeros_like(load_w)
    all_on = bool(on.all())
    for stage in tree:
        given: Array = np.zeros(stage.nodes.size)
        if stage.edges.size:
            flow = inflow.take(stage.taker, axis=-1) * share.take(stage.edges)
            given = totals_by(stage.place, flow, stage.nodes.size)
            output[..., stage.nodes] = given
        if stage.loses:
            given = given + loss_w(np.abs(given), stage.rating_w, *stage.loss)
        drawn = given + load_w.take(stage.nodes, axis=-1)
        inflow[..., stage.nodes] = drawn if all_on else np.where(on[stage.nodes], drawn, 0.0)
    return output, inflow


def upward(
    wires: Wiring, load_w: Array, share: Array, on: Mask, rating_w: Array, loss: Losses
) -> tuple[Array, Array]:
    """Output and input of every node, for those who ask once: `through` the `stages` of a tree."""
    return through(stages(wires, rating_w, loss), load_w, share, on)


def below(wires: Wiring, node: int) -> Mask:
    """(node,) what hangs on one, itself included, however it is switched."""
    reached = np.zeros(wires.priority.size, dtype=bool)
    reached[node] = True
    for edges in reversed(wires.edge_levels):
        reached[wires.taker[edges[reached[wires.supply[edges]]]]] = True
    return reached
