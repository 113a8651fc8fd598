"""What reinforcement learning adds to a training step: answers that the model makes itself."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from twin.stated import Duration, RowOf, Stated


class Rollouts(Stated):
    """Answers of the model that a step learns from: made on the job's own GPUs before it trains, or
    on other nodes of its gang meanwhile.
    """

    samples: PositiveInt = Field(le=1_000_000)
    """Answers of one step: prompts times answers to each."""
    prompt_tokens: PositiveInt = Field(default=256, le=10_000_000)
    """Of every prompt."""
    output_tokens: PositiveInt = Field(le=10_000_000)
    """Of an answer on average."""
    output_log_sigma: float = Field(default=0.6, ge=0, le=3)
    """Spread of the logarithm of an answer's length."""
    longest_output: PositiveInt | None = Field(default=None, le=10_000_000)
    """Where answers are cut; four times the mean where not stated."""
    context_tokens: PositiveInt | None = Field(default=None, le=100_000_000)
    """Longest prompt and answer together that its engine is set to (vLLM's max_model_len), where
    positions are stretched; else what the model was released for."""
    nodes: PositiveInt | None = Field(default=None, le=1_000_000)
    """Nodes of the gang that make answers and nothing else, the others train; without it all do
    both in turn."""
    lag: NonNegativeInt = Field(default=0, le=100)
    """Steps by which the policy that answers is older than the one that learns from them, where
    `nodes` do nothing else. 0: who answers waits for new weights, who trains for answers. 1: both
    work, each step of answers to its longest. More: so many steps of answers are under way at once,
    and their tails overlap."""
    tensor_parallel: PositiveInt = Field(default=1, le=10_000)
    """GPUs of one replica that makes answers."""
    dtype: Literal["bf16", "fp8", "fp4"] = "bf16"
    """Format in which they are made."""
    software: Annotated[str, Field(max_length=100), RowOf("engines")] = "vllm"
    """Catalogue row of the serving software."""
    forward_passes: NonNegativeInt = Field(default=1, le=10)
    """Over all answers before training: chances under the policy as it was, and under a reference;
    each takes a third of a training step."""
    overhead_frac: Annotated[float, Field(ge=0, lt=0.95)] = 0.3
    """Share of each step beside kernels: exchange of weights, engines that sleep and wake, packing,
    the controller. What one published run leaves (NeMo RL 0.5, Llama-3.1-8B on 16 H100, 92.8 s)."""
    overhead: Duration = 0.0
    """Of each step, in which GPUs wait beside that: for rewards, for tools."""

    @property
    def most_output(self) -> int:
        """Where answers are cut."""
        return self.longest_output or 4 * self.output_tokens

    @property
    def trained_tokens(self) -> float:
        """Of one step: prompts and answers."""
        return float(self.samples * (self.prompt_tokens + self.output_tokens))

    @property
    def under_way(self) -> int:
        """Steps whose answers are made together."""
        return max(self.lag, 1)

    def answering_frac(self, gang_nodes: int) -> float:
        """Share of a gang's nodes that make answers and nothing else; 0 where all do both."""
        return self.nodes / gang_nodes if self.nodes else 0.0

    @model_validator(mode="after")
    def _lag_apart(self) -> Self:
        if self.lag and not self.nodes:
            raise ValueError("nodes that make answers, for a lag above 0")
        return self
