"""A calibration profile that a prediction stands on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin.calibration import Profile, load_profile
from twin.calibration.trust import distrust
from twin.catalogue.rows import Gpu
from twin.errors import InputError


def profile_for(path: str | Path | None, gpu: Gpu) -> Profile | None:
    """The profile that is asked for, None where none is. InputError where it may not speak for the
    GPU.
    """
    if path is None:
        return None
    found = load_profile(Path(path))
    if doubts := distrust(found, gpu.name, gpu.peak_flop_s):
        raise InputError(replace(doubt, file=str(path)) for doubt in doubts)
    return found
