"""Published points of DeepSeek R1 on GB200 that are filed as TP12 to TP36: what they are."""

from __future__ import annotations

import numpy as np
from sources import table

import twin

HEADS = 128


def points() -> list[tuple[int, int, float]]:
    """GPUs in all, requests in flight, ms between tokens; 1,024 tokens in and out."""
    return [
        (int(row["parallelism"].removeprefix("TP")), int(row["concurrency"]), float(row["tpot_ms"]))
        for row in table("workload/tensorrt_llm_latency_points.csv")
        if row["model"] == "DeepSeek-R1" and row["gpu"] == "GB200-NVL72-GPU"
        if row["input_tokens"] == "1024" and row["parallelism"] != "TP8"
    ]


def test_they_are_no_tensor_parallel_replicas() -> None:
    """No such cut divides the model's heads."""
    assert len(points()) == 7
    assert all(HEADS % gpus for gpus, _, _ in points())


def test_they_are_near_pools_apart_with_a_draft() -> None:
    """The largest power of two of their GPUs makes tokens (DEP), the rest read prompts; the model's
    own draft, accepted at 0.85. Nothing was fitted to them.
    """
    errors = []
    for gpus, in_flight, tpot_ms in points():
        makes = 2 ** int(np.log2(gpus - 1))
        said = twin.predict_inference(
            "DeepSeek-R1", "GB200", 1024, 1024, parallelism=f"DEP{makes}", prefill="DEP4",
            dtype="fp4", concurrency=in_flight, drafts=1, acceptance=0.85,
        )  # fmt: skip
        errors.append(1e3 * said.tpot_s / tpot_ms - 1)
    assert np.mean(np.abs(errors)) < 0.32
    assert np.median(np.abs(errors)) < 0.31
