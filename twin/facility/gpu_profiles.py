"""How fast a GPU type is: its profile, measured, published or carried over.

A workload never knows a speed; it comes from `physics` through a measured or published profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from twin.calibration import Profile, published_names, published_profile
from twin.calibration.formats import number_format
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
MEASURED_FORMATS = ("bf16", "fp32")
"""Formats in which `twin calibrate` measures all it measures, by device."""
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

    def rates(self, use: str, dtype: str) -> Roofline:
        """Effective rates for a use; scaled by the datasheets where the profile is another
        GPU's.
        """
        rate = _rate(self.profile, self.gpu, use, dtype)
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


def profiled(
    scenario: Scenario, gpu_name: str, measured: Mapping[str, Profile] = MappingProxyType({})
) -> Profiled:
    """The profile of a GPU type: the measured one, the published one, or another's carried over.

    measured   by GPU type, the profiles that the scenario names (`Facility.profiles`)
    A GPU of the planner's own names whose profile it takes; without any it is the reference's.
    """
    gpu = scenario.catalogue.get(Gpu, gpu_name)
    if gpu_name in measured:
        return Profiled(gpu, measured[gpu_name], False, gpu, measured[gpu_name])
    lender = gpu.profile if gpu.profile in published_names() else REFERENCE
    reference = shipped().get(Gpu, lender)
    return Profiled(gpu, published_profile(lender), gpu != reference, reference)


def _rate(profile: Profile, gpu: Gpu, use: str, dtype: str) -> Roofline:
    """The profile's rates for a use, or what its measured products make of the published ones."""
    uses = {(r.use, r.dtype) for r in profile.rates}
    if (use, dtype) in uses:
        return profile.rate(use, dtype).roofline()
    measured = {number_format(f.dtype): f.roofline() for f in profile.fits if f.op == "gemm"}
    if not measured:
        return profile.rate("kernel", dtype).roofline()
    return _end_to_end(measured, gpu, use, dtype)


def _end_to_end(measured: Mapping[str, Roofline], gpu: Gpu, use: str, dtype: str) -> Roofline:
    """Measured products times the share of them that published runs of a use reach end to end.

    The share is the published profile's, of this GPU or of the one it takes, and of another format
    where this one was not published; a format that was not measured goes by the ratio of the data
    sheet's rates.
    """
    known = published_profile(gpu.profile if gpu.profile in published_names() else REFERENCE)
    uses = {rate.dtype for rate in known.rates if rate.use == use}
    shared = dtype if dtype in uses else min(uses, default=dtype)
    whole = known.rate(use, shared)
    kernel = known.rate("kernel", shared)
    base = next((measured[form] for form in (dtype, *MEASURED_FORMATS) if form in measured), None)
    base = base or next(iter(measured.values()))
    wider = getattr(gpu, f"{dtype}_flop_s", None) or gpu.bf16_flop_s
    ratio = 1.0 if dtype in measured else wider / gpu.bf16_flop_s
    return Roofline(
        base.flop_s * ratio * whole.flop_s / kernel.flop_s,
        base.bytes_s * whole.bytes_s / kernel.bytes_s,
        whole.launch_s,
    )


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
