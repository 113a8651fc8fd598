"""Whether the replicas of a service stand on whole GPUs or on instances of them (MIG)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.catalogue.mig import chip_share, instance_of, instance_row
from twin.errors import InputError
from twin.facility.gpu_profiles import Profiled, refused
from twin.scenario.schema import Scenario
from twin.workload import Pool


@dataclass(frozen=True)
class GpuCut:
    """What a replica stands on."""

    on: Profiled
    """A GPU, or an instance of it as a GPU of its own."""
    instances: int = 1
    """On a GPU, side by side."""
    span_frac: float = 1.0
    """Of the span between a GPU's powers at rest and at most, what all of them have together: a GPU
    rests once, and draws above that by the multiprocessors that work."""


def cut_of(scenario: Scenario, pool: Pool, on: Profiled) -> GpuCut:
    """What the replicas of a pool stand on; InputError where its GPUs have no such instances."""
    if not pool.mig:
        return GpuCut(on)
    if on.measured is not None:
        found = f"mig {pool.mig} on {on.gpu.name}, whose profile was measured on the whole GPU"
        raise refused(scenario, pool.name, [(found, "none with a profile of one's own")])
    try:
        one = instance_of(scenario.catalogue, on.gpu, pool.mig)
    except InputError as error:
        said = [(f"mig {found.found}", found.allowed) for found in error.problems]
        raise refused(scenario, pool.name, said, error.problems[0].hint) from error
    row = instance_row(on.gpu, one)
    of_chips = one.instances * chip_share(on.gpu, one)
    return GpuCut(replace(on, gpu=row, extrapolated=True), one.instances, of_chips)
