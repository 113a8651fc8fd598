"""What `twin calibrate fit` calls: loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.calibration.sample_fit import FitTrial, Sheet


def fit_kernels(
    samples: Path,
    gpu: str,
    train: int,
    seed: int,
    dtype: str,
    other: tuple[str | None, Path | None],
) -> dict[str, Any]:
    """Errors of a surface fitted to some samples of a GPU on the rest, and on a sister's rows.

    `other`: the sister's name and the file of its rows. Raises InputError with every problem.
    """
    from twin.calibration.sample_files import read_samples
    from twin.calibration.sample_fit import fit_some

    name, sheet, peaks = _sheet(gpu, dtype)
    trial = fit_some(read_samples(samples, dtype, peaks), train, seed, sheet)
    said = {"gpu": name, "dtype": dtype, "unseen": trial.samples - trial.train} | trial.told()
    if other[0] and other[1]:
        said["sister"] = _sister(trial, sheet, other[0], other[1], dtype)
    return said


def profile_of(measured: Path, out: Path) -> dict[str, Any]:
    """The profile of what `python -m twin.calibration` measured, saved in `out`.

    Raises InputError where the file is none of those.
    """
    import json

    from twin.calibration import fit, save_profile
    from twin.errors import InputError, Problem

    try:
        raw = json.loads(measured.read_text(encoding="utf-8"))
        profile = fit(raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        said = str(error).splitlines()[0][:200]
        allowed = "the measured.json of python -m twin.calibration"
        raise InputError([Problem("", said, allowed, file=str(measured))]) from error
    save_profile(profile, out)
    return profile.model_dump(mode="json")


def _sister(trial: FitTrial, sheet: Sheet, gpu: str, rows: Path, dtype: str) -> dict[str, Any]:
    from twin.calibration.sample_files import read_samples
    from twin.calibration.sample_fit import carried_over, try_on
    from twin.errors import InputError, Problem

    name, other, peaks = _sheet(gpu, dtype)
    found = read_samples(rows, dtype, peaks)
    if found.op != trial.surface.op:
        problem = Problem("", f"rows of {found.op}", trial.surface.op, file=str(rows))
        raise InputError([problem])
    surface = carried_over(trial.surface, sheet, other)
    tried = try_on(surface, found, slice(None), (trial.train, trial.seed))
    keys = ("inside_frac", "median_abs_error_frac", "p90_abs_error_frac")
    return {"gpu": name, "unseen": tried.samples} | {key: getattr(tried, key) for key in keys}


def _sheet(name: str, dtype: str) -> tuple[str, Sheet, dict[str, float]]:
    """A GPU's name in full, its data sheet for a format, and its peaks by format."""
    from twin.calibration.formats import peak_of
    from twin.calibration.sample_fit import Sheet
    from twin.catalogue import shipped
    from twin.catalogue.names import named
    from twin.catalogue.rows import Gpu

    gpu = named(shipped(), Gpu, name, "--gpu")
    peaks = gpu.peak_flop_s
    flop_s = peak_of(dtype, peaks) or gpu.bf16_flop_s
    sheet = Sheet(
        flop_s, gpu.memory_bandwidth_b_s, float(gpu.multiprocessors or 1), gpu.clock_max_hz
    )
    return gpu.name, sheet, peaks
