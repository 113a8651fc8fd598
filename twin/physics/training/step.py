"""Time of one optimizer step as the sum of the kernels that one rank issues, and what it waits for.

    T = m * slowest stage + (p - 1) / v * stage + exchange of gradients + optimizer + host

with m microbatches, p stages and v chunks a stage; a stage is its layers' kernels forward, backward
and again, and the exposed part of its traffic. No share of the step is fitted: kernel times are
measured or a roofline's, traffic is NCCL's, and what software adds stands in `TrainingSoftware`,
each with its source. Sources: Narayanan et al. (2021), arXiv 2104.04473, sections 2.2 and 3;
Korthikanti et al. (2022), arXiv 2205.05198.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.training.kernel_times import StepKernels
from twin.physics.training.layout import RECOMPUTE, Layout, layout_problems
from twin.physics.training.power import TRAINING_DRAW, Draw, Sustained
from twin.physics.training.sending import WHOLE, FabricShare
from twin.physics.training.software import PLAIN, TrainingSoftware
from twin.physics.training.step_law import WAITED_FOR, StepLaw
from twin.physics.training.traffic import TrainingLinks
from twin.physics.transformer import Transformer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One optimizer step; each time has the broadcast shape of clock_frac and bandwidth_frac."""

    compute_s: Array
    """Kernels, optimizer, pipeline bubble and host."""
    exposed_communication_s: Array
    total_s: Array
    compute_activity: Array
    """Share of the step in which a GPU computes: the bubble, the optimizer and exposed traffic are
    left out."""
    tokens: float
    flop: float
    """Model FLOP over all GPUs, recompute left out; divide by total_s, GPUs and peak for MFU."""
    hardware_flop: float = 0.0
    """With what is computed again."""
    parts_s: dict[str, Array] = field(default_factory=dict)
    """Where the time goes, of a rank of the pacing stage; sums to total_s."""
    held: Sustained = field(default_factory=lambda: Sustained(1.0, 1.0, 1.0, 1.0, 1.0))
    """Clock and power that the limit allows."""


def step(
    model: Transformer,
    layout: Layout,
    kernels: StepKernels,
    links: TrainingLinks,
    *,
    sequence_tokens: int,
    dtype: str = "bf16",
    recompute: str = "selective",
    software: TrainingSoftware = PLAIN,
    clock_frac: ArrayLike = 1.0,
    bandwidth_frac: ArrayLike = 1.0,
    share: FabricShare = WHOLE,
    draw: Draw | None = TRAINING_DRAW,
    cap_frac: float = 1.0,
) -> Step:
    """Time of one step, and where it goes.

    dtype            number format of the matrix products; attention stays in bf16
    recompute        none, selective (core of attention; nothing to do where that is fused), full
    clock_frac       of the clock that the power limit allows; stretches matrix products and
                     attention, not memory
    draw             what cuts the clock; None where kernel times are those of a long run already
    bandwidth_frac   share of the fabric between scale-up domains
    share            of that, by phase, beside other gangs
    cap_frac         a cap on the power, over the range from idle to the limit
    Raises ValueError where the layout does not fit the model or `recompute` is unknown.
    """
    if recompute not in RECOMPUTE:
        raise ValueError(f"recompute {recompute!r}; allowed: {', '.join(RECOMPUTE)}")
    if problems := layout_problems(model, layout, sequence_tokens):
        raise ValueError("; ".join(problems))
    clock, fabric = np.broadcast_arrays(
        np.asarray(clock_frac, float), np.asarray(bandwidth_frac, float)
    )
    law = StepLaw(model, layout, kernels, links, sequence_tokens, dtype, recompute, software)
    held = law.sustained(draw or TRAINING_DRAW, draw is not None, cap_frac)
    pairs = zip(held.clock_frac * clock.ravel(), fabric.ravel(), strict=True)
    found = [law.parts(*pair, share) for pair in pairs]
    parts = {name: np.array([one[name] for one in found]).reshape(clock.shape) for name in found[0]}
    return _as_step(law, parts, held)


def _as_step(law: StepLaw, parts: dict[str, Array], held: Sustained) -> Step:
    total_s = np.sum(list(parts.values()), axis=0)
    exposed_s = sum((parts[name] for name in WAITED_FOR), np.zeros_like(total_s))
    busy_s = parts["matrix products"] + parts["attention"]
    tokens = float(law.layout.global_batch * law.sequence_tokens)
    flop = law.model.training_flop(tokens, law.sequence_tokens)
    if law.layout.lora_rank:
        flop -= tokens * law.model.linear_flop_per_token()
    return Step(
        total_s - exposed_s,
        exposed_s,
        total_s,
        busy_s / total_s,
        tokens,
        flop,
        flop + law.flop_again(tokens),
        parts,
        held,
    )
