"""An answer of one token has no time between tokens, and keeps a promise about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from planner import asked, written

import twin


@pytest.mark.parametrize("detail", ["fluid", "requests"])
@pytest.mark.parametrize(("tokens", "kept"), [(1, 1.0), (20, 0.0)])
def test_a_limit_between_tokens_asks_nothing_of_one(
    detail: str, tokens: int, kept: float, tmp_path: Path
) -> None:
    """No GPU makes tokens a microsecond apart: whoever has a second token is late, no other is."""
    service = {
        "kind": "inference", "name": "sorter", "model": "Llama-3-8B", "nodes": 2,
        "tensor_parallel": 1, "detail": detail, "slo": {"ttft": "30 s", "tpot": "1 us"},
        "requests": {"rate": "1 / s", "input_tokens": 100, "output_tokens": tokens},
    }  # fmt: skip
    result = twin.run(written(asked(workload=[service]), tmp_path))
    served = result.frame("services")
    counted = served["slo_met_frac"].dropna()
    assert counted.size
    assert counted.iloc[-1] == pytest.approx(kept)
