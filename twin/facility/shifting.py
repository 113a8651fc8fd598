"""When jobs that can wait run, by the forecast of their site's grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from twin.facility.model import Facility
from twin.physics.shifting import Shifted, at_once, forecast, saving_frac, shifted
from twin.physics.tariff import Steps
from twin.seeds import stream
from twin.workload import Job


@dataclass(frozen=True)
class ShiftPlan:
    """Of one job: the run that was asked for, and the one that is to be."""

    asked: Shifted
    run: Shifted
    by: str
    forecast_error_frac: float


_PLANS: WeakKeyDictionary[Facility, dict[str, ShiftPlan]] = WeakKeyDictionary()


def shift_plans(facility: Facility) -> dict[str, ShiftPlan]:
    """By job, for those that can wait; worked out once a facility."""
    if facility not in _PLANS:
        scenario = facility.scenario
        jobs = [job for work in scenario.workload for job in work.jobs(scenario.seed)]
        seen: dict[tuple[str, float], Steps] = {}
        _PLANS[facility] = {job.name: _plan(facility, job, seen) for job in jobs if job.shift}
    return _PLANS[facility]


def _plan(facility: Facility, job: Job, seen: dict[tuple[str, float], Steps]) -> ShiftPlan:
    rule = job.shift
    assert rule is not None
    key = (rule.by, rule.forecast_error)
    if key not in seen:
        draw = stream(facility.scenario.seed, "forecast", rule.by)
        seen[key] = forecast(signal(facility, rule.by), rule.forecast_error, draw)
    asked = at_once(job.submit_s, job.work_s)
    end_s = rule.latest_end_s(job.submit_s, job.work_s)
    end_s = max(min(end_s, facility.scenario.horizon), job.submit_s + job.work_s)
    run = shifted(seen[key], job.work_s, job.submit_s, end_s, rule.interruptible)
    return ShiftPlan(asked, run, rule.by, rule.forecast_error)


def signal(facility: Facility, by: str) -> Steps:
    """Price or carbon intensity of the site's grid, per joule."""
    tariff = facility.tariff
    return tariff.carbon_kg_per_j if by == "carbon" else tariff.price_usd_per_j


def shift_rows(facility: Facility) -> list[dict[str, Any]]:
    """One row a job that can wait: what it was to save, by the signal as it was."""
    rows = []
    for name, plan in shift_plans(facility).items():
        own = signal(facility, plan.by)
        rows.append(
            {
                "job": name,
                "by": plan.by,
                "asked_s": float(plan.asked.begin_s[0]),
                "begin_s": float(plan.run.begin_s[0]),
                "end_s": float(plan.run.end_s[-1]),
                "pieces": int(np.size(plan.run.begin_s)),
                "forecast_error_frac": plan.forecast_error_frac,
                "carbon_saved_frac": _saved(facility, "carbon", plan),
                "price_saved_frac": _saved(facility, "price", plan),
                "signal_saved_frac": saving_frac(own, plan.run, plan.asked),
            }
        )
    return rows


def _saved(facility: Facility, by: str, plan: ShiftPlan) -> float:
    return saving_frac(signal(facility, by), plan.run, plan.asked)
