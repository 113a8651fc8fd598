"""What a planner may say of the serving software, and of what users are promised."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from twin.stated import SHARE, Duration, Fraction, RowOf, Stated

RoutingName = Literal["round_robin", "least_outstanding", "least_kv", "prefix_aware"]


class EngineOptions(Stated):
    """Settings of the engine on each replica; what is left out comes from `software`."""

    software: Annotated[str, Field(max_length=100), RowOf("engines")] | None = None
    """Catalogue row with the defaults of a serving software, such as `vllm`."""
    max_sequences: PositiveInt | None = Field(default=None, le=65_536)
    """Most sequences that run at once on a replica."""
    token_budget: PositiveInt | None = Field(default=None, le=10_000_000)
    """Most tokens of one iteration, made and read: what chunked prefill fills."""
    context_tokens: PositiveInt | None = Field(default=None, le=100_000_000)
    """Most tokens of one request, prompt and answer (vLLM's max_model_len), for a model whose
    positions are stretched or kept short; what it was released for where not stated."""
    prefix_cache: bool | None = None
    """Whether blocks of prompts are kept for prompts that begin alike."""
    cuda_graphs: bool | None = None
    """Whether iterations are replayed as graphs; without them the host queues every kernel, and a
    fast GPU waits for it."""
    kv_dtype: Literal["bf16", "fp8"] | None = None
    """Format of keys and values; bf16 under bf16 weights, else fp8."""
    drafts: NonNegativeInt = Field(default=0, le=16)
    """Tokens that a draft model, or the model itself, proposes for each sequence and iteration."""
    acceptance: Fraction = 0.7
    """Chance that a draft is accepted where those before it were."""
    draft_time: Duration = 0.0
    """Time of one token of the draft model, for all sequences of a replica together."""
    redundant_experts: NonNegativeInt = Field(default=0, le=4096)
    """Experts held twice where ranks of attention_data_parallel share them and each token is sent
    to its own: beyond eight ranks or one scale-up domain, or with this or two_batches stated."""
    expert_skew: Annotated[float, Field(ge=0.0, le=3.0)] | None = None
    """Exponent of the power law by which tokens choose experts: 1.2, and even where there are
    redundant ones, if not stated."""
    two_batches: bool = False
    """Whether one half of an iteration is sent to experts while the other is worked on."""
    routing: RoutingName = "least_outstanding"
    """Which replica a request is sent to."""


class Stage(StrEnum):
    """What the replicas of a pool do with a request."""

    WHOLE = "whole"
    """Read its prompt and make its answer."""
    PREFILL = "prefill"
    """Read its prompt, and hand keys and values over."""
    DECODE = "decode"
    """Make its answer from keys and values that have come over."""


class PrefillNodes(Stated):
    """Nodes that read prompts for a service whose own then only make tokens."""

    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes beside those of the service."""
    tensor_parallel: PositiveInt | None = Field(default=None, le=10_000)
    """GPUs of one replica that reads, whole ones; cut as one that makes tokens where not stated."""
    token_budget: PositiveInt | None = Field(default=None, le=10_000_000)
    """Most tokens of prompts in one iteration; as of the service where not stated."""
    send: Literal["whole", "layers"] = "whole"
    """Whether keys and values leave when all of a prompt is read, or each layer's once it is."""


class Autoscaling(Stated):
    """How many nodes of a pool are awake: so many that what arrived lately loads them as asked."""

    min_nodes: PositiveInt = Field(default=1, le=1_000_000)
    """Nodes that are always awake."""
    target_load: Annotated[float, *SHARE, Field(ge=0.05, le=1.0)] = 0.7
    """Share of its capacity that a pool is to be loaded with."""
    start_time: Duration = 120.0
    """From the order to the first request: a container, weights, warm-up."""
    scale_down_after: Duration = 300.0
    """For so long fewer nodes must have been enough; default of the Kubernetes autoscaler."""


class Promise(Stated):
    """What users are promised: a service-level objective."""

    ttft: Duration | None = None
    """Most time to the first token."""
    tpot: Duration | None = None
    """Most time between tokens after the first, on average over an answer."""
