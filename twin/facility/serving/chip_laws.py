"""How busy a chip counts while it serves: by generation, or as measured on the planner's own."""

from __future__ import annotations

from dataclasses import replace

from twin.calibration import Profile
from twin.catalogue.rows import Gpu
from twin.physics.chip import ActivityLaw

HOPPER = ActivityLaw(0.2613, 0.8358, 0.0, 0.25, 0.25)
"""Fitted on 145 vLLM points of the ML.ENERGY leaderboard, commit 0cd52da: activities are the
kernels' FLOP and bytes in the measured time over the rates that bf16 products reach. Mean error in
sample 9.6 %, with each model left out 12.6 %; idle 75 W assumed."""
BLACKWELL = ActivityLaw(0.0, 1.0584, 0.7218, 0.5, 0.75)
"""The same on 122 points of B200: 9.9 % and 10.6 %; idle 140 W assumed."""


def chip_law(gpu: Gpu, measured: Profile | None = None) -> ActivityLaw:
    """The law of a measured profile that has one; else that of the generation: GPUs that have
    products of 4 bits, and those before.
    """
    fit = measured.power_fit if measured is not None else None
    if fit is None:
        return BLACKWELL if gpu.fp4_flop_s else HOPPER
    return fit.law()


def laid_on(
    law: ActivityLaw, measured_w: tuple[float, float], board_w: tuple[float, float]
) -> ActivityLaw:
    """A law that was measured between two powers, at rest and at the board's limit, as one that
    gives the same watts between two others.
    """
    span_w = board_w[1] - board_w[0]
    scale = (measured_w[1] - measured_w[0]) / span_w
    return replace(
        law,
        base=law.base * scale + (measured_w[0] - board_w[0]) / span_w,
        compute=law.compute * scale,
        memory=law.memory * scale,
        most=law.most * scale,
    )
