"""What users see, as columns of the table `services`."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask
from twin.physics.serving.latency import LoadCurve
from twin.physics.serving.load_requests import PERCENTILES
from twin.workload import Pool

LATENCIES = (
    "ttft_p50_s", "ttft_p95_s", "ttft_p99_s", "tpot_p50_s", "tpot_p95_s", "tpot_p99_s",
    "slo_met_frac",
)  # fmt: skip
"""Columns: percentiles of both latencies, and the share of requests that keep the objective."""


def at_load(curve: LoadCurve, load_frac: Array, pace_frac: float = 1.0) -> Array:
    """(row, `LATENCIES`) at loads of one replica, all of whose iterations go at a share of the pace
    that the curve has.
    """
    ttft = [curve.at(load_frac, "ttft_s", k) / pace_frac for k in range(3)]
    tpot = [curve.at(load_frac, "tpot_s", k) / pace_frac for k in range(3)]
    return np.stack([*ttft, *tpot, curve.at(load_frac, "met_frac")], axis=1)


def in_turn(reads: Array, handover_s: float, makes: Array) -> Array:
    """(row, `LATENCIES`) of prompts read in one place and answers made in another.

    The two waits are taken as independent. The share that keeps a promise is that of both.
    """
    seen = makes.copy()
    seen[:, :3] = after(reads[:, :3] + handover_s, makes[:, :3])
    seen[:, 6] = reads[:, 6] * makes[:, 6]
    return seen


def after(first: Array, then: Array) -> Array:
    """(row, percentile) of two independent times one after another, the median first: medians add
    up, and what each percentile lies above its median adds in squares.
    """
    above = np.hypot(first - first[:, :1], then - then[:, :1])
    both: Array = first[:, :1] + then[:, :1] + above
    return both


def with_backlog(seen: Array, backlog_s: Array, pool: Pool) -> Array:
    """(row, `LATENCIES`) behind a queue of `backlog_s`."""
    promised = np.inf if pool.promise.ttft is None else pool.promise.ttft
    late = seen.copy()
    late[:, :3] += backlog_s[:, None]
    late[:, 6] = np.where(backlog_s < promised, seen[:, 6], 0.0 * seen[:, 6])
    return late


def of_requests(ttft_s: Array, tpot_s: Array, kept: Mask) -> Array:
    """(`LATENCIES`,) of single requests; NaN where there is none, or none of more than a token."""
    found = np.full(len(LATENCIES), np.nan)
    if ttft_s.size:
        found[:3] = np.percentile(ttft_s, PERCENTILES)
        found[6] = kept.mean()
    several = tpot_s[~np.isnan(tpot_s)]
    if several.size:
        found[3:6] = np.percentile(several, PERCENTILES)
    return found
