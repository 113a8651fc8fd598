"""Seconds of one step by what they go to: the sum that `step` asks for.

    T = m * slowest stage + (p - 1) / v * stage + exchange of gradients + optimizer + host

with m microbatches, p stages and v chunks a stage; a stage is its layers' kernels forward, backward
and again, and the exposed part of its traffic. Sources: Narayanan et al. (2021), arXiv 2104.04473,
sections 2.2 and 3; Korthikanti et al. (2022), arXiv 2205.05198.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from twin.physics.training.kernel_times import StepKernels
from twin.physics.training.layout import Layout
from twin.physics.training.memory import OPTIMIZER_BYTES_PER_PARAMETER
from twin.physics.training.power import ENERGY, Draw, StepLoad, Sustained, sustained
from twin.physics.training.sending import WHOLE, FabricShare
from twin.physics.training.software import TrainingSoftware
from twin.physics.training.stage import StageLaw, StageTime
from twin.physics.training.traffic import (
    Shares,
    TrainingLinks,
    Waits,
    gradients_s,
    pipe_send_s,
    shares,
    trained,
)
from twin.physics.training.work import rank_tokens
from twin.physics.transformer import Transformer, bytes_per_value


def straggler_factor(spread: float, ranks: int) -> float:
    """Mean of the slowest of `ranks` log-normal times over the median: what a gang waits for.

    Blom's approximation of the expected largest normal order statistic (1958), within 0.02 of it.
    """
    if spread <= 0 or ranks <= 1:
        return 1.0
    return float(np.exp(spread * scipy.special.ndtri((ranks - 0.375) / (ranks + 0.25))))


WAITED_FOR = (
    "tensor parallel",
    "context parallel",
    "expert parallel",
    "pipeline messages",
    "gradient exchange",
    "weight gathering",
)
"""Parts of a step in which a rank waits for links."""
WITHIN_LAYERS = tuple(name for name in WAITED_FOR if name != "gradient exchange")
"""Those that come layer by layer, within the window of a power regulator."""


@dataclass(frozen=True)
class StepLaw:
    """The law of one job; `parts` at one clock and one share of the fabric."""

    model: Transformer
    layout: Layout
    kernels: StepKernels
    links: TrainingLinks
    sequence_tokens: int
    dtype: str
    recompute: str
    software: TrainingSoftware

    @property
    def stage_law(self) -> StageLaw:
        """The law of one stage."""
        return StageLaw(
            self.model, self.layout, self.kernels, self.sequence_tokens, self.dtype,
            self.recompute, self.software,
        )  # fmt: skip

    def parts(
        self, clock_frac: float, fabric_frac: float, share: FabricShare = WHOLE
    ) -> dict[str, float]:
        """Seconds of one step by what they go to.

        fabric_frac   bandwidth between scale-up domains over what NICs give
        share         of that, by phase, beside other gangs
        """
        layout = self.layout
        links = self.links.slowed(fabric_frac * share.layers)
        between_stages = self.links.slowed(fabric_frac * share.messages)
        among_copies = self.links.slowed(fabric_frac * share.gradients)
        typical, slowest = self.stage_law.stages(clock_frac, links)
        rounds = layout.microbatches
        kernels = slowest.forward + slowest.backward
        bubble_s = (layout.pipeline - 1) / layout.interleave * typical.total_s
        exchange_s = self._exchange_s(slowest, among_copies)
        found = {
            "matrix products": rounds * kernels.gemm_s,
            "attention": rounds * kernels.attention_s,
            "element-wise": rounds * kernels.stream_s,
            "tensor parallel": rounds * _both(slowest.tensor),
            "context parallel": rounds * _both(slowest.context),
            "expert parallel": rounds * _both(slowest.expert),
            "pipeline bubble": bubble_s,
            "pipeline messages": self._messages_s(between_stages),
            "gradient exchange": exchange_s,
            "weight gathering": self._gathering_s(typical, among_copies),
            "optimizer": self._optimizer_s(),
            "host": self.software.host_step_s + rounds * slowest.host_s,
        }
        slower = straggler_factor(self.software.spread, layout.gpus)
        own_s = sum(s for name, s in found.items() if name not in WAITED_FOR)
        return {**found, "stragglers": (slower - 1) * own_s}

    def sustained(self, draw: Draw, cut: bool = True, cap_frac: float = 1.0) -> Sustained:
        """Clock and power of a GPU over a step at full fabric, under a cap."""
        at_full = self.parts(1.0, 1.0)
        tokens = float(self.layout.global_batch * self.sequence_tokens)
        gpus = self.layout.gpus
        attention = 3.0 * float(self.model.attention_flop_per_token(self.sequence_tokens / 2))
        passes = 2.0 if self.layout.lora_rank else 3.0
        linear = passes * self.model.linear_flop_per_token() + self.flop_again(tokens) / tokens
        load = StepLoad(
            products_s=at_full["matrix products"],
            attention_s=at_full["attention"],
            memory_s=at_full["element-wise"],
            exchange_s=sum(at_full[name] for name in WITHIN_LAYERS),
            bubble_s=at_full["pipeline bubble"],
            optimizer_s=at_full["optimizer"],
            gradients_s=at_full["gradient exchange"],
            idle_s=at_full["host"] + at_full["stragglers"],
            streamed_s=passes * self._streamed_s(),
            product_flop=tokens * linear / gpus,
            attention_flop=ENERGY[self.stage_law.attention_dtype] * tokens * attention / gpus,
        )
        return sustained(load, self.kernels, self.dtype, draw, cut, cap_frac)

    def _streamed_s(self) -> float:
        """Least seconds of one pass over all weights of a stage, for every microbatch."""
        held = shares(self.model, self.layout).total * bytes_per_value(self.dtype)
        return self.layout.microbatches * self.kernels.stream_s(held)

    def _messages_s(self, links: TrainingLinks) -> float:
        """Messages in line; overlapped ones travel behind a pass of the other direction, which
        passes of the ramp up and down have not (Megatron Core: `overlap_p2p_comm_warmup_flush` is
        off unless asked for; as many passes of the first stage as its schedule says).
        """
        layout = self.layout
        tokens = rank_tokens(layout, self.sequence_tokens)
        one_s = pipe_send_s(self.model, layout, links, tokens)
        passes = layout.interleave * layout.microbatches
        if self.software.pipe_overlap and layout.interleave > 1:
            ramp = 2 * (layout.pipeline - 1) + (layout.interleave - 1) * layout.pipeline
            return 2 * min(ramp, passes) * one_s
        return 2 * (layout.pipeline - 1 + passes) * one_s

    def _exchange_s(self, stage: StageTime, links: TrainingLinks) -> float:
        """Gradients and weights among the data parallel ranks, less what hides."""
        if self.layout.data * self.layout.context == 1 or self.layout.zero_stage == 3:
            return 0.0
        hidden = self.software.exchange_hidden_frac
        scatter_s = gradients_s(self.model, self.layout, links, self.software.gradient_bytes)
        gather_s = gradients_s(self.model, self.layout, links, 2.0)
        behind_s = stage.backward.total_s + stage.tensor.backward_s
        before_s = stage.forward.total_s + stage.tensor.forward_s
        return (
            scatter_s - min(hidden * scatter_s, behind_s)
            + gather_s - min(hidden * gather_s, before_s)
        )  # fmt: skip

    def _gathering_s(self, stage: StageTime, links: TrainingLinks) -> float:
        """Weights gathered for every pass and gradients scattered after it, layer by layer."""
        if self.layout.zero_stage < 3 or self.layout.data == 1:
            return 0.0
        layers = self.model.layers / self.layout.pipeline
        whole = shares(self.model, self.layout)
        one = Shares(whole.dense / layers, whole.routed / layers)
        gather_s = gradients_s(self.model, self.layout, links, 2.0, one)
        scatter_s = gradients_s(self.model, self.layout, links, self.software.gradient_bytes, one)
        forward_s = max(gather_s - stage.forward.total_s / layers, 0.0)
        backward_s = max(gather_s + scatter_s - stage.backward.total_s / layers, 0.0)
        rounds = self.layout.microbatches
        return rounds * layers * (forward_s + backward_s) + gather_s + scatter_s

    def _optimizer_s(self) -> float:
        held = trained(self.model, self.layout)
        copies = self.layout.data * self.layout.context if self.layout.zero_stage else 1
        routed_copies = copies * self.layout.tensor / self.layout.expert
        own = held.dense / copies + held.routed / max(routed_copies, 1.0)
        return self.kernels.stream_s(OPTIMIZER_BYTES_PER_PARAMETER * own)

    def flop_again(self, tokens: float) -> float:
        """FLOP of what is computed again, over all GPUs."""
        attention = float(self.model.attention_flop_per_token(self.sequence_tokens / 2))
        if self.recompute == "full":
            head = 2 * self.model.vocab * self.model.hidden
            return tokens * (self.model.linear_flop_per_token() - head + attention)
        unfused = self.recompute == "selective" and not self.software.fused_attention
        return tokens * attention if unfused else 0.0


def _both(waits: Waits) -> float:
    return waits.forward_s + waits.backward_s
