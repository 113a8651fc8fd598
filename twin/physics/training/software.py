"""What training software does beside the kernels, as named option sets with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CONTEXT_EXCHANGE = ("ring", "heads")
"""How context parallel ranks see a whole sequence: keys and values go round behind attention to
pieces of it (arXiv 2310.01889), or each rank gives its tokens for some of the heads of all tokens,
and takes them back behind attention (all-to-all; DeepSpeed Ulysses, arXiv 2309.14509)."""


@dataclass(frozen=True)
class TrainingSoftware:
    """What the training software does beside the kernels; one set for all models and GPUs."""

    fused_attention: bool = True
    """Scores never leave the chip and the causal half is skipped (arXiv 2205.14135); False for the
    unfused kernels of 2022."""
    tensor_overlap: str = "pieces"
    """How traffic of tensor parallel ranks hides: one of `TENSOR_OVERLAP`."""
    pipe_overlap: bool = True
    """Messages between stages travel behind kernels, where stages are interleaved."""
    tokens_once: bool = False
    """Tokens go once to each node and rank that holds an expert of theirs (DeepEP, HybridEP); else
    each copy of a token goes alone (all-to-all of NCCL)."""
    expert_hidden_frac: float = 0.0
    """Of the exchange with experts that hides behind kernels of another microbatch."""
    expert_host_s: float = 0.62e-3
    """In which a GPU waits, each sparse layer and microbatch, for its host, which reads how many
    tokens each expert was given before it issues their products. 24.71 s of a step less 22.82 s in
    which the GPU was active, over 48 layers and 64 microbatches: Qwen3 30B on 16 H100 in bf16, with
    graphs of parts of a layer (Megatron Bridge, commit 067f987, skill `perf-moe-comm-overlap`)."""
    narrow_attention: bool = False
    """Attention in 8 bits where the products are; backward as many times the forward pass as in
    bf16 (assumed)."""
    context_exchange: str = "ring"
    """One of `CONTEXT_EXCHANGE`."""
    fused_experts: bool = False
    """The activation of experts and the cast behind it happen in the product before them."""
    gradient_bytes: float = 2.0
    """Of one exchanged gradient."""
    exchange_hidden_frac: float = 0.9
    """Most of the exchange of gradients and weights that hides behind the last backward and the
    first forward pass; the last bucket cannot (assumed)."""
    host_step_s: float = 0.01
    """Of one step: data, logging, loss and norm read back by the host; assumed."""
    spread: float = 0.01
    """Log-normal spread of the speed of GPUs; the step waits for the slowest of all. From 64 to
    2,048 H100 one step of Llama 70B takes 0 % (bf16) to 3 % (fp8) longer at the same work a GPU
    (NVIDIA dgxc-benchmarking 25.04), where this says 1 %."""


PLAIN = TrainingSoftware(tensor_overlap="none", gradient_bytes=4.0, exchange_hidden_frac=0.5)
"""Collectives in line and gradients in 4 bytes, half of their exchange hidden: PyTorch with fully
sharded or distributed data parallel, as Llama 3 was trained (arXiv 2407.21783, section 3.3.2)."""
MEGATRON = TrainingSoftware()
"""Megatron Core with user buffers of Transformer Engine and gradients in 2 bytes, as in the recipes
of NVIDIA's published steps (Megatron Bridge, performance recipes)."""
EXPERT_HIDDEN_FRAC = 0.48
"""Of exchanges with experts, where they run beside another microbatch: two steps of Qwen3 30B on 16
H100 in bf16 with it and without, nothing else changed. 24.71 to 20.99 s, 8.25 s of them exchange:
0.45; 41.25 to 31.31 s of NCCL's all-to-all, 19.9 s by its law: 0.50 (as `expert_host_s`)."""
MEGATRON_OVERLAP = TrainingSoftware(expert_hidden_frac=EXPERT_HIDDEN_FRAC)
"""Megatron Core with NCCL's all-to-all beside another microbatch."""
MEGATRON_TOKENS = TrainingSoftware(tokens_once=True)
"""Megatron Core with HybridEP or DeepEP in line, and graphs of parts of a layer."""
MEGATRON_TOKENS_OVERLAP = TrainingSoftware(tokens_once=True, expert_hidden_frac=EXPERT_HIDDEN_FRAC)
"""The same beside another microbatch."""
MEGATRON_GRAPHS = TrainingSoftware(
    tokens_once=True, expert_hidden_frac=EXPERT_HIDDEN_FRAC, expert_host_s=0.0,
    narrow_attention=True, fused_experts=True,
)  # fmt: skip
"""Megatron Core since June 2026 on Blackwell: HybridEP beside another microbatch, whole steps as
one graph, so that no host is asked; attention in 8 bits; products of experts that activate and cast
(Megatron Bridge, `_enable_hybridep_full_iteration_mxfp8`)."""
MEGATRON_FP8_ATTENTION = TrainingSoftware(narrow_attention=True)
"""Megatron Core with attention in 8 bits: NVIDIA's steps of Llama 3.1 8B in nvfp4 on eight GPUs,
MLPerf Training v5.1 (`config_common_fp8attn.sh`)."""
MEGATRON_HEADS = TrainingSoftware(narrow_attention=True, context_exchange="heads")
"""The same with context parallel ranks that exchange heads: NVIDIA's fine-tuning of Llama 2 70B in
MLPerf Training v5.1 (`FP8_DPA`; `cp_comm_type` is a2a)."""
MEGATRON_2022 = TrainingSoftware(
    fused_attention=False, tensor_overlap="gradients", pipe_overlap=False, gradient_bytes=4.0
)
"""Megatron-LM as in arXiv 2205.05198: unfused attention, gradients in 4 bytes."""
SOFTWARE: Mapping[str, TrainingSoftware] = MappingProxyType(
    {
        "plain": PLAIN,
        "megatron": MEGATRON,
        "megatron_overlap": MEGATRON_OVERLAP,
        "megatron_tokens": MEGATRON_TOKENS,
        "megatron_tokens_overlap": MEGATRON_TOKENS_OVERLAP,
        "megatron_graphs": MEGATRON_GRAPHS,
        "megatron_fp8_attention": MEGATRON_FP8_ATTENTION,
        "megatron_heads": MEGATRON_HEADS,
        "megatron_2022": MEGATRON_2022,
    }
)
"""Option sets by name."""
