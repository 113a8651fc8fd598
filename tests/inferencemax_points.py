"""Rates of InferenceMAX at stated loads, and the forecast of each.

Lengths are the flags of its generator, which draws both from four fifths of the flag to all of it,
evenly: nine tenths on average, with a deviation of 0.058 (0.2 / 12 ** 0.5). Where a time between
tokens and a rate are published, both are taken. AMD's own engine is asked as vLLM's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from tests.sources import table
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction

ROWS = table("workload/inferencemax_points.csv")
MEAN = 0.9
DEVIATION = 0.2 / 12**0.5
SOFTWARE = {"atom": "vllm-async"}


def of(**wanted: str) -> Iterator[dict[str, str]]:
    """Rows whose columns begin so."""
    for row in ROWS:
        if all(row[name].startswith(text) for name, text in wanted.items()):
            yield row


def forecast(row: dict[str, str]) -> InferencePrediction:
    """As its flags ask."""
    return _asked(tuple(row[name] for name in ASKED))


ASKED = (
    "model", "gpu", "cut", "dtype", "engine", "input_tokens", "output_tokens", "in_flight",
)  # fmt: skip


@cache
def _asked(key: tuple[str, ...]) -> InferencePrediction:
    model, gpu, cut, dtype, engine, read, made, in_flight = key
    return predict_inference(
        model,
        gpu,
        round(MEAN * int(read)),
        round(MEAN * int(made)),
        parallelism=cut,
        dtype="auto" if dtype == "mxfp4" else dtype,
        software=SOFTWARE.get(engine, engine),
        concurrency=int(in_flight),
        output_deviation=round(DEVIATION * int(made)),
    )


def errors(**wanted: str) -> np.ndarray:
    """(row, 2) errors of tokens a second and of the time between tokens."""
    return np.array([_error(row) for row in of(**wanted)])


def _error(row: dict[str, str]) -> tuple[float, float]:
    found = forecast(row)
    return (
        found.output_tokens_per_s / float(row["output_tokens_per_s"]) - 1,
        found.tpot_s / float(row["tpot_s"]) - 1,
    )
