"""From a run's integrals to its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from twin.analysis.battery_margin import battery_margins
from twin.analysis.drill_sheet import drill_sheet
from twin.analysis.witnesses import witnesses
from twin.facility.model import Facility
from twin.facility.shifting import shift_rows
from twin.physics.load_step import verdict
from twin.results import TABLES, Columns, Frames
from twin.results.parts import ResultParts
from twin.results.tables import (
    BATTERIES,
    COMPONENTS,
    CRITICAL_PATHS,
    DEMAND_RESPONSE,
    DRILL_SHEET,
    EDGES,
    ELECTRICAL,
    ENERGY,
    EVENTS,
    GENERATIONS,
    HALLS,
    JOBS,
    LOAD_STEPS,
    LOADING,
    LOCKOUTS,
    LOSSES,
    POWER,
    POWER_SWINGS,
    SHIFTS,
    STOPS,
    TOKEN_BALANCE,
    WITNESSES,
)
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.critical_paths import critical_paths_table
from twin.simulation.outcome.design_tables import electrical_table, loading_table
from twin.simulation.outcome.job_metrics import generations_table, jobs_table, stops_table
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.time_tables import Make, time_tables
from twin.simulation.outcome.token_balance import token_balance
from twin.tables import Table

HOUR_S = 3600.0
Row = dict[str, Any]


def tables(
    run: Disciplines, recorder: Recorder, parts: ResultParts | None = None
) -> dict[str, Columns]:
    """Every declared table; those that compare with other runs are empty.

    parts   takes down which could not be made, and stand empty; without it a fault in one is raised
    """
    found = {table.name: Columns.of(table, {}) for table in TABLES}
    for table, make in _makers(run, recorder, found):
        empty = found[table.name]
        found[table.name] = parts.of(f"the table {table.name}", make, empty) if parts else make()
    return found


def _makers(
    run: Disciplines, recorder: Recorder, found: dict[str, Columns]
) -> Iterator[tuple[Table, Make]]:
    """Each table with what makes it, and may look at those found before it."""
    facility = run.world.facility
    world = run.world
    yield from _standing(facility)
    yield LOADING, lambda: loading_table(facility)
    yield ELECTRICAL, lambda: electrical_table(facility)
    yield from time_tables(run, recorder)
    yield BATTERIES, lambda: battery_margins(facility, found[POWER.name])
    yield JOBS, lambda: jobs_table(run)
    yield STOPS, lambda: stops_table(run)
    yield CRITICAL_PATHS, lambda: critical_paths_table(run)
    yield GENERATIONS, lambda: generations_table(run)
    yield SHIFTS, lambda: Columns.of_rows(SHIFTS, shift_rows(facility))
    yield EVENTS, lambda: Columns.of_rows(EVENTS, [asdict(event) for event in world.log])
    yield POWER_SWINGS, lambda: Columns.of_rows(POWER_SWINGS, run.jobs.swings.rows())
    yield DEMAND_RESPONSE, lambda: Columns.of_rows(DEMAND_RESPONSE, run.response.rows())
    yield LOCKOUTS, lambda: Columns.of_rows(LOCKOUTS, _lockouts(run))
    yield LOAD_STEPS, lambda: Columns.of_rows(LOAD_STEPS, _load_steps(run))
    yield LOSSES, lambda: losses(run)
    yield TOKEN_BALANCE, lambda: token_balance(run)
    yield ENERGY, lambda: Columns.of_rows(ENERGY, _energy(run))
    yield WITNESSES, lambda: Columns.of_rows(WITNESSES, witnesses(facility))
    yield DRILL_SHEET, lambda: _drill_sheet(facility, found)


def _standing(facility: Facility) -> Iterator[tuple[Table, Make]]:
    """What stands there, whatever happens."""
    held = facility.columns()
    for table in (COMPONENTS, EDGES, HALLS):
        yield table, partial(Columns.of, table, held[table.name])


def _drill_sheet(facility: Facility, found: dict[str, Columns]) -> Columns:
    return Columns.of_rows(DRILL_SHEET, drill_sheet(facility, Frames(found)))


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


def _load_steps(run: Disciplines) -> list[Row]:
    tree = run.world.facility.power
    return [
        {
            "time_s": time_s,
            "component": tree.id[int(first)],
            "machines": int(machines),
            "step_w": step_w,
            "accepted_w": accepted_w,
            "frequency_nadir_hz": nadir_hz,
            "recovery_s": recovery_s if np.isfinite(recovery_s) else np.nan,
            "verdict": verdict(tree.performance_class[int(first)], step_w, accepted_w, recovery_s),
            "shed_w": shed_w,
            "machines_trip_s": trip_s if np.isfinite(trip_s) else np.nan,
        }
        for time_s, first, machines, step_w, accepted_w, nadir_hz, recovery_s, shed_w, trip_s in (
            run.world.state.supply.island_steps
        )
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
        ("site", "other loads", site["other"]),
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
