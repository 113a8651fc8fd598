"""The clock that a GPU holds in training, and what it draws: its power limit cuts the clock.

Kernel times are measured in bursts at full clock. Dense matrix products at that clock draw more
than a GPU may take for long, so that over a step the clock falls until the mean power is the limit:

    (w_g G + w_a A) V(f)^2 + w_m M + w_i W f V(f)^2 = range * (G / f + A / f + M + W)

with G, A, M, W the seconds of products, attention, element-wise kernels and waits at full clock.
Form of the law: `twin.physics.chip` (C V^2 f). The draw of products is the one number of the
training law that was chosen on published steps: on bf16 rows of A100 and H100 (Megatron 22B and
175B; Llama and Nemotron by NVIDIA), never on fp8, on Blackwell, or on Llama 3 at scale.
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
_CLOCKS = np.linspace(0.3, 1.0, 1401)


@dataclass(frozen=True)
class Draw:
    """Dynamic power of kinds of work at full clock, over the range from idle to the limit."""

    products: float = 2.05
    """Large bf16 products; chosen as the module says."""
    memory: float = 0.5
    """Element-wise kernels; assumed."""
    waits: float = 0.15
    """Waiting in a collective or in the bubble; assumed."""


TRAINING_DRAW = Draw()


@dataclass(frozen=True)
class StepLoad:
    """Seconds of one step at full clock by what they do, and FLOP of products and attention."""

    products_s: float
    attention_s: float
    memory_s: float
    waits_s: float
    product_flop: float
    attention_flop: float


@dataclass(frozen=True)
class Sustained:
    """What a GPU holds over a step."""

    clock_frac: float
    power_frac: float
    """Mean dynamic power over the range from idle to the limit."""


def sustained(load: StepLoad, kernels: StepKernels, dtype: str, draw: Draw) -> Sustained:
    """The highest clock at which the mean power of a step is within the limit."""
    unit = 2 * _LARGE**3 / kernels.gemm_s(_LARGE, _LARGE, _LARGE, "bf16")
    per_flop = draw.products / unit
    work = per_flop * (ENERGY[dtype] * load.product_flop + load.attention_flop)
    kernels_s = load.products_s + load.attention_s
    whole_s = kernels_s / _CLOCKS + load.memory_s + load.waits_s
    dynamic = np.asarray(dynamic_frac(_CLOCKS))
    energy = work * np.asarray(voltage_frac(_CLOCKS)) ** 2
    energy = energy + draw.memory * load.memory_s + draw.waits * load.waits_s * dynamic
    mean = energy / whole_s
    within = np.flatnonzero(mean <= 1.0)
    at = int(within[-1]) if within.size else 0
    return Sustained(float(_CLOCKS[at]), float(min(mean[at], 1.0)))
