"""What every component did, as arrays: power, load, temperature, and states as steps.

Racks have rows of their own in the tables, power equipment too; cooling equipment shares what its
loop or its hall did by ratings, and what stands in a cabinet shares the cabinet's air. Where no
table knows a number there is NaN, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.members import is_member
from twin.present.usd.component_states import Steps, events_by_component
from twin.present.usd.feeds import FeedGroup
from twin.present.usd.outages import words_of
from twin.present.usd.plan import Item, ScenePlan
from twin.present.usd.series import Series, make_series
from twin.present.usd.state_tracks import Words, state_tracks

Grid = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Tracks:
    """Arrays are (period, item), NaN where nothing is known; items in the order of the plan."""

    items: tuple[Item, ...]
    time_s: Grid
    power_w: Grid
    load_frac: Grid
    temperature_degc: Grid
    junction_degc: Grid
    state: tuple[Steps, ...]
    inlet_range_degc: Grid
    """Temperatures of racks, for the range of colours."""


def make_tracks(plan: ScenePlan, feeds: Sequence[FeedGroup], tables: Tables) -> Tracks:
    """Tracks of a plan's items from the tables `racks`, and where they are there `power`, `loops`,
    `events` and `site`.
    """
    series = make_series(tables["racks"])
    work = _Work(plan, series)
    work.racks(series)
    work.surroundings(tables)
    work.power(tables, feeds)
    work.loops(tables)
    work.inside()
    events = tables.get("events")
    told = events_by_component(events, series.time_s) if events is not None else {}
    return Tracks(
        plan.items,
        series.time_s,
        work.power_w,
        work.load_frac,
        work.temperature_degc,
        work.junction_degc,
        state_tracks(plan.items, work.words(series), feeds, told, work.periods),
        series.inlet_degc,
    )


class _Work:
    """Arrays on their way; every method fills in what its tables know."""

    def __init__(self, plan: ScenePlan, series: Series) -> None:
        self.items = plan.items
        self.halls = {hall.prim: hall.name for hall in plan.halls}
        self.at = {item.id: k for k, item in enumerate(plan.items)}
        self.periods = len(series.time_s)
        shape = (self.periods, len(plan.items))
        self.power_w, self.load_frac = np.full(shape, np.nan), np.full(shape, np.nan)
        self.temperature_degc = np.full(shape, np.nan)
        self.junction_degc = np.full(shape, np.nan)
        self.live = np.full(shape, np.nan)
        self.load_max = np.full(shape, np.nan)
        self.rating_w = np.array([item.rating_w for item in plan.items])
        self.time_s = series.time_s

    def racks(self, series: Series) -> None:
        """What the table of racks says."""
        k = [self.at[rack] for rack in series.racks]
        self.power_w[:, k] = series.power_w
        self.temperature_degc[:, k] = series.inlet_degc
        gpus = np.array([self.items[i].gpus > 0 for i in k], dtype=bool)
        self.junction_degc[:, k] = np.where(gpus, series.junction_degc, np.nan)
        self._share(k)

    def _share(self, k: Sequence[int]) -> None:
        """Load of those with a rating."""
        rating = self.rating_w[k]
        with np.errstate(divide="ignore", invalid="ignore"):
            self.load_frac[:, k] = np.where(rating > 0, self.power_w[:, k] / rating, np.nan)

    def surroundings(self, tables: Tables) -> None:
        """Air around what has no temperature of its own: of its hall, or outside."""
        rooms = self._pivot(tables.get("loops"), "loop", "temperature_degc")
        site = tables.get("site")
        outside = np.full(self.periods, np.nan)
        if site is not None and len(site) == self.periods:
            outside = site.sort_values("time_s")["dry_bulb_degc"].to_numpy(float)
        for k, item in enumerate(self.items):
            if np.isnan(self.temperature_degc[:, k]).all():
                air = rooms.get(self.halls.get(item.place, ""), outside)
                self.temperature_degc[:, k] = air

    def power(self, tables: Tables, feeds: Sequence[FeedGroup]) -> None:
        """What the table of power components says, and who hangs on whom of them."""
        table = tables.get("power")
        columns = ("power_out_w", "energised_frac", "load_max_frac")
        out, live, most = (self._pivot(table, "component", name) for name in columns)
        for name, values in out.items():
            if name in self.at:
                k = self.at[name]
                self.power_w[:, k] = values
                self.live[:, k] = live[name]
                self.load_max[:, k] = most[name]
                self._share([k])
        for feed in feeds:
            if feed.domain == "electrical":
                self._fed(feed)

    def _fed(self, feed: FeedGroup) -> None:
        """Loads without a row have voltage while one of their supplies has."""
        known = [self.live[:, self.at[name]] for name in feed.sources if name in self.at]
        if not known or np.isnan(known).all():
            return
        share = np.nanmax(np.stack(known), axis=0)
        for name in feed.targets:
            k = self.at.get(name)
            if k is None or self.items[k].kind.endswith("rack"):
                continue
            if np.isnan(self.power_w[:, k]).all():
                self.live[:, k] = np.fmax(self.live[:, k], share)
                if self.items[k].kind == "switch":
                    self.load_frac[:, k] = self.live[:, k]

    def loops(self, tables: Tables) -> None:
        """Units share the heat of their loop, room or plant by their ratings."""
        table = tables.get("loops")
        if table is None:
            return
        heat, degc, flow = (
            self._pivot(table, "loop", name) for name in ("heat_w", "temperature_degc", "flow_frac")
        )
        kinds = dict(zip(table["loop"].astype(str), table["kind"].astype(str), strict=True))
        for loop, kind in kinds.items():
            units = [k for k, item in enumerate(self.items) if self._serves(item, loop, kind)]
            whole = self.rating_w[units].sum()
            if whole > 0:
                share = heat[loop] / whole
                self.power_w[:, units] = share[:, None] * self.rating_w[units]
                self.load_frac[:, units] = share[:, None]
            self.temperature_degc[:, units] = degc[loop][:, None]
            self._pumps([self.items[k].id for k in units], degc[loop], flow[loop])

    def _serves(self, item: Item, loop: str, kind: str) -> bool:
        if kind == "room":
            return item.kind == "crah" and self.halls.get(item.place) == loop
        return item.group == "Cooling" and is_member(item.id, loop) and item.kind != "pump"

    def _pumps(self, units: Sequence[str], degc: Grid, flow: Grid) -> None:
        for k, item in enumerate(self.items):
            if item.kind in ("pump", "water_pump") and item.parent in units:
                self.temperature_degc[:, k] = degc
                self.load_frac[:, k] = flow

    def inside(self) -> None:
        """What stands in a cabinet has the cabinet's air; pumps keep their coolant."""
        for k, item in enumerate(self.items):
            host = self.at.get(item.parent)
            if host is not None and item.kind not in ("pump", "water_pump"):
                self.temperature_degc[:, k] = self.temperature_degc[:, host]

    def words(self, series: Series) -> list[Words]:
        """What each period says of every item; None where no table does."""
        column = {rack: k for k, rack in enumerate(series.racks)}
        out: list[Words] = []
        for k, item in enumerate(self.items):
            if item.id in column:
                out.append((series.state[:, column[item.id]], None))
            elif np.isnan(live := self.live[:, k]).all():
                out.append(None)
            else:
                out.append((words_of(live, self.load_max[:, k]), live))
        return out

    def _pivot(self, table: pd.DataFrame | None, who: str, what: str) -> dict[str, Grid]:
        """One column of a table by name: (period,) in order of the periods of the racks."""
        if table is None or table.empty:
            return {}
        row = np.searchsorted(self.time_s, table["time_s"].to_numpy(float) - 1e-9)
        good = row < self.periods
        codes, names = pd.factorize(table[who].astype(str))
        grid = np.full((self.periods, len(names)), np.nan)
        grid[row[good], codes[good]] = table[what].to_numpy(float)[good]
        return {str(name): grid[:, k] for k, name in enumerate(names)}
