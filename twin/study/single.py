"""One run, whole: load, build, simulate, and the redundancy of what was built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.errors import RunError
from twin.facility import Facility
from twin.results import Result
from twin.scenario import Scenario
from twin.simulation import simulate
from twin.simulation.loop.run import Progress
from twin.study.asked import built, redundancy
from twin.study.checkpoints import checkpoint_of, simulate_with_checkpoints


def run(
    scenario: str | Path | Scenario,
    out: str | Path | None = None,
    progress: Progress | None = None,
    checkpoint_every_s: float | None = None,
    resume: bool = False,
) -> Result:
    """Load (where a path is given), build, simulate and examine; save to `out` where it is given.

    checkpoint_every_s   simulated seconds between checkpoints, which stand beside `out` until the
                         result is saved
    resume               go on from the last checkpoint of a run that was killed
    Raises InputError for what cannot be built, and RunError for a run that cannot go on, after what
    was computed has been saved.
    """
    facility = built(scenario)
    try:
        result = examined(facility, _lived(facility, out, progress, checkpoint_every_s, resume))
    except RunError as error:
        if out is not None and isinstance(error.kept, Result):
            error.kept.save(out)
        raise
    if out is not None:
        result.save(out)
        checkpoint_of(Path(out)).unlink(missing_ok=True)
    return result


def _lived(
    facility: Facility,
    out: str | Path | None,
    progress: Progress | None,
    every_s: float | None,
    resume: bool,
) -> Result:
    """The run itself, with checkpoints where they are asked for."""
    if out is None or not (every_s or resume):
        return simulate(facility, progress)
    file = checkpoint_of(Path(out))
    return simulate_with_checkpoints(facility, file, every_s or np.inf, resume, progress)


def examined(facility: Facility, result: Result) -> Result:
    """The result with the redundancy of its facility in the metadata, for the report."""
    return replace(result, meta={**result.meta, "redundancy": redundancy(facility).as_dict()})
