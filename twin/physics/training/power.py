"""The clock that a GPU holds in training, and what it draws over a step.

Kernel times are measured in bursts at full clock. Dense matrix products at that clock draw more
than a GPU may take for longer than the window of its regulator, some tens of milliseconds. Kernels
of a layer and the exchanges between them alternate within that window, so that while a rank works
its clock falls until the mean of that *work* is the limit:

    (w_g G + w_a A) V(f)^2 + w_m M + w_x X f V(f)^2 = range * (G / f + A / f + M + X)

with G, A, M, X the seconds of products, attention, element-wise kernels and exchanges within a
layer at full clock. What lasts longer than the window does not lend its room to the products:
the exchange of gradients, the optimizer, the bubble, the host and the wait for stragglers draw what
they draw, and the mean of a step is that of its parts, weighted by their time. Form of the law:
`twin.physics.chip` (C V^2 f). The draw of products is the one number of the training law that was
chosen on published steps: on bf16 rows of A100 and H100 (Megatron 22B and 175B; Llama and Nemotron
by NVIDIA), never on fp8, on Blackwell, or on Llama 3 at scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.chip import dynamic_frac, voltage_frac
from twin.physics.training.kernel_times import StepKernels

ENERGY = {"fp32": 4.0, "bf16": 1.0, "fp16": 1.0, "fp8": 0.5, "mxfp8": 0.5, "nvfp4": 0.25}
"""Energy of one FLOP over that in bf16: multipliers shrink with the square of the mantissa, wires
with the width (Horowitz 2014, doi 10.1109/ISSCC.2014.6757323); by width here, assumed."""
_LARGE = 8192.0
"""Side of the product whose rate stands for the unit."""
_CLOCKS = np.linspace(0.2, 1.0, 1601)


@dataclass(frozen=True)
class Draw:
    """Dynamic power of kinds of work at full clock, over the range from idle to the limit."""

    products: float = 1.6
    """Large bf16 products; chosen as the module says. Two H200 draw 1.52 and 1.60 at 1.98 GHz, and
    1.3 at 0.89 of that, where their products take the times of the tables that ship: the rest
    stands for what a step spends and the law does not know."""
    memory: float = 0.57
    """Element-wise kernels and the optimizer: as decoding 8 sequences, which streams weights; 427
    and 441 W of a 700 W H100 (ML.ENERGY leaderboard, commit 0cd52da), idle 75 W assumed."""
    exchange: float = 0.33
    """Collectives: 0.3 to 0.5 of the limit in the valley of a step is told of large jobs; its
    middle, unverified."""
    waits: float = 0.15
    """Waiting in the bubble, for stragglers or for the host; assumed."""


TRAINING_DRAW = Draw()


@dataclass(frozen=True)
class StepLoad:
    """Seconds of one step at full clock by what they do, and FLOP of products and attention."""

    products_s: float
    attention_s: float
    memory_s: float
    """Element-wise kernels between the others."""
    exchange_s: float
    """Exchanges within layers."""
    bubble_s: float
    """In which a stage waits for others: at other moments than the rest of the pipeline."""
    optimizer_s: float
    gradients_s: float
    """Exposed exchange of gradients and weights, once a step."""
    idle_s: float
    """Host and stragglers."""
    streamed_s: float
    """In which weights alone pass through device memory, for all products."""
    product_flop: float
    attention_flop: float
    """Each in 8 bits counts as what it takes of one in bf16."""


@dataclass(frozen=True)
class Sustained:
    """What a GPU holds over a step; powers are dynamic, over the range from idle to the limit."""

    clock_frac: float
    power_frac: float
    """Mean over the step."""
    high_frac: float
    """Mean of a gang while it works, its bubbles spread over that time."""
    low_frac: float
    """While all of it exchanges gradients, updates weights or waits."""
    duty_frac: float
    """Share of the step in which it works."""


def sustained(
    load: StepLoad,
    kernels: StepKernels,
    dtype: str,
    draw: Draw,
    cut: bool = True,
    cap_frac: float = 1.0,
) -> Sustained:
    """The highest clock at which the mean power of the work in a step is within the limit. Products
    of so few rows that they stream weights draw at least what streaming does.

    cut        False where kernel times are those of a long run already: it works at its limit, and
               the clock is not cut again
    cap_frac   a cap below the limit, over the range from idle to the limit; what lasts longer than
               the regulator's window is held at it without counting the time that this takes
    Raises ValueError for a cap where the clock is not cut: what such kernels take below it is not
    known.
    """
    if not cut and cap_frac < 1:
        raise ValueError(f"a cap of {cap_frac:g} over kernel times whose clock is not cut")
    clock, working = _working(load, kernels, dtype, draw, cap_frac) if cut else (1.0, 1.0)
    dynamic = float(dynamic_frac(clock))
    kernels_s = (load.products_s + load.attention_s) / clock
    work_s = kernels_s + load.memory_s + load.exchange_s
    idle = draw.waits * dynamic
    high_s = work_s + load.bubble_s
    high = (working * work_s + idle * load.bubble_s) / high_s
    low_s = load.optimizer_s + load.gradients_s + load.idle_s
    low_energy = min(draw.memory, cap_frac) * load.optimizer_s
    low_energy += min(draw.exchange * dynamic, cap_frac) * load.gradients_s
    low_energy += idle * load.idle_s
    mean = (high * high_s + low_energy) / (high_s + low_s)
    low = low_energy / low_s if low_s > 0 else high
    return Sustained(clock, mean, high, low, high_s / (high_s + low_s))


def _working(
    load: StepLoad, kernels: StepKernels, dtype: str, draw: Draw, cap_frac: float
) -> tuple[float, float]:
    """Clock and mean power of the work; above the cap where the lowest clock draws more."""
    unit = 2 * _LARGE**3 / kernels.gemm_s(_LARGE, _LARGE, _LARGE, "bf16")
    per_flop = draw.products / unit
    work = per_flop * (ENERGY[dtype] * load.product_flop + load.attention_flop)
    work = max(work, draw.memory * load.streamed_s)
    kernels_s = load.products_s + load.attention_s
    whole_s = kernels_s / _CLOCKS + load.memory_s + load.exchange_s
    energy = work * np.asarray(voltage_frac(_CLOCKS)) ** 2 + draw.memory * load.memory_s
    energy = energy + draw.exchange * load.exchange_s * np.asarray(dynamic_frac(_CLOCKS))
    mean = energy / whole_s
    within = np.flatnonzero(mean <= cap_frac)
    at = int(within[-1]) if within.size else 0
    return float(_CLOCKS[at]), float(min(mean[at], 1.0))
