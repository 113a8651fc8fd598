"""A long queue under a rule: `python -m tests.benchmarks.queues [RULE] [JOBS] [parts]`

Jobs of 1 to 64 nodes on 256 nodes at 1.3 times what they can do, so that thousands wait; with
`parts`, jobs of a quarter of a GPU, of one and of four on one node.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import Any

import numpy as np

import twin
from tests.benchmarks.cases import hall

NODES = 256
LOAD = 1.3
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


def main() -> None:
    """Print one line."""
    words = sys.argv[1:]
    rule = words[0] if words else "easy"
    count = int(words[1]) if len(words) > 1 else 20_000
    parts = "parts" in words
    run = twin.start(twin.build(twin.Scenario.model_validate(asked(rule, count, parts))))
    began = process_time()
    result = run.until().result()
    cpu_s = process_time() - began
    jobs = result.frame("jobs")
    ended = int((jobs["state"] == "completed").sum())
    most = _most_waiting(jobs["submitted_s"].to_numpy(), jobs["started_s"].to_numpy())
    print(f"{rule}: {count:,} jobs, {ended:,} ended, {most:,} waited at most, {cpu_s:.1f} s of CPU")


def _most_waiting(came_s: np.ndarray, started_s: np.ndarray) -> int:
    moments = np.concatenate([came_s, np.nan_to_num(started_s, nan=np.inf)])
    change = np.concatenate([np.ones(came_s.size), -np.ones(came_s.size)])
    return int(np.cumsum(change[np.argsort(moments, kind="stable")]).max())


if __name__ == "__main__":
    main()
