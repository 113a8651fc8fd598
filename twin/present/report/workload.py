"""Workload chapter: what was asked, what was served, which jobs came to an end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from twin.present.blocks import Block, Grid, Section, grid, spaced, words
from twin.quantities import clock, count, counted, duration, figures, number, percent, tokens
from twin.results import Result
from twin.results.enums import Cause


def section(result: Result) -> Section:
    """Services and jobs."""
    services = _services(result)
    jobs = result.frame("jobs")
    blocks: list[Block] = []
    if len(services):
        blocks = [_service_grid(services), _latency_grid(_users_saw(result))]
    if len(jobs):
        blocks.append(_job_grid(jobs))
    stops = result.frame("stops")
    if len(stops):
        blocks.append(_stop_grid(stops))
    paths = result.frame("critical_paths")
    if len(paths):
        blocks.append(_path_grid(_longest(paths)))
    return Section("Workload", _says(services, jobs) + _bounds(paths), blocks)


def _services(result: Result) -> pd.DataFrame:
    """One row a service over the whole run; time per token weighted by tokens served."""
    held = result.frame("services")
    held = held.assign(spent_s=held["time_per_token_s"].fillna(0.0) * held["tokens_served"])
    frame = held.groupby("service", sort=False).agg(
        requests=("requests", "sum"),
        asked=("tokens_asked", "sum"),
        served=("tokens_served", "sum"),
        dropped=("tokens_dropped", "sum"),
        waiting=("tokens_waiting", "last"),
        used=("utilisation_frac", "mean"),
        spent_s=("spent_s", "sum"),
    )
    frame["served_frac"] = frame["served"] / frame["asked"].where(frame["asked"] > 0)
    frame["ms"] = 1e3 * frame["spent_s"] / frame["served"].where(frame["served"] > 0)
    return frame.reset_index()


def _users_saw(result: Result) -> pd.DataFrame:
    """One row a service: percentiles weighted by requests over periods, and the worst of them."""
    held = result.frame("services")
    rows = [_one_saw(name, own) for name, own in held.groupby("service", sort=False)]
    return pd.DataFrame(rows)


def _one_saw(name: object, own: pd.DataFrame) -> dict[str, object]:
    served = float(own["tokens_served"].sum())
    reads = float(own["reading_load_frac"].max())
    return {
        "service": name,
        "first_s": _weighted(own, "ttft_p50_s"),
        "first_late_s": own["ttft_p95_s"].max(),
        "between_ms": 1e3 * _weighted(own, "tpot_p50_s"),
        "between_late_ms": 1e3 * own["tpot_p95_s"].max(),
        "kept": _weighted(own, "slo_met_frac"),
        "joules": float(own["energy_j"].sum()) / served if served > 0 else float("nan"),
        "awake": own["nodes_awake"].mean(),
        "reads": reads if reads > 0 else float("nan"),
    }


def _weighted(own: pd.DataFrame, column: str) -> float:
    """Mean over periods by their requests; NaN where nobody saw anything."""
    seen = own[own[column].notna() & (own["requests"] > 0)]
    many = float(seen["requests"].sum())
    return float((seen[column] * seen["requests"]).sum()) / many if many > 0 else float("nan")


def _says(services: pd.DataFrame, jobs: pd.DataFrame) -> list[str]:
    asked = float(services["asked"].sum())
    served = float(services["served"].sum())
    says = []
    if asked > 0:
        says.append(
            f"{percent(served / asked)} of the {tokens(asked)} output tokens asked for were served."
        )
    if len(jobs):
        done = int((jobs["state"] == "completed").sum())
        again = int(jobs["restarts"].sum())
        back = {0: "none", 1: "one"}.get(again, count(again))
        of_all = counted(len(jobs), "job")
        over = int(jobs["state"].isin(("node_fail", "preempted")).sum())
        end = f"; stopped and not run again: {count(over)}" if over else ""
        says.append(f"{count(done)} of {of_all} completed; returns to a checkpoint: {back}{end}.")
        says += _put_off(jobs)
    return says or ["This run had no service and no job."]


def _put_off(jobs: pd.DataFrame) -> list[str]:
    """What preemption did to slowdowns, where a job made way and one ended."""
    often = int(jobs["preemptions"].sum())
    seen = float(jobs["slowdown_by_holding"].mean())
    if not often or math.isnan(seen):
        return []
    times = counted(often, "time")
    first = figures(float(jobs["slowdown"].mean()))
    return [
        f"Jobs made way {times}: their mean slowdown over the time on nodes is {figures(seen)}, "
        f"and {first} over the time from the first start, which does not see that."
    ]


def _service_grid(services: pd.DataFrame) -> Grid:
    columns = {
        "Service": ("service", words),
        "Requests": ("requests", tokens),
        "Tokens asked": ("asked", tokens),
        "Served": ("served", tokens),
        "Share": ("served_frac", percent),
        "Given up": ("dropped", tokens),
        "Waiting at the end": ("waiting", tokens),
        "Mean use": ("used", percent),
        "Time per token (ms)": ("ms", figures),
    }
    return grid("Inference services", services, columns, table="services")


def _latency_grid(seen: pd.DataFrame) -> Grid:
    columns: dict[str, tuple[str, Callable[[Any], str]]] = {
        "Service": ("service", words),
        "First token, P50 (s)": ("first_s", figures),
        "First token, P95 of the worst period (s)": ("first_late_s", figures),
        "Between tokens, P50 (ms)": ("between_ms", figures),
        "Between tokens, P95 of the worst period (ms)": ("between_late_ms", figures),
        "Promise kept": ("kept", percent),
        "At its racks, a token (J)": ("joules", figures),
        "Nodes awake": ("awake", figures),
        "Prompt readers, highest load": ("reads", percent),
    }
    return grid("What users saw", seen, columns, table="services")


def _stopper(component: Any) -> str:
    """What stopped a job: a component of a node, or a cause; a node that states none."""
    return "a failed node" if component == Cause.FAILED else spaced(component)


def _stop_grid(stops: pd.DataFrame) -> Grid:
    columns: dict[str, tuple[str, Callable[[Any], str]]] = {
        "Job": ("job", words),
        "Stopped by": ("component", _stopper),
        "Stops": ("stops", count),
        "Of its stops": ("stops_frac", percent),
        "Work lost (s)": ("work_lost_s", count),
        "Tokens lost": ("tokens_lost", tokens),
    }
    return grid("What stopped jobs", stops, columns, table="stops")


def _longest(paths: pd.DataFrame) -> pd.DataFrame:
    """The rows of the path that took longest; the first of several."""
    spent = paths["after_s"] + paths["wait_s"] + paths["held_s"]
    return paths[paths["path"] == spent.groupby(paths["path"], sort=False).sum().idxmax()]


def _bounds(paths: pd.DataFrame) -> list[str]:
    """What the longest chain of jobs spent its time on."""
    if not len(paths):
        return []
    way = _longest(paths)
    spent = {key: float(way[f"{key}_s"].sum()) for key in ("held", "wait", "after")}
    whole = sum(spent.values())
    worst = way["job"].iloc[int((way["wait_s"] + way["held_s"]).argmax())]
    return [
        f"The longest chain of jobs that wait for one another took {duration(whole)} to the end of "
        f"{way['path'].iloc[0]}: {percent(spent['held'] / whole)} on its nodes, "
        f"{percent(spent['wait'] / whole)} in the queue, {percent(spent['after'] / whole)} between "
        f"one and the next; {worst} took most of it."
    ]


def _path_grid(way: pd.DataFrame) -> Grid:
    columns: dict[str, tuple[str, Callable[[Any], str]]] = {
        "Job": ("job", words),
        "Waited for": ("bounded_by", words),
        "Joined the queue": ("eligible_s", clock),
        "After it (s)": ("after_s", count),
        "In the queue (s)": ("wait_s", count),
        "On its nodes (s)": ("held_s", count),
        "Finished": ("finished_s", clock),
    }
    return grid("What bounded the longest chain of jobs", way, columns, table="critical_paths")


def _gpus(held: Any) -> str:
    """GPUs of a job; one that shares one has a part."""
    return count(held) if number(held) % 1 == 0 else figures(held)


def _job_grid(jobs: pd.DataFrame) -> Grid:
    columns = {
        "Job": ("job", words),
        "Kind": ("kind", words),
        "State": ("state", words),
        "GPUs": ("gpus", _gpus),
        "Started": ("started_s", clock),
        "Finished": ("finished_s", clock),
        "Done": ("progress_frac", percent),
        "Tokens kept": ("tokens", tokens),
        "Tokens lost": ("tokens_lost", tokens),
        "Restarts": ("restarts", count),
        "GPU hours": ("gpu_hours", count),
    }
    return grid("Training and batch jobs", jobs, columns, table="jobs")
