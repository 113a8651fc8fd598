"""Published rates of experts that are spread over several nodes, and the forecast of each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.sources import table
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction

ROWS = table("workload/wide_experts.csv")
NODE_GPUS = 8
READERS = "DEP8"
"""Of replicas that only make tokens: who reads the prompts for them does not count here."""


def asked(row: dict[str, str]) -> dict[str, Any]:
    """Options of a row; where nothing is said of redundant experts choices were even."""
    redundant = int(row["redundant"])
    options: dict[str, Any] = {
        "parallelism": f"DEP{row['ranks']}",
        "dtype": row["dtype"],
        "kv_dtype": row["kv_dtype"],
        "software": "sglang",
        "concurrency": int(row["per_rank"]) * int(row["ranks"]),
        "redundant_experts": redundant,
        "two_batches": row["two_batches"] == "1",
        "expert_skew": None if redundant else 0.0,
    }
    if row["stage"] == "read":
        return options | {"token_budget": 16384}
    drafts = {"drafts": 1, "acceptance": float(row["acceptance"])} if row["drafts"] == "1" else {}
    return options | {"prefill": _readers(row)} | drafts


def _readers(row: dict[str, str]) -> str:
    return READERS if "GB" in row["gpu"] else "DEP32"


@lru_cache(maxsize=32)
def forecast(name: str) -> InferencePrediction:
    """Of one row, by its id."""
    row = next(one for one in ROWS if one["id"] == name)
    lengths = (int(row["input_tokens"]), int(row["output_tokens"]))
    return predict_inference(row["model"], row["gpu"], *lengths, **asked(row))


def rate(row: dict[str, str], found: InferencePrediction) -> float:
    """What the row counts: tokens made or read a second, of a node or a GPU."""
    tokens_s = found.output_tokens_per_s / int(row["ranks"])
    if row["stage"] == "read":
        tokens_s *= int(row["input_tokens"])
    return tokens_s * (NODE_GPUS if row["unit"].endswith("node") else 1)


def errors(*systems: str) -> Iterator[tuple[str, float]]:
    """(id, forecast over published less one) of the rows of some systems; all if none is named."""
    for row in ROWS:
        if not systems or row["system"] in systems:
            yield row["id"], rate(row, forecast(row["id"])) / float(row["published"]) - 1
