"""What runs: the shapes of models and the lengths of requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import AtLeastZero, CatalogueRow, Positive, refuse, rises

AtLeastOne = Annotated[int, Field(ge=1)]
"""How many, where none would be said by an empty cell."""
NumberFormat = Literal["fp32", "bf16", "fp16", "fp8", "mxfp8", "nvfp4", "mxfp4"]
"""Formats in which weights are released."""
Scheduler = Literal["tensorrt-llm", "vllm", "vllm-async"]
"""Whose times beside the kernels were measured."""


class Model(CatalogueRow):
    """One transformer's shape, dense or of experts, and the formats in which it is released."""

    layers: Annotated[int, Field(ge=1)]
    """Blocks."""
    hidden: Annotated[int, Field(ge=1)]
    """Width of the residual stream."""
    heads: Annotated[int, Field(ge=1)]
    """Query heads."""
    kv_heads: Annotated[int, Field(ge=1)]
    """Key and value heads."""
    head_dim: Annotated[int, Field(ge=1)]
    """Width of a head."""
    ffn: Annotated[int, Field(ge=1)]
    """Width of the feed-forward layer."""
    ffn_matrices: Annotated[int, Field(ge=2, le=3)]
    """Three where the feed-forward layer is gated, two where it is plain."""
    vocab: Annotated[int, Field(ge=1)]
    """Tokens known."""
    tied: bool
    """Whether input and output embeddings are one matrix."""
    experts: AtLeastOne | None = None
    """Routed experts of a sparse layer; empty where every layer is dense."""
    experts_per_token: AtLeastOne | None = None
    """Routed experts that one token passes through."""
    shared_experts: AtLeastOne | None = None
    """Experts of a sparse layer that every token passes through."""
    ffn_expert: AtLeastOne | None = None
    """Width of one expert."""
    dense_layers: AtLeastOne | None = None
    """Layers of a sparse model that keep the dense feed-forward layer of width `ffn`."""
    latent_rank: AtLeastOne | None = None
    """Rank of the compressed keys and values of latent attention; empty for plain attention."""
    latent_query_rank: AtLeastOne | None = None
    """Rank of the compressed queries of latent attention."""
    latent_rope: AtLeastOne | None = None
    """Width of the positional part that latent attention keeps beside the compressed one."""
    window_layers: AtLeastOne | None = None
    """Layers whose attention sees only the last `window_tokens`."""
    window_tokens: AtLeastOne | None = None
    """Tokens that those layers see."""
    window_chunks: bool | None = None
    """Whether they see what there is so far of chunks of `window_tokens`, which begin one after
    another (Llama 4), and not the last ones."""
    context_tokens: AtLeastOne | None = None
    """Longest context that the model was released for, prompt and answer together:
    `max_position_embeddings` of its configuration; empty where nobody says."""
    format: NumberFormat = "bf16"
    """Number format of the weights as released."""
    format_experts: NumberFormat | Literal[""] = ""
    """Of the experts, where it is another."""
    format_embedding: NumberFormat = "bf16"
    """Of embeddings and output head."""
    parameters: Positive
    """All weights."""
    active_parameters: Positive | None = None
    """Weights that one token passes through, as the makers count them; empty where dense."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rises(self, "kv_heads", "heads")
        refuse(self.heads % self.kv_heads != 0, "heads must be a multiple of kv_heads")
        rises(self, "experts_per_token", "experts")
        rises(self, "active_parameters", "parameters")
        rises(self, "window_layers", "layers")
        rises(self, "dense_layers", "layers")
        _together(self, "experts", "experts_per_token", "ffn_expert")
        _together(self, "latent_rank", "latent_query_rank", "latent_rope")
        _together(self, "window_layers", "window_tokens")
        refuse(bool(self.window_chunks) and not self.window_layers, "window_chunks needs windows")
        refuse(
            self.experts is None and bool(self.shared_experts or self.dense_layers),
            "shared_experts and dense_layers need experts",
        )
        return self


def _together(row: Model, *fields: str) -> None:
    """Refuse a row that states some of these fields and not the others."""
    missing = [field for field in fields if getattr(row, field) is None]
    words = f"{', '.join(fields)} go together; missing: {', '.join(missing)}"
    refuse(0 < len(missing) < len(fields), words)


class RequestLengths(CatalogueRow):
    """Lengths of inference requests: means, medians and the lognormal that has both."""

    input_mean_tokens: Positive
    """Prompt."""
    input_median_tokens: Positive
    """Prompt."""
    input_log_sigma: AtLeastZero
    """sqrt(2 ln(mean / median)): the lognormal with this mean and median."""
    output_mean_tokens: Positive
    """Answer."""
    output_median_tokens: Positive
    """Answer."""
    output_log_sigma: AtLeastZero
    """sqrt(2 ln(mean / median))."""
    rate_mean_per_s: Positive
    """Arrivals in the trace."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "input_median_tokens", "input_mean_tokens")
        rises(self, "output_median_tokens", "output_mean_tokens")
        return self


class ServingSoftware(CatalogueRow):
    """What a serving software allows on one replica, as it ships."""

    max_sequences: Annotated[int, Field(ge=1)]
    """Most sequences that run at once."""
    token_budget: Annotated[int, Field(ge=1)]
    """Most tokens of one iteration, made and read."""
    max_sequences_small: AtLeastOne | None = None
    """The same on the A100 and on GPUs below 70 GiB, where it differs."""
    token_budget_small: AtLeastOne | None = None
    """The same on the A100 and on GPUs below 70 GiB, where it differs."""
    scheduler: Scheduler = "tensorrt-llm"
    """Whose times stand beside the kernels: of `tensorrt-llm`; of `vllm` to 0.13, whose scheduler
    waits for each iteration; of `vllm-async`, 0.14 and later, an iteration ahead."""
    page_tokens: Annotated[int, Field(ge=1)]
    """Tokens of one memory page of keys and values."""
    memory_frac: Annotated[float, Field(gt=0, le=1)]
    """Share of GPU memory that it takes."""
    prefix_cache: bool
    """Whether blocks of prompts are kept for those that begin alike."""
    cuda_graphs: bool
    """Whether decode iterations are replayed as graphs."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rises(self, "max_sequences", "token_budget")
        if self.max_sequences_small and self.token_budget_small:
            rises(self, "max_sequences_small", "token_budget_small")
        return self
