"""Published serving results of TensorRT-LLM and MLPerf, and the forecast of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from tests.sources import table
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction

GPUS = {
    "H100": "H100-SXM5-80GB",
    "H200": "H200-SXM-141GB",
    "B200": "B200-SXM-180GB",
    "GB200": "GB200-NVL72-GPU",
    "RTX6000": "RTX-PRO-6000-SE",
    "B300": "B300-SXM-288GB",
    "GB300": "GB300-NVL72-GPU",
    "A100": "A100-SXM4-80GB",
}
ORCA_LENGTHS = (222, 294)
"""Mean tokens of MLPerf's OpenOrca set: of prompts as the set has them, of answers as its reference
makes them (`TOKENS_PER_SAMPLE`)."""
ORCA_REQUESTS = 24_576
ORCA_CUTS = {"llama2-70b H100": "TP2"}
FITTED_LENGTH = 1000
"""Tokens in and out of the rows on which the times of the software were fitted."""


@dataclass(frozen=True)
class ServingPoint:
    """One published row."""

    model: str
    gpu: str
    cut: str
    dtype: str
    input_tokens: int
    output_tokens: int
    tokens_per_s_per_gpu: float
    requests: int | None

    @property
    def fitted(self) -> bool:
        return (self.input_tokens, self.output_tokens) == (FITTED_LENGTH, FITTED_LENGTH)

    @property
    def sparse(self) -> bool:
        return not self.model.lower().startswith(("llama-3", "llama-2", "gpt-j"))


def points() -> Iterator[ServingPoint]:
    """Rows of GPUs with measured kernels; server scenarios are a queue and no capacity."""
    for row in table("workload/inference_throughput.csv"):
        gpu = row["gpu"].removesuffix("-700W")
        if gpu in GPUS and row["scenario"] != "server":
            yield _point(row, gpu, float(row["value"]))
    for row in table("workload/tensorrt_llm_more_rows.csv"):
        yield _point(row, row["gpu"], float(row["output_tokens_per_s_per_gpu"]))


def _point(row: dict[str, str], gpu: str, rate: float) -> ServingPoint:
    orca = row["input_tokens"] == "open_orca"
    lengths = list(ORCA_LENGTHS) if orca else [int(row["input_tokens"]), int(row["output_tokens"])]
    cut = row["parallelism"] or ORCA_CUTS.get(f"{row['model']} {gpu}", "TP1")
    model = {"gptj-6b": "gpt-j-6b", "llama2-70b": "llama-2-70b"}.get(row["model"], row["model"])
    requests = ORCA_REQUESTS if orca else None
    return ServingPoint(model, gpu, cut, row["dtype"], *lengths, rate, requests)


def later_points() -> Iterator[ServingPoint]:
    """Rows that came to this program after its times had been fitted; totals of all GPUs."""
    for row in table("workload/tensorrt_llm_v1_rows.csv"):
        rate = float(row["system_output_tokens_per_s"]) / int(row["gpus"])
        yield replace(_point(row, row["gpu"], rate), requests=int(row["requests"]))


def stage_points() -> Iterator[ServingPoint]:
    """Rows of a GPU without fast links, most over pipeline stages; totals of all GPUs."""
    for row in table("workload/tensorrt_llm_rtx_rows.csv"):
        rate = float(row["system_output_tokens_per_s"]) / int(row["gpus"])
        yield replace(_point(row, row["gpu"], rate), requests=int(row["requests"]))


@lru_cache(maxsize=1)
def stage_forecasts() -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Every one of them with its forecast."""
    return tuple((point, forecast(point)) for point in stage_points())


def last_points() -> Iterator[ServingPoint]:
    """Rows of release 1.2: tried once all others stood."""
    for row in table("workload/tensorrt_llm_v12_rows.csv"):
        rate = float(row["output_tokens_per_s_per_gpu"])
        yield replace(_point(row, row["gpu"], rate), requests=int(row["requests"]))


@lru_cache(maxsize=1)
def last_forecasts() -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Every one of them with its forecast."""
    return tuple((point, forecast(point)) for point in last_points())


def early_points(release: str) -> Iterator[ServingPoint]:
    """Rows of release 0.14 or 0.20, of one to eight GPUs that share layers."""
    for row in table("workload/tensorrt_llm_early_rows.csv"):
        if row["release"] == release:
            rate = float(row["system_output_tokens_per_s"]) / int(row["gpus"])
            yield replace(_point(row, row["gpu"], rate), requests=int(row["requests"]))


@lru_cache(maxsize=2)
def early_forecasts(release: str) -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Every one of them with its forecast."""
    return tuple((point, forecast(point)) for point in early_points(release))


@lru_cache(maxsize=2)
def mlperf_forecasts(
    deviating: bool = True,
) -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Offline rows of MLPerf Inference v5.1, asked with the settings of their configurations.

    deviating   with the deviation of answers' lengths that the submitters' logs have
    """
    return tuple(_mlperf(row, deviating) for row in table("workload/mlperf_serving_v51.csv"))


def _mlperf(row: dict[str, str], deviating: bool) -> tuple[ServingPoint, InferencePrediction]:
    rate = float(row["tokens_per_s"]) / int(row["gpus"])
    point = _point(row | {"parallelism": row["cut"]}, row["gpu"], rate)
    found = predict_inference(
        point.model,
        GPUS[point.gpu],
        point.input_tokens,
        point.output_tokens,
        parallelism=point.cut,
        dtype=point.dtype,
        requests=int(row["requests"]),
        token_budget=int(row["token_budget"]),
        max_sequences=int(row["max_sequences"]),
        context_tokens=int(row["context"]) if row["context"] else None,
        output_deviation=float(row["output_deviation"]) if deviating else 0.0,
    )
    return point, found


@lru_cache(maxsize=1)
def later_forecasts() -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Every one of them with its forecast."""
    return tuple((point, forecast(point)) for point in later_points())


@lru_cache(maxsize=1)
def forecasts() -> tuple[tuple[ServingPoint, InferencePrediction], ...]:
    """Every point with its forecast, asked as a planner would."""
    return tuple((point, forecast(point)) for point in points())


def forecast(point: ServingPoint, profile: str | None = None) -> InferencePrediction:
    """Of one point, by a profile, by the tables alone (`none`), or as usual."""
    return predict_inference(
        point.model,
        GPUS[point.gpu],
        point.input_tokens,
        point.output_tokens,
        parallelism=point.cut,
        dtype=point.dtype,
        requests=point.requests,
        profile=profile,
    )


def order_kept(
    rates: Iterable[tuple[Hashable, float, float]], apart_frac: float = 0.05
) -> tuple[float, int]:
    """Kendall's tau and the number of pairs that it is of.

    rates        what is asked, the published rate and the forecast; pairs are of one question
    apart_frac   least difference of published rates that counts
    """
    at = defaultdict(list)
    for asked, published, said in rates:
        at[asked].append((published, said))
    signs = [
        np.sign((a[0] - b[0]) * (a[1] - b[1]))
        for same in at.values()
        for a, b in combinations(same, 2)
        if abs(np.log(a[0] / b[0])) > apart_frac
    ]
    return float(np.mean(signs)), len(signs)
