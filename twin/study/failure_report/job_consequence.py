"""What failures cost in tokens: an hour of nothing, and every start from a checkpoint, a year."""

from __future__ import annotations

from typing import Any

from twin.analysis.redundancy_report import RedundancyReport
from twin.facility.model import Facility
from twin.physics.reliability.gates import HOURS_PER_YEAR

Row = dict[str, Any]
_LISTED = 20
_INTERVAL_S = 1800.0
_RESTART_S = 300.0


def job_consequence(facility: Facility, report: RedundancyReport, tokens_per_s: float) -> Row:
    """Expected loss a year of each listed cut set, worst first, and of all of them.

    Two parts that are not one: what the GPUs that are down do not make while they are, and what
    every event takes from the whole gang, half a checkpoint interval and a restart. The first goes
    by the cut set's probability, the second by its frequency.
    tokens_per_s  made at full load
    """
    repairs = {row["component"]: 1.0 / row["mttr_h"] for row in report.component_reliability}
    gpus = max(facility.racks.gpu_count, 1)
    begun_again_s = restart_s(facility)
    rows = []
    for row in report.cut_set_rows:
        per_year = row["probability"] * sum(repairs[n] for n in row["components"]) * HOURS_PER_YEAR
        down_s = row["probability"] * HOURS_PER_YEAR * 3600.0
        hit = row["gpus"] > 0
        rows.append(
            {
                "components": row["components"],
                "events_per_year": per_year,
                "gpus": row["gpus"],
                "tokens_not_made_per_year": down_s * tokens_per_s * row["gpus"] / gpus,
                "tokens_restarting_per_year": per_year * begun_again_s * tokens_per_s * hit,
            }
        )
    rows.sort(key=lambda row: -_both(row))
    return {
        "tokens_per_s": tokens_per_s,
        "restart_s": begun_again_s,
        "rows": rows[:_LISTED],
        "tokens_not_made_per_year": sum(row["tokens_not_made_per_year"] for row in rows),
        "tokens_restarting_per_year": sum(row["tokens_restarting_per_year"] for row in rows),
        "usd_per_token": _usd_per_token(facility),
    }


def _both(row: Row) -> float:
    return float(row["tokens_not_made_per_year"] + row["tokens_restarting_per_year"])


def restart_s(facility: Facility) -> float:
    """Work lost at each restart of a gang, the loading of its checkpoint not counted."""
    for work in facility.scenario.workload:
        stated = getattr(work, "checkpoint_interval", None)
        interval_s = getattr(work, "checkpoint_interval_s", stated)
        if interval_s is not None:
            return float(interval_s) / 2 + float(getattr(work, "restart_delay", _RESTART_S))
    return _INTERVAL_S / 2 + _RESTART_S


def _usd_per_token(facility: Facility) -> float:
    """Highest price that a workload of the scenario states; 0 where none does."""
    return max((work.usd_per_token for work in facility.scenario.workload), default=0.0)
