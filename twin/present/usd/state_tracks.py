"""States of all components of a scene: events, periods, and what a loss above takes down."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from twin.present.usd.component_states import GONE, Steps, by_events, idle_of
from twin.present.usd.feeds import FeedGroup
from twin.present.usd.outages import all_lost, on_frames, overlaid, steps_told
from twin.present.usd.plan import Item
from twin.results.enums import EventKind

Grid = NDArray[np.float64]
Words = tuple[NDArray[np.str_], Grid | None] | None
"""(period,) a word and, where known, the share of the period with voltage."""
Told = Mapping[str, Sequence[tuple[float, str]]]
"""(time code, what) of every component, in order."""

PUMPS = ("pump", "water_pump")


def state_tracks(
    items: Sequence[Item],
    words: Sequence[Words],
    feeds: Iterable[FeedGroup],
    told: Told,
    periods: int,
) -> tuple[Steps, ...]:
    """Steps of every item up to the last frame; those too short for one stand on the next too."""
    exact = {item.id: by_events(told.get(item.id, ()), idle_of(item)) for item in items}
    above = _Above(feeds, exact, told)
    pumps: dict[str, list[Steps]] = {}
    for item in items:
        if item.kind in PUMPS:
            pumps.setdefault(item.parent, []).append(exact[item.id])
    out = []
    for item, said in zip(items, words, strict=True):
        steps = exact[item.id]
        if item.id in pumps:
            steps = overlaid(steps, all_lost(pumps[item.id]))
        if said is not None:
            steps = steps_told(steps, *said, partial(above.losses, item.id))
        out.append([one for one in on_frames(steps) if one[0] <= periods - 1])
    return tuple(out)


class _Above:
    """When something was lost that a component hangs on electrically."""

    def __init__(self, feeds: Iterable[FeedGroup], exact: Mapping[str, Steps], told: Told) -> None:
        self.exact = exact
        self.told = told
        self.sources: dict[str, set[str]] = {}
        for feed in feeds:
            if feed.domain == "electrical":
                for target in feed.targets:
                    self.sources.setdefault(target, set()).update(feed.sources)

    def losses(self, name: str) -> Grid:
        """Time codes, rising: of losses and of transfers, on all the ways up and of itself."""
        seen = {name}
        queue = deque(seen)
        codes = set()
        while queue:
            one = queue.popleft()
            codes |= {code for code, state in self.exact.get(one, ()) if state in GONE}
            codes |= {code for code, what in self.told.get(one, ()) if what == EventKind.TRANSFERS}
            new = self.sources.get(one, set()) - seen
            seen |= new
            queue.extend(new)
        return np.array(sorted(codes))
