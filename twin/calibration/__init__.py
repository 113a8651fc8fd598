"""The calibration room: measure a device, fit its surfaces, keep both as a profile, predict and
check.

Each name is loaded when it is first asked for: measuring needs torch and numpy only, and runs on
machines that have nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.calibration.fitting import fit
    from twin.calibration.measuring import measure
    from twin.calibration.prediction import Prediction, predict_transformer_step
    from twin.calibration.profile import Profile
    from twin.calibration.profile_files import (
        load_profile,
        measured_names,
        published_names,
        published_profile,
        save_profile,
    )

_HOMES = {
    "fit": "fitting", "measure": "measuring", "Prediction": "prediction",
    "predict_transformer_step": "prediction", "Profile": "profile",
    "load_profile": "profile_files", "measured_names": "profile_files",
    "published_names": "profile_files",
    "published_profile": "profile_files", "save_profile": "profile_files",
}  # fmt: skip

__all__ = [
    "Prediction",
    "Profile",
    "fit",
    "load_profile",
    "measure",
    "measured_names",
    "predict_transformer_step",
    "published_names",
    "published_profile",
    "save_profile",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
