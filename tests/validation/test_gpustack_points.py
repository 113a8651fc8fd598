"""Claim: forecasts that miss a source are said to, and by how much.

49 points of GPUStack's performance lab on H100, H200 and A100 (workload/gpustack_points.csv;
random prompts of 2,000 to 32,000 tokens all at once, and 1 to 8 requests in flight), asked once,
blind, when all of the forecast stood. Where prompts fill the time of one or two H100 the forecast
is twice as fast as published (+96 %, 24 rows of 14B to 32B and gpt-oss), though long prompts on
H100 are met elsewhere: of those machines nothing is known. Models over four and eight GPUs are
25 % off, few requests in flight 20 %.
"""

from __future__ import annotations

import numpy as np

from tests.sources import table
from twin import predict_inference

ROWS = table("workload/gpustack_points.csv")


def _error(row: dict[str, str]) -> float:
    """Of tokens a second."""
    flight = row["in_flight"]
    found = predict_inference(
        row["model"],
        row["gpu"],
        int(row["input_tokens"]),
        round(float(row["output_tokens"])),
        parallelism=row["cut"],
        dtype=row["dtype"],
        software=row["engine"],
        concurrency=flight if flight == "max" else int(flight),
        requests=int(row["requests"]),
        token_budget=int(row["token_budget"]) if row["token_budget"] else None,
    )
    return found.output_tokens_per_s / float(row["output_tokens_per_s"]) - 1


def _errors(few: bool, gpus: tuple[str, ...]) -> np.ndarray:
    return np.array(
        [
            _error(row)
            for row in ROWS
            if (row["in_flight"] != "max") == few and row["cut"][-1] in gpus
        ]
    )


def test_prompts_on_one_and_two_h100_are_too_fast() -> None:
    found = _errors(False, ("1", "2"))
    assert len(found) == 24
    assert found.min() >= 0.5
    assert found.max() <= 1.6


def test_prompts_on_four_and_eight_gpus() -> None:
    found = _errors(False, ("4", "8"))
    assert len(found) == 15
    assert np.abs(found).mean() <= 0.27


def test_few_in_flight() -> None:
    found = _errors(True, ("1", "2", "8"))
    assert len(found) == 10
    assert np.abs(found).mean() <= 0.22
