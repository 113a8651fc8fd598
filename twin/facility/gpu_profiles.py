"""How fast a GPU type is: its profile, measured, published or carried over.

A workload never knows a speed; it comes from `physics` through a measured or published profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from twin.calibration import (
    Profile,
    load_profile,
    measured_names,
    published_names,
    published_profile,
)
from twin.calibration.profile import PowerFit
from twin.calibration.profile_files import measured_file
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.errors import InputError
from twin.physics.chip import H100, ActivityLaw
from twin.physics.roofline import Roofline
from twin.physics.transformer import Transformer
from twin.scenario.schema import Scenario

REFERENCE = "H100-SXM5-80GB"
"""GPUs without a profile take this one's shares of peak; +-25 % assumed."""
_CHIP = (
    "bf16_flop_s", "fp8_flop_s", "fp4_flop_s", "memory_bandwidth_b_s", "multiprocessors",
    "clock_max_hz", "power_idle_w", "power_held_w", "power_max_w",
)  # fmt: skip
"""What of a GPU a measurement of kernels and power depends on."""
SCALE_UP_SHARE = 0.8
"""Of the scale-up line rate that a collective gets: rings on NVLink measure 0.80 to 0.82."""


@dataclass(frozen=True)
class Profiled:
    """A GPU type with its profile, and whether that was carried over from another type."""

    gpu: Gpu
    profile: Profile
    extrapolated: bool
    reference: Gpu
    """Whose profile is carried over where the type has none."""
    measured: Profile | None = None
    """The planner's own, where the scenario names one."""
    declined: bool = False
    """Whether the scenario says that no measured profile shall stand for it."""

    def measured_for(self, model: Model | None = None) -> Profile | None:
        """The planner's own, else the one that ships for such models; of dense ones where none is
        given.
        """
        if self.measured is not None or self.declined:
            return self.measured
        return usual_profile(self.gpu, model)

    def rates(self, use: str, dtype: str) -> Roofline:
        """Effective rates for a use; scaled by the datasheets where the profile is another
        GPU's.
        """
        stated = {(one.use, one.dtype) for one in self.profile.rates}
        known = use if (use, dtype) in stated else "kernel"
        rate = self.profile.rate(known, dtype).roofline()
        if not self.extrapolated:
            return rate
        return Roofline(
            rate.flop_s * self.gpu.bf16_flop_s / self.reference.bf16_flop_s,
            rate.bytes_s * self.gpu.memory_bandwidth_b_s / self.reference.memory_bandwidth_b_s,
            rate.launch_s,
        )

    def law(self) -> ActivityLaw:
        """Activity law of the chip."""
        fit = self.profile.power_fit
        return H100 if fit is None else replace(fit.law(), most=1.0)


def usual_profile(gpu: Gpu, model: Model | None = None) -> Profile | None:
    """The measured profile that stands for a GPU where nobody says otherwise: the one that ships
    for its row, or for the row whose profile it names and whose chip it has, of models without
    experts, none of whose kernels it has; of such where no model is given.

    Published rates and measured steps of dense models are met better by it than by the tables,
    rates of models of experts worse (docs/physics/calibration.md).
    """
    row = shipped().rows(Gpu).get(gpu.profile)
    if row is None or row.name not in measured_names() or (model is not None and model.experts):
        return None
    same = all(getattr(gpu, name) == getattr(row, name) for name in _CHIP)
    return _that_ships(row.name) if same else None


def measured_power(name: str) -> PowerFit | None:
    """The power law of the measured profile that ships under a name; None where there is none."""
    return _that_ships(name).power_fit if name in measured_names() else None


@lru_cache
def _that_ships(name: str) -> Profile:
    return load_profile(measured_file(name))


def profiled(
    scenario: Scenario, gpu_name: str, measured: Mapping[str, Profile | None] = MappingProxyType({})
) -> Profiled:
    """The profile of a GPU type: the measured one, the published one, or another's carried over.

    measured   by GPU type, the profiles that the scenario names (`Facility.profiles`), None where
               it wants none
    A GPU of the planner's own names whose profile it takes; without any it is the reference's.
    """
    gpu = scenario.catalogue.get(Gpu, gpu_name)
    own = measured.get(gpu_name)
    if own is not None:
        return Profiled(gpu, own, False, gpu, own)
    lender = gpu.profile if gpu.profile in published_names() else REFERENCE
    reference = shipped().get(Gpu, lender)
    declined = gpu_name in measured
    return Profiled(gpu, published_profile(lender), gpu != reference, reference, declined=declined)


def transformer(scenario: Scenario, name: str) -> Transformer:
    """A catalogue model's shape."""
    return shape_of(scenario.catalogue.get(Model, name))


def refused(
    scenario: Scenario, name: str, said: Iterable[tuple[str, str]], hint: str = ""
) -> InputError:
    """An error with one problem for each (found, allowed), placed at the workload of that name."""
    index = next(i for i, work in enumerate(scenario.workload) if work.name == name)
    return InputError(
        scenario.problem(("workload", index), f"{name}: {found}", allowed, hint)
        for found, allowed in said
    )
