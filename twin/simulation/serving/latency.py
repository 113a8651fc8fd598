"""What users see, as columns of the table `services`."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask
from twin.physics.serving.latency import LoadCurve
from twin.physics.serving.lived import PERCENTILES
from twin.workload import Pool

LATENCIES = (
    "ttft_p50_s", "ttft_p95_s", "ttft_p99_s", "tpot_p50_s", "tpot_p95_s", "tpot_p99_s",
    "slo_met_frac",
)  # fmt: skip
"""Columns: percentiles of both latencies, and the share of requests that keep the objective."""


def at_load(curve: LoadCurve, load_frac: Array, backlog_s: Array, pool: Pool) -> Array:
    """(row, `LATENCIES`) at loads of one replica, behind a queue of `backlog_s`."""
    ttft = [curve.at(load_frac, "ttft_s", k) + backlog_s for k in range(3)]
    tpot = [curve.at(load_frac, "tpot_s", k) for k in range(3)]
    promised = np.inf if pool.promise.ttft is None else pool.promise.ttft
    met = np.where(backlog_s < promised, curve.at(load_frac, "met_frac"), 0.0)
    return np.stack([*ttft, *tpot, met], axis=1)


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
