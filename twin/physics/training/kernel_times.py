"""How long one kernel of a training step takes: what the step law asks, and two answers by
rooflines.

Measured tables answer where there are any (`StepKernels` is all that the step law knows of them);
the roofline answers for GPUs that nobody has measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twin.physics.roofline import Roofline


class StepKernels(Protocol):
    """Times of kernels on one GPU at full clock; every size is a count of elements."""

    def gemm_s(self, m: float, n: float, k: float, dtype: str) -> float:
        """C(m,n) = A(m,k) B(k,n) with operands in `dtype`; s."""

    def attention_s(
        self, sequences: float, tokens: float, heads: float, kv_heads: float, head_dim: float,
        dtype: str = "bf16",
    ) -> float:  # fmt: skip
        """Forward pass of fused causal attention; s."""

    def stream_s(self, size_bytes: float) -> float:
        """Element-wise kernels that read and write so many bytes of device memory; s."""


@dataclass(frozen=True)
class RooflineTimes:
    """Kernel times from effective rates alone."""

    rates: Roofline
    """In bf16; `launch_s` is that of one kernel."""
    speedup: tuple[tuple[str, float], ...] = ()
    """By narrower number format: its rate over that of bf16."""
    attention_frac: float = 0.65
    """Rate of fused causal attention over that of matrix products: 525 of 795 TFLOP/s on an H100 at
    16,384 tokens, 1,120 of 1,440 on a B200 (kernel tables of aiconfigurator)."""

    def gemm_s(self, m: float, n: float, k: float, dtype: str) -> float:
        """Roofline of a matrix product; operands of `dtype`, the result in 2 bytes."""
        rate = self.rates.flop_s * dict(self.speedup).get(dtype, 1.0)
        operand_bytes = 2.0 if dtype in ("bf16", "fp16") else 1.0
        moved = operand_bytes * (m * k + n * k) + 2.0 * m * n
        return self.rates.launch_s + max(2 * m * n * k / rate, moved / self.rates.bytes_s)

    def attention_s(
        self, sequences: float, tokens: float, heads: float, kv_heads: float, head_dim: float,
        dtype: str = "bf16",
    ) -> float:  # fmt: skip
        """Roofline of causal attention: half of all pairs."""
        flop = 2.0 * sequences * heads * tokens**2 * head_dim
        moved = 4.0 * sequences * tokens * (heads + kv_heads) * head_dim
        rate = self.rates.flop_s * dict(self.speedup).get(dtype, 1.0) * self.attention_frac
        return self.rates.launch_s + max(flop / rate, moved / self.rates.bytes_s)

    def stream_s(self, size_bytes: float) -> float:
        """Bytes over the effective memory rate."""
        return size_bytes / self.rates.bytes_s
