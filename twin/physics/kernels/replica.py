"""A model on the GPUs of one replica: how it is cut, and the number format of each kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.kernels.adapters import Adapters
from twin.physics.kernels.dispatch import TokenDispatch
from twin.physics.transformer import Transformer


@dataclass(frozen=True)
class KernelFormats:
    """Names of number formats, as the kernel tables have them, and the bytes that are stored."""

    projections: str
    """Products with the weights of attention, the last one left out."""
    feed_forward: str
    """Products of dense feed-forward layers and shared experts."""
    experts: str
    """Grouped products of routed experts."""
    attention: str
    """Attention; `bf16_kv_fp8` reads keys and values of one byte."""
    head: str = "bf16"
    """The output head; engines leave it wide."""
    output: str = "bf16"
    """The product that attention ends with."""
    projection_bytes: float = 2.0
    """Of a weight of attention, the last product left out, of norms and routers."""
    output_bytes: float = 2.0
    """Of a weight of the product that attention ends with."""
    feed_forward_bytes: float = 2.0
    """Of a weight of dense feed-forward layers and shared experts."""
    expert_bytes: float = 2.0
    """Of a routed expert's weight."""
    kv_bytes: float = 2.0
    """Of a stored key or value."""


@dataclass(frozen=True)
class StageLink:
    """What stages hand their activations over."""

    crossings: int = 0
    """Hand-overs of a round that leave a scale-up domain; the others stay within one."""
    line_b_s: float = np.inf
    """Bytes a second of a GPU's line to another domain."""


def crossings(stage_gpus: int, stages: int, domain_gpus: int) -> int:
    """Hand-overs of a round that leave a scale-up domain: no stage is split over two."""
    in_one = max(domain_gpus // stage_gpus, 1)
    return -(-stages // in_one) - 1


TOGETHER = StageLink()
"""All stages in one scale-up domain."""


@dataclass(frozen=True)
class WindowRules:
    """What an engine does about layers that see a window or a chunk of their context, and about
    new tokens beside prompts.
    """

    kept_whole: bool = False
    """Their keys and values stay in memory as long as the request, as those of other layers do."""
    masked_chunks: bool = False
    """Contexts longer than a chunk are decoded there by a kernel in which every query head reads
    its keys and values by itself."""
    mixed_rows: float = 0.0
    """Rows of a tile that a new token fills alone in an iteration that reads prompts too, where one
    kernel does both; 0 where they are done apart."""


@dataclass(frozen=True)
class ServingReplica:
    """One copy of a model on `tensor * data * pipeline` GPUs.

    `data` ranks hold attention whole and their own sequences; the routed experts are spread over
    all of them (attention data parallel, DeepSeek-V3, arXiv 2412.19437 section 3.4). `pipeline`
    stages hold layers one after another, and as many micro-batches are in flight.
    """

    model: Transformer
    formats: KernelFormats
    tensor: int = 1
    """GPUs that share each layer."""
    data: int = 1
    """Ranks of attention, each with sequences of its own."""
    expert_skew: float = 1.2
    """Exponent of the power law by which tokens choose experts; the middle of those measured."""
    pipeline: int = 1
    """Stages, each with a share of the layers on `tensor * data` GPUs of its own."""
    link: StageLink = TOGETHER
    windows: WindowRules = WindowRules()
    dispatch: TokenDispatch | None = None
    """How tokens are sent to experts; None where all ranks gather all tokens, as on a few GPUs of
    one scale-up domain."""
    adapters: Adapters | None = None
    """Served with it; on one stage and one rank."""

    @property
    def held_experts(self) -> int:
        """Routed experts of a layer on all ranks, those that are held twice with them."""
        return self.model.experts + (self.dispatch.redundant if self.dispatch else 0)

    @property
    def gpus(self) -> int:
        """GPUs of the replica."""
        return self.stage_gpus * self.pipeline

    @property
    def stage_gpus(self) -> int:
        """GPUs that share each layer, and exchange tokens within it."""
        return self.tensor * self.data

    @property
    def heads(self) -> int:
        """Query heads on a GPU."""
        return self.model.heads // self.tensor

    @property
    def kv_heads(self) -> int:
        """Heads of keys and values on a GPU; copied where there are fewer than GPUs."""
        return max(self.model.kv_heads // self.tensor, 1)


def replica_problems(replica: ServingReplica) -> tuple[tuple[str, str], ...]:
    """Why a model cannot be cut so, as (found, allowed); empty where it can."""
    model = replica.model
    cut = replica.tensor
    ranks = replica.data
    rules: tuple[tuple[bool, str, str], ...] = (
        (
            model.heads % cut == 0,
            f"tensor parallel {cut}",
            f"a divisor of the model's {model.heads} heads",
        ),
        (
            model.kv_heads % cut == 0 or cut % model.kv_heads == 0,
            f"tensor parallel {cut}",
            f"a divisor or a multiple of the model's {model.kv_heads} key and value heads",
        ),
        (
            ranks == 1 or cut == 1,
            f"tensor parallel {cut} within {ranks} attention ranks",
            "one or the other",
        ),
        (
            ranks == 1 or bool(model.experts),
            f"{ranks} attention ranks of a dense model",
            "a model of experts; let a dense one serve as several replicas",
        ),
        (
            not model.experts or replica.held_experts % replica.stage_gpus == 0 or ranks == 1,
            experts_on_ranks(replica),
            _even_experts(replica),
        ),
    )
    rules += _stage_rules(replica)
    return tuple((found, allowed) for holds, found, allowed in rules if not holds)


def experts_on_ranks(replica: ServingReplica) -> str:
    """What is found of ranks that do not hold as many experts each."""
    return f"{replica.data} ranks for {replica.held_experts} experts"


def even_redundancy(replica: ServingReplica) -> tuple[int, ...]:
    """Redundant experts nearest to those of a replica with which its ranks hold as many each."""
    own = replica.held_experts - replica.model.experts
    below = own - replica.held_experts % replica.stage_gpus
    return tuple(one for one in (below, below + replica.stage_gpus) if one >= 0)


def _even_experts(replica: ServingReplica) -> str:
    """What is allowed of ranks that do not divide experts."""
    if not replica.dispatch or not replica.dispatch.redundant:
        return "a divisor of the experts"
    counts = " or ".join(map(str, even_redundancy(replica)))
    return f"a divisor of the experts: {counts} redundant ones"


def _stage_rules(replica: ServingReplica) -> tuple[tuple[bool, str, str], ...]:
    """(holds, found, allowed) of pipeline stages."""
    stages = replica.pipeline
    layers = replica.model.layers
    sent = f"{stages} pipeline stages of tokens that are sent to their experts"
    return (
        (stages <= layers, f"{stages} pipeline stages", f"at most the model's {layers} layers"),
        (replica.dispatch is None or stages == 1, sent, "one stage"),
    )
