"""What a replica does at the clock that its boards' power leaves it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from twin.analysis.prediction.case import ReplicaCase
from twin.errors import InputError, Problem
from twin.facility.serving.power import GpuPower
from twin.physics.kernels import BenchmarkRun

CAP_ROUNDS = 4
"""Rounds in which clock and activity agree under a cap; each error is a tenth of the last."""
CAP_SLACK_FRAC = 1e-3
"""Of a cap, what these rounds may leave open."""


@dataclass(frozen=True)
class CappedRun:
    """A run at the clock that boards hold."""

    run: BenchmarkRun
    clock_frac: float
    """Of the clock at which kernels are timed."""
    works_w: float
    """Mean of a GPU while it has something to do."""
    rests_w: float
    """Of one that has nothing to do."""


def under_cap(case: ReplicaCase, run_at: Callable[[float], BenchmarkRun]) -> CappedRun:
    """The run at the highest clock whose power stays under the cap: the one that is asked for, and
    the board's own limit where kernels stand at the highest clock.

    run_at   the run at a share of the clock at which kernels are timed
    InputError where the lowest clock draws more.
    """
    run = run_at(1.0)
    power = GpuPower(case.gpu, case.kernels)
    cap_w = _cap_w(case)
    works_w = power.mean_w(run, 1.0)
    if works_w <= cap_w:
        return CappedRun(run, 1.0, works_w, power.held_w)
    power = replace(power, board_frac=power.limit_clock(run))
    clock_frac = 1.0
    for _ in range(CAP_ROUNDS):
        clock_frac = max(power.clock_under(cap_w, run, clock_frac), case.gpu.clock_floor_frac)
        run = run_at(clock_frac)
    works_w = power.mean_w(run, clock_frac)
    if clock_frac <= case.gpu.clock_floor_frac and works_w > (1 + CAP_SLACK_FRAC) * cap_w:
        allowed = f"at least {math.ceil(works_w)} W, what {case.gpu.name} draws at its lowest clock"
        raise InputError([Problem("--power-cap", f"{cap_w:g} W", allowed)])
    return CappedRun(run, clock_frac, works_w, power.held_w)


def _cap_w(case: ReplicaCase) -> float:
    """The lower of what is asked for and, where kernels stand at the highest clock, the limit."""
    caps_w = [case.gpu.power_max_w] if case.kernels.full_clock else []
    if case.asked.power_cap_w is not None:
        caps_w.append(case.asked.power_cap_w)
    return min(caps_w, default=math.inf)
