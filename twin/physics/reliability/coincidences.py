"""Search for the smallest coincidences of failures that have a consequence.

A coincidence is a multiset of groups, one entry a failure: parts of a group are interchangeable.
From the intact state upwards, one more failure at a time; what follows from a coincidence follows
from all that contain it. Failures that move no load of a common node cannot add up, so only those
that meet somewhere are combined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Coincidence = tuple[int, ...]
"""Groups of the failed parts, sorted; a group stands as often as parts of it have failed."""
_NEVER = 1e-15
"""Less likely ones change no digit that anybody reads, wherever the search stands."""
Frontier = dict[Coincidence, NDArray[np.float64]]
"""Coincidences to go on from, with the load of every node."""
_CHUNK = 2048
_PAST = 2048
"""Most pairs that are looked at past an end."""
_MOVED = 1e-3
"""A node counts as moved by a failure from this change of its load on, a share of what trips it."""
_NEAR = 0.25
"""Where there are too many to look at all: nodes loaded to this share of what trips them."""
_SELDOM = 1e-7
"""And coincidences at least this likely, as a share of all that were found to matter."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What follows from each state, as arrays over states."""

    follows: NDArray[np.bool_]
    """(consequence, state)."""
    ends: NDArray[np.bool_]
    """(state,): nothing worse need be looked for in larger ones."""
    load_frac: NDArray[np.float64]
    """(node, state) loads as shares of what makes the node trip; 0 where nothing does."""


@dataclass(frozen=True)
class Found:
    """Minimal coincidences of each consequence."""

    minimal: tuple[tuple[Coincidence, ...], ...]
    order: int
    """All coincidences of up to so many failures were looked at."""
    complete: bool
    """Whether none was left to look at; else larger ones only where a node was near its limit."""


class Search:
    """One search.

    size      (group,) parts in each group
    chance    (group,) probability that a part is down
    touched   (group, node) nodes that stand in for a part of the group, or are part of it
    judge     what follows from states (state, group), counts of failed parts
    budget    states that may be judged; an order is looked at as a whole or not at all
    """

    def __init__(
        self,
        size: Sequence[int],
        chance: Sequence[float],
        touched: NDArray[np.bool_],
        judge: Callable[[NDArray[np.int64]], Judged],
        budget: int,
    ) -> None:
        self.size = size
        self.chance = chance
        self.judge = judge
        self.budget = budget
        self.touched = [_bits(row) for row in touched]
        self.shut: set[Coincidence] = set()
        self.minimal: list[set[Coincidence]] = []
        self.follows: dict[Coincidence, int] = {}

    def run(self, *, near: bool) -> Found:
        """Order by order, until nothing is left or the budget is used up.

        near  go on beyond what can be looked at as a whole, with what is near a limit and likely
        """
        frontier: Frontier = {}
        candidates: dict[Coincidence, Coincidence] = {(): ()}
        order = -1
        complete = True
        while candidates:
            self.budget -= len(candidates)
            frontier = self._look(candidates, frontier)
            order += complete
            complete = complete and self._affordable(frontier)
            if not (complete or near):
                break
            candidates = self._larger(frontier, near=not complete)
            if len(candidates) > self.budget:
                complete = False
                break
        self._past_ends()
        minimal = tuple(tuple(sorted(found)) for found in self.minimal)
        return Found(minimal, order, complete)

    def _past_ends(self) -> None:
        """Two failures of which one is an end by itself: what else follows from both. The likeliest
        of them, where there are many.
        """
        ends = {chosen for chosen in self.shut if len(chosen) == 1}
        pairs = {
            (*sorted((end[0], group)),)
            for end in ends
            for group in self._partners(end, self._meeting(end), 0.0)
        }
        likely = sorted(pairs, key=lambda pair: (-self.likelihood(pair), pair))[:_PAST]
        if likely:
            self._note(likely, self.judge(self._counts(likely)).follows)

    def _affordable(self, frontier: Frontier) -> bool:
        """Whether all larger coincidences may be looked at, counted without listing them."""
        count = 0.0
        for chosen in frontier:
            meeting = self._meeting(chosen)
            count += sum(1 for touched in self.touched if touched & meeting) / (len(chosen) + 1)
            if count > self.budget:
                return False
        return True

    def _meeting(self, chosen: Coincidence) -> int:
        """Nodes that every failure of a coincidence touches, as bits."""
        meeting = -1
        for group in chosen:
            meeting &= self.touched[group]
        return meeting

    def likelihood(self, chosen: Coincidence) -> float:
        """Probability that so many parts of each group are down, to first order."""
        found = 1.0
        for group in set(chosen):
            count = chosen.count(group)
            found *= math.comb(self.size[group], count) * self.chance[group] ** count
        return found

    def _look(self, candidates: dict[Coincidence, Coincidence], smaller: Frontier) -> Frontier:
        """Judge coincidences of one order, named with a smaller one; those to go on from, with
        their loads.
        """
        named = list(candidates)
        alive: Frontier = {}
        for start in range(0, len(named), _CHUNK):
            chunk = named[start : start + _CHUNK]
            judged = self.judge(self._counts(chunk))
            self._note(chunk, judged.follows)
            for column, chosen in enumerate(chunk):
                load_frac = judged.load_frac[:, column]
                self._touch(chosen, candidates[chosen], load_frac, smaller)
                if judged.ends[column]:
                    self.shut.add(chosen)
                else:
                    alive[chosen] = load_frac
        return alive

    def _counts(self, chunk: Sequence[Coincidence]) -> NDArray[np.int64]:
        counts = np.zeros((len(chunk), len(self.size)), dtype=np.int64)
        for row, chosen in enumerate(chunk):
            np.add.at(counts[row], list(chosen), 1)
        return counts

    def _note(self, chunk: Sequence[Coincidence], follows: NDArray[np.bool_]) -> None:
        """Keep what follows from a coincidence and from none within it."""
        if not self.minimal:
            self.minimal = [set() for _ in follows]
        for column, chosen in enumerate(chunk):
            known = 0
            for part in _smaller(chosen):
                known |= self.follows.get(part, 0)
            for which in np.flatnonzero(follows[:, column]).tolist():
                if not known >> which & 1:
                    self.minimal[which].add(chosen)
                    known |= 1 << which
            self.follows[chosen] = known

    def _touch(
        self,
        chosen: Coincidence,
        smaller: Coincidence,
        load_frac: NDArray[np.float64],
        loads: Frontier,
    ) -> None:
        """Note which nodes the last failure has moved."""
        if chosen:
            added = next(g for g in chosen if chosen.count(g) > smaller.count(g))
            moved = np.abs(load_frac - loads[smaller]) > _MOVED
            self.touched[added] |= _bits(moved)

    def _larger(self, frontier: Frontier, *, near: bool) -> dict[Coincidence, Coincidence]:
        """Coincidences with one failure more that meet at a node and hold none that has ended."""
        found: dict[Coincidence, Coincidence] = {}
        least = (_SELDOM if near else _NEVER) * self._found_likelihood()
        for chosen, load_frac in frontier.items():
            meeting = self._meeting(chosen)
            if near:
                meeting &= _bits(load_frac >= _NEAR)
            for group in self._partners(chosen, meeting, least):
                grown = tuple(sorted((*chosen, group)))
                if grown in found or grown in self.shut:
                    continue
                if any(part in self.shut for part in _smaller(grown)):
                    self.shut.add(grown)
                else:
                    found[grown] = chosen
        return found

    def _partners(self, chosen: Coincidence, meeting: int, least: float) -> list[int]:
        """Groups whose next failure meets those of a coincidence, and is not too unlikely."""
        needed = least / self.likelihood(chosen)
        return [
            group
            for group, touched in enumerate(self.touched)
            if touched & meeting
            and self.size[group] * self.chance[group] >= needed
            and chosen.count(group) < self.size[group]
        ]

    def _found_likelihood(self) -> float:
        """Of all that is known to have a consequence."""
        return sum(self.likelihood(one) for one in set().union(*self.minimal))


def _bits(mask: NDArray[np.bool_]) -> int:
    """A mask as the bits of one number."""
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def _smaller(chosen: Coincidence) -> Iterator[Coincidence]:
    """Every coincidence with one failure less."""
    for place, group in enumerate(chosen):
        if place == 0 or chosen[place - 1] != group:
            yield chosen[:place] + chosen[place + 1 :]
