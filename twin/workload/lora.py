"""Adapters (LoRA) of one base model that a service serves together."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, ValidationInfo, field_validator, model_validator

from twin.stated import Duration, Stated, Within

ADAPTERS_MAX = 10_000
"""Of one service; S-LoRA served 2,000 on a GPU."""
RANK_MAX = 256
"""Up to which the thin products wait for memory and not for arithmetic."""


class LoraAdapters(Stated):
    """Fine-tuned models of a service: one base, an adapter for each."""

    adapters: PositiveInt = Field(le=ADAPTERS_MAX)
    """How many."""
    rank: PositiveInt = Field(default=16, le=RANK_MAX)
    """Of each; vLLM's `max_lora_rank`."""
    on: Literal["all", "attention"] = "all"
    """Products that have adapters: all of a layer, or those of attention."""
    resident: PositiveInt | None = Field(default=None, le=ADAPTERS_MAX)
    """That a GPU holds at once (vLLM's `max_loras`), in memory set aside; all where not stated.
    Others are loaded from host memory when asked for."""
    zipf: float = Field(default=0.0, ge=0.0, le=5.0)
    """How uneven they are asked for: shares fall as 1 / rank^zipf; alike at 0."""
    shares: tuple[Annotated[float, Field(gt=0.0, le=1e9)], ...] = Field(
        default=(), max_length=ADAPTERS_MAX
    )
    """How often each is asked for, in place of `zipf`; only their ratios count."""
    load_time: Annotated[Duration, Within(0.0, 600.0, "0 s to 10 minutes")] | None = None
    """To load one from host memory; by its bytes at 25 GB/s where not stated."""

    @field_validator("resident")
    @classmethod
    def _no_more_than_there_are(cls, resident: int | None, info: ValidationInfo) -> int | None:
        adapters = info.data.get("adapters")
        if resident is not None and adapters is not None and resident > adapters:
            raise ValueError(f"at most the {adapters} adapters; all of them where left out")
        return resident

    @model_validator(mode="after")
    def _as_many_shares(self) -> Self:
        if self.shares and len(self.shares) != self.adapters:
            raise ValueError(f"shares of {len(self.shares)} adapters, not of {self.adapters}")
        if self.shares and self.zipf:
            raise ValueError("zipf, or shares of one's own")
        return self
