"""A long queue under a rule: `python -m tests.benchmarks.queues [RULE] [JOBS] [parts|log|chains]`

Jobs of 1 to 64 nodes on 256 nodes at 1.3 times what they can do, so that thousands wait; with
`parts`, jobs of a quarter of a GPU, of one and of four on one node. With `log`, jobs of a list in
the Standard Workload Format at 0.9 times what the nodes can do; with `chains`, seven of ten of them
wait for one of the fifty before them.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import twin
from tests.benchmarks.cases import hall

NODES = 256
LOAD = 1.3
LISTED_LOAD = 0.9
WAITING_FRAC = 0.7
MEDIAN_S = 3600.0
SIGMA = 1.0
PARTS = [{"gpus": 0.25, "weight": 2}, {"gpus": 1, "weight": 4}, {"gpus": 4, "weight": 2}]


def asked(rule: str, count: int, parts: bool) -> dict[str, Any]:
    """Log-normal run times and sizes, arriving over what the nodes would need at full use."""
    sizes = {"nodes_median": 1.0, "nodes_sigma": 1e-9, "nodes_max": 1, "gpus_per_node": PARTS}
    gangs = {"nodes_median": 8.0, "nodes_sigma": 1.2, "nodes_max": 64}
    draw = np.random.default_rng(0)
    nodes = np.clip(np.round(8.0 * np.exp(1.2 * draw.standard_normal(100_000))), 1, 64).mean()
    gpus = np.average([p["gpus"] for p in PARTS], weights=[p["weight"] for p in PARTS])
    of_nodes = gpus / 8 if parts else nodes
    mean_s = MEDIAN_S * np.exp(SIGMA**2 / 2)
    span_s = count * of_nodes * mean_s / (NODES * LOAD)
    batch = {
        "kind": "batch", "name": "users", "count": count, "span": f"{span_s:.0f} s",
        "runtime_median": "1 h", "runtime_sigma": SIGMA, **(sizes if parts else gangs),
    }  # fmt: skip
    horizon = {"horizon": f"{2 * span_s:.0f} s", "outputs": {"period": "1 d"}}
    quiet = {"controls": {"scheduler": rule, "plant_period": "1 h"}}
    return hall(NODES // 2) | {"workload": [batch]} | horizon | quiet


def listed(rule: str, count: int, chains: bool, folder: Path) -> dict[str, Any]:
    """A log with time limits of twice the run, as the archive has them, and think times."""
    draw = np.random.default_rng(0)
    nodes = np.clip(np.round(4.0 * np.exp(1.2 * draw.standard_normal(count))), 1, 64).astype(int)
    run_s = np.maximum(600.0 * np.exp(draw.standard_normal(count)), 10.0).round().astype(int)
    span_s = float((nodes * run_s).sum()) / (NODES * LISTED_LOAD)
    submit_s = np.sort(draw.uniform(0.0, span_s, count)).astype(int)
    waits = (draw.random(count) < WAITING_FRAC) & (np.arange(count) > 0) & chains
    before = np.maximum(np.arange(1, count + 1) - draw.integers(1, 50, count), 1)
    think_s = np.where(waits, draw.choice([-1, 0, 60], count), -1)
    before = np.where(waits, np.minimum(before, np.arange(count)), -1)
    rows = [
        f"{n + 1} {submit_s[n]} -1 {run_s[n]} {nodes[n]} -1 -1 {nodes[n]} {2 * run_s[n]} -1 "
        f"1 {n % 50} 1 1 1 1 {before[n]} {think_s[n]}"
        for n in range(count)
    ]
    log = folder / "log.swf"
    log.write_text("\n".join([f"; MaxNodes: {NODES}", f"; MaxProcs: {NODES}", *rows, ""]))
    work = {"kind": "jobs", "name": "log", "file": str(log)}
    horizon = {"horizon": f"{1.3 * span_s:.0f} s", "outputs": {"period": "1 d"}}
    quiet = {"controls": {"scheduler": rule, "plant_period": "1 h"}}
    return hall(NODES // 2) | {"workload": [work]} | horizon | quiet


def main() -> None:
    """Print two lines."""
    words = sys.argv[1:]
    rule = words[0] if words else "easy"
    count = int(words[1]) if len(words) > 1 else 20_000
    began = process_time()
    with tempfile.TemporaryDirectory() as folder:
        if {"log", "chains"} & set(words):
            data = listed(rule, count, "chains" in words, Path(folder))
        else:
            data = asked(rule, count, "parts" in words)
        run = twin.start(twin.build(twin.Scenario.model_validate(data)))
        started = process_time()
        result = run.until().result()
    cpu_s = process_time() - started
    jobs = result.frame("jobs")
    ended = int((jobs["state"] == "completed").sum())
    most = _most_waiting(jobs["submitted_s"].to_numpy(), jobs["started_s"].to_numpy())
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rule}: {count:,} jobs, {ended:,} ended, {most:,} waited at most")
    print(
        f"{started - began:.1f} s of CPU to the start, {cpu_s:.1f} s for the run, {peak_mb:.0f} MB"
    )


def _most_waiting(came_s: np.ndarray, started_s: np.ndarray) -> int:
    moments = np.concatenate([came_s, np.nan_to_num(started_s, nan=np.inf)])
    change = np.concatenate([np.ones(came_s.size), -np.ones(came_s.size)])
    return int(np.cumsum(change[np.argsort(moments, kind="stable")]).max())


if __name__ == "__main__":
    main()
