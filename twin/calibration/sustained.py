"""A step that is repeated for long on a board with a power limit: its clock, time and power."""

from __future__ import annotations

from dataclasses import dataclass

from twin.calibration.formats import form_of
from twin.calibration.prediction import predict_transformer_step, step_calls
from twin.calibration.profile import PowerFit, Profile
from twin.errors import InputError, Problem
from twin.physics.chip import activity, clock_for_power, power_w
from twin.physics.kernel_surfaces.work import work
from twin.physics.transformer import Transformer

_ROUNDS = 8
"""In which clock and activity agree; each error is a tenth of the last."""


@dataclass(frozen=True)
class SustainedStep:
    """What a step takes once the board has settled."""

    time_s: float
    power_w: float
    clock_frac: float
    """Of the full clock."""


def sustained_step(
    profile: Profile, transformer: Transformer, batch: int, seq: int, kind: str
) -> SustainedStep:
    """A step at the highest clock whose power stays within the board's limit.

    Arguments as of `predict_transformer_step`. Raises InputError as that does, and where the
    profile knows no power.
    """
    fit = profile.power_fit
    if fit is None:
        allowed = "a profile with power, which a GPU with NVML gives"
        raise InputError([Problem("power_fit", "none", allowed)])
    clock_frac = 1.0
    for _ in range(_ROUNDS):
        step = predict_transformer_step(profile, transformer, batch, seq, kind, clock_frac)
        used = _activity(
            profile, fit, _work(transformer, batch, seq, kind), step.time_s, clock_frac
        )
        last = clock_frac
        clock_frac = float(clock_for_power(fit.idle_w, fit.max_w, used, fit.max_w))
    draws_w = float(power_w(fit.idle_w, fit.max_w, used, last))
    return SustainedStep(step.time_s, min(draws_w, fit.max_w), last)


def _activity(
    profile: Profile, fit: PowerFit, done: tuple[float, float], time_s: float, clock_frac: float
) -> float:
    """Of a step's FLOP and bytes in its time."""
    products = next(one.base for one in profile.fits if one.op == "gemm")
    flop, byte = done
    compute = flop / time_s / (products.p_flops_s * clock_frac)
    return float(
        activity(fit.law(), min(compute, 1.0), min(byte / time_s / products.w_bytes_s, 1.0))
    )


def _work(transformer: Transformer, batch: int, seq: int, kind: str) -> tuple[float, float]:
    """FLOP and bytes of all kernels of a step, in 16 bits."""
    flop = 0.0
    byte = 0.0
    for call in step_calls(transformer, batch, seq, kind):
        done = work(call.op, call.shape, form_of("bf16"))
        flop += call.times * float(done.flop[0])
        byte += call.times * float(done.byte[0])
    return flop, byte
