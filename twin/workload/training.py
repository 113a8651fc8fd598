"""A training job: a gang that steps, checkpoints, stops and restarts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from twin.stated import Duration, Fraction, Stated, TokenPrice


class Training(Stated):
    """A synchronous training job on a gang of nodes."""

    kind: Literal["training"]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the job, used in tables and reports."""
    model: str
    """Catalogue model, such as `llama-3.1-8b`."""
    nodes: PositiveInt
    """Nodes in the gang: all or nothing."""
    submit: Duration = 0.0
    """When it joins the queue, after the start."""
    tokens: PositiveInt | None = None
    """Tokens to train; without it the job runs to the horizon."""
    sequence_length: PositiveInt = 8192
    """Tokens in one sequence."""
    global_batch_sequences: PositiveInt = 1024
    """Sequences in one optimiser step."""
    micro_batch_sequences: PositiveInt = 1
    """Sequences in one forward pass of one data-parallel rank."""
    tensor_parallel: PositiveInt = 1
    """GPUs that share each layer; stays inside the NVLink domain."""
    pipeline_parallel: PositiveInt = 1
    """Pipeline stages."""
    dtype: Literal["bf16", "fp8"] = "bf16"
    """Arithmetic of the matrix products."""
    checkpoint_interval: Duration = 1800.0
    """Time between checkpoints while it runs."""
    restart_delay: Duration = 300.0
    """From a failure to the first step again, loading the checkpoint not counted."""
    communication_overlap: Fraction = 0.8
    """Share of the gradient exchange hidden behind the backward pass."""
    token_price: TokenPrice = 0.0
    """Worth of a trained token, for the cost of what is lost."""
    priority: int = 0
    """Higher goes first in the queue."""
