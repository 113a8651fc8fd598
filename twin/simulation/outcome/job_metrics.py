"""Jobs, one row each, and what schedulers are judged by.

Bounded slowdown after Feitelson and Rudolph (JSSPP 1998); fairness after Jain, Chiu and Hawe (DEC
TR-301, 1984), over users by their mean bounded slowdown. Both stand twice: from the first start,
and over the time on nodes, which sees what waits again after a preemption.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

import numpy as np

from twin.arrays import Array, total_by
from twin.results import Columns
from twin.results.tables import GENERATIONS, JOBS, STOPS
from twin.simulation.disciplines import Disciplines
from twin.simulation.jobs.phase import ENDED, Phase
from twin.workload.graph import follows

HOUR_S = 3600.0
BOUND_S = 10.0
"""Shorter jobs count as this long: a second of waiting is no slowdown of ten."""


def jobs_table(run: Disciplines) -> Columns:
    """The table `jobs`."""
    own = run.jobs.own
    jobs = run.jobs.jobs
    lost: defaultdict[str, float] = defaultdict(float)
    for (_, _, work), tokens in run.losses.own.tokens.items():
        lost[work] += tokens
    finite = np.isfinite(own.work_s)
    progress = np.where(finite, own.done_s / np.where(finite, own.work_s, 1.0), np.nan)
    columns = {
        "job": [job.name for job in jobs],
        "kind": [job.kind for job in jobs],
        "user": [job.user for job in jobs],
        "nodes": [job.nodes for job in jobs],
        "gpus": own.gpus,
        "submitted_s": _submitted_s(run),
        "eligible_s": own.eligible_s,
        "started_s": own.started_s,
        "finished_s": own.finished_s,
        "wait_s": _waits_s(run),
        "slowdown": _slowdowns(run),
        "holding_s": own.holding_s,
        "slowdown_by_holding": _slowdowns_by_holding(run),
        "state": [Phase(phase).name.lower() for phase in own.phase],
        "progress_frac": progress,
        "tokens": own.done_s * own.tokens_per_s,
        "tokens_lost": [lost[job.name] for job in jobs],
        "restarts": own.restarts,
        "preemptions": own.preemptions,
        "checkpoints": own.checkpoints,
        "gpu_hours": own.holding_s * own.gpus / HOUR_S,
        "energy_j": own.energy_j,
    }
    return Columns.of(JOBS, columns)


def generations_table(run: Disciplines) -> Columns:
    """The table `generations`."""
    jobs = jobs_table(run)
    at = {name: j for j, name in enumerate(jobs["job"])}
    told_of = ("finished_s", "gpu_hours", "energy_j")
    rows = []
    for work in run.world.facility.scenario.workload:
        for row in work.generation_rows():
            told = {key: jobs[key][at[row.job]] for key in told_of}
            planned = {k: v for k, v in asdict(row).items() if k not in ("number", "job")}
            rows.append({"workload": work.name, "generation": row.number, **planned, **told})
    return Columns.of_rows(GENERATIONS, rows)


def _waits_s(run: Disciplines) -> Array:
    """(job,) from joining the queue to the first start."""
    return run.jobs.own.started_s - run.jobs.own.eligible_s


def _submitted_s(run: Disciplines) -> Array:
    """(job,) those who have not come yet by when they will, where it is known."""
    planned = [np.nan if follows(job) else job.submit_s for job in run.jobs.jobs]
    return np.where(np.isnan(run.jobs.own.submitted_s), planned, run.jobs.own.submitted_s)


def _slowdowns(run: Disciplines) -> Array:
    """(job,) bounded slowdown; nan where a job did not end."""
    own = run.jobs.own
    whole_s = own.finished_s - own.eligible_s
    ran_s = own.finished_s - own.started_s
    return np.maximum(whole_s, BOUND_S) / np.maximum(ran_s, BOUND_S)


def _slowdowns_by_holding(run: Disciplines) -> Array:
    """(job,) bounded slowdown over the time for which a job held nodes, as the field has it: what
    waits after a preemption or a fault counts as waiting; nan where a job did not end.
    """
    own = run.jobs.own
    whole_s = own.finished_s - own.eligible_s
    return np.maximum(whole_s, BOUND_S) / np.maximum(own.holding_s, BOUND_S)


def queue_metrics(run: Disciplines) -> dict[str, float]:
    """Headline numbers of the queue; 0 where no job tells.

    Node time is useful that completed and running jobs worked: not what failed, cancelled or
    stopped jobs held, nor what was done twice or waited.
    """
    own = run.jobs.own
    nodes = np.array([job.nodes for job in run.jobs.jobs], dtype=float)
    nodes *= run.jobs.parts.node_shares(range(nodes.size), own.held)
    held_s = nodes * own.holding_s
    done_s = np.where(np.isfinite(own.work_s), own.done_s, own.kept_s)
    going = np.isin(own.phase, (Phase.COMPLETED, Phase.RUNNING, Phase.CHECKPOINTING))
    there_s = float(run.world.facility.racks.node_count) * run.world.now_s
    ended = int(np.isin(own.phase, ENDED).sum())
    useful_s = float((nodes * np.minimum(done_s, own.holding_s))[going].sum())
    return {
        "jobs_ended": ended,
        "job_wait_mean_s": _mean(_waits_s(run)),
        "job_wait_p95_s": _p95(_waits_s(run)),
        "job_slowdown_mean": _mean(_slowdowns(run)),
        "job_fairness_jain": _fairness(run, _slowdowns(run)),
        "job_slowdown_by_holding_mean": _mean(_slowdowns_by_holding(run)),
        "job_fairness_by_holding_jain": _fairness(run, _slowdowns_by_holding(run)),
        "job_energy_mean_j": _mean(own.energy_j[~np.isnan(own.finished_s)]),
        "nodes_allocated_frac": float(held_s.sum()) / there_s if there_s else 0.0,
        "nodes_useful_frac": useful_s / there_s if there_s else 0.0,
    }


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else 0.0


def _p95(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(np.percentile(known, 95)) if known.size else 0.0


def _fairness(run: Disciplines, slowdown: Array) -> float:
    """Jain's index over users by mean slowdown (job,): 1 where all wait alike, 1/n where one
    waits.
    """
    known = ~np.isnan(slowdown)
    if not known.any():
        return 0.0
    user = run.jobs.turns.user[known]
    count = int(user.max()) + 1
    jobs = total_by(user, np.ones(user.size), count)
    mean = total_by(user, slowdown[known], count)[jobs > 0] / jobs[jobs > 0]
    return float(mean.sum() ** 2 / (mean.size * (mean**2).sum()))


def stops_table(run: Disciplines) -> Columns:
    """The table `stops`, the most frequent of each job first."""
    own = run.jobs.own
    index = {job.name: j for j, job in enumerate(run.jobs.jobs)}
    of_job: defaultdict[str, float] = defaultdict(float)
    for (job, _), count in own.stops.items():
        of_job[job] += count
    ordered = sorted(own.stops, key=lambda key: (index[key[0]], -own.stops[key], key[1]))
    rows = [
        {
            "job": job,
            "component": component,
            "stops": int(own.stops[job, component]),
            "stops_frac": own.stops[job, component] / of_job[job],
            "work_lost_s": own.stops_lost_s[job, component],
            "tokens_lost": own.stops_lost_tokens[job, component],
        }
        for job, component in ordered
    ]
    return Columns.of_rows(STOPS, rows)
