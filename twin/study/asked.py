"""Questions in one call, from whatever is at hand: a file, a Scenario, a Facility, a result's
folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from twin.analysis import check as _check
from twin.analysis import compare as _compare
from twin.analysis import redundancy as _redundancy
from twin.analysis.check import Row
from twin.analysis.compare import Comparison
from twin.analysis.failure_parts.report import FailureReport
from twin.analysis.redundancy import RedundancyReport
from twin.analysis.ride_through import RideThrough
from twin.facility import Facility, build
from twin.results import Result
from twin.scenario import Scenario, load
from twin.study.counterfactuals import simulate_with_counterfactuals
from twin.study.failure_report import failure_report as _failure_report
from twin.study.ride_through import ride_through as _ride_through

Asked = str | Path | Scenario | Facility
"""A scenario or layout file, what it holds, or what was built of it."""


def check(asked: Asked) -> Row:
    """Counts, loads, ratings and findings of a design, without a run.

    Plain values that JSON can hold; see `twin.analysis.check` for the keys and their units. Raises
    InputError with every problem of a file that cannot be built.
    """
    return _check.check(built(asked))


def redundancy(asked: Asked, top: str = "load") -> RedundancyReport:
    """Which failures a design survives: single and double failures, what they leave, overloads, cut
    sets, exact and simulated availability.

    top  what counts as down: `load` (any rack is not served), `hall:NAME`, `rack:NAME`, `racks:N`
         (at least so many) or `gpus:SHARE` (fewer than that are served)
    The simulated part draws from the scenario's seed. Raises InputError with every problem of a
    file that cannot be built.
    """
    return _redundancy.redundancy(built(asked), top=top)


def compare(a: str | Path | Result, b: str | Path | Result) -> Comparison:
    """What was asked differently in two runs, and every headline number with its change from `a` to
    `b`.

    a, b   results, or the folders of saved ones
    Raises InputError where a folder holds no finished result.
    """
    return _compare.compare(_result(a), _result(b))


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
    return _failure_report(built(asked), progress)


def ride_through(asked: Asked, lost: Sequence[str], watched_s: float = 3600.0) -> RideThrough:
    """Which racks of a design run hot, throttle and stop after a loss at full load, and when.

    lost        components that fail at once and stay away: `["crah_2", "cdu_1_pump_1"]`
    watched_s   seconds, 10 to 7 days
    Raises InputError for an unknown name or what cannot be built or run.
    """
    return _ride_through(built(asked), lost, watched_s)


def built(asked: Asked) -> Facility:
    """The facility of a file, a scenario, or itself."""
    if isinstance(asked, Facility):
        return asked
    return build(asked if isinstance(asked, Scenario) else load(asked))


def _result(saved: str | Path | Result) -> Result:
    return saved if isinstance(saved, Result) else Result.load(saved)
