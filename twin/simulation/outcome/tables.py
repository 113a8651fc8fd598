"""From a run's integrals to its tables and summary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.design_loading import loading_frame
from twin.facility.model import Facility
from twin.results import TABLES, empty
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.witnesses import witnesses
from twin.simulation.record.accounts import SITE
from twin.tables import Table

J_PER_KWH = 3.6e6
HOUR_S = 3600.0
WATER_KG_M3 = 1000.0
DIESEL_L_PER_KWH = 0.27
"""Fuel of a large standby set near 656 L/h at 2,500 kW; maker's figure from memory, assumed."""
DIESEL_KG_PER_L = 2.70
"""CO2 of a litre of diesel: 10.21 kg a US gallon, EPA emission factors."""
DIESEL_USD_PER_L = 1.0
"""Price of diesel; assumed."""


def tables(on: Disciplines, recorder: Recorder) -> dict[str, pd.DataFrame]:
    """Every declared table."""
    facility = on.world.facility
    found: dict[str, pd.DataFrame] = dict(facility.tables())
    racks = facility.racks
    tree = facility.power
    cooling = facility.cooling
    loops = [*cooling.loop_id, *cooling.hall_id, *(p.id for p in cooling.plants)]
    sizes = {"liquid": cooling.loop_id, "room": cooling.hall_id, "facility_water": cooling.plants}
    kinds = [kind for kind, members in sizes.items() for _ in members]
    services = [s.spec.name for s in on.traffic.services]
    found["loading"] = loading_frame(facility)
    found["site"] = _timed(recorder, "site", {})
    found["racks"] = _timed(recorder, "racks", {"rack": list(racks.id)})
    found["power"] = _timed(recorder, "power", {"component": list(tree.id[: tree.equipment])})
    found["loops"] = _timed(recorder, "loops", {"loop": loops, "kind": kinds})
    found["services"] = _timed(recorder, "services", {"service": services})
    found["jobs"] = _jobs(on)
    found["events"] = pd.DataFrame([vars(h) for h in on.world.log])
    found["losses"] = _losses(on)
    found["energy"] = _energy(on)
    found["witnesses"] = pd.DataFrame(witnesses(facility))
    return {table.name: _shaped(table, found[table.name]) for table in TABLES}


def _shaped(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(table.names)] if len(frame) else empty(table)


def _timed(recorder: Recorder, name: str, labels: dict[str, list[str]]) -> pd.DataFrame:
    """A time table: labels repeat within a period, time repeats over the labels."""
    columns = recorder.columns(name)
    periods = len(recorder.rows[name])
    each = len(next(iter(labels.values()))) if labels else 1
    if not periods or not each:
        return pd.DataFrame()
    head: dict[str, Any] = {"time_s": np.repeat(recorder.times_s, each)}
    head |= {key: values * periods for key, values in labels.items()}
    return pd.DataFrame(head | dict(columns))


def _jobs(on: Disciplines) -> pd.DataFrame:
    jobs = on.jobs
    lost: defaultdict[str, float] = defaultdict(float)
    for (_, _, work), tokens in on.losses.tokens.items():
        lost[work] += tokens
    return pd.DataFrame(
        [
            {
                "job": job.name,
                "kind": job.kind,
                "nodes": job.nodes,
                "gpus": job.gpus,
                "submitted_s": job.submit_s,
                "started_s": job.started_s,
                "finished_s": job.finished_s,
                "state": job.phase.name.lower(),
                "progress_frac": float(jobs.done_s[j] / job.work_s)
                if np.isfinite(job.work_s)
                else np.nan,
                "tokens": float(jobs.done_s[j] * job.tokens_per_s),
                "tokens_lost": lost[job.name],
                "restarts": job.restarts,
                "checkpoints": job.checkpoints,
                "gpu_hours": float(jobs.holding_s[j] * job.gpus / HOUR_S),
            }
            for j, job in enumerate(jobs.jobs)
        ]
    )


def _losses(on: Disciplines) -> pd.DataFrame:
    price = {w.name: getattr(w, "token_price", 0.0) for w in on.world.facility.scenario.workload}
    keys = sorted(set(on.losses.tokens) | set(on.losses.gpu_s))
    return pd.DataFrame(
        [
            {
                "cause": cause,
                "rack": rack,
                "workload": work,
                "tokens": on.losses.tokens.get((cause, rack, work), 0.0),
                "gpu_hours": on.losses.gpu_s.get((cause, rack, work), 0.0) / HOUR_S,
                "usd": on.losses.tokens.get((cause, rack, work), 0.0) * price.get(work, 0.0),
            }
            for cause, rack, work in keys
        ]
    )


def _energy(on: Disciplines) -> pd.DataFrame:
    """Sources into the site; the site into racks, cooling by kind, losses by kind and batteries."""
    site = dict(zip(SITE, on.accounts.site, strict=True))
    rows = [
        ("utility", "site", site["utility"]),
        ("generators", "site", site["generator"]),
        ("batteries", "site", site["battery_out"]),
        ("site", "racks", site["it"]),
        *_by_kind(on.plants.units.kind, on.accounts.unit, ""),
        *_by_kind(on.supply.tree.kind, on.accounts.power[3], "loss: "),
        ("site", "battery charge", site["battery_in"]),
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


def prices(facility: Facility) -> tuple[float, float]:
    """USD a joule and kg CO2e a joule of the scenario's grid."""
    tariff = facility.tariff
    return tariff.price_usd_per_j.at(0.0), tariff.carbon_kg_per_j.at(0.0)


def summary(on: Disciplines, wall_s: float) -> dict[str, Any]:
    """The headline numbers, SI with the unit in the key."""
    site = {k: float(v) for k, v in zip(SITE, on.accounts.site, strict=True)}
    made = on.traffic.tokens() + on.jobs.tokens()
    bought = site["utility"] + site["generator"]
    used = bought + site["battery_out"] - site["battery_in"]
    price, carbon = prices(on.world.facility)
    diesel_kwh = site["generator"] / J_PER_KWH
    water_usd = site["water_kg"] / WATER_KG_M3 * on.world.facility.scenario.site.water_price
    return {
        "tokens_total": made,
        "tokens_inference": on.traffic.tokens(),
        "tokens_training": on.jobs.tokens(),
        "tokens_per_s_mean": _ratio(made, on.world.now_s),
        "energy_utility_j": site["utility"],
        "energy_generator_j": site["generator"],
        "energy_it_j": site["it"],
        "energy_cooling_j": site["cooling"],
        "energy_loss_j": site["loss"],
        "energy_facility_j": used,
        "power_it_mean_w": _ratio(site["it"], on.world.now_s),
        "pue": _ratio(used, site["it"]),
        "wue_l_per_kwh": _ratio(site["water_kg"], site["it"] / J_PER_KWH),
        "joules_per_token_facility": _ratio(used, made),
        "jobs_completed": sum(not np.isnan(job.finished_s) for job in on.jobs.jobs),
        "jobs_submitted": len(on.jobs.jobs),
        "gpu_hours_busy": site["gpus_busy"] / HOUR_S,
        "gpu_hours_throttled": site["gpus_throttled"] / HOUR_S,
        "tokens_lost_by_fault": on.losses.total_tokens,
        "usd_lost_by_fault": float(_losses(on)["usd"].sum()) if on.losses.tokens else 0.0,
        "requests": sum(s.totals["requests"] for s in on.traffic.services),
        "tokens_dropped": sum(s.totals["dropped"] for s in on.traffic.services),
        "cost_usd": site["utility"] * price
        + diesel_kwh * DIESEL_L_PER_KWH * DIESEL_USD_PER_L
        + water_usd,
        "carbon_kg": site["utility"] * carbon + diesel_kwh * DIESEL_L_PER_KWH * DIESEL_KG_PER_L,
        "rack_hours_above_inlet_limit": on.inlet_air.rack_hours,
        "events": on.world.events,
        "simulated_s": on.world.now_s,
        "wall_s": wall_s,
        "energy_balance_residual_frac": on.accounts.electrical_residual_frac(),
        "heat_balance_residual_frac": on.heat.residual_frac(),
    }


def warnings(on: Disciplines) -> list[str]:
    """What a reader should know about this run before trusting it."""
    plants = on.plants
    said = list(on.world.facility.warnings())
    for count, what in (
        (plants.clipped, "hotter air or colder water than they know: power is understated"),
        (plants.safely_clipped, "milder air or warmer water than they know: power is overstated"),
    ):
        if count:
            said.append(
                f"chillers worked outside their curves in {count / plants.scans:.0%} of the scans, with {what}"
            )
    if on.inlet_air.rack_hours:
        said.append(
            f"racks stood {on.inlet_air.rack_hours:,.1f} rack hours in air above their inlet limit"
        )
    return said


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else float("nan")
