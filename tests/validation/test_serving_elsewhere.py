"""Claim: published serving rates from outside of every table that was used come out unfitted.

Sources (tests/data/README.md): 73 closed-loop points of vLLM 0.30.0 with board watts (Qwen3 8B on
one H100, five lengths, two formats), twelve of GPUStack's performance lab (Qwen3 14B and 32B on an
A100 80 GB, vLLM 0.11.0 and TensorRT-LLM 1.2.0rc1), one of NVIDIA NIM, one of vLLM pull request
43232. Options are those of each source; no number was fitted to a row; that vLLM schedules ahead
was looked up after `vllm` had missed the 73, that the sweep sends prompts again, which the prefix
cache holds, after 16 and 32 in flight had been 17 to 25 % too slow. Errors met: the 73 points 6.5 %
of tokens a second, 7.7 % of watts, 10.3 % of joules a token at the median (7.6, 9.3 and 12.7 % with
every prompt read); by `--software vllm`, whose scheduler waits for each iteration, 29.6 % of
tokens. vLLM 0.11 on the A100 7.1 %, worst +16 % (32B at 4,000 tokens in; 21.1 %, worst +40 % on the
first four rows, until new tokens beside prompts filled a tile of FlashAttention 2); TensorRT-LLM
there 6.8 %. That the A100 of the 14B page has 80 GB is taken from the pages of the other models.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from tests.sources import table
from tests.sweep_prompts import found_frac, whole_blocks
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, ServingSoftware
from twin.cli import main
from twin.facility.serving.software import limits_on

ROWS = table("workload/serving_points_elsewhere.csv")
SWEEP = "silybench"
ORDER = [(128, 128), (1024, 128), (128, 1024), (2048, 2048), (8192, 512)]
"""Of lengths, in which the sweep ran."""


@cache
def _errors(source: str, software: str, used: str = "", again: bool = False) -> np.ndarray:
    """(row, 2) errors of tokens a second and of watts; rows of a source and an engine.

    again   whether prompts that the sweep sends again are found in the prefix cache
    """
    rows = [row for row in ROWS if row["source"] == source and row["software"] == software]
    known = _known(rows, used or software) if again else {}
    return np.array([_error(r, used or software, known.get(i, 0.0)) for i, r in enumerate(rows)])


def _known(rows: list[dict[str, str]], software: str) -> dict[int, float]:
    """Tokens of a prompt of each row that are not read again, on average."""
    found: dict[int, float] = {}
    for dtype in sorted({row["dtype"] for row in rows}):
        own = [i for i, row in enumerate(rows) if row["dtype"] == dtype]
        ran = sorted(map(_load, (rows[i] for i in own)), key=lambda load: ORDER.index(load[:2]))
        held = predict_inference(
            "Qwen3-8B", "h100", 1024, 128, dtype=dtype, kv_dtype="bf16", software=software
        ).kv_capacity_tokens
        shares = found_frac(ran, held)
        found |= {i: shares[_load(rows[i])] * whole_blocks(_load(rows[i])[0]) for i in own}
    return found


def _load(row: dict[str, str]) -> tuple[int, int, int]:
    return int(row["input_tokens"]), int(row["output_tokens"]), int(row["concurrency"])


def _error(row: dict[str, str], software: str, cached: float = 0.0) -> tuple[float, float]:
    found = _forecast(row, software, cached)
    watts = float(row["gpu_power_w"] or "nan")
    return (
        found.output_tokens_per_s / float(row["output_tokens_per_s"]) - 1,
        found.gpu_power_w / watts - 1,
    )


def _forecast(row: dict[str, str], software: str, cached: float = 0.0) -> InferencePrediction:
    flight = row["concurrency"]
    return predict_inference(
        row["model"],
        row["gpu"],
        int(row["input_tokens"]),
        int(row["output_tokens"]),
        parallelism=row["cut"],
        dtype=row["dtype"],
        kv_dtype=row["kv_dtype"],
        software=software,
        concurrency=flight if flight == "max" else int(flight),
        token_budget=int(row["token_budget"]),
        max_sequences=int(row["max_sequences"]),
        requests=int(row["requests"]) if row["requests"] else None,
        cached_tokens=cached,
    )


def test_a_sweep_of_a_later_vllm() -> None:
    """Tokens, watts and joules of one to 512 requests in flight."""
    tokens, watts = _errors(SWEEP, "vllm-async", again=True).T
    joules = np.abs((1 + watts) / (1 + tokens) - 1)
    assert tokens.size == 73
    assert np.abs(tokens).mean() < 0.07
    assert np.abs(tokens).max() < 0.21
    assert np.abs(watts).mean() < 0.085
    assert np.median(joules) < 0.12


def test_prompts_that_are_sent_again_are_not_read() -> None:
    """1,024 tokens in, 4 to 32 in flight, both formats: every one comes nearer, in watts too."""
    rows = [row for row in ROWS if row["source"] == SWEEP]
    few = [_load(r)[0] == 1024 and _load(r)[2] in (4, 16, 32) for r in rows]
    read = np.abs(_errors(SWEEP, "vllm-async")[few])
    known = np.abs(_errors(SWEEP, "vllm-async", again=True)[few])
    assert read.mean(axis=0) == pytest.approx([0.17, 0.25], abs=0.02)
    assert known.mean(axis=0) == pytest.approx([0.06, 0.11], abs=0.02)
    assert (known[:, 1] < read[:, 1]).all()


def test_a_scheduler_that_waits_is_not_what_ran() -> None:
    """An iteration that waits for its host is half as fast with many short answers."""
    tokens = _errors(SWEEP, "vllm-async", "vllm")[:, 0]
    assert 0.25 < np.abs(tokens).mean() < 0.35
    assert tokens.max() < 0


def test_an_older_card_and_long_prompts() -> None:
    """A100: within a tenth under either engine; a new token of vLLM fills a tile beside prompts."""
    assert np.abs(_errors("gpustack", "tensorrt-llm")[:, 0]).mean() < 0.08
    vllm = np.abs(_errors("gpustack", "vllm")[:, 0])
    assert vllm.mean() < 0.08
    assert vllm.max() < 0.19


def test_iterations_of_the_older_card_take_as_long_as_published() -> None:
    """Mean time between tokens of 14B: 301.7, 254.6 and 445.6 ms at 2,000, 4,000, 32,000 in."""
    published_s = {2000: 0.3017, 4000: 0.2546, 32000: 0.4456}
    for row in ROWS:
        if (row["source"], row["software"], row["model"]) == ("gpustack", "vllm", "Qwen3-14B"):
            found = _forecast(row, "vllm").tpot_s
            assert found == pytest.approx(published_s[int(row["input_tokens"])], rel=0.06)


def _engine(name: str) -> ServingSoftware:
    return named(shipped(), ServingSoftware, name)


def test_what_vllm_ships_with_is_what_was_taken() -> None:
    """Budget and sequences that nobody states are those of `arg_utils.py`, on each GPU."""
    for row in ROWS:
        if row["source"] in (SWEEP, "gpustack"):
            limits = limits_on(_engine(row["software"]), shipped().get(Gpu, row["gpu"]))
            taken = int(row["token_budget"]), int(row["max_sequences"])
            assert (limits.token_budget, limits.max_sequences) == taken


@pytest.mark.parametrize(
    ("gpu", "software", "most"),
    [("a100-sxm4-80gb", "vllm", 256), ("h100", "vllm-async", 1024), ("h100", "tensorrt-llm", 2048)],
)
def test_as_many_run_as_the_software_ships_with(
    gpu: str, software: str, most: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Short requests, of which memory would hold more."""
    asked = ("--model", "Llama-3.1-8B", "--gpu", gpu, "--software", software)
    lengths = ("--input", "100", "--output", "50", "--requests", "3000", "--json")
    assert main(["predict", "inference", *asked, *lengths]) == 0
    assert json.loads(capsys.readouterr().out)["concurrency"] == most


def test_two_single_rows() -> None:
    """70B for one client, and 235B with 30,000 tokens in."""
    assert abs(_errors("nim", "tensorrt-llm")[0, 0]) < 0.03
    assert abs(_errors("vllm_43232", "vllm-async")[0, 0]) < 0.05
