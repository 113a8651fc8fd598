"""How well a surface that is fitted to a few samples predicts the rest of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from twin.calibration.formats import FORMATS, number_format
from twin.calibration.kernel_tables import KernelSamples
from twin.errors import InputError, Problem
from twin.physics.kernel_surfaces.surface import KernelSurface
from twin.physics.kernel_surfaces.surface_fit import Peak, fit_surface


@dataclass(frozen=True)
class Sheet:
    """Rates of a data sheet, and how many multiprocessors share the work."""

    flop_s: float
    bytes_s: float
    multiprocessors: float
    clock_hz: float


@dataclass(frozen=True)
class FitTrial:
    """A surface and its errors on samples that it has not seen."""

    surface: KernelSurface
    samples: int
    train: int
    seed: int
    inside_frac: float
    median_abs_error_frac: float
    p90_abs_error_frac: float

    def told(self) -> dict[str, Any]:
        """As a document."""
        ceilings = self.surface.ceilings
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        del said["surface"]
        return said | {
            "op": self.surface.op,
            "reached_flop_per_s": ceilings.flop_s,
            "reached_bytes_per_s": ceilings.bytes_s,
            "launch_s": ceilings.launch_s,
        }


def fit_some(samples: KernelSamples, train: int, seed: int, sheet: Sheet | None = None) -> FitTrial:
    """Fit `train` of the samples, drawn by `seed`, and try the surface on all others.

    Raises InputError where that leaves too few on either side, or the format is not known.
    """
    count = len(samples.time_s)
    if not 3 <= train < count:
        allowed = f"3 to {count - 1}, for the file holds {count} samples"
        raise InputError([Problem("--train", str(train), allowed)])
    dtype = number_format(samples.dtype)
    if dtype not in FORMATS:
        raise InputError([Problem("--dtype", repr(samples.dtype), ", ".join(FORMATS))])
    order = np.random.default_rng(seed).permutation(count)
    seen = order[:train]
    peak: Peak = (sheet.flop_s, sheet.bytes_s) if sheet else (None, None)
    axes = {name: x[seen] for name, x in samples.axes.items()}
    surface = fit_surface(samples.op, axes, samples.time_s[seen], FORMATS[dtype], peak)
    return try_on(surface, samples, order[train:], (train, seed))


def try_on(
    surface: KernelSurface, samples: KernelSamples, rows: Any, drawn: tuple[int, int]
) -> FitTrial:
    """Errors of a surface on `rows` of the samples; `drawn`: how many it was fitted to, and the
    seed.
    """
    predicted_s, inside = surface.time_s(**{name: x[rows] for name, x in samples.axes.items()})
    error = np.abs(predicted_s / samples.time_s[rows] - 1)
    return FitTrial(
        surface, len(samples.time_s), *drawn, float(np.mean(inside)), float(np.median(error)),
        float(np.quantile(error, 0.9)),
    )  # fmt: skip


def carried_over(surface: KernelSurface, measured: Sheet, sister: Sheet) -> KernelSurface:
    """The surface of a GPU that was not measured, by the ratios of two data sheets.

    Rates of FLOP and of bytes go with the sheets', blocks of work with multiprocessors times clock;
    the launch and the departure stay.
    """
    ceilings = surface.ceilings
    blocks = measured.multiprocessors * measured.clock_hz
    return replace(
        surface,
        ceilings=replace(
            ceilings,
            flop_s=ceilings.flop_s * sister.flop_s / measured.flop_s,
            bytes_s=ceilings.bytes_s * sister.bytes_s / measured.bytes_s,
            unit_s=ceilings.unit_s * blocks / (sister.multiprocessors * sister.clock_hz),
        ),
    )
