"""Which communication library's numbers a GPU's links take."""

from __future__ import annotations

from twin.catalogue.rows import Gpu
from twin.physics.network import collectives


def library_of(gpu: Gpu) -> collectives.Library:
    """What NCCL makes of its links, by the generation that its number formats tell."""
    if gpu.fp4_flop_s is not None:
        return collectives.BLACKWELL
    return collectives.HOPPER if gpu.fp8_flop_s is not None else collectives.AMPERE
