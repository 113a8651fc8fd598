"""A forecast says whose products of experts it adds up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin.cli import main


def told(capsys: Any, model: str, gpu: str, software: str) -> str:
    """What `twin predict inference` says of its numbers' origin."""
    asked = ["--tp", "2", "--input", "1000", "--output", "500", "--concurrency", "8", "--json"]
    line = ["predict", "inference", "--model", model, "--gpu", gpu, "--software", software]
    assert main([*line, *asked]) == 0
    return str(json.loads(capsys.readouterr().out)["source"])


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
    said = told(capsys, model, gpu, software)
    assert "under TensorRT-LLM" in said
    assert (f"; products of experts by {own}," in said) == bool(own)
    assert ("products of experts" in said) == bool(own)
