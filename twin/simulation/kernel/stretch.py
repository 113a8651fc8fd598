"""A quiet stretch: instants at which the building controls look around, a period ends or work moves
on, and nothing else happens.

Nobody acts on power or heat, so each instant follows from the one before, and disciplines work a
whole stretch out as arrays over its instants. They foretell first, and cut the stretch before the
first instant at which something would happen after all; then they live through what is left. Every
sum has the order that it has from event to event, so that a run has the same bytes either way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.thermal_path import Path

_OF_SETS = (
    "outdoor_degc", "segment", "unit_w", "water_kg_s", "input_w", "output_w", "lost_w",
    "recharge_w", "drain_w", "given_w", "rack_w", "peak_activity", "busy_nodes", "warmest_degc",
    "heat_w",
)  # fmt: skip


def _none() -> Array:
    return np.zeros(0)


@dataclass
class Stretch:
    """What is known of a stretch. Interval i ends at instant i.

    Arrays over sets have one row more than there are instants at which what holds is set anew: the
    first is what holds before.
    """

    start_s: float
    time_s: Array
    """(instant,)"""
    looks: Mask
    """(instant,) whether the controls look around there."""
    periods: Mask
    """(instant,) whether a period of the record ends there."""
    sets: Mask
    """(instant,) whether what holds is set anew there: at looks, and where work has moved."""
    rack_w: Array
    """(set + 1, rack)"""
    works: bool = False
    """Whether work moves."""
    peak_activity: Array = field(default_factory=_none)
    busy_nodes: Array = field(default_factory=_none)
    """(set + 1, rack) as in the state of racks; empty where no work moves."""
    warmest_degc: Array = field(default_factory=_none)
    """(set + 1, rack) coolant that racks bear at this work; empty likewise."""
    outdoor_degc: Array = field(default_factory=_none)
    """(set + 1, 2) dry bulb and wet bulb."""
    segment: Array = field(default_factory=_none)
    """(set + 1, plant, 5)"""
    heat_w: Array = field(default_factory=_none)
    """(set + 1, thermal node) heat given to each, that of plants left out."""
    temperature_degc: Array = field(default_factory=_none)
    """(instant + 1, thermal node) at the start and at every instant."""
    integral_k_s: Array = field(default_factory=_none)
    """(instant, thermal node) integrals of the temperatures over the intervals."""
    path: Path | None = None
    """How the temperatures get there; never cut."""
    unit_w: Array = field(default_factory=_none)
    """(set + 1, unit)"""
    water_kg_s: Array = field(default_factory=_none)
    """(set + 1,)"""
    input_w: Array = field(default_factory=_none)
    output_w: Array = field(default_factory=_none)
    lost_w: Array = field(default_factory=_none)
    """(set + 1, power node)"""
    recharge_w: Array = field(default_factory=_none)
    drain_w: Array = field(default_factory=_none)
    """(set + 1, power node) what batteries take and give; empty where none moves."""
    given_w: Array = field(default_factory=_none)
    """(set + 1, BESS) AC power that each gives; empty likewise."""
    battery_j: Array = field(default_factory=_none)
    """(instant, power node) energy in each battery; empty where none moves."""
    site_rate: Array = field(default_factory=_none)
    """(set + 1, SITE)"""
    samples: dict[str, Array] = field(default_factory=dict)
    """(period, member) by quantity: what the record takes where a period ends."""

    @property
    def span_s(self) -> Array:
        """(instant,) length of the interval that ends there."""
        return np.diff(self.time_s, prepend=self.start_s)

    @property
    def row(self) -> Index:
        """(instant,) row of sets that holds until then."""
        return np.cumsum(self.sets) - self.sets

    @property
    def row_after(self) -> Index:
        """(instant,) row of sets that holds from then on."""
        return np.cumsum(self.sets)

    @property
    def of_look(self) -> Index:
        """(set + 1,) the last look before each, from 1; 0 for none."""
        return np.concatenate([[0], np.cumsum(self.looks[self.sets])])

    @property
    def look_times_s(self) -> Array:
        """(look,) when the controls look around."""
        return self.time_s[self.looks]

    def cut(self, instants: int) -> None:
        """Keep so many instants."""
        rows = int(np.count_nonzero(self.sets[:instants])) + 1
        for name in ("time_s", "looks", "sets", "periods", "integral_k_s", "battery_j"):
            setattr(self, name, getattr(self, name)[:instants])
        self.temperature_degc = self.temperature_degc[: instants + 1]
        for name in _OF_SETS:
            setattr(self, name, getattr(self, name)[:rows])

    def cut_sets(self, fine: Mask) -> None:
        """Keep what comes before the first set (set,) that is not fine."""
        if not fine.all():
            self.cut(int(np.flatnonzero(self.sets)[np.argmin(fine)]))


def running_total(start: Array | float, gained: Array) -> Array:
    """(instant, ...) a sum after every gain (instant, ...), added one after another."""
    first = np.asarray(start, dtype=float)[None]
    return np.add.accumulate(np.concatenate([first, gained]), axis=0)[1:]


def highest_held(start: Array, stretch: Stretch, rows: Array) -> tuple[Array, Array]:
    """(period, ...) highest in every period of what holds in steps (set + 1, ...), and since.

    start  highest before the first instant, of the period that is under way

    What begins as a period ends belongs to the next one.
    """
    ends = np.flatnonzero(stretch.periods)
    values = np.concatenate([start[None], rows[stretch.row_after]])
    peaks = np.maximum.reduceat(values, np.concatenate([[0], ends + 1]), axis=0)
    return peaks[:-1], peaks[-1]


def highest_passed(start: Array, before: Array, after: Array, ends: Index) -> tuple[Array, Array]:
    """The same of what moves between instants: (instant, ...) as each is reached, and as it is
    left; `ends` are the instants at which periods end.
    """
    each = np.stack([before, after], axis=1).reshape(-1, *before.shape[1:])
    values = np.concatenate([start[None], each])
    peaks = np.maximum.reduceat(values, np.concatenate([[0], 2 * ends + 2]), axis=0)
    return peaks[:-1], peaks[-1]
