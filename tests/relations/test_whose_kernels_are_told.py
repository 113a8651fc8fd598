"""A forecast says whose products of experts it adds up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin.cli import main


def forecast(capsys: Any, model: str, gpu: str, software: str, *more: str) -> dict[str, Any]:
    """The answer of `twin predict inference`."""
    asked = ["--tp", "2", "--input", "1000", "--output", "500", "--concurrency", "8", "--json"]
    line = ["predict", "inference", "--model", model, "--gpu", gpu, "--software", software]
    assert main([*line, *asked, *more]) == 0
    return dict(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("model", "gpu", "software", "own"),
    [
        ("gpt-oss-120b", "h100", "vllm", "vLLM 0.24.0"),
        ("gpt-oss-120b", "h200", "sglang", "SGLang 0.5.14"),
        ("mixtral-8x7b", "a100", "vllm-async", "vLLM 0.14.0"),
        ("gpt-oss-120b", "h100", "tensorrt-llm", ""),
        ("llama-3.3-70b", "h100", "vllm", ""),
        ("gpt-oss-120b", "mi300x", "sglang", ""),
    ],
)
def test_engines_are_named_whose_experts_count(
    model: str, gpu: str, software: str, own: str, capsys: Any
) -> None:
    said = str(forecast(capsys, model, gpu, software)["source"])
    assert "under TensorRT-LLM" in said
    assert (f"; products of experts by {own}," in said) == bool(own)
    assert ("products of experts" in said) == bool(own)


@pytest.mark.parametrize(
    ("gpu", "dtype", "software", "borrowed"),
    [
        ("h100", "fp8", "vllm", True),
        ("h100", "bf16", "vllm", False),
        ("b200", "bf16", "vllm", True),
        ("b200", "bf16", "sglang", False),
        ("h100", "fp8", "tensorrt-llm", False),
    ],
)
def test_formats_in_which_an_engine_was_not_measured_are_told(
    gpu: str, dtype: str, software: str, borrowed: bool, capsys: Any
) -> None:
    """And the answer is less certain by what the others' products were off by."""
    found = forecast(capsys, "mixtral-8x7b", gpu, software, "--dtype", dtype)
    notes = [note for note in found["notes"] if "own products of experts" in note]
    assert bool(notes) == borrowed
    assert all(dtype in note for note in notes)
    usual = 0.17 if software == "tensorrt-llm" else 0.20
    assert found["uncertainty_frac"] == pytest.approx(usual + (0.085 if borrowed else 0.0))
