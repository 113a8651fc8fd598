"""Claim: near and beyond its capacity a service as a fluid is told as its requests one by one are,
within bounds that are said.

Llama 3.1 70B in fp8 on four replicas, Azure's conversations, windows of a minute. At 0.97 to 1.03
of the capacity a queue comes and goes by chance over the whole run, and the time to the first token
of two draws is as far apart as that of both forms: nothing is claimed there but the time between
tokens.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from conftest import small_layout

from tests.planner import answer

COLUMNS = ["ttft_p50_s", "ttft_p95_s", "tpot_p50_s"]


def served(rate: float, detail: str) -> pd.DataFrame:
    """Rows of a run from the sixth minute on."""
    service = {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": 4,
        "tensor_parallel": 4,
        "dtype": "fp8",
        "window": "60 s",
        "patience": "1 h",
        "detail": detail,
        "requests": {
            "rate": f"{rate} / s",
            "diurnal_amplitude": 0,
            "burstiness": 1,
            "lengths": "azure_2023_conv",
        },
    }
    hall = small_layout(2, 0)
    run = answer(hall, workload=[service], horizon="20 min", outputs={"period": "1 min"})
    return run.frame("services").iloc[5:]


@cache
def full_rate() -> float:
    """Requests a second that fill the pool."""
    rows = served(50.0, "fluid")
    tokens = rows["tokens_asked"].sum() / rows["requests"].sum()
    return float(rows["capacity_tokens_per_s"].iloc[-1] / tokens)


@pytest.mark.parametrize(
    ("load", "first", "late", "between"),
    [
        (0.9, 0.2, 0.25, 0.15),
        (0.95, 0.35, 0.45, 0.2),
        (1.0, None, None, 0.1),
        (1.1, 0.32, 0.28, 0.03),
    ],
)
def test_users_see_about_what_they_see_one_by_one(
    load: float, first: float | None, late: float | None, between: float
) -> None:
    rate = round(load * full_rate(), 3)
    fluid, told = (served(rate, detail)[COLUMNS].mean() for detail in ("fluid", "requests"))
    for name, within in zip(COLUMNS, (first, late, between), strict=True):
        if within is not None:
            assert fluid[name] == pytest.approx(told[name], rel=within), name
