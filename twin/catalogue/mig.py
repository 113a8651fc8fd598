"""Instances of a GPU (MIG) as GPUs of their own.

No instance has scale-up links, so a replica stands on one.
"""

from __future__ import annotations

from twin.catalogue.library import Catalogue
from twin.catalogue.rows import Gpu, GpuInstance
from twin.catalogue.rows.instance import MEMORY_SLICES
from twin.errors import InputError, Problem, did_you_mean


def instances_of(catalogue: Catalogue, gpu: Gpu) -> dict[str, GpuInstance]:
    """The instances that a GPU can be cut into, by profile, smallest first."""
    found = [row for row in catalogue.rows(GpuInstance).values() if row.gpu == gpu.name]
    found.sort(key=lambda row: (row.memory_bytes, row.multiprocessors))
    return {row.profile: row for row in found}


def instance_of(catalogue: Catalogue, gpu: Gpu, profile: str, where: str = "mig") -> GpuInstance:
    """What a profile has; InputError at `where` if the GPU has none of that name."""
    profiles = instances_of(catalogue, gpu)
    if not profiles:
        others = dict.fromkeys(row.gpu for row in catalogue.rows(GpuInstance).values())
        allowed = f"instances of {', '.join(others)}, or rows of `instances` for {gpu.name}"
        raise InputError([Problem(where, f"{profile} of {gpu.name}", allowed)])
    if profile not in profiles:
        hint = did_you_mean(profile, list(profiles))
        raise InputError([Problem(where, repr(profile), ", ".join(profiles), hint)])
    return profiles[profile]


def chip_share(gpu: Gpu, found: GpuInstance) -> float:
    """Share of a GPU's multiprocessors that an instance has."""
    return found.multiprocessors / (gpu.multiprocessors or found.multiprocessors)


def instance_row(gpu: Gpu, found: GpuInstance) -> Gpu:
    """An instance as a GPU of its own: rates by multiprocessors, bandwidth by slices of memory.

    It draws at rest what its slices of memory are of the GPU's, and above that what its
    multiprocessors are: assumed, the vendor states no power of instances.
    """
    of_chip = chip_share(gpu, found)
    of_memory = found.memory_slices / MEMORY_SLICES
    rest_w = gpu.power_idle_w * of_memory
    changed = {
        "name": f"{gpu.name} {found.profile}",
        "memory_bytes": found.memory_bytes,
        "memory_bandwidth_b_s": gpu.memory_bandwidth_b_s * of_memory,
        "l2_bytes": gpu.l2_bytes and gpu.l2_bytes * of_memory,
        "multiprocessors": found.multiprocessors,
        "scaleup_bandwidth_b_s": 0.0,
        "scaleup_domain_gpus": 1,
        "power_idle_w": rest_w,
        "power_held_w": gpu.power_held_w
        and rest_w + (gpu.power_held_w - gpu.power_idle_w) * of_chip,
        "power_max_w": rest_w + (gpu.power_max_w - gpu.power_idle_w) * of_chip,
        "profile": gpu.profile,
    }
    rates = ("bf16_flop_s", "fp8_flop_s", "fp4_flop_s", "int8_flop_s")
    stated = {key: rate * of_chip for key in rates if (rate := getattr(gpu, key))}
    return gpu.model_copy(update=changed | stated)
