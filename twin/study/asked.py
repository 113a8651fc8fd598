"""Questions in one call, from whatever is at hand: a file, a Scenario, a Facility, a result's
folder. What answers loads when it is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twin.facility import Facility, build
from twin.scenario import Scenario, load

if TYPE_CHECKING:
    from twin.analysis.check import Row
    from twin.analysis.compare import Comparison
    from twin.analysis.redundancy import RedundancyReport
    from twin.results import Result

Asked = str | Path | Scenario | Facility
"""A scenario or layout file, what it holds, or what was built of it."""


def check(asked: Asked) -> Row:
    """Counts, loads, ratings and findings of a design, without a run.

    Plain values that JSON can hold; see `twin.analysis.check` for the keys and their units. Raises
    InputError with every problem of a file that cannot be built.
    """
    from twin.analysis import check as _check

    return _check.check(built(asked))


def redundancy(asked: Asked, top: str = "load", order: int = 2) -> RedundancyReport:
    """Which failures a design survives: single and double failures, what they leave, overloads, cut
    sets, exact and simulated availability.

    top  what counts as down: `load` (any rack is not served), `hall:NAME`, `rack:NAME`, `racks:N`
         (at least so many) or `gpus:SHARE` (fewer than that are served)
    order  most components in the cut sets that are listed
    The simulated part draws from the scenario's seed. Raises InputError with every problem of a
    file that cannot be built.
    """
    from twin.analysis import redundancy as _redundancy

    return _redundancy.redundancy(built(asked), top=top, order=order)


def compare(a: str | Path | Result, b: str | Path | Result) -> Comparison:
    """What was asked differently in two runs, and every headline number with its change from `a` to
    `b`.

    a, b   results, or the folders of saved ones
    Raises InputError where a folder holds no finished result.
    """
    from twin.analysis import compare as _compare

    return _compare.compare(_result(a), _result(b))


def built(asked: Asked) -> Facility:
    """The facility of a file, a scenario, or itself."""
    if isinstance(asked, Facility):
        return asked
    return build(asked if isinstance(asked, Scenario) else load(asked))


def _result(saved: str | Path | Result) -> Result:
    from twin.results import Result

    return saved if isinstance(saved, Result) else Result.load(saved)
