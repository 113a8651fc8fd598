"""A calibration profile that a prediction stands on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin.calibration import Profile, load_profile
from twin.calibration.profile_files import NO_PROFILE
from twin.calibration.trust import distrust
from twin.catalogue.rows import Gpu, Model
from twin.errors import InputError
from twin.facility.gpu_profiles import usual_profile


def profile_for(path: str | Path | None, gpu: Gpu, model: Model) -> Profile | None:
    """The profile that is asked for, the usual one where none is, and None for the word `none`.
    InputError where it may not speak for the GPU.
    """
    if path is None:
        return usual_profile(gpu, model)
    if str(path) == NO_PROFILE:
        return None
    found = load_profile(Path(path))
    if doubts := distrust(found, gpu.name, gpu.peak_flop_s):
        raise InputError(replace(doubt, file=str(path)) for doubt in doubts)
    return found


def usual_notes(path: str | Path | None, gpu: Gpu, model: Model) -> tuple[str, ...]:
    """What an answer says of the profile that nobody asked for; nothing where there is none."""
    if path is not None or usual_profile(gpu, model) is None:
        return ()
    return (f"kernels and power as measured on one {gpu.name}; --profile none: by tables alone",)
