"""One run, whole: load, build, simulate, and the redundancy of what was built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin.errors import RunError
from twin.facility import Facility
from twin.results import Result
from twin.scenario import Scenario
from twin.simulation import simulate
from twin.simulation.loop.run import Progress
from twin.study.asked import built, redundancy


def run(
    scenario: str | Path | Scenario, out: str | Path | None = None, progress: Progress | None = None
) -> Result:
    """Load (where a path is given), build, simulate and examine; save to `out` where it is given.

    Raises InputError for what cannot be built, and RunError for a run that cannot go on, after what
    was computed has been saved.
    """
    facility = built(scenario)
    try:
        result = examined(facility, simulate(facility, progress))
    except RunError as error:
        if out is not None and isinstance(error.kept, Result):
            error.kept.save(out)
        raise
    if out is not None:
        result.save(out)
    return result


def examined(facility: Facility, result: Result) -> Result:
    """The result with the redundancy of its facility in the metadata, for the report."""
    return replace(result, meta={**result.meta, "redundancy": redundancy(facility).as_dict()})
