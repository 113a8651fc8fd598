"""Offline rates of MLPerf Inference v6.0 (and H200 NVL of v5.1), and the forecast of each.

Nobody read the submitters' configurations of this round: budgets and sequences are those of v5.1
for the same model, one replica a GPU, 405B on two with fp4 (as B200 then, two stages of two).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.sources import table
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction

ROWS = table("workload/mlperf_v60.csv")
ASKED: dict[str, dict[str, Any]] = {
    "Llama-2-70B": {
        "input_tokens": 222, "output_tokens": 280, "output_deviation": 190.0,
        "token_budget": 3584, "max_sequences": 2048, "requests": 15_000,
    },
    "Llama-3.1-8B": {
        "input_tokens": 871, "output_tokens": 128, "token_budget": 12_000, "max_sequences": 6000,
        "requests": 11_000,
    },
    "Llama-3.1-405B": {
        "input_tokens": 9428, "output_tokens": 650, "output_deviation": 234.0,
        "token_budget": 1536, "max_sequences": 512, "requests": 4000, "parallelism": "TP2",
    },
}  # fmt: skip
HOPPER = {"dtype": "fp8", "token_budget": 1536, "max_sequences": 1535}
STAGED = {"parallelism": "TP2PP2", "max_sequences": 128}
"""405B on GPUs of less than 200 GB."""


@lru_cache(maxsize=16)
def forecast(model: str, gpu: str) -> InferencePrediction:
    """Of one replica."""
    options = dict(ASKED[model]) | {"dtype": "fp4"}
    if gpu.startswith("H200"):
        options |= HOPPER if model == "Llama-2-70B" else {"dtype": "fp8", "max_sequences": 2048}
    if model == "Llama-3.1-405B" and "B200" in gpu:
        options |= STAGED
    return predict_inference(model, gpu, **options)


def errors(model: str = "", gpu: str = "") -> Iterator[float]:
    """Forecast over published less one, of rows whose model and GPU begin so."""
    for row in ROWS:
        if row["model"].startswith(model) and row["gpu"].startswith(gpu):
            found = forecast(row["model"], row["gpu"]).output_tokens_per_s_per_gpu
            yield found * int(row["gpus"]) / float(row["tokens_per_s"]) - 1
