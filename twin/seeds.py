"""Named streams of random numbers, so that a new consumer never shifts another's draws."""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The generator that belongs to a name path such as ("faults", "pump", "cdu_1_pump_2").

    Two designs that share a seed and a name meet the same numbers. crc32 and not hash(), which
    changes between processes.
    """
    key = tuple(crc32(name.encode()) for name in names)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def member(component: str) -> str:
    """The name under which a component draws, whatever its group's size.

    `cdu_1` draws as `cdu` and `row_r01` as `row_r1`: a second unit or a tenth rack renames its
    neighbours, and must not give them other faults.
    """
    unpadded = re.sub(r"(?<!\d)0+(?=\d)", "", component)
    return re.sub(r"_1(?=_|$)", "", unpadded)
