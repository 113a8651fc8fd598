"""One microbatch on one stage of the pipeline: kernels forward and backward, and exposed waits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.physics.training.kernel_times import StepKernels
from twin.physics.training.layout import Layout, places
from twin.physics.training.software import TrainingSoftware
from twin.physics.training.traffic import (
    TrainingLinks,
    Waits,
    context_waits,
    expert_waits,
    head_waits,
    tensor_waits,
)
from twin.physics.training.work import (
    ATTENTION_BACKWARD,
    BACKWARD_BYTES,
    LOGIT_BYTES,
    Pass,
    Product,
    attention_forward_s,
    attention_products,
    cast_bytes,
    dense_products,
    element_bytes,
    expert_products,
    rank_tokens,
)
from twin.physics.transformer import Transformer


@dataclass(frozen=True)
class StageTime:
    """One microbatch on one stage."""

    forward: Pass
    backward: Pass
    tensor: Waits
    context: Waits
    expert: Waits
    host_s: float = 0.0
    """In which the GPU waits for its host, both ways."""

    @property
    def total_s(self) -> float:
        """Kernels and waits, both ways."""
        waits = self.tensor + self.context + self.expert
        kernels_s = self.forward.total_s + self.backward.total_s
        return kernels_s + waits.forward_s + waits.backward_s + self.host_s


@dataclass(frozen=True)
class StageLaw:
    """What a stage of one job takes; `stages` at one clock."""

    model: Transformer
    layout: Layout
    kernels: StepKernels
    sequence_tokens: int
    dtype: str
    recompute: str
    software: TrainingSoftware

    def stages(self, clock_frac: float, links: TrainingLinks) -> tuple[StageTime, StageTime]:
        """One microbatch on a stage within, and on the one that paces the pipeline."""
        layers = self.model.layers / self.layout.pipeline
        room = places(self.model, self.layout)
        assert room is not None
        share = room / self.layout.pipeline
        layer = self._layer(clock_frac, links)
        within = _scaled(layer, share)
        spare = room - self.model.layers
        last = share - min(spare, 1) if spare else layers
        head = self._head(clock_frac)
        ending = _scaled(layer, last)
        ended = replace(
            ending, forward=ending.forward + head[0], backward=ending.backward + head[1]
        )
        if self.layout.pipeline == 1:
            return ended, ended
        return within, max(within, ended, key=lambda stage: stage.total_s)

    def _layer(self, clock_frac: float, links: TrainingLinks) -> StageTime:
        """One microbatch on one layer, sparse and dense ones by their share."""
        sparse = self.model.sparse_layers / self.model.layers
        mixed = StageTime(Pass(), Pass(), Waits(), Waits(), Waits())
        for share, is_sparse in ((sparse, True), (1 - sparse, False)):
            if share:
                mixed = _added(mixed, _scaled(self._one_layer(clock_frac, links, is_sparse), share))
        return mixed

    def _one_layer(self, clock_frac: float, links: TrainingLinks, sparse: bool) -> StageTime:
        model = self.model
        layout = self.layout
        tokens = rank_tokens(layout, self.sequence_tokens)
        fused = self.software.fused_experts
        feed = expert_products(model, layout, tokens, fused)
        if not sparse:
            feed = dense_products(model, layout, tokens)
        products = [*attention_products(model, layout, tokens), *feed]
        core = self._core(clock_frac)
        forward, backward = self._products(products, clock_frac)
        moved = self.kernels.stream_s(element_bytes(model, layout, tokens, sparse, fused))
        forward += core[0] + Pass(stream_s=moved)
        backward += core[1] + Pass(stream_s=BACKWARD_BYTES * moved)
        tensor = tensor_waits(
            products, model.hidden, layout, links, self.kernels, self.dtype,
            self.software.tensor_overlap,
        )  # fmt: skip
        context = self._context_waits(links, tokens, core)
        expert = expert_waits(model, layout, links, tokens, self.software) if sparse else Waits()
        host_s = self.software.expert_host_s if sparse else 0.0
        return self._again(StageTime(forward, backward, tensor, context, expert, host_s), core[0])

    def _context_waits(self, links: TrainingLinks, tokens: float, core: tuple[Pass, Pass]) -> Waits:
        """Of one layer, for the tokens of other ranks."""
        if self._by_heads:
            return head_waits(self.model, self.layout, links, tokens)
        behind = Waits(core[0].attention_s, core[1].attention_s)
        return context_waits(self.model, self.layout, links, tokens, behind)

    @property
    def _by_heads(self) -> bool:
        """Whether context parallel ranks exchange heads."""
        return self.software.context_exchange == "heads"

    def _again(self, stage: StageTime, core: Pass) -> StageTime:
        """With what the backward pass computes again."""
        if self.recompute == "full":
            repeated = stage.backward + stage.forward
            again = Waits(0.0, stage.tensor.forward_s)
            out = Waits(0.0, stage.expert.forward_s)
            return replace(
                stage, backward=repeated, tensor=stage.tensor + again, expert=stage.expert + out
            )
        if self.recompute == "selective" and not self.software.fused_attention:
            return replace(stage, backward=stage.backward + core)
        return stage

    def _products(self, products: list[Product], clock_frac: float) -> tuple[Pass, Pass]:
        """Matrix products of one layer with their casts, forward and backward."""
        forward_s = 0.0
        backward_s = 0.0
        for p in products:
            forward_s += p.times * self.kernels.gemm_s(p.m, p.n, p.k, self.dtype)
            backward_s += p.times * self.kernels.gemm_s(p.m, p.k, p.n, self.dtype)
            if not self.layout.lora_rank:
                backward_s += p.times * self.kernels.gemm_s(p.n, p.k, p.m, self.dtype)
                continue
            adapter_s = p.times * self._adapter_s(p) if p.tuned else 0.0
            forward_s += adapter_s
            backward_s += 2 * adapter_s
        cast = cast_bytes(iter(products), self.layout, self.dtype)
        return (
            Pass(forward_s / clock_frac, 0.0, self.kernels.stream_s(cast[0])),
            Pass(backward_s / clock_frac, 0.0, self.kernels.stream_s(cast[1])),
        )

    def _adapter_s(self, product: Product) -> float:
        """Forward products of the two low-rank matrices beside one frozen weight, in bf16."""
        rank = float(self.layout.lora_rank)
        down_s = self.kernels.gemm_s(product.m, rank, product.k, "bf16")
        return down_s + self.kernels.gemm_s(product.m, product.n, rank, "bf16")

    @property
    def attention_dtype(self) -> str:
        """Number format of the core of attention."""
        narrow = self.software.narrow_attention and not self.model.latent_rank
        if not narrow or self.dtype == "bf16":
            return "bf16"
        return "fp8"

    def _core(self, clock_frac: float) -> tuple[Pass, Pass]:
        """Core of one layer's attention, forward and backward."""
        if not self.software.fused_attention:
            return self._unfused_core(clock_frac)
        forward_s = attention_forward_s(
            self.model, self.layout, self.kernels, self.sequence_tokens, self.attention_dtype,
            self._by_heads,
        )  # fmt: skip
        forward_s /= clock_frac
        return Pass(attention_s=forward_s), Pass(attention_s=ATTENTION_BACKWARD * forward_s)

    def _unfused_core(self, clock_frac: float) -> tuple[Pass, Pass]:
        """Batched products over all pairs, and softmax and dropout through device memory.

        Bytes a score: written by the product (2), masked softmax reads and writes (4), dropout
        reads, writes, and writes its mask (5), read by the next product (2); backward as many
        again and half.
        """
        batch = self.layout.micro_batch * self.model.heads / self.layout.tensor
        tokens = self.sequence_tokens / self.layout.context
        each_s = self.kernels.gemm_s(
            batch * tokens, self.sequence_tokens, self.model.head_dim, "bf16"
        )
        moved_s = self.kernels.stream_s(13.0 * batch * tokens * self.sequence_tokens)
        forward = Pass(0.0, 2 * each_s / clock_frac, moved_s)
        return forward, Pass(0.0, 4 * each_s / clock_frac, BACKWARD_BYTES * moved_s)

    def _head(self, clock_frac: float) -> tuple[Pass, Pass]:
        """Output head and loss of one microbatch; in bf16 whatever the format of the layers."""
        tokens = rank_tokens(self.layout, self.sequence_tokens)
        width = self.model.vocab / self.layout.tensor
        hidden = float(self.model.hidden)
        gemm_s = self.kernels.gemm_s
        forward_s = gemm_s(tokens, width, hidden, "bf16") / clock_frac
        back_s = gemm_s(tokens, hidden, width, "bf16")
        if not self.layout.lora_rank:
            back_s += gemm_s(width, hidden, tokens, "bf16")
        moved_s = self.kernels.stream_s(LOGIT_BYTES * tokens * width) / 2
        return Pass(forward_s, 0.0, moved_s), Pass(back_s / clock_frac, 0.0, moved_s)


def _scaled(stage: StageTime, times: float) -> StageTime:
    return StageTime(
        stage.forward * times,
        stage.backward * times,
        stage.tensor * times,
        stage.context * times,
        stage.expert * times,
        stage.host_s * times,
    )


def _added(one: StageTime, other: StageTime) -> StageTime:
    return StageTime(
        one.forward + other.forward,
        one.backward + other.backward,
        one.tensor + other.tensor,
        one.context + other.context,
        one.expert + other.expert,
        one.host_s + other.host_s,
    )
