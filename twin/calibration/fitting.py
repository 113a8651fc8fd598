"""From raw samples to a profile: one roofline and one remainder for each operation and number
format.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from twin.calibration.kernels import AXES, axes_of
from twin.calibration.profile import Base, Fit, PowerFit, Process, Profile, Sample
from twin.errors import InputError, Problem
from twin.physics.roofline import fit_remainder, fit_roofline, time_s


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
    power = samples.get("power")
    return Profile(
        status="measured",
        device=samples["device"],
        software=samples["software"],
        date_utc=samples["date_utc"],
        conditions=samples["conditions"],
        samples=seen,
        fits=[_fit_one(op, dtype, members) for (op, dtype), members in groups],
        power_fit=PowerFit(**power) if power else None,
    )


def _fit_one(op: str, dtype: str, samples: list[Sample]) -> Fit:
    flop = np.array([s.flops for s in samples])
    byte = np.array([s.bytes for s in samples])
    measured_s = np.array([s.t_s_median for s in samples])
    shape = np.array([axes_of(op, s.shape) for s in samples], float)
    roofline = fit_roofline(flop, byte, measured_s)
    remainder = fit_remainder(shape, measured_s / time_s(roofline, flop, byte))
    lowest = shape.min(axis=0)
    highest = shape.max(axis=0)
    return Fit(
        op=op,
        dtype=dtype,
        base=Base(t0_s=roofline.launch_s, p_flops_s=roofline.flop_s, w_bytes_s=roofline.bytes_s),
        gp=Process(
            x=remainder.points.tolist(), alpha=remainder.weights.tolist(),
            length=remainder.length.tolist(), mean=remainder.mean,
        ),
        loo_median_frac=remainder.loo_median_frac,
        loo_p90_frac=remainder.loo_p90_frac,
        domain={axis: (float(lowest[i]), float(highest[i])) for i, axis in enumerate(AXES[op])},
    )  # fmt: skip
