"""Claim: a training that does not fit is refused with the fewest GPUs that hold it, which no other
cut undercuts; by the command and in a scenario.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import asked, job, written
from twin.analysis.review import review
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.cli import main
from twin.physics import training

TOLD = re.compile(
    r"at least ([\d,]+) GPUs hold it, as tensor (\d+) x pipeline (\d+)(?:, expert (\d+))?"
    r"( with [a-z0-9 ]+)?"
)
CASES = (
    ("Llama-3.1-405B", "H100", 64),
    ("Llama-3.1-70B", "H100", 8),
    ("Llama-3.1-8B", "H100", 1),
    ("Mixtral-8x7B", "H100", 4),
    ("Llama-3.1-405B", "B200", 8),
)


def refused(capsys: Any, model: str, gpu: str, gpus: int, *more: str) -> str:
    line = ["predict", "training", "--model", model, "--gpu", gpu, "--gpus", str(gpus), *more]
    assert main(line) == 2
    return " ".join(capsys.readouterr().err.split())


def needs_gb(model: str, gpus: int, cut: tuple[int, int, int], stage: int, full: bool) -> float:
    """Memory of the fullest GPU by the law; inf where the model cannot be cut so."""
    tensor, pipeline, expert = cut
    shape = shape_of(named(shipped(), Model, model, ""))
    copies = gpus // (tensor * pipeline)
    layout = training.Layout(
        tensor, pipeline, copies, 1024, expert=expert, zero_stage=stage, interleave=1
    )
    if gpus % (tensor * pipeline) or training.layout_problems(shape, layout, 8192):
        return float("inf")
    return training.memory_bytes(shape, layout, 8192, "full" if full else "selective") / 1e9


def holds(model: str, gpu: Gpu, gpus: int) -> bool:
    """Whether any cut of so many GPUs does, tried one by one."""
    shape = shape_of(named(shipped(), Model, model, ""))
    experts = list(range(1, shape.experts + 1)) or [1]
    stages = range(1, shape.layers + 1)
    cuts = product(range(1, gpu.scaleup_domain_gpus + 1), stages, experts)
    return any(
        needs_gb(model, gpus, cut, stage, full) * 1e9 <= gpu.memory_bytes
        for cut in cuts
        if gpus % (cut[0] * cut[1]) == 0
        for stage in (1, 3)
        for full in (False, True)
    )


@pytest.mark.parametrize(("model", "name", "gpus"), CASES)
def test_no_cut_of_fewer_holds_it(capsys: Any, model: str, name: str, gpus: int) -> None:
    told = TOLD.search(refused(capsys, model, name, gpus))
    assert told is not None
    fewest = int(told[1].replace(",", ""))
    gpu = named(shipped(), Gpu, name, "")
    cut = (int(told[2]), int(told[3]), int(told[4] or 1))
    changed = told[5] or ""
    stage = 3 if "zero stage 3" in changed else 1
    need = needs_gb(model, fewest, cut, stage, "recompute full" in changed)
    assert need * 1e9 <= gpu.memory_bytes
    assert not any(holds(model, gpu, fewer) for fewer in range(max(fewest - 24, 1), fewest))


def test_what_is_told_runs_as_it_is_told(capsys: Any) -> None:
    told = refused(capsys, "Llama-3.1-405B", "H100", 64)
    assert "at least 96 GPUs hold it, as tensor 8 x pipeline 3 with zero stage 3 and" in told
    cut = ["--gpus", "96", "--tp", "8", "--pp", "3", "--zero", "3", "--recompute", "full"]
    line = ["predict", "training", "--model", "Llama-3.1-405B", "--gpu", "H100", *cut]
    assert main([*line, "--interleave", "1"]) == 0


def test_nothing_holds_a_sequence_that_is_too_long(capsys: Any) -> None:
    told = refused(
        capsys, "Llama-3.1-405B", "H100", 64, "--sequence", "100000000", "--global-batch", "1"
    )
    assert "no number of H100" in told


def test_a_scenario_says_so_too(tmp_path: Path) -> None:
    """405B on two racks of 36 B200 each."""
    work = job(nodes=2, model="Llama-3.1-405B", global_batch_sequences=64)
    facility = twin.build(twin.load(written(asked(small_layout(2, 0), workload=[work]), tmp_path)))
    says = " ".join(one.says for one in review(facility))
    assert TOLD.search(says) is not None
