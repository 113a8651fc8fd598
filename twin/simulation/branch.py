"""Another future: what changes in a scenario, and on the clock, where a run is forked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from twin.errors import InputError, Problem
from twin.facility import build
from twin.facility.model import Facility
from twin.scenario.inputs import from_copies
from twin.scenario.schema import Scenario
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.clock import Clock, Due
from twin.simulation.kernel.order import Stage
from twin.stated import Moment, Stated

_MOMENT: TypeAdapter[float] = TypeAdapter(Moment)


@dataclass(frozen=True)
class TimeLine:
    """One list of a scenario whose items happen at moments."""

    noun: str
    key: str
    """As `Scenario.with_` takes it."""
    stage: Stage
    action: str
    """What waits on the clock for each item, with the item's place in the list."""

    def items(self, scenario: Scenario) -> Sequence[Any]:
        """What the scenario asks for."""
        found: Any = scenario
        for name in self.key.split("__"):
            found = getattr(found, name)
        return tuple(found)


FAULTS = TimeLine("a fault", "faults__timeline", Stage.FAULTS, "fault begins")
DRILLS = TimeLine("a drill", "drills", Stage.FAULTS, "drill begins")
ACTIONS = TimeLine("an action", "controls__actions", Stage.CONTROLS, "operator acts")
TIME_LINES = (FAULTS, DRILLS, ACTIONS)
"""In the order in which they stand on the clock where moment and stage are the same."""

Given = Mapping[TimeLine, Sequence[Any]]
"""What comes in place of the rest of each time line."""


def seconds(moment: float | str) -> float:
    """Seconds after the start. Raises InputError where the text is no moment."""
    if isinstance(moment, int | float):
        return float(moment)
    try:
        return float(_MOMENT.validate_python(moment))
    except ValidationError as error:
        allowed = "seconds after the start, or a text such as '14:00' or '6.5 h'"
        raise InputError([Problem("until", repr(moment), allowed)]) from error


def to_come(clock: Clock, line: TimeLine) -> set[int]:
    """Places in a time line of what has yet to happen."""
    due = (due for due in clock.pending() if due.action == line.action)
    return {int(one.arguments[0]) for one in due}


def forked(facility: Facility, clock: Clock, now_s: float, given: Given) -> Facility:
    """The facility of the changed scenario: what has happened stays, what is given comes in place
    of the rest.

    Raises InputError where a fault, a drill or an action names what is not there, or lies in the
    past.
    """
    if not given:
        return facility
    scenario = facility.scenario
    past = {line: _past(scenario, clock, line) for line in given}
    items = {
        line.key: [_plain(item) for item in (*past[line], *new)] for line, new in given.items()
    }
    changed = scenario.with_(**items)
    late = [
        Problem("fork", f"{line.noun} at {item.at:g} s", f"moments from {now_s:g} s on")
        for line in given
        for item in line.items(changed)[len(past[line]) :]
        if item.at < now_s
    ]
    if late:
        raise InputError(late)
    with from_copies(changed, facility.inputs) as asked:
        return replace(build(asked), scenario=changed)


def _past(scenario: Scenario, clock: Clock, line: TimeLine) -> list[Any]:
    coming = to_come(clock, line)
    return [item for n, item in enumerate(line.items(scenario)) if n not in coming]


def _plain(item: Any) -> Any:
    return item.model_dump(mode="json") if isinstance(item, Stated) else dict(item)


def reschedule(run: Disciplines, given: Given) -> None:
    """Put the changed time lines on the clock, in place of what waited there.

    They come before whatever else is due at the same moment in the same turn, as they do in a run
    that knew of them from the start.
    """
    if not given:
        return
    clock = run.world.clock
    waited = {line: _waited(clock, line) for line in TIME_LINES}
    replaced = {line.action for line in TIME_LINES}
    kept = [due for due in clock.pending() if due.action not in replaced]
    coming = [
        due
        for line in TIME_LINES
        for due in (_coming(run, line, given[line]) if line in given else waited[line])
    ]
    clock.put_back(run.world.now_s, [*coming, *kept])


def _waited(clock: Clock, line: TimeLine) -> list[Due]:
    return [due for due in clock.pending() if due.action == line.action]


def _coming(run: Disciplines, line: TimeLine, new: Sequence[Any]) -> Iterator[Due]:
    """The last items of a changed time line, which have yet to come."""
    items = line.items(run.world.facility.scenario)
    for n in range(len(items) - len(new), len(items)):
        yield Due(items[n].at, line.stage, line.action, (n,))
