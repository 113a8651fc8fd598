"""What electricity costs and emits over a run: from a grid region, two constants or a file."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.catalogue.rows import GridRegion
from twin.errors import InputError
from twin.facility.ledger import Ledger
from twin.findings import Finding, FindingCode
from twin.physics.tariff import (
    NO_RATCHET,
    DemandMeter,
    Ratchet,
    Steps,
    Tariff,
    WindowCharge,
    steady,
)
from twin.scenario.schema import GridFile, Scenario, SteadyGrid
from twin.scenario.schema.site import DemandWindow
from twin.scenario.series import GridRows, read_content, read_grid

J_PER_KWH = 3.6e6
HOUR_S = 3600.0
DAY_S = 86_400.0
WEEKEND = 5
"""Days after Monday."""
_FILE = ("site", "grid", "file")
METER_INTERVAL_S = 900.0
"""Demand is metered over 15 minutes where the scenario says nothing else."""


def tariff(ledger: Ledger) -> Tariff | None:
    """The tariff of the scenario's site; problems are noted in the ledger."""
    grid = ledger.scenario.site.grid
    if not isinstance(grid, str):
        ledger.remarks += _without_effect(grid)
        _named_once(ledger, grid)
    found = _priced(ledger, grid)
    if found is not None:
        ledger.remarks += _never_metered(found)
    return found


def _priced(ledger: Ledger, grid: str | SteadyGrid | GridFile) -> Tariff | None:
    """Prices and carbon as the grid states them, with the meter."""
    scenario = ledger.scenario
    if isinstance(grid, GridFile):
        rows = _rows(ledger, grid)
        if rows is None:
            return None
        price = Steps(rows.time_s, rows.price_usd_per_j)
        carbon = Steps(rows.time_s, rows.carbon_kg_per_j)
        return _metered(scenario, price, carbon)
    if isinstance(grid, SteadyGrid):
        return _metered(scenario, steady(grid.price), steady(grid.carbon))
    known = scenario.catalogue.rows(GridRegion)
    if grid not in known:
        ledger.unknown(("site", "grid"), grid, known, "one of the catalogue's grids")
        return None
    row = known[grid]
    return _metered(
        scenario,
        steady(row.price_usd_per_kwh / J_PER_KWH),
        steady(row.carbon_kg_per_kwh / J_PER_KWH),
    )


def _without_effect(grid: SteadyGrid | GridFile) -> Iterator[Finding]:
    """What is stated of demand and needs what is not."""
    lacks = (
        ("demand_before", grid.demand_before, "demand_ratchet", grid.demand_ratchet),
        ("demand_ratchet", grid.demand_ratchet, "demand_charge", grid.demand_charge),
    )
    for name, stated, needed, there in lacks:
        if stated and not there:
            says = f"bills nothing without a {needed}"
            yield Finding(FindingCode.CHANGES_NOTHING, name, says, ("site", "grid", name))


def _named_once(ledger: Ledger, grid: SteadyGrid | GridFile) -> None:
    """Note windows that share a name."""
    names = [one.name for one in grid.demand_windows]
    for n, name in enumerate(names):
        if name in names[:n]:
            at = ("site", "grid", "demand_windows", n, "name")
            ledger.complain(at, repr(name), "a name of its own for each window")


def _never_metered(tariff: Tariff) -> Iterator[Finding]:
    """Windows of which the run has no interval."""
    for n, one in enumerate(tariff.windows):
        if not one.counts.any():
            says = "the run has no hour of this window: its charge is in no bill, nor in a year's"
            at = ("site", "grid", "demand_windows", n)
            yield Finding(FindingCode.NEVER_HAPPENS, one.name, says, at)


def _rows(ledger: Ledger, grid: GridFile) -> GridRows | None:
    """The rows of a grid file that covers the run, or None where that is a problem."""
    scenario = ledger.scenario
    path = Path(grid.file)
    try:
        rows = read_grid(read_content(path), path, scenario.start, scenario.horizon)
    except InputError as error:
        ledger.problems += error.problems
        return None
    if rows.time_s[0] > 0:
        lacks = f"no price for the first {rows.time_s[0] / HOUR_S:g} h"
        ledger.complain(_FILE, lacks, "a first row at or before the start")
    ledger.covers(_FILE, "prices", rows.time_s, rows.step_s)
    ledger.remarks += (
        Finding(FindingCode.FILLED_IN, path.name, text, _FILE) for text in rows.warnings
    )
    return rows


def _metered(scenario: Scenario, price: Steps, carbon: Steps) -> Tariff:
    site = scenario.site
    charge = 0.0
    interval_s = METER_INTERVAL_S
    ratchet = NO_RATCHET
    if not isinstance(site.grid, str):
        charge = site.grid.demand_charge
        interval_s = site.grid.demand_interval
        ratchet = Ratchet(site.grid.demand_ratchet, site.grid.demand_before)
    since_midnight_s = _since_midnight_s(scenario.start)
    meter = DemandMeter(interval_s, since_midnight_s % interval_s, scenario.horizon)
    month, share = _months(scenario.start, meter)
    stated = () if isinstance(site.grid, str) else site.grid.demand_windows
    windows = tuple(_window(one, scenario.start, meter, month) for one in stated)
    return Tariff(price, carbon, meter, charge, month, share, ratchet, windows)


def _window(
    stated: DemandWindow, start: datetime, meter: DemandMeter, month: NDArray[np.int64]
) -> WindowCharge:
    """Which intervals of the meter count in a window."""
    clock_s = _since_midnight_s(start) + meter.edges_s[:-1]
    weekday = (start.weekday() + (clock_s // DAY_S).astype(np.int64)) % 7
    clock_s %= DAY_S
    after = clock_s >= stated.begins
    before = clock_s < stated.ends
    hours = after & before if stated.begins < stated.ends else after | before
    season = np.isin((start.month - 1 + month) % 12 + 1, stated.months)
    days = {"all": weekday >= 0, "weekdays": weekday < WEEKEND, "weekends": weekday >= WEEKEND}
    counts = hours & season & days[stated.days]
    return WindowCharge(stated.name, stated.price, counts, len(stated.months))


def _since_midnight_s(start: datetime) -> float:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return (start - midnight).total_seconds()


def _months(start: datetime, meter: DemandMeter) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Calendar month of each interval, and the share of each month that the run covers."""
    first = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins_s = [(first - start).total_seconds()]
    while begins_s[-1] < meter.horizon_s:
        first = _next_month(first)
        begins_s.append((first - start).total_seconds())
    edges_s = np.array(begins_s)
    covered_s = np.diff(edges_s.clip(0.0, meter.horizon_s))
    month = np.searchsorted(edges_s, meter.edges_s[:-1], side="right") - 1
    return month.astype(np.int64), covered_s / np.diff(edges_s)


def _next_month(first: datetime) -> datetime:
    return first + timedelta(days=monthrange(first.year, first.month)[1])
