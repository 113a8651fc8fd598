"""The bubble of a forecast, beside the orders in which torch's pipelines run their passes.

Orders are those of `torch.distributed.pipelining`; each pass begins as soon as its GPU is free and
what it needs has been done. No message takes time here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from twin.cli import main

pytestmark = pytest.mark.torch
FORWARD, BACKWARD = 1.0, 2.0
Passes = dict[int, list[tuple[int, str, int]]]


@pytest.fixture(scope="module")
def group() -> Iterator[Any]:
    """Sixteen ranks of which one is here, and none is talked to."""
    torch = pytest.importorskip("torch")
    fake = pytest.importorskip("torch.testing._internal.distributed.fake_pg")
    torch.distributed.init_process_group("fake", store=fake.FakeStore(), rank=0, world_size=16)
    yield torch
    torch.distributed.destroy_process_group()


def order(torch: Any, stages: int, pieces: int, microbatches: int) -> Passes:
    """Passes of every GPU in the order of interleaved 1F1B."""
    from torch.distributed.pipelining import PipelineStage, ScheduleInterleaved1F1B

    one = torch.zeros(1, 1)
    ranks = torch.distributed.new_group(list(range(stages)))
    mine = [
        PipelineStage(
            torch.nn.Linear(1, 1),
            index,
            stages * pieces,
            torch.device("cpu"),
            input_args=(one,),
            output_args=(one,),
            group=ranks,
        )
        for index in range(0, stages * pieces, stages)
    ]
    rows = ScheduleInterleaved1F1B(mine, microbatches, loss_fn=torch.nn.MSELoss()).pipeline_order
    return {gpu: [_read(str(place)) for place in row if place] for gpu, row in rows.items()}


def _read(place: str) -> tuple[int, str, int]:
    found = re.fullmatch(r"(\d+)([FB])(\d+)", place)
    assert found
    return int(found[1]), found[2], int(found[3])


def run(passes: Passes, last: int) -> float:
    """When the last pass ends; a forward pass of a piece takes 1, a backward pass 2."""
    ends: dict[tuple[int, str, int], float] = {}
    free = dict.fromkeys(passes, 0.0)
    while any(passes.values()):
        for gpu, row in passes.items():
            while row and all(need in ends for need in _needs(*row[0], last)):
                begins = max([free[gpu], *(ends[need] for need in _needs(*row[0], last))])
                free[gpu] = begins + (FORWARD if row[0][1] == "F" else BACKWARD)
                ends[row.pop(0)] = free[gpu]
    return max(free.values())


def _needs(stage: int, kind: str, microbatch: int, last: int) -> list[tuple[int, str, int]]:
    if kind == "F":
        return [(stage - 1, "F", microbatch)] if stage else []
    behind = [(stage + 1, "B", microbatch)] if stage < last else []
    return [(stage, "F", microbatch), *behind]


def bubble_frac(capsys: Any, model: str, stages: int, pieces: int, microbatches: int) -> float:
    """Bubble over work of a forecast, of eight copies."""
    copies = 8
    line = ["predict", "training", "--model", model, "--gpu", "h100"]
    line += ["--gpus", str(8 * stages * copies), "--tp", "8", "--pp", str(stages)]
    line += ["--interleave", str(pieces), "--global-batch", str(microbatches * copies)]
    assert main([*line, "--sequence", "8192", "--json"]) == 0
    parts = json.loads(capsys.readouterr().out)["parts_s"]
    work = ("matrix products", "attention", "element-wise", "tensor parallel")
    return float(parts["pipeline bubble"] / sum(parts[name] for name in work))


@pytest.mark.parametrize(
    ("model", "stages", "pieces", "microbatches", "within"),
    [
        ("llama-3.1-405b", 16, 8, 32, 0.01),
        ("llama-3.1-405b", 16, 8, 64, 0.01),
        ("llama-3.1-70b", 8, 1, 32, 0.08),
        ("llama-3.1-70b", 8, 2, 32, 0.08),
        ("llama-3.1-70b", 8, 5, 64, 0.08),
    ],
)
def test_the_bubble_is_that_of_the_order(
    group: Any, model: str, stages: int, pieces: int, microbatches: int, within: float, capsys: Any
) -> None:
    """The output head is work of the last stage alone: 1 % of 405B, more of 70B."""
    span = run(order(group, stages, pieces, microbatches), stages * pieces - 1)
    work = pieces * microbatches * (FORWARD + BACKWARD)
    expected = (span - work) / work
    assert expected == pytest.approx((stages - 1) / pieces / microbatches)
    found = bubble_frac(capsys, model, stages, pieces, microbatches)
    assert found == pytest.approx(expected, rel=within)


@pytest.mark.parametrize("microbatches", [17, 20, 31])
def test_rounds_that_are_not_full_wait_no_longer(group: Any, microbatches: int) -> None:
    """Megatron Core, and so a forecast here, refuses them."""
    span = run(order(group, 16, 2, microbatches), 31)
    work = 2 * microbatches * (FORWARD + BACKWARD)
    assert span - work == pytest.approx(15 * (FORWARD + BACKWARD))
