"""What a training step waits for on links: exposed time of every kind of parallel traffic.

Collectives by `twin.physics.network.collectives`. Sources of what hides behind what: Megatron-LM
(arXiv 2104.04473, 2205.05198: gradients of inputs travel while gradients of weights are computed);
Transformer Engine's user buffers (a product and its collective cut into as many pieces as there are
ranks); ring attention (arXiv 2310.01889); ZeRO and FSDP (arXiv 1910.02054, 2304.11277).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.physics.network import collectives
from twin.physics.training.kernel_times import StepKernels
from twin.physics.training.layout import Layout
from twin.physics.training.software import TrainingSoftware
from twin.physics.training.work import Product, attention_products, dense_products
from twin.physics.transformer import Transformer, bytes_per_value

TENSOR_OVERLAP = ("none", "gradients", "pieces")
"""How traffic of tensor parallel ranks hides: not at all; gradients of inputs behind gradients of
weights (Megatron-LM); or products and collectives cut into pieces that run side by side as well
(user buffers of Transformer Engine)."""
ACTIVATION_BYTES = 2.0


@dataclass(frozen=True)
class TrainingLinks:
    """What joins the GPUs of a job."""

    scaleup_b_s: float
    """Line rate of one GPU's scale-up links, one direction; 0 where there are none."""
    domain_gpus: int
    """GPUs that such links join."""
    nic_b_s: float
    """One GPU's share of its node's network ports, one direction."""
    library: collectives.Library = collectives.HOPPER

    @property
    def inside_b_s(self) -> float:
        """Rate to a neighbour: of scale-up links, or of the network port where there are none."""
        return self.scaleup_b_s or self.nic_b_s

    @property
    def beyond_b_s(self) -> float:
        """Rate to a GPU of another domain, or of scale-up links where nothing is beyond."""
        return self.nic_b_s or self.scaleup_b_s

    def slowed(self, fabric_frac: float) -> TrainingLinks:
        """The same with a share of the fabric between domains."""
        return TrainingLinks(
            self.scaleup_b_s, self.domain_gpus, self.nic_b_s * fabric_frac, self.library
        )

    def together(self, ranks: int, apart: int) -> int:
        """Ranks of a group, `apart` GPUs from one to the next, that stand in one domain."""
        return min(max(self.domain_gpus // apart, 1), ranks)

    def gather_s(self, size_bytes: float, ranks: int, apart: int) -> float:
        """All-gather or reduce-scatter of a whole of so many bytes."""
        inside = self.together(ranks, apart)
        return collectives.allgather_s(
            size_bytes, ranks, inside, self.inside_b_s, self.beyond_b_s, self.library
        )

    def reduce_s(self, size_bytes: float, ranks: int, apart: int) -> float:
        """All-reduce."""
        inside = self.together(ranks, apart)
        return collectives.allreduce_s(
            size_bytes, ranks, inside, self.inside_b_s, self.beyond_b_s, self.library
        )

    def exchange_s(self, size_bytes: float, ranks: int, apart: int = 1) -> float:
        """All-to-all among ranks `apart` GPUs from one to the next; size_bytes is what one rank
        sends in all.
        """
        inside = self.together(ranks, apart)
        return collectives.alltoall_s(
            size_bytes, ranks, inside, self.inside_b_s, self.beyond_b_s, self.library
        )

    def tokens_s(self, token_bytes: float, chosen: int, ranks: int) -> float:
        """Tokens to the `chosen` experts of each among neighbours, once a domain and a rank;
        token_bytes counts each token of one rank once.
        """
        inside = self.together(ranks, 1)
        return collectives.token_exchange_s(
            token_bytes, chosen, ranks, inside, self.inside_b_s, self.beyond_b_s, self.library
        )

    def send_s(self, size_bytes: float, apart: int) -> float:
        """One message to the GPU that is so many places away."""
        near = apart < self.domain_gpus
        rate = self.library.ring_frac * self.inside_b_s
        if not near:
            rate = self.library.nic_frac * self.beyond_b_s
        return self.library.start_s + size_bytes / rate if rate > 0 else float("inf")


@dataclass(frozen=True)
class Waits:
    """Exposed seconds, forward and backward."""

    forward_s: float = 0.0
    backward_s: float = 0.0

    def __add__(self, other: Waits) -> Waits:
        return Waits(self.forward_s + other.forward_s, self.backward_s + other.backward_s)

    def __mul__(self, times: float) -> Waits:
        return Waits(self.forward_s * times, self.backward_s * times)


def tensor_waits(
    products: Iterable[Product],
    hidden: int,
    layout: Layout,
    links: TrainingLinks,
    kernels: StepKernels,
    dtype: str,
    overlap: str,
) -> Waits:
    """Of one layer's gathers and sums among tensor parallel ranks; inputs are cast before they are
    gathered (Transformer Engine).

    overlap   one of `TENSOR_OVERLAP`
    """
    waits = Waits()
    if layout.tensor == 1:
        return waits
    for product in products:
        if product.gathers or product.scatters:
            each = bytes_per_value(dtype) if product.gathers else ACTIVATION_BYTES
            size = product.m * hidden * each
            waits += _one_product(product, size, layout, links, kernels, dtype, overlap)
    return waits


def _one_product(
    product: Product,
    size_bytes: float,
    layout: Layout,
    links: TrainingLinks,
    kernels: StepKernels,
    dtype: str,
    overlap: str,
) -> Waits:
    ranks = layout.tensor
    weight_s = kernels.gemm_s(product.n, product.k, product.m, dtype)
    aside = overlap != "none"
    if not layout.sequence_parallel:
        sum_s = links.reduce_s(size_bytes, ranks, 1)
        behind_s = weight_s if aside else 0.0
        return Waits(0.0, max(sum_s - behind_s, 0)) if product.gathers else Waits(sum_s, 0.0)
    turn_s = links.gather_s(size_bytes, ranks, 1)
    cut = overlap == "pieces"
    forward_s = _pieces(product, turn_s, ranks, kernels, dtype) if cut else turn_s
    if product.scatters:
        back = Product(product.m, product.k, product.n)
        return Waits(forward_s, _pieces(back, turn_s, ranks, kernels, dtype) if cut else turn_s)
    input_s = kernels.gemm_s(product.m, product.k, product.n, dtype) if aside else 0.0
    behind_s = weight_s if aside else 0.0
    return Waits(forward_s, max(turn_s - input_s, 0) + max(turn_s - behind_s, 0))


def _pieces(product: Product, turn_s: float, ranks: int, kernels: StepKernels, dtype: str) -> float:
    """What a product and its collective, each in `ranks` pieces, take beyond the product as a
    whole: the first or last piece of the collective, and what the product loses by being cut.
    """
    whole_s = kernels.gemm_s(product.m, product.n, product.k, dtype)
    cut_s = max(ranks * kernels.gemm_s(product.m / ranks, product.n, product.k, dtype), whole_s)
    return max(cut_s, turn_s) + turn_s / ranks - whole_s


def context_waits(
    model: Transformer, layout: Layout, links: TrainingLinks, tokens: float, attention_s: Waits
) -> Waits:
    """Keys and values of one layer that go round the context parallel ranks behind attention."""
    turns = layout.context - 1
    if not turns:
        return Waits()
    width = model.latent_rank + model.latent_rope
    if not model.latent_rank:
        width = int(2 * max(model.kv_heads / layout.tensor, 1) * model.head_dim)
    inside = links.together(layout.context, layout.tensor) == layout.context
    apart = layout.tensor if inside else links.domain_gpus
    each_s = links.send_s(tokens * width * ACTIVATION_BYTES, apart)
    return Waits(
        max(turns * each_s - attention_s.forward_s, 0.0),
        max(2 * turns * each_s - attention_s.backward_s, 0.0),
    )


def head_waits(model: Transformer, layout: Layout, links: TrainingLinks, tokens: float) -> Waits:
    """Of one layer whose context parallel ranks exchange heads: queries, keys and values go out,
    what attention made of them comes back; gradients take the same ways.
    """
    ranks = layout.context
    if ranks == 1:
        return Waits()
    value = tokens * model.head_dim * ACTIVATION_BYTES / layout.tensor
    out_s = links.exchange_s(value * (model.heads + 2 * model.kv_heads), ranks, layout.tensor)
    back_s = links.exchange_s(value * model.heads, ranks, layout.tensor)
    return Waits(out_s + back_s, out_s + back_s)


def expert_waits(
    model: Transformer, layout: Layout, links: TrainingLinks, tokens: float,
    software: TrainingSoftware,
) -> Waits:  # fmt: skip
    """Of one sparse layer: tokens go out to their experts and come back, both ways."""
    own = tokens / layout.tensor * model.hidden * ACTIVATION_BYTES
    chosen = model.experts_per_token
    if software.tokens_once:
        one_s = links.tokens_s(own, chosen, layout.expert)
    else:
        one_s = links.exchange_s(own * chosen, layout.expert)
    both_s = 2 * one_s * (1 - software.expert_hidden_frac)
    return Waits(both_s, both_s)


def pipe_send_s(model: Transformer, layout: Layout, links: TrainingLinks, tokens: float) -> float:
    """One message between two stages: its share of one microbatch's activations."""
    if layout.pipeline == 1:
        return 0.0
    size = tokens * model.hidden * ACTIVATION_BYTES / layout.tensor
    return links.send_s(size, layout.tensor * layout.context * layout.data)


@dataclass(frozen=True)
class Shares:
    """Parameters that one rank holds of the fullest stage."""

    dense: float
    routed: float

    @property
    def total(self) -> float:
        """Both."""
        return self.dense + self.routed


def shares(model: Transformer, layout: Layout) -> Shares:
    """Dense parameters are cut by tensor parallel, experts by expert parallel; both by stages."""
    routed = model.routed_parameters()
    dense = model.parameters() - routed
    return Shares(
        dense / (layout.tensor * layout.pipeline), routed / (layout.expert * layout.pipeline)
    )


def trained(model: Transformer, layout: Layout) -> Shares:
    """Parameters of that stage that are trained: all, or low-rank adapters of every product of
    attention and, where they have any, of dense feed-forward layers, each as wide as what goes into
    it and comes out.
    """
    if not layout.lora_rank:
        return shares(model, layout)
    whole = Layout(1, 1, 1, 1, lora_on=layout.lora_on)
    attention = sum(one.n + one.k for one in attention_products(model, whole, 1.0))
    dense = sum(one.n + one.k for one in dense_products(model, whole, 1.0) if one.tuned)
    sides = model.layers * attention + (model.layers - model.sparse_layers) * dense
    return Shares(layout.lora_rank * sides / layout.pipeline / layout.tensor, 0.0)


def gradients_s(
    model: Transformer,
    layout: Layout,
    links: TrainingLinks,
    bytes_each: float,
    held: Shares | None = None,
) -> float:
    """Reduce-scatter of gradients, or all-gather of weights, over the ranks that share them."""
    own = held or trained(model, layout)
    ranks = layout.data * layout.context
    total_s = links.gather_s(own.dense * bytes_each, ranks, layout.tensor)
    if own.routed:
        copies = ranks * layout.tensor // layout.expert
        total_s += links.gather_s(own.routed * bytes_each, copies, layout.expert)
    return total_s
