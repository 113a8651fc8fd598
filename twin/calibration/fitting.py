"""From raw samples to a profile: one surface for each operation and number format, the power law,
and the steps that were predicted from them.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from twin.calibration.checking import checked
from twin.calibration.formats import form_of
from twin.calibration.power_fit import clocks, power_fit_of
from twin.calibration.profile import Base, Fit, Process, Profile, Sample
from twin.errors import InputError, Problem
from twin.physics.kernel_surfaces.surface_fit import Peak, fit_surface, left_out_errors
from twin.physics.kernel_surfaces.work import AXES, OPTIONAL


def fit(samples: dict[str, Any]) -> Profile:
    """The profile of what `measure` handed back, with leave-one-out errors for each operation.

    Raises InputError where an operation has fewer than three samples.
    """
    seen = [Sample.model_validate(sample) for sample in samples["samples"]]
    ordered = sorted(seen, key=lambda s: (s.op, s.dtype))
    groups = [
        (key, list(members)) for key, members in groupby(ordered, key=lambda s: (s.op, s.dtype))
    ]
    few = [
        Problem(f"{op} {dtype}", f"{len(of)} samples", "at least 3")
        for (op, dtype), of in groups
        if len(of) < 3
    ]
    if few:
        raise InputError(few)
    measured = samples.get("measured", {})
    fits = _fits(groups, samples["device"])
    profile = Profile(
        status="measured",
        device=samples["device"],
        software=samples["software"],
        date_utc=samples["date_utc"],
        conditions=samples["conditions"],
        samples=seen,
        fits=fits,
        power_fit=power_fit_of(fits, measured.get("power") or {}, samples["device"]),
        marks=samples.get("marks", []),
        measured=measured,
    )
    checks = checked(profile, measured.get("unseen", []))
    return profile.model_copy(update={"validation": checks})


def _launched(samples: list[Sample]) -> list[Sample]:
    """Those replayed as graphs, where there are any: the time of the kernel and of nothing else."""
    replayed = [s for s in samples if s.launch == "graph"]
    return replayed if len(replayed) >= 3 else [s for s in samples if s.launch == "eager"]


def _fits(groups: list[tuple[tuple[str, str], list[Sample]]], device: dict[str, Any]) -> list[Fit]:
    """Surfaces of all operations. All take the FLOP rate of products for their data sheet: where
    FLOP and bytes rise together, times do not say by themselves which of them counts.
    """
    rates: dict[str, float] = {}
    found = {}
    for (op, dtype), members in sorted(groups, key=lambda group: group[0][0] != "gemm"):
        fit = _fit_one(op, dtype, _launched(members), device, (rates.get(dtype), None))
        found[op, dtype] = fit
        if op == "gemm":
            rates[dtype] = fit.base.p_flops_s
    return [found[key] for key, _ in groups]


def _fit_one(op: str, dtype: str, samples: list[Sample], device: dict[str, Any], peak: Peak) -> Fit:
    """The surface of an operation; see `physics/kernel_surfaces/surface_fit.py`.

    Of the medians, or of the fastest readings on a processor that others share.
    """
    shared = device["name"].startswith("CPU")
    clock_frac = clocks([sample.model_dump() for sample in samples], device)
    named = [name for name in AXES[op] if name in samples[0].shape or name not in OPTIONAL]
    axes = {name: np.array([s.shape[name] for s in samples], float) for name in named}
    measured_s = np.array([s.t_s_min if shared else s.t_s_median for s in samples])
    surface = fit_surface(op, axes, measured_s, form_of(dtype), peak, clock_frac)
    ceilings = surface.ceilings
    departure = surface.departure
    error = np.abs(np.expm1(left_out_errors(surface, axes, measured_s, clock_frac)))
    return Fit(
        op=op,
        dtype=dtype,
        base=Base(
            t0_s=ceilings.launch_s, p_flops_s=ceilings.flop_s, w_bytes_s=ceilings.bytes_s,
            unit_s=ceilings.unit_s, sharpness=ceilings.sharpness,
        ),
        gp=Process(
            x=departure.points.tolist(), alpha=departure.weights.tolist(),
            length=departure.length.tolist(), mean=departure.mean,
        ),
        loo_median_frac=float(np.median(error)),
        loo_p90_frac=float(np.quantile(error, 0.9)),
        clock_frac=float(np.mean(clock_frac)),
        domain={name: (float(x.min()), float(x.max())) for name, x in axes.items()},
    )  # fmt: skip
