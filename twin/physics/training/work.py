"""What one layer asks of one GPU for one microbatch: matrix products, attention, element-wise
bytes.

Shapes are those really issued by a rank of a tensor, context and expert parallel group. Backward, a
product (m, n, k) becomes one of (m, k, n) for its input and one of (n, k, m) for its weight.
Sources: Shoeybi et al. (2019), arXiv 1909.08053 (cuts of a layer); Korthikanti et al. (2022), arXiv
2205.05198 (what is stored and read); Micikevicius et al. (2022), arXiv 2209.05433 (fp8 casts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from twin.physics.training.kernel_times import StepKernels
from twin.physics.training.layout import Layout
from twin.physics.transformer import Transformer

ATTENTION_BACKWARD = 2.5 * 1.15
"""Backward over forward time of fused attention: 2.5 times the FLOP (five products for two) at
1/1.15 of the rate (FlashAttention-3, arXiv 2407.08608, figures 5 and 6: 640 forward and 550 TFLOP/s
backward on an H100, causal, head 128)."""
QUANTISE_BYTES = {"bf16": 0.0, "fp16": 0.0, "fp8": 6.0, "mxfp8": 4.06, "nvfp4": 4.0}
"""Bytes moved to cast one number of an operand: fp8 with current scaling reads it twice (largest
value, cast) and writes it and its transpose; block formats read it once and write it by rows and by
columns."""
FROZEN_QUANTISE_BYTES = {"bf16": 0.0, "fp16": 0.0, "fp8": 5.0, "mxfp8": 3.03, "nvfp4": 2.5625}
"""The same where the weight is frozen: what its gradient would be computed of, the transpose, is
not written."""
LOGIT_BYTES = 12.0
"""Bytes moved for one logit by the fused cross entropy, forward and backward: written and read in 2
bytes, its exponential read again, its gradient written and read in 2; the rest in 4."""


@dataclass(frozen=True)
class Product:
    """One matrix product and how often a layer issues it."""

    m: float
    n: float
    k: float
    times: float = 1.0
    gathers: bool = False
    """Its input is gathered from the tensor parallel ranks (forward)."""
    scatters: bool = False
    """Its output is summed over the tensor parallel ranks (forward)."""
    tuned: bool = True
    """Low-rank adapters stand beside its weight, where a job trains any."""
    casts_input: bool = True
    """Its input is cast by a kernel of its own, forward."""
    casts_gradient: bool = True
    """The gradient of its output is, backward."""

    @property
    def flop(self) -> float:
        """Forward."""
        return 2.0 * self.m * self.n * self.k * self.times


@dataclass(frozen=True)
class Pass:
    """Seconds of one pass over something, by the kind of kernel."""

    gemm_s: float = 0.0
    attention_s: float = 0.0
    stream_s: float = 0.0

    @property
    def total_s(self) -> float:
        """Of all kernels."""
        return self.gemm_s + self.attention_s + self.stream_s

    def __add__(self, other: Pass) -> Pass:
        return Pass(
            self.gemm_s + other.gemm_s,
            self.attention_s + other.attention_s,
            self.stream_s + other.stream_s,
        )

    def __mul__(self, times: float) -> Pass:
        return Pass(self.gemm_s * times, self.attention_s * times, self.stream_s * times)


def rank_tokens(layout: Layout, sequence_tokens: int) -> float:
    """Tokens of one microbatch that a rank works on, before tensor parallel ranks share them."""
    return layout.micro_batch * sequence_tokens / layout.context


def attention_products(model: Transformer, layout: Layout, tokens: float) -> Iterator[Product]:
    """Projections of one layer's attention."""
    cut = layout.tensor
    hidden = model.hidden
    if model.latent_rank:
        wide = model.head_dim + model.latent_rope
        yield Product(tokens, model.latent_query_rank, hidden)
        yield Product(tokens, model.heads * wide / cut, model.latent_query_rank)
        yield Product(tokens, model.latent_rank + model.latent_rope, hidden)
        yield Product(tokens, model.heads * 2 * model.head_dim / cut, model.latent_rank)
    else:
        kv_heads = max(model.kv_heads / cut, 1.0)
        width = (model.heads / cut + 2 * kv_heads) * model.head_dim
        yield Product(tokens, width, hidden, gathers=True)
    yield Product(tokens, hidden, model.heads * model.head_dim / cut, scatters=True)


def dense_products(model: Transformer, layout: Layout, tokens: float) -> Iterator[Product]:
    """Feed-forward layer that every token passes through."""
    width = model.ffn / layout.tensor
    tuned = layout.lora_on == "all"
    yield from _feed_forward(model, tokens, width, 1.0, whole=True, tuned=tuned)


def expert_products(
    model: Transformer, layout: Layout, tokens: float, fused: bool = False
) -> Iterator[Product]:
    """Router, shared experts and routed experts of one sparse layer, tokens spread evenly.

    Tensor parallel ranks share the tokens and hold whole experts. None of them has adapters.

    fused   what comes out of a product of routed experts is activated and cast there
    """
    yield Product(tokens / layout.tensor, model.experts, model.hidden, tuned=False)
    shared = model.shared_experts * model.ffn_expert / layout.tensor
    if shared:
        yield from _feed_forward(model, tokens, shared, 1.0, whole=True, tuned=False)
    held = model.experts / layout.expert
    routed = tokens / layout.tensor * model.experts_per_token
    width = float(model.ffn_expert)
    opened, closed = _feed_forward(model, routed / held, width, held, whole=False, tuned=False)
    yield replace(opened, casts_gradient=not fused)
    yield replace(closed, casts_input=not fused)


def _feed_forward(
    model: Transformer, tokens: float, width: float, times: float, *, whole: bool, tuned: bool
) -> Iterator[Product]:
    opened = 2 * width if model.gated else width
    yield Product(tokens, opened, model.hidden, times, gathers=whole, tuned=tuned)
    yield Product(tokens, model.hidden, width, times, scatters=whole, tuned=tuned)


def element_bytes(
    model: Transformer, layout: Layout, tokens: float, sparse: bool, fused: bool = False
) -> float:
    """Bytes that element-wise kernels of one layer move forward; the backward pass moves
    `BACKWARD_BYTES` times as many.

    Two norms (4 bytes a number) and two residual sums (6); rotations of queries and keys (4);
    activation (6 a number where gated, 4 where plain); permutation of tokens to experts and back
    (4 each).

    fused   routed experts activate within their product
    """
    shared = layout.tensor if layout.sequence_parallel else 1
    per_token = 20.0 * model.hidden / shared
    per_token += 4.0 * (model.heads + model.kv_heads) * model.head_dim / layout.tensor
    active = 6.0 if model.gated else 4.0
    if not sparse:
        return tokens * (per_token + active * model.ffn / layout.tensor)
    own = model.shared_experts + (0 if fused else model.experts_per_token)
    width = own * model.ffn_expert
    moved = 8.0 * model.experts_per_token * model.hidden
    return tokens * (per_token + (active * width + moved) / layout.tensor)


BACKWARD_BYTES = 1.5
"""Element-wise bytes backward over forward: gradients are read beside what was stored (24 for 20
bytes of norms and sums, 10 for 6 of a gated activation)."""


def cast_bytes(products: Iterator[Product], layout: Layout, dtype: str) -> tuple[float, float]:
    """Bytes moved to cast inputs (forward) and gradients (backward) of a layer's products.

    Inputs that are gathered and gradients of outputs that are summed are cast before they travel.
    """
    each = (FROZEN_QUANTISE_BYTES if layout.lora_rank else QUANTISE_BYTES)[dtype]
    shared = layout.tensor if layout.sequence_parallel else 1
    forward = 0.0
    backward = 0.0
    for product in products:
        rows = product.m * product.times
        if product.casts_input:
            forward += rows * product.k / (shared if product.gathers else 1)
        if product.casts_gradient:
            backward += rows * product.n / (shared if product.scatters else 1)
    return each * forward, each * backward


def attention_forward_s(
    model: Transformer, layout: Layout, kernels: StepKernels, sequence_tokens: int,
    dtype: str = "bf16", by_heads: bool = False,
) -> float:  # fmt: skip
    """Core of one layer's attention on one rank; the layers that see a window less.

    Context parallel ranks hold as many early as late tokens, so each does 1/context of the pairs,
    in pieces of sequence/context tokens; or all of them for 1/context of the heads.
    """
    heads = model.heads / layout.tensor
    kv_heads = max(model.kv_heads / layout.tensor, 1.0)
    wide = model.head_dim + model.latent_rope / 2
    own = layout.context
    piece = sequence_tokens / own
    shape = (layout.micro_batch, piece, heads, kv_heads, wide)
    if by_heads:
        shape = (layout.micro_batch, float(sequence_tokens), heads / own, kv_heads / own, wide)
    full = (1 if by_heads else own) * kernels.attention_s(*shape, dtype)
    if not model.window_layers or sequence_tokens <= model.window_tokens:
        return full
    seen = model.window_tokens / sequence_tokens
    window = full * (seen if model.window_chunks else seen * (2 - seen))
    share = model.window_layers / model.layers
    return share * window + (1 - share) * full
