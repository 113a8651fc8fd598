"""Instances of a GPU (MIG): what each has of its multiprocessors, memory and memory bandwidth.

Multiprocessors and memory are those that `nvidia-smi mig -lgip` lists on an H100 80GB HBM3 (read by
J. Barrow, jbarrow.ai/field_notes/nvidia-mig, on 2026-11-30); slices of memory, each with its own
part of the last-level cache and of the way to memory, are those of NVIDIA's MIG user guide. No
instance has scale-up links, so a replica stands on one.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue.rows import Gpu
from twin.errors import InputError, Problem, did_you_mean

GIB = 2.0**30
MEMORY_SLICES = 8


@dataclass(frozen=True)
class Instance:
    """A profile of the vendor."""

    multiprocessors: int
    memory_slices: int
    """Of eight."""
    memory_gib: float
    most: int
    """That stand on one GPU."""


H100 = {
    "1g.10gb": Instance(16, 1, 9.75, 7),
    "1g.20gb": Instance(26, 2, 19.62, 4),
    "2g.20gb": Instance(32, 2, 19.62, 3),
    "3g.40gb": Instance(60, 4, 39.50, 2),
    "4g.40gb": Instance(64, 4, 39.50, 1),
    "7g.80gb": Instance(132, 8, 79.25, 1),
}
PROFILES = {"H100-SXM5-80GB": H100}
"""By GPU; of others nobody has read the list here."""


def instance_of(gpu: Gpu, profile: str) -> Instance:
    """What a profile has; InputError where the GPU has none of that name."""
    profiles = PROFILES.get(gpu.name)
    if profiles is None:
        allowed = f"instances of {', '.join(PROFILES)}"
        raise InputError([Problem("--mig", f"{profile} of {gpu.name}", allowed)])
    if profile not in profiles:
        hint = did_you_mean(profile, list(profiles))
        raise InputError([Problem("--mig", repr(profile), ", ".join(profiles), hint)])
    return profiles[profile]


def instance_row(gpu: Gpu, profile: str) -> Gpu:
    """An instance as a GPU of its own: rates by multiprocessors, bandwidth by slices of memory.

    It draws at rest what its slices of memory are of the GPU's, and above that what its
    multiprocessors are: assumed, the vendor states no power of instances.
    """
    found = instance_of(gpu, profile)
    of_chip = found.multiprocessors / (gpu.multiprocessors or found.multiprocessors)
    of_memory = found.memory_slices / MEMORY_SLICES
    rest_w = gpu.power_idle_w * of_memory
    changed = {
        "name": f"{gpu.name} {profile}",
        "memory_bytes": found.memory_gib * GIB,
        "memory_bandwidth_b_s": gpu.memory_bandwidth_b_s * of_memory,
        "l2_bytes": gpu.l2_bytes and gpu.l2_bytes * of_memory,
        "multiprocessors": found.multiprocessors,
        "scaleup_bandwidth_b_s": 0.0,
        "scaleup_domain_gpus": 1,
        "power_idle_w": rest_w,
        "power_held_w": gpu.power_held_w
        and rest_w + (gpu.power_held_w - gpu.power_idle_w) * of_chip,
        "power_max_w": rest_w + (gpu.power_max_w - gpu.power_idle_w) * of_chip,
        "profile": gpu.name,
    }
    rates = ("bf16_flop_s", "fp8_flop_s", "fp4_flop_s", "int8_flop_s")
    stated = {key: rate * of_chip for key in rates if (rate := getattr(gpu, key))}
    return gpu.model_copy(update=changed | stated)
