"""The calibration room: measure a device, fit its surfaces, keep both as a profile, predict and
check.

`measure` and `validate` need torch, which is loaded when they are called; everything else needs
numpy only.
"""

from __future__ import annotations

from twin.calibration.fitting import fit
from twin.calibration.measuring import measure
from twin.calibration.prediction import Prediction, predict_transformer_step
from twin.calibration.profile import Profile
from twin.calibration.profile_files import (
    load_profile,
    published_names,
    published_profile,
    save_profile,
)
from twin.calibration.validation import validate

__all__ = [
    "Prediction",
    "Profile",
    "fit",
    "load_profile",
    "measure",
    "predict_transformer_step",
    "published_names",
    "published_profile",
    "save_profile",
    "validate",
]
