"""What runs: the shapes of models and the lengths of requests."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import AtLeastZero, CatalogueRow, Positive, refuse, rises


class Model(CatalogueRow):
    """One dense transformer's shape."""

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
    parameters: Positive
    """All weights."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rises(self, "kv_heads", "heads")
        refuse(self.heads % self.kv_heads != 0, "heads must be a multiple of kv_heads")
        return self


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
