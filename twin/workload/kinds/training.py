"""A training job: a gang that steps, checkpoints, stops and restarts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, PositiveInt, model_validator

from twin.stated import YEAR_S, Duration, Fraction, RowOf, TokenPrice, Within
from twin.workload.following import Following
from twin.workload.kind import Job, Need, TrainingSteps
from twin.workload.rollouts import Rollouts

USUAL_INTERVAL_S = 1800.0
"""Between checkpoints where nothing is said."""


class Training(Following):
    """A synchronous training job on a gang of nodes."""

    kind: Literal["training"]
    model: Annotated[str, Field(max_length=100), RowOf("models")]
    """Catalogue model, such as `Llama-3.1-8B`."""
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes in the gang: all or nothing."""
    gpus_per_node: PositiveInt | None = Field(default=None, le=1_000)
    """GPUs that it takes of each node, the others left to other jobs; without it whole nodes."""
    submit: Duration = 0.0
    """When it joins the queue, after the start."""
    tokens: Annotated[int, Field(gt=0, le=10**18)] | None = None
    """Tokens to train; without it the job runs to the horizon."""
    sequence_length: PositiveInt = Field(default=8192, le=100_000_000)
    """Tokens in one sequence."""
    global_batch_sequences: PositiveInt = Field(default=1024, le=100_000_000)
    """Sequences in one optimiser step."""
    micro_batch_sequences: PositiveInt = Field(default=1, le=1_000_000)
    """Sequences in one forward pass of one data-parallel rank."""
    tensor_parallel: PositiveInt = Field(default=1, le=10_000)
    """GPUs that share each layer; stays inside the NVLink domain."""
    pipeline_parallel: PositiveInt = Field(default=1, le=10_000)
    """Pipeline stages."""
    context_parallel: PositiveInt = Field(default=1, le=10_000)
    """GPUs that share each sequence."""
    expert_parallel: PositiveInt = Field(default=1, le=10_000)
    """GPUs that share the routed experts."""
    interleave: PositiveInt = Field(default=1, le=1_000)
    """Chunks of layers that each pipeline stage holds."""
    sequence_parallel: bool = True
    """Whether tensor parallel GPUs share norms and residuals by tokens."""
    zero_stage: int = Field(default=1, ge=0, le=3)
    """Split over the data-parallel ranks: 1 optimiser state, 2 and gradients, 3 and weights."""
    recompute: Literal["none", "selective", "full"] = "selective"
    """What the backward pass computes again: nothing, the core of attention, or every layer."""
    dtype: Literal["bf16", "fp8", "mxfp8", "nvfp4"] = "bf16"
    """Arithmetic of the matrix products."""
    lora_rank: int = Field(default=0, ge=0, le=65_536)
    """Rank of low-rank adapters beside frozen weights; 0 trains every weight."""
    lora_on: Literal["all", "attention"] = "all"
    """Which products have adapters: those of attention and of dense feed-forward layers, or of
    attention alone."""
    software: (
        Literal[
            "plain", "megatron", "megatron_overlap", "megatron_tokens", "megatron_tokens_overlap",
            "megatron_graphs", "megatron_fp8_attention", "megatron_heads", "megatron_2022",
        ]
        | None
    ) = None  # fmt: skip
    """Training software as a set of options; without it what suits the GPU's time."""
    rollouts: Rollouts | None = None
    """Reinforcement learning: every step learns from answers, made before it on the same GPUs or
    meanwhile on nodes of the gang set aside, in optimiser steps of `global_batch_sequences`;
    `sequence_length` is then their own."""
    checkpoint_interval: (
        Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")] | Literal["young_daly"]
    ) = 1800.0
    """Time between checkpoints while it runs; `young_daly` for the best by what a checkpoint stops
    and how often the gang's nodes fail."""
    asynchronous_checkpoints: bool = False
    """Whether a checkpoint stops the job only while it is copied into host memory."""
    restart_delay: Duration = 300.0
    """From a failure to the first step again, loading the checkpoint not counted."""
    communication_overlap: Fraction | None = None
    """Share of the gradient exchange that is hidden; without it the software's."""
    token_price: TokenPrice = 0.0
    """Worth of a trained token, for the cost of what is lost."""
    requeue: bool = True
    """Whether it is run again from its last checkpoint after a fault or a preemption; else it ends
    `node_fail` or `preempted`, as under Slurm's `--no-requeue`."""
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    """Higher goes first in the queue."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """One gang, whose step times come from the GPUs it is given."""
        return (
            Job(
                name=self.name,
                kind=self.kind,
                nodes=self.nodes,
                submit_s=self.submit,
                interval_s=self.checkpoint_interval_s or np.inf,
                asynchronous=self.asynchronous_checkpoints,
                optimal_interval=self.checkpoint_interval == "young_daly",
                restart_delay_s=self.restart_delay,
                priority=self.priority,
                requeue=self.requeue,
                steps=self._steps(),
                gpus=self.nodes * self.gpus_per_node if self.gpus_per_node else np.inf,
                after=self.waits_for,
            ),
        )

    def _steps(self) -> TrainingSteps:
        return TrainingSteps(
            model=self.model,
            sequence_length=self._sequence_tokens,
            global_batch_sequences=self.global_batch_sequences,
            micro_batch_sequences=self.micro_batch_sequences,
            tensor_parallel=self.tensor_parallel,
            pipeline_parallel=self.pipeline_parallel,
            dtype=self.dtype,
            tokens=self.tokens,
            communication_overlap=self.communication_overlap,
            context_parallel=self.context_parallel,
            expert_parallel=self.expert_parallel,
            interleave=self.interleave,
            zero_stage=self.zero_stage,
            recompute=self.recompute,
            sequence_parallel=self.sequence_parallel,
            lora_rank=self.lora_rank,
            lora_on=self.lora_on,
            software=self.software or "",
            rollouts=self.rollouts,
            answering_frac=self.rollouts.answering_frac(self.nodes) if self.rollouts else 0.0,
        )

    @property
    def _sequence_tokens(self) -> int:
        """Tokens of a trained sequence: as stated, or of prompts and answers, in whole parts for
        the GPUs that share them.
        """
        if self.rollouts is None:
            return self.sequence_length
        parts = (
            self.context_parallel * self.tensor_parallel * (2 if self.context_parallel > 1 else 1)
        )
        own = self.rollouts.prompt_tokens + self.rollouts.output_tokens
        return -(-own // parts) * parts

    @model_validator(mode="after")
    def _learns_from_all(self) -> Self:
        asked = self.rollouts
        if asked is not None and asked.samples % self.global_batch_sequences:
            batch = self.global_batch_sequences
            raise ValueError(f"rollouts.samples a multiple of global_batch_sequences ({batch:,})")
        if asked is not None and asked.nodes is not None and asked.nodes >= self.nodes:
            raise ValueError(f"rollouts.nodes below nodes ({self.nodes:,}): the others train")
        return self

    @property
    def checkpoint_interval_s(self) -> float:
        """Seconds between checkpoints; a usual interval where it follows from failures."""
        stated = self.checkpoint_interval
        return USUAL_INTERVAL_S if isinstance(stated, str) else stated

    def needs(self) -> tuple[Need, ...]:
        """Its model, and what makes its answers."""
        model = Need("models", self.model, ("model",))
        if self.rollouts is None:
            return (model,)
        return (model, Need("engines", self.rollouts.software, ("rollouts", "software")))

    @property
    def submitted_s(self) -> float:
        """When it joins the queue."""
        return self.submit

    @property
    def most_nodes(self) -> int:
        """The gang."""
        return self.nodes

    @property
    def usd_per_token(self) -> float:
        """What a trained token is worth."""
        return self.token_price


KIND = Training
