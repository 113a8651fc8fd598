"""What a trace is: counts, span, rates, lengths, burstiness, reuse, and what was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from twin.arrays import Array, Index
from twin.traces.burstiness import by_scale, counts, prefix_reuse_frac
from twin.traces.job_list import JobList
from twin.traces.jobs import read_jobs
from twin.traces.list_graph import longest_chain
from twin.traces.recognise import holds_jobs
from twin.traces.request_trace import RequestTrace, Skip
from twin.traces.requests import read_requests

PERCENTS = (50, 90, 95, 99)
HOUR_S = 3600.0


def describe(path: str | Path) -> dict[str, Any]:
    """What a file of requests or jobs holds, as plain data.

    Raises InputError with every fault of the file.
    """
    if holds_jobs(Path(path)):
        return _of_jobs(read_jobs(path), Path(path))
    return _of_requests(read_requests(path), Path(path))


def _of_requests(trace: RequestTrace, path: Path) -> dict[str, Any]:
    times_s = trace.arrival_s
    span_s = trace.span_s
    found: dict[str, Any] = {
        "format": trace.format,
        "requests": len(trace),
        "span_s": span_s,
        "failed_requests": int((trace.output_tokens == 0).sum()),
        "rate_per_s": _rates(times_s, span_s),
        "interarrival_cv": _variation(np.diff(times_s)),
        "dispersion_by_window": by_scale(times_s),
        "input_tokens": _lengths(trace.input_tokens),
        "output_tokens": _lengths(trace.output_tokens),
    }
    if trace.block_tokens:
        found["block_tokens"] = trace.block_tokens
        found["blocks"] = int(trace.block_hashes.size)
        found["prefix_reuse_frac"] = prefix_reuse_frac(trace)
    return {**found, "left_out": _skipped(trace.skipped, path)}


def _of_jobs(listed: JobList, path: Path) -> dict[str, Any]:
    span_s = float(listed.submit_s[-1] - listed.submit_s[0])
    held_s = listed.nodes * listed.run_s
    limited = np.isfinite(listed.limit_s)
    over = listed.limit_s[limited] / listed.run_s[limited]
    known = ~np.isnan(listed.gpus)
    return {
        "format": listed.format,
        "jobs": len(listed),
        "users": len(set(listed.users) - {""}),
        "span_s": span_s,
        "jobs_per_hour": len(listed) / span_s * HOUR_S if span_s else float("nan"),
        "dispersion_by_window": by_scale(listed.submit_s - listed.submit_s[0]),
        f"{listed.counts}_of_a_job": _lengths(listed.nodes),
        "gpus_of_a_job": _spread(listed.gpus[known]) if known.any() else {},
        "fractional_gpu_jobs": int((listed.gpus[known] % 1 > 0).sum()),
        "cpu_only_jobs": int((listed.gpus[known] == 0).sum()),
        **_of_hosts(listed),
        **_of_chains(listed),
        "run_s": _spread(listed.run_s),
        "limit_over_run": _spread(over) if over.size else {},
        "mean_busy": float(held_s.sum() / span_s) if span_s else float("nan"),
        "share_of_jobs_by_end": _by_end(listed, np.ones(len(listed))),
        "share_of_time_by_end": _by_end(listed, held_s),
        "left_out": _skipped(listed.skipped, path),
        "not_read": list(listed.unread),
    }


def _of_hosts(listed: JobList) -> dict[str, Any]:
    """Cores and host memory of a job, where the list has them."""
    columns = {"cores_of_a_job": listed.cores, "memory_bytes_of_a_job": listed.memory_bytes}
    known = {name: of[~np.isnan(of)] for name, of in columns.items()}
    return {name: _spread(of) for name, of in known.items() if of.size}


def _of_chains(listed: JobList) -> dict[str, int]:
    """Jobs that wait for others, where some do, and how many the longest chain of them has."""
    waiting = sum(map(bool, listed.after))
    if not waiting:
        return {}
    return {
        "jobs_that_wait_for_others": waiting,
        "jobs_of_the_longest_chain": longest_chain(listed.names, listed.after),
    }


def _by_end(listed: JobList, weight: Array) -> dict[str, float]:
    ends = sorted(set(listed.ends))
    which = np.array([ends.index(end) for end in listed.ends])
    sums = np.bincount(which, weights=weight, minlength=len(ends))
    return {str(end): float(part) for end, part in zip(ends, sums / weight.sum(), strict=True)}


def _rates(times_s: Array, span_s: float) -> dict[str, float]:
    """Mean arrivals a second, and the most in any second and any minute."""
    if not span_s:
        return {}
    found = {"mean": times_s.size / span_s}
    for window_s in (1.0, 60.0):
        held = counts(times_s, window_s, span_s)
        if held.size:
            found[f"peak over {window_s:g} s"] = float(held.max() / window_s)
    return found


def _variation(gaps_s: Array) -> float:
    """Standard deviation of the gaps over their mean: 1 for a Poisson stream."""
    mean_s = float(gaps_s.mean()) if gaps_s.size else 0.0
    return float(gaps_s.std()) / mean_s if mean_s else float("nan")


def _lengths(values: Index) -> dict[str, float]:
    return {"total": int(values.sum()), **_spread(values.astype(float))}


def _spread(values: Array) -> dict[str, float]:
    percentiles = np.percentile(values, PERCENTS)
    named = {f"p{p}": float(v) for p, v in zip(PERCENTS, percentiles, strict=True)}
    return {"mean": float(values.mean()), **named, "max": float(values.max())}


def _skipped(skipped: tuple[Skip, ...], path: Path) -> list[dict[str, Any]]:
    return [
        {"why": skip.why, "rows": skip.count, "first": f"{path.name}:{skip.first_line}"}
        for skip in skipped
    ]
