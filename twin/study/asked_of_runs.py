"""Questions in one call whose answer takes runs, from a file, a Scenario or a Facility."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from twin.analysis.ride_through import RideThrough
from twin.facility import build
from twin.results import Result
from twin.study.asked import Asked, built
from twin.study.counterfactuals import simulate_with_counterfactuals
from twin.study.ride_through import ride_through as _ride_through

if TYPE_CHECKING:
    from twin.analysis.failure_parts.report import FailureReport


def counterfactuals(asked: Asked) -> Result:
    """A run, and the same run without each fault of its time line and each drill, whatever it
    takes: a Result whose tables `counterfactuals` and `counterfactual_causes` say what each cost.

    Raises as `twin.run` does.
    """
    scenario = built(asked).scenario.with_(outputs__counterfactuals="always")
    return simulate_with_counterfactuals(build(scenario))


def failure_report(
    asked: Asked, progress: Callable[[float, str], None] | None = None
) -> FailureReport:
    """What fails in a design, how often, for how long and at what cost, in twelve parts; write it
    with `twin.report`.

    progress   called with the share done and what is being done
    Raises InputError for what cannot be built or run, and RunError for a run that cannot go on.
    """
    from twin.study.failure_report import failure_report as of_facility  # slow to import

    return of_facility(built(asked), progress)


def ride_through(asked: Asked, lost: Sequence[str], watched_s: float = 3600.0) -> RideThrough:
    """Which racks of a design run hot, throttle and stop after a loss at full load, and when.

    lost        components that fail at once and stay away: `["crah_2", "cdu_1_pump_1"]`
    watched_s   seconds, 10 to 7 days
    Raises InputError for an unknown name or what cannot be built or run.
    """
    return _ride_through(built(asked), lost, watched_s)
