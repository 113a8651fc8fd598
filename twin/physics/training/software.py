"""What training software does beside the kernels, as named option sets with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
    expert_hidden_frac: float = 0.0
    """Of the exchange with experts that hides behind other kernels."""
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
MEGATRON_2022 = TrainingSoftware(
    fused_attention=False, tensor_overlap="gradients", pipe_overlap=False, gradient_bytes=4.0
)
"""Megatron-LM as in arXiv 2205.05198: unfused attention, gradients in 4 bytes."""
SOFTWARE: Mapping[str, TrainingSoftware] = MappingProxyType(
    {"plain": PLAIN, "megatron": MEGATRON, "megatron_2022": MEGATRON_2022}
)
"""Option sets by name."""
