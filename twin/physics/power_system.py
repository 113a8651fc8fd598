"""A power system as nodes in order of feed, for those who follow many states of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.physics.overload import OverloadSteps

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
Entry = tuple[tuple[int, float, tuple[int, ...]], ...]
"""Supplies of one rank, each with its weight and what it gives by way of."""


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
    over: tuple[tuple[tuple[int, ...], ...], ...] = ()
    """Of each of `supplies` what it gives by way of, nothing for most; where empty, none does."""
    stores: tuple[tuple[int, ...], ...] = ()
    """Of each node the stores at it that count towards its least supply; where empty, none."""
    store_j: Array = field(default_factory=lambda: np.zeros(0))
    """(node,) what each of these can give altogether; 0 for others."""

    @cached_property
    def entries(self) -> tuple[tuple[Entry, ...], ...]:
        """For each node its ranks in order, each as supplies with weight and what is on the way."""
        return tuple(map(self._entries, range(self.size)))

    def _entries(self, node: int) -> tuple[Entry, ...]:
        ranked: dict[int, list[tuple[int, float, tuple[int, ...]]]] = {}
        for place, supply in enumerate(self.supplies[node]):
            rank, weight = self.feed(node, place)
            over = self.over[node][place] if self.over else ()
            ranked.setdefault(rank, []).append((supply, weight, over))
        return tuple(tuple(ranked[rank]) for rank in sorted(ranked))

    @cached_property
    def plain(self) -> tuple[bool, ...]:
        """(node,) takes whatever is live: it asks for no least supply, and is no tie."""
        ties = [any(boards) for boards in self.over or [()] * self.size]
        return tuple(not (tie or m > 0) for tie, m in zip(ties, self.minimum_w, strict=True))

    @cached_property
    def boards(self) -> tuple[int, ...]:
        """Nodes with stores that count towards their least supply."""
        return tuple(node for node, stores in enumerate(self.stores) if stores)

    @cached_property
    def counted(self) -> Mask:
        """(node,) is such a store: it ends once it has given all it holds."""
        out = np.zeros(self.size, dtype=bool)
        out[[store for stores in self.stores for store in stores]] = True
        return out

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
