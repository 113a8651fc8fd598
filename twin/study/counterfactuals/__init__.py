"""What each fault costs: the same run without it, from the instant before it.

`cases`  which faults and drills, and whether their runs are cheap
`lived`  the forks of a run, and where each came to
`rows`   tables of what differs
"""

from __future__ import annotations

from twin.facility import Facility
from twin.results import Result
from twin.results.parts import with_part
from twin.simulation import Progress
from twin.study.counterfactuals.lived import Forks, lived_again

__all__ = ["Forks", "add_counterfactuals", "simulate_with_counterfactuals"]


def simulate_with_counterfactuals(facility: Facility, progress: Progress | None = None) -> Result:
    """Run a facility through its scenario, and without each of its faults, as the scenario asks.

    Raises as `twin.simulate` does; a run without a fault that cannot go on is a row that says so.
    """
    forks = Forks(facility, progress)
    return forks.added_to(forks.simulated())


def add_counterfactuals(facility: Facility, result: Result) -> Result:
    """The same for a result that is there: its run is lived again, up to the last fault."""
    return with_part(result, "what each fault cost", lambda it: lived_again(facility, it))
