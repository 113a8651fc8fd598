"""What serving software adds to its kernels, and how far forecasts have been off.

TensorRT-LLM: its times were fitted with the least absolute log error on 24 published offline rows
of 1,000 tokens in and out (eight models, four GPUs; NVIDIA/TensorRT-LLM perf-overview.md, commit
03e27c7d) and on times between tokens at 130 lower loads (silicon_sample.csv of aiconfigurator-core
0.12.0); the time of an iteration came out as none, for its scheduler works beside the GPU. vLLM:
fitted on 71 operating points of the ML.ENERGY leaderboard, commit 0cd52da (Llama 3.1 70B, Qwen3
14B, Gemma 3 12B; prompts of 100 and 250 tokens assumed). Its
releases from 0.14 on schedule an iteration ahead of the GPU (pull requests 19970 and 27614):
`vllm-async` has the same two times, hidden. Rows of other
lengths and other models were forecast; `docs/physics/serving_forecasts.md` has them all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.catalogue.rows import Gpu, ServingSoftware
from twin.physics.kernels import HostTimes, ServingReplica, WindowRules


@dataclass(frozen=True)
class ShippedLimits:
    """What an engine allows at once where nobody states it."""

    token_budget: int
    """Tokens of an iteration, made and read."""
    max_sequences: int
    """Running at once on an attention rank."""


@dataclass(frozen=True)
class Software:
    """One serving engine: its name, its times, and the error met in forecasts with them."""

    name: str
    host: HostTimes
    keeps_windows: bool
    """Whether keys and values that a window has left behind stay in memory with the request."""
    masked_chunks: bool
    """Whether GPUs before Blackwell decode behind a first chunk head by head."""
    one_attention: bool
    """Whether one kernel attends for prompts and new tokens of an iteration together."""
    dense_error_frac: float
    experts_error_frac: float
    source: str
    experts: str = ""
    """Engine whose own products of experts run; TensorRT-LLM's where it has none."""

    def experts_of(self, replica: ServingReplica) -> str:
        """The same for a replica; empty for a dense model, and where tokens are sent to their
        experts, who meet other kernels, of which no engine's own were measured.
        """
        meets = bool(replica.model.experts) and replica.dispatch is None
        return self.experts if meets else ""


@dataclass(frozen=True)
class EngineLimits:
    """What an engine allows on a replica."""

    max_sequences: int
    token_budget: int
    memory_frac: float
    """Of GPU memory."""
    graphs: bool
    """Whether iterations are replayed as graphs."""
    software: Software
    """Whose times stand beside the kernels."""


VLLM = HostTimes(iteration_s=2.6e-3, sequence_s=3.9e-5)
"""Of a scheduler in Python that works between iterations. The hosts of TensorRT-LLM's stages, whose
loop is in Python too, are taken to need as much behind their kernels: nobody measured them."""
LARGE_BYTES = 70 * 2**30
"""Below these, and on the A100 by name, vLLM's API server allows less: vllm/engine/arg_utils.py at
commit 99d7eb5d and get_batch_defaults of later ones, the A100 since pull request 17885; at 001999d2
H100 and H200 alone were large."""
SOFTWARE: dict[str, Software] = {
    one.name: one
    for one in (
        Software(
            "tensorrt-llm",
            HostTimes(
                sequence_s=3.3e-6,
                expert_layer_s=3.0e-4,
                expert_tokens=400.0,
                stage_iteration_s=VLLM.iteration_s,
                stage_sequence_s=VLLM.sequence_s,
            ),
            True,
            True,
            False,
            0.07,
            0.17,
            "host times fitted on 154 published points of TensorRT-LLM",
        ),
        Software(
            "vllm",
            VLLM,
            False,
            False,
            True,
            0.15,
            0.20,
            "host times fitted on vLLM points of the ML.ENERGY leaderboard",
            "vllm",
        ),
        Software(
            "vllm-async",
            replace(
                VLLM,
                hidden=True,
                stage_iteration_s=VLLM.iteration_s,
                stage_sequence_s=VLLM.sequence_s,
            ),
            False,
            False,
            True,
            0.15,
            0.20,
            "vLLM's host times, hidden behind kernels as its scheduler of 0.14 and later has them",
            "vllm",
        ),
    )
}
SGLANG = "sglang"
"""Its scheduler is taken for vLLM's; its products of experts are its own."""
TILE_ROWS = 64.0
"""Of FlashAttention 2 with paged keys and values, whatever the width of a head (`kBlockM` in
run_mha_fwd_splitkv_dispatch of flash_fwd_launch_template.h); FlashAttention 3, on Hopper, packs the
query heads of a key into a tile instead (should_pack_gqa of hopper/heuristics.h, for sequences of
several lengths always): vllm-project/flash-attention, commit 617264c1."""
TILED_GPUS = ("a100", "l40", "rtx")
"""GPUs on which vLLM runs FlashAttention 2: FlashAttention 3 asks for compute capability 9.0, 4 for
10 (flash_attn_interface.py there)."""
EAGER_LAYER_S = 7.1e-4
"""For the host to queue a layer where nobody measured it: Qwen2.5-Omni 7B (28 layers) makes a token
in 22 to 23 ms under vLLM on an A800 without graphs, 13 ms with them (vllm-omni, issue 7960,
2026-09-22); what vLLM takes for an iteration is off. A fast host takes half of it."""
CARRIED_ERROR_FRAC = 0.25
"""Assumed where rates are carried over from another GPU by data sheet."""
FOREIGN_EXPERTS_ERROR_FRAC = 0.36
"""Mean on 130 rows of experts on AMD's GPUs, of which none was fitted, by NVIDIA's kernels."""
EAGER_ERROR_FRAC = 0.5
"""Assumed where a host queues every kernel: hosts differ by as much."""
OUTSIDE_ERROR_FRAC = 0.10
"""Added where kernels lie outside the shapes that were measured; assumed."""
BORROWED_EXPERTS_ERROR_FRAC = 0.085
"""Added where an engine's products of experts are not its own: 217 rows of vLLM and SGLang, none
fitted, were 14.5 % off in the time between tokens by TensorRT-LLM's and are 6.0 % by their own."""
STAGES_ERROR_FRAC = 0.10
"""Mean on 20 rows of a dense model on one to eight stages, of which none was fitted."""
SENT_ERROR_FRAC = 0.14
"""Mean on sixteen rows of experts over several nodes, of which none was fitted."""
PUBLISHED_REQUESTS = ((2_500, 3_000), (12_000, 1_500))
"""Requests of TensorRT-LLM's published runs: up to so many tokens in and out, so many requests."""
LONG_RUN_REQUESTS = 1_000


def software_of(row: ServingSoftware | None) -> Software:
    """Whose times an engine's row takes; TensorRT-LLM's where none is named."""
    found = SOFTWARE[row.scheduler if row else "tensorrt-llm"]
    return replace(found, experts=SGLANG) if row and row.name == SGLANG else found


def limits_on(row: ServingSoftware, gpu: Gpu) -> ShippedLimits:
    """What an engine allows at once on a GPU where nobody states it."""
    small = gpu.memory_bytes < LARGE_BYTES or "a100" in gpu.name.lower()
    if not small:
        return ShippedLimits(row.token_budget, row.max_sequences)
    return ShippedLimits(
        row.token_budget_small or row.token_budget, row.max_sequences_small or row.max_sequences
    )


def published_requests(tokens: int) -> int:
    """Requests that a published run of this length has."""
    for longest, requests in PUBLISHED_REQUESTS:
        if tokens <= longest:
            return requests
    return LONG_RUN_REQUESTS


def eager(host: HostTimes, layers: int, layer_s: float = EAGER_LAYER_S) -> HostTimes:
    """The times where the host queues every kernel of every iteration.

    layer_s   to queue one layer, as `twin calibrate` measures it
    """
    return replace(host, queue_s=host.iteration_s + layers * layer_s)


def window_rules(engine: Software, gpu: Gpu) -> WindowRules:
    """What an engine does on a GPU about layers that see a window or a chunk of their context."""
    before_blackwell = gpu.fp4_flop_s is None
    tiles = any(part in gpu.name.lower() for part in TILED_GPUS)
    return WindowRules(
        engine.keeps_windows,
        engine.masked_chunks and before_blackwell,
        TILE_ROWS if engine.one_attention and tiles else 0.0,
    )
