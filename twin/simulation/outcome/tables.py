"""From a run's integrals to its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from twin.analysis.battery_margin import battery_margins
from twin.analysis.drill_sheet import drill_sheet
from twin.analysis.witnesses import witnesses
from twin.facility.model import Facility
from twin.facility.shifting import shift_rows
from twin.results import TABLES, Columns, Frames
from twin.results.tables import (
    COMPONENTS,
    DEMAND_RESPONSE,
    DRILL_SHEET,
    EDGES,
    ENERGY,
    EVENTS,
    HALLS,
    LOCKOUTS,
    LOSSES,
    POWER,
    POWER_SWINGS,
    SHIFTS,
    WITNESSES,
)
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.critical_paths import critical_paths_table
from twin.simulation.outcome.design_tables import electrical_table, loading_table
from twin.simulation.outcome.job_metrics import generations_table, jobs_table, stops_table
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.time_tables import time_tables
from twin.simulation.outcome.token_balance import token_balance

HOUR_S = 3600.0
Row = dict[str, Any]


def tables(run: Disciplines, recorder: Recorder) -> dict[str, Columns]:
    """Every declared table; those that compare with other runs are empty."""
    facility = run.world.facility
    timed = time_tables(run, recorder)
    drawn = [
        *_standing(facility),
        loading_table(facility),
        electrical_table(facility),
        *timed,
        battery_margins(facility, next(table for table in timed if table.table is POWER)),
        jobs_table(run),
        stops_table(run),
        critical_paths_table(run),
        generations_table(run),
        Columns.of_rows(SHIFTS, shift_rows(facility)),
        Columns.of_rows(EVENTS, [asdict(event) for event in run.world.log]),
        Columns.of_rows(POWER_SWINGS, run.jobs.swings.rows()),
        Columns.of_rows(DEMAND_RESPONSE, run.response.rows()),
        Columns.of_rows(LOCKOUTS, _lockouts(run)),
        losses(run),
        token_balance(run),
        Columns.of_rows(ENERGY, _energy(run)),
        Columns.of_rows(WITNESSES, witnesses(facility)),
    ]
    found = {table.name: Columns.of(table, {}) for table in TABLES}
    found |= {columns.table.name: columns for columns in drawn}
    found[DRILL_SHEET.name] = Columns.of_rows(DRILL_SHEET, drill_sheet(facility, Frames(found)))
    return found


def _standing(facility: Facility) -> list[Columns]:
    """What stands there, whatever happens."""
    held = facility.columns()
    return [Columns.of(table, held[table.name]) for table in (COMPONENTS, EDGES, HALLS)]


def _lockouts(run: Disciplines) -> list[Row]:
    tree = run.world.facility.power
    return [
        {
            "time_s": time_s,
            "component": tree.id[int(p)],
            "counted": int(tree.ups.lockout_count[int(p)]),
            "within_s": within_s,
            "load_w": load_w,
            "locked_out_w": locked_w,
        }
        for time_s, p, within_s, load_w, locked_w in run.world.state.ups.lockouts
    ]


def losses(run: Disciplines) -> Columns:
    """Tokens, GPU hours and dollars lost by cause, rack and workload."""
    price = {work.name: work.usd_per_token for work in run.world.facility.scenario.workload}
    own = run.losses.own
    rows = [
        {
            "cause": str(key[0]),
            "rack": key[1],
            "workload": key[2],
            "tokens": own.tokens.get(key, 0.0),
            "gpu_hours": own.gpu_s.get(key, 0.0) / HOUR_S,
            "usd": own.tokens.get(key, 0.0) * price.get(key[2], 0.0),
        }
        for key in sorted(set(own.tokens) | set(own.gpu_s))
    ]
    return Columns.of_rows(LOSSES, rows)


def _energy(run: Disciplines) -> list[Row]:
    """Sources into the site; the site into racks, cooling by kind, losses by kind and batteries."""
    site = run.accounts.site_totals()
    rows = [
        ("utility", "site", site["utility"]),
        ("generators", "site", site["generator"]),
        ("solar", "site", site["solar"]),
        ("batteries", "site", site["battery_out"]),
        ("site", "racks", site["it"]),
        *_by_kind(run.units.units.kind, run.accounts.own.unit_j, ""),
        *_by_kind(run.supply.tree.kind, run.accounts.own.power[3], "loss: "),
        ("site", "battery charge", site["battery_in"]),
        ("site", "utility", site["export"]),
    ]
    return [{"source": a, "target": b, "energy_j": float(e)} for a, b, e in rows if e > 0]


def _by_kind(
    kinds: Iterable[str], energy_j: np.ndarray, prefix: str
) -> list[tuple[str, str, float]]:
    total: dict[str, float] = defaultdict(float)
    for kind, energy in zip(kinds, energy_j, strict=True):
        total[kind] += float(energy)
    return [("site", f"{prefix}{kind}", energy) for kind, energy in total.items()]
