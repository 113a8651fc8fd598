"""What a job's phase means for those who wait for it, by what they ask of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Index
from twin.simulation.jobs.phase import ENDED, Phase
from twin.traces import Relation

FAILED = -1
OPEN = 0
MET = 1
"""What is asked can never be, may come, or is."""
NEVER = (Phase.TOO_LARGE, Phase.NEVER_ELIGIBLE)
"""Phases of jobs that never run: they do not end either, as in Slurm."""
OVER = (*ENDED, *NEVER)
"""Phases of jobs that nobody has to wait for."""


def _by_phase(relation: Relation) -> Index:
    """(phase,) verdict; when a job began is another question."""
    found = np.full(len(Phase), OPEN, dtype=np.int64)
    found[list(NEVER)] = FAILED
    if relation is not Relation.BEGUN:
        found[list(ENDED)] = FAILED if relation is Relation.OK else MET
    if relation in (Relation.OK, Relation.NOT_OK):
        found[Phase.COMPLETED] = MET if relation is Relation.OK else FAILED
    return found


BY_PHASE = {relation: _by_phase(relation) for relation in Relation}


def of_all(verdicts: Index | Sequence[int]) -> int:
    """Of what must all hold: the worst counts."""
    return int(min(verdicts, default=MET))


def of_one(verdicts: Index | Sequence[int]) -> int:
    """Of what need not all hold: the best counts."""
    return int(max(verdicts, default=MET))
