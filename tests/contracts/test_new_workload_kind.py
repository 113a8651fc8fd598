"""A kind of workload is one file in `twin/workload/kinds`, and nothing else: two that nobody has
heard of are put into a copy of the program, asked for in a scenario file, and run from the command
line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from filecmp import dircmp
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

import twin
from tests.sources import DATA
from twin import Result

STAIRCASE = '''"""A staircase of load: a gang at one activity after another, for a test of power."""

from typing import Literal

import numpy as np
from pydantic import PositiveInt

from twin.stated import Duration
from twin.workload.kind import Job, WorkloadKind


class Staircase(WorkloadKind):
    """Equal steps up to full load."""

    kind: Literal["staircase"]
    nodes: PositiveInt
    """Nodes in the gang."""
    steps: PositiveInt = 4
    """How many steps there are."""
    hold: Duration = 1800.0
    """How long each lasts."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """One gang a step; each waits for the one before."""
        return tuple(self._step(n, n / self.steps) for n in range(1, self.steps + 1))

    def _step(self, n: int, activity: float) -> Job:
        return Job(
            name=f"{self.name}_{n}",
            kind=self.kind,
            nodes=self.nodes,
            submit_s=0.0,
            interval_s=np.inf,
            restart_delay_s=0.0,
            work_s=self.hold,
            gpu_activity=activity,
            cpu_activity=activity,
        )

    @property
    def most_nodes(self) -> int:
        """The gang."""
        return self.nodes


KIND = Staircase
'''
MIRROR = '''"""A mirror of a service: the same requests again, to a pool of their own."""

from typing import Literal

from pydantic import PositiveInt

from twin.workload.kind import Need, Pool, WorkloadKind
from twin.workload.requests import Requests


class Mirror(WorkloadKind):
    """Replicas of eight GPUs under a steady stream."""

    kind: Literal["mirror"]
    of_model: str
    """Catalogue model."""
    nodes: PositiveInt
    """Nodes given to the pool."""
    requests: Requests
    """The stream that is sent here too."""

    def pools(self) -> tuple[Pool, ...]:
        """One pool."""
        sizes = (self.of_model, self.nodes, 8, "fp8")
        return (Pool(self.name, *sizes, self.requests, window_s=300.0, patience_s=60.0),)

    def needs(self) -> tuple[Need, ...]:
        """Its model."""
        return (Need("models", self.of_model, ("of_model",)),)

    @property
    def most_nodes(self) -> int:
        """The pool."""
        return self.nodes


KIND = Mirror
'''
SCENARIO = """version: 1
name: kinds
layout: mini.yaml
site: {climate: {dry_bulb: 20 °C, wet_bulb: 15 °C}, grid: ireland}
horizon: 2 h
workload:
  - {kind: mirror, name: again, of_model: Llama-3.1-70B, nodes: 4, requests: {rate: 5 / s}}
  - {kind: staircase, name: burn, nodes: 4, steps: 4, hold: 30 min}
outputs: {period: 30 min}
"""
AGAIN = {
    "kind": "inference",
    "name": "again",
    "model": "Llama-3.1-70B",
    "nodes": 4,
    "tensor_parallel": 8,
    "requests": {"rate": "5 / s"},
}
"""What the mirror asks for, in the words of a kind that ships."""
HOLD_S = 1800.0
IDLE_W = 5_940.0
RATED_W = 28_600.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with two more files, and a scenario that uses them."""
    folder = tmp_path_factory.mktemp("kinds")
    shutil.copytree(ROOT / "twin", folder / "twin", ignore=shutil.ignore_patterns("__pycache__"))
    kinds = folder / "twin" / "workload" / "kinds"
    (kinds / "staircase.py").write_text(STAIRCASE)
    (kinds / "mirror.py").write_text(MIRROR)
    shutil.copy(DATA / "cases" / "job_power" / "mini.yaml", folder)
    (folder / "kinds.yaml").write_text(SCENARIO)
    return folder


def twin_says(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "twin", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    """What `twin run` of the copy leaves."""
    done = twin_says(folder, "run", "kinds.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    return Result.load(folder / "out")


def test_nothing_else_was_changed(folder: Path) -> None:
    def differing(pair: dircmp[str]) -> list[str]:
        here = pair.left_only + pair.right_only + pair.diff_files
        return here + [name for sub in pair.subdirs.values() for name in differing(sub)]

    found = dircmp(folder / "twin", ROOT / "twin", ignore=["__pycache__"])
    assert sorted(differing(found)) == ["mirror.py", "staircase.py"]


def test_its_gangs_run_one_after_another(result: Result) -> None:
    jobs = result.tables["jobs"].set_index("job")
    assert list(jobs.index) == [f"burn_{n}" for n in (1, 2, 3, 4)]
    assert (jobs["kind"] == "staircase").all()
    np.testing.assert_allclose(jobs["started_s"], HOLD_S * np.arange(4), atol=1e-6)
    np.testing.assert_allclose(jobs["finished_s"][:3], HOLD_S * np.arange(1, 4), atol=1e-6)
    assert (jobs["gpus"] == 32).all()


def test_racks_draw_what_its_steps_ask(result: Result) -> None:
    racks = result.tables["racks"].pivot(index="time_s", columns="rack", values="power_w")
    burning = racks[["pod_r3", "pod_r4"]].to_numpy()
    steps_w = IDLE_W + (RATED_W - IDLE_W) * np.array([0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(burning, np.stack([steps_w, steps_w], axis=1), rtol=1e-6)


def test_its_pool_serves_what_the_same_pool_of_another_kind_serves(result: Result) -> None:
    scenario = twin.load(DATA / "cases" / "job_power" / "none_gpuburn.yaml")
    changed = scenario.with_(workload=[AGAIN], outputs={"period": "30 min"})
    usual = twin.simulate(twin.build(changed)).tables["services"]
    assert usual["tokens_served"].sum() > 1e6
    assert result.tables["services"].equals(usual)


def test_a_row_that_it_needs_and_is_not_there_is_told_at_its_line(folder: Path) -> None:
    (folder / "missing.yaml").write_text(SCENARIO.replace("Llama-3.1-70B", "Llama-3.1-70C"))
    done = twin_says(folder, "check", "missing.yaml")
    assert done.returncode == 2
    told = done.stderr
    assert told.startswith("missing.yaml:7:43: workload[0].of_model: found 'Llama-3.1-70C'")
    assert "did you mean 'Llama-3.1-70B'?" in told


def test_a_kind_that_nobody_knows_meets_the_new_ones_among_what_is_allowed(folder: Path) -> None:
    (folder / "unknown.yaml").write_text(SCENARIO.replace("kind: staircase", "kind: stairs"))
    done = twin_says(folder, "check", "unknown.yaml")
    assert done.returncode == 2
    shipped = {path.stem for path in (ROOT / "twin/workload/kinds").glob("[a-z]*.py")}
    kinds = ", ".join(f"{kind!r}" for kind in sorted({*shipped, "mirror", "staircase"}))
    assert f"allowed: {kinds}" in done.stderr
    assert "did you mean 'staircase'?" in done.stderr


def test_the_schema_of_the_copy_has_the_new_kind(folder: Path) -> None:
    done = twin_says(folder, "schema")
    assert done.returncode == 0
    assert "staircase" in done.stdout
