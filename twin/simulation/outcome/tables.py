"""From a run's integrals to its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import pandas as pd

from twin.analysis.battery_margin import battery_frame
from twin.analysis.drill_sheet import drill_sheet
from twin.analysis.witnesses import witnesses
from twin.facility.shifting import shift_rows
from twin.results import TABLES, empty
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.design_tables import electrical_frame, loading_frame
from twin.simulation.outcome.job_metrics import generations_frame, jobs_frame, stops_frame
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.time_tables import time_tables
from twin.simulation.outcome.token_balance import token_balance
from twin.tables import Table

HOUR_S = 3600.0


def tables(run: Disciplines, recorder: Recorder) -> dict[str, pd.DataFrame]:
    """Every declared table; those that compare with other runs are empty."""
    facility = run.world.facility
    found: dict[str, pd.DataFrame] = dict(facility.tables())
    found["loading"] = loading_frame(facility)
    found["electrical"] = electrical_frame(facility)
    found |= time_tables(run, recorder)
    found["batteries"] = battery_frame(facility, found["power"])
    found["jobs"] = jobs_frame(run)
    found["stops"] = stops_frame(run)
    found["shifts"] = pd.DataFrame(shift_rows(facility))
    found["generations"] = generations_frame(run)
    found["events"] = pd.DataFrame([asdict(event) for event in run.world.log])
    found["power_swings"] = pd.DataFrame(run.jobs.swings.rows())
    found["demand_response"] = pd.DataFrame(run.response.rows())
    found["lockouts"] = _lockouts(run)
    found["losses"] = losses(run)
    found["token_balance"] = token_balance(run)
    found["energy"] = _energy(run)
    found["drill_sheet"] = drill_sheet(facility, found)
    found["witnesses"] = pd.DataFrame(witnesses(facility))
    return {table.name: _shaped(table, found.get(table.name)) for table in TABLES}


def _shaped(table: Table, frame: pd.DataFrame | None) -> pd.DataFrame:
    """As declared; empty where there is nothing, or where other runs are needed to tell."""
    return empty(table) if frame is None or frame.empty else frame[list(table.names)]


def _lockouts(run: Disciplines) -> pd.DataFrame:
    tree = run.world.facility.power
    rows = [
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
    return pd.DataFrame(rows)


def losses(run: Disciplines) -> pd.DataFrame:
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
    return pd.DataFrame(rows)


def _energy(run: Disciplines) -> pd.DataFrame:
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
    return pd.DataFrame(
        [{"source": a, "target": b, "energy_j": float(e)} for a, b, e in rows if e > 0]
    )


def _by_kind(
    kinds: Iterable[str], energy_j: np.ndarray, prefix: str
) -> list[tuple[str, str, float]]:
    total: dict[str, float] = defaultdict(float)
    for kind, energy in zip(kinds, energy_j, strict=True):
        total[kind] += float(energy)
    return [("site", f"{prefix}{kind}", energy) for kind, energy in total.items()]
