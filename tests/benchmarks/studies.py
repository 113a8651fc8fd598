"""How fast studies are: `python -m tests.benchmarks.studies [CASES [WEEKS]]`, and the weeks alone:
`python -m tests.benchmarks.studies weeks 1000`.

Beside every study stands the same number of `twin.run` in a plain loop, timed in the same run. CPU
seconds are of this process and its children; wall seconds mean something on an idle machine only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import twin
from twin.scenario import Scenario

ROOT = Path(__file__).parents[2]
LOOPED = 5
"""Runs of the plain loop that are timed; they are all alike."""
TRAINING = {
    "kind": "training", "name": "pretrain", "model": "Llama-3.1-8B", "nodes": 108,
    "tensor_parallel": 1, "global_batch_sequences": 1296, "sequence_length": 8192,
    "checkpoint_interval": "30 min", "restart_delay": "5 min",
}  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall seconds."""
    before = os.times()
    began = time.perf_counter()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), time.perf_counter() - began


def line(what: str, cpu_s: float, wall_s: float, runs: int) -> None:
    print(f"{what:<58} {cpu_s / runs:8.4f} CPU s a run  {wall_s:8.1f} s wall for {runs}")


def days(name: str, base: Path, cases: int) -> None:
    """Days of one scenario, each with another set-point of its chilled water."""
    low_degc = 14.0
    steps = [f"{low_degc + 6.0 * n / cases:.4f} °C" for n in range(cases)]
    path = "plant.chilled_water.supply_temperature"

    def loop() -> None:
        for step in steps[:LOOPED]:
            twin.run(twin.load(base, {path: step}))

    loop_cpu, loop_wall = timed(loop)
    line(f"{name}: twin.run in a loop", loop_cpu, loop_wall, LOOPED)
    for workers in (1, 2):
        with TemporaryDirectory() as folder:
            cpu, wall = timed(
                lambda: twin.study(
                    base,
                    {path: steps},
                    folder=folder,
                    workers=workers,  # noqa: B023
                )
            )
        line(f"{name}: study, {workers} process(es)", cpu, wall, cases)
        share = (wall / cases) / (loop_wall / LOOPED)
        print(f"{'':<58} {share:8.3f} of the loop's wall time")


def overhead(base: Path, cases: int, repeats: int = 8) -> None:
    """What a study costs beside its own runs made by hand: load, build, run, and the summary.

    In turn, each with set-points of its own, CPU seconds of this process; the median of `repeats`.
    """
    path = "plant.chilled_water.supply_temperature"

    def steps(part: int) -> list[str]:
        first_degc = 14.0 + part / repeats
        return [f"{first_degc + n / cases / repeats:.5f} °C" for n in range(cases)]

    def by_hand(part: int) -> None:
        for step in steps(part):
            twin.start(twin.build(twin.load(base, {path: step}))).until().totals()

    def by_study(part: int) -> None:
        with TemporaryDirectory() as folder:
            twin.study(base, {path: steps(part)}, folder=folder)

    by_study(0)
    shares = []
    for n in range(repeats):
        alone, _ = timed(lambda: by_hand(n))  # noqa: B023
        studied, _ = timed(lambda: by_study(n))  # noqa: B023
        shares.append(studied / alone - 1.0)
    spread = f"{100 * min(shares):.1f} to {100 * max(shares):.1f} %"
    print(f"{'runner beside its own runs':<58} {100 * median(shares):8.1f} % ({spread})")


def weeks(cases: int) -> None:
    """Weeks of training in which something fails in one of ten."""
    idle = twin.load(ROOT / "layouts" / "gb200_su.yaml")
    base: Scenario = idle.with_(
        horizon="7 d",
        workload=[TRAINING],
        faults={"rates": {"scale": 0.08, "kinds": ["pump", "rpp", "ups", "crah"]}},
        outputs={"counterfactuals": "never", "period": "1 h"},
    )
    one_cpu, one_wall = timed(lambda: twin.run(base))
    line("weeks with rare failures: one twin.run", one_cpu, one_wall, 1)
    for workers in (1, 2):
        cpu, wall = timed(
            lambda: twin.study(base, replications=cases, workers=workers)  # noqa: B023
        )
        line(f"weeks with rare failures: study, {workers} process(es)", cpu, wall, cases)


if __name__ == "__main__":
    asked = sys.argv[1:]
    count = int(asked[0]) if asked and asked[0] != "weeks" else 1000
    if asked[:1] != ["weeks"]:
        overhead(ROOT / "layouts" / "gb200_su.yaml", 50)
        days("idle days of gb200_su", ROOT / "layouts" / "gb200_su.yaml", count)
        days("first_factory", ROOT / "scenarios" / "first_factory.yaml", max(count // 25, 2))
    weeks(int(asked[1]) if len(asked) > 1 else count)
