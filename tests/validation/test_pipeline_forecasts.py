"""Claim: replicas over pipeline stages are forecast as those on one stage are.

183 rows of TensorRT-LLM 1.0, 1.1 and 1.2 on RTX PRO 6000 Blackwell Server Edition
(workload/tensorrt_llm_rtx_rows.csv), a GPU without NVLink on which nothing was fitted: 70B on one
to eight stages, models of experts and 405B on stages of several GPUs. Rows of releases 1.0 filed as
TPn of models of experts ran with `enable_attention_dp`: cuts DEPn here, as elsewhere.

Bad rows: 70B on four and eight stages in release 1.0 is up to 54 % too fast; in release 1.2 the
same cut came to 12,360 tokens a second where 1.0 made 8,166, and is met within 14 %: the older
loop's host was slower, and no time of it is known. Qwen3 30B is 8 to 30 % too slow on one stage
already, and so on more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.serving_points import stage_forecasts
from tests.sources import table
from twin import predict_inference

GPU = "RTX-PRO-6000-SE"


def errors() -> Iterator[tuple[dict[str, str], float]]:
    """Each row with the error of its forecast."""
    rows = table("workload/tensorrt_llm_rtx_rows.csv")
    for row, (point, found) in zip(rows, stage_forecasts(), strict=True):
        yield row, found.output_tokens_per_s_per_gpu / point.tokens_per_s_per_gpu - 1


def _found(**wanted: str) -> np.ndarray:
    return np.array(
        [error for row, error in errors() if all(row[key] == is_ for key, is_ in wanted.items())]
    )


def test_all_rows() -> None:
    found = np.array([error for _, error in errors()])
    assert found.size == 183
    assert np.abs(found).mean() <= 0.145
    assert np.median(np.abs(found)) <= 0.115


@pytest.mark.parametrize(
    ("release", "count", "mean"), [("1.0", 118, 0.15), ("1.1", 27, 0.10), ("1.2", 38, 0.16)]
)
def test_each_release(release: str, count: int, mean: float) -> None:
    found = _found(release=release)
    assert found.size == count
    assert np.abs(found).mean() <= mean


def test_seventy_billion_over_stages_in_later_releases() -> None:
    """One to eight stages, 1,024 to 32,768 tokens in."""
    later = [*_found(release="1.1", model="Llama-3.3-70B")]
    later += [*_found(release="1.2", model="Llama-3.3-70B")]
    assert len(later) == 20
    assert np.abs(later).mean() <= 0.10
    assert np.abs(later).max() <= 0.17


@pytest.mark.parametrize("stages", [2, 4, 8])
def test_what_stages_add(stages: int) -> None:
    """Tokens a second at 1,024 tokens in and out over those of one GPU, release 1.2: 2.18, 4.17 and
    7.17 published; beyond the count of GPUs, for weights leave more room for sequences.
    """
    same = {"release": "1.2", "model": "Llama-3.3-70B", "input_tokens": "1024"}
    wrong = {
        row["parallelism"]: error
        for row, error in errors()
        if row["output_tokens"] == "1024" and all(row[key] == is_ for key, is_ in same.items())
    }
    assert (1 + wrong[f"TP1PP{stages}"]) / (1 + wrong["TP1PP1"]) == pytest.approx(1, abs=0.14)


def test_a_model_that_one_gpu_cannot_hold() -> None:
    with pytest.raises(Exception, match="GB of weights"):
        predict_inference("Llama-3.1-405B", GPU, 1000, 1000, dtype="fp4")
    found = predict_inference(
        "Llama-3.1-405B", GPU, 1000, 1000, dtype="fp4", parallelism="TP1PP8", concurrency=64
    )
    assert found.gpus == 8
    assert found.weight_bytes_per_gpu < 35e9
    assert found.uncertainty_frac >= 0.10
