"""What the stated limits are about, in this build and in an earlier one, in the same run.

`python -m tests.benchmarks --against PATH` takes PATH as a checkout of the earlier build. Each case
runs in a process of its own, the two builds in turn, so that a busy minute meets both; the table
holds medians.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.cases import DAY_S, LIMIT_S, ROOT, measured

CASES: tuple[tuple[str, dict[str, object]], ...] = (
    ("frontier_day, 9,472 nodes, 1,000 jobs", {"scenario": "frontier_day"}),
    ("first_factory, 1 d", {"scenario": "first_factory"}),
    ("first_factory, 10 d", {"scenario": "first_factory", "horizon_s": 10 * DAY_S}),
    ("first_factory, 30 d", {"scenario": "first_factory", "horizon_s": 30 * DAY_S}),
    ("gb200_su at rest, 10 d", {"layout": "gb200_su", "horizon_s": 10 * DAY_S}),
    ("gb200_su at rest, 61 d", {"layout": "gb200_su", "horizon_s": 61 * DAY_S}),
    ("gb200_su at rest, 366 d", {"layout": "gb200_su", "horizon_s": 366 * DAY_S}),
    ("hall of 500 racks, 1 h", {"hall": 500}),
    ("hall of 1,000 racks, 1 h", {"hall": 1000}),
    ("hall of 4,000 racks, 1 h", {"hall": 4000}),
    (
        "twin run first_factory, report and scene",
        {"command": ["run", "scenarios/first_factory.yaml"]},
    ),
)
QUICK = (
    "frontier_day",
    "first_factory, 1 d",
    "first_factory, 10 d",
    "gb200_su at rest, 10 d",
    "hall of 500",
    "twin run",
)
HEADS = (
    "case",
    "s",
    "CPU s",
    "peak MB",
    "earlier s",
    "earlier CPU s",
    "earlier peak MB",
    "s over earlier",
    "CPU s over earlier",
    "MB over earlier",
    "again, CPU s",
    "again over earlier",
)
"""CPU seconds tell two builds apart where other work shares the cores; seconds are the wait."""


def one(tree: Path, case: dict[str, object]) -> dict[str, float]:
    """A case in a build: empty where it fails or takes too long."""
    try:
        return measured(tree, **case)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return {}


def middle(runs: list[dict[str, float]], key: str) -> float | None:
    """The median of a number over the runs that have it."""
    values = [run[key] for run in runs if key in run]
    return median(values) if values else None


def shown(value: float | None) -> str:
    """A number for people."""
    return f"{value:,.3g}" if value is not None else f"fails, or over {LIMIT_S:g} s"


def ratio(now: float | None, before: float | None) -> str:
    """The one over the other."""
    return f"{now / before:.2f}" if now is not None and before else "-"


def rows(earlier: Path | None, repeats: int, quick: bool) -> Iterator[tuple[object, ...]]:
    """A row a case: medians of this build, of the earlier one, and their ratios."""
    for label, case in CASES:
        if quick and not label.startswith(QUICK):
            continue
        now: list[dict[str, float]] = []
        before: list[dict[str, float]] = []
        for _ in range(repeats):
            now.append(one(ROOT, case))
            if earlier:
                before.append(one(earlier, case))
            if not now[-1]:
                break
        keys = ("seconds", "cpu_s", "peak_mb")
        ours = {key: middle(now, key) for key in keys}
        theirs = {key: middle(before, key) for key in keys}
        old = [shown(theirs[key]) if earlier else "-" for key in keys]
        ratios = [ratio(ours[key], theirs[key]) for key in keys]
        own_again = middle(now, "again_cpu_s")
        again = ratio(own_again, middle(before, "again_cpu_s"))
        told = "-" if own_again is None else shown(own_again)
        yield (label, *(shown(ours[key]) for key in keys), *old, *ratios, told, again)


SNAPSHOT_HEADS = ("case", "save ms", "resume ms", "fork ms", "kept MB")


def snapshots(repeats: int) -> Iterator[tuple[object, ...]]:
    """A run stopped at noon: what keeping, resuming and forking it cost."""
    for name in ("first_factory", "frontier_day"):
        runs = [one(ROOT, {"scenario": name, "snapshot": True}) for _ in range(repeats)]
        if middle(runs, "seconds") is None:
            yield (f"{name} at 12:00", *["this build keeps no snapshot"] * 4)
            continue
        times = [(middle(runs, key) or 0.0) * 1e3 for key in ("seconds", "resume_s", "fork_s")]
        yield (f"{name} at 12:00", *times, middle(runs, "kept_mb"))
