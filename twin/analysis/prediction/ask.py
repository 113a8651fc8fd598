"""What is asked of a replica, and what of it cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from twin.errors import InputError, Problem

MOST = "max"
"""As many requests in flight as fit."""
_CUTS = re.compile(r"(TP|DEP)([1-9][0-9]{0,4})", re.IGNORECASE)
_MOST_TOKENS = 10_000_000


@dataclass(frozen=True)
class InferenceQuestion:
    """A model, its replica and its load; names as people write them."""

    model: str
    gpu: str
    input_tokens: int
    output_tokens: int
    parallelism: str = "TP1"
    """`TP4`: four GPUs share each layer; `DEP8`: eight hold attention whole and share experts."""
    dtype: str = "auto"
    """Number format of the products: bf16, fp8, fp4, or as the model was released."""
    kv_dtype: str = "auto"
    """Of keys and values: bf16 or fp8; bf16 with bf16 weights, fp8 with narrower ones."""
    concurrency: int | str = MOST
    software: str = "tensorrt-llm"
    """Whose scheduler and sampler stand beside the kernels: tensorrt-llm or vllm."""
    requests: int | None = None
    """Of the whole run; as published runs do for these lengths where not stated."""
    max_sequences: int = 2048
    """Running at once at most on an attention rank; TensorRT-LLM's default."""
    token_budget: int = 8192
    """Tokens of an iteration at most; TensorRT-LLM's default."""
    power_cap_w: float | None = None
    """Most watts of a GPU; its clock falls until it stays below."""
    profile: Path | None = None
    """A calibration profile that was measured on this GPU; else the kernels that ship."""
    memory_frac: float = 0.9
    """Share of what weights leave free that keys and values get."""

    def cut(self) -> tuple[int, int]:
        """(tensor, data) parallel. InputError where the text is neither TPn nor DEPn."""
        match = _CUTS.fullmatch(self.parallelism.strip())
        if match is None:
            problem = Problem("--parallelism", repr(self.parallelism), "TP1, TP2 ... or DEP2 ...")
            raise InputError([problem])
        many = int(match[2])
        return (many, 1) if match[1].upper() == "TP" else (1, many)

    def check(self) -> None:
        """Raise InputError with every count that cannot be."""
        counts = (
            ("--input", self.input_tokens),
            ("--output", self.output_tokens),
            ("--max-sequences", self.max_sequences),
            ("--token-budget", self.token_budget),
            ("--concurrency", 1 if self.concurrency == MOST else self.concurrency),
            ("--requests", 1 if self.requests is None else self.requests),
        )
        found = [
            Problem(option, repr(value), f"a whole number from 1 to {_MOST_TOKENS:,}")
            for option, value in counts
            if not isinstance(value, int) or not 1 <= value <= _MOST_TOKENS
        ]
        if not 0 < self.memory_frac <= 1:
            found.append(Problem("--memory", repr(self.memory_frac), "above 0, at most 1"))
        if self.power_cap_w is not None and not self.power_cap_w > 0:
            found.append(Problem("--power-cap", repr(self.power_cap_w), "above 0 W"))
        if found:
            raise InputError(found)
