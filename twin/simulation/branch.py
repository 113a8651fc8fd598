"""Another future: what changes in a scenario, and on the clock, where a run is forked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from twin.errors import InputError, Problem
from twin.facility import build
from twin.facility.model import Facility
from twin.simulation.disciplines import Disciplines
from twin.simulation.kernel.clock import Due
from twin.simulation.kernel.order import Stage
from twin.stated import Moment, Stated

_MOMENT: TypeAdapter[float] = TypeAdapter(Moment)


def seconds(moment: float | str) -> float:
    """Seconds after the start. Raises InputError where the text is no moment."""
    if isinstance(moment, int | float):
        return float(moment)
    try:
        return float(_MOMENT.validate_python(moment))
    except ValidationError as error:
        allowed = "seconds after the start, or a text such as '14:00' or '6.5 h'"
        raise InputError([Problem("until", repr(moment), allowed)]) from error


def forked(
    facility: Facility, now_s: float, faults: Sequence[Any] | None, controls: Sequence[Any] | None
) -> Facility:
    """The facility of the changed scenario.

    Raises InputError where a fault or an action names what is not there, or lies in the past.
    """
    scenario = facility.scenario
    changes: dict[str, object] = {}
    if faults is not None:
        changes["faults__timeline"] = _from_now(scenario.faults.timeline, faults, now_s)
    if controls is not None:
        changes["controls__actions"] = _from_now(scenario.controls.actions, controls, now_s)
    if not changes:
        return facility
    changed = scenario.with_(**changes)
    late = [
        Problem("fork", f"{kind} at {item.at:g} s", f"moments from {now_s:g} s on")
        for kind, items, given in (
            ("a fault", changed.faults.timeline, faults),
            ("an action", changed.controls.actions, controls),
        )
        if given is not None
        for item in items[len(items) - len(given) :]
        if item.at < now_s
    ]
    if late:
        raise InputError(late)
    return build(changed)


def _from_now(held: Sequence[Any], given: Sequence[Any], now_s: float) -> list[Any]:
    """What has happened stays; what is given comes in place of the rest."""
    past = [item for item in held if item.at < now_s]
    return [_plain(item) for item in (*past, *given)]


def _plain(item: Any) -> Any:
    return item.model_dump(mode="json") if isinstance(item, Stated) else dict(item)


def reschedule(run: Disciplines, faults: bool, controls: bool) -> None:
    """Put the changed time lines on the clock, in place of what waited there.

    They come before whatever else is due at the same moment in the same turn, as they do in a run
    that knew of them from the start.
    """
    clock = run.world.clock
    replaced = {"fault begins"} if faults else set()
    replaced |= {"operator acts"} if controls else set()
    kept = [due for due in clock.pending() if due.action not in replaced]
    coming = [*(_faults(run) if faults else ()), *(_actions(run) if controls else ())]
    clock.put_back(run.world.now_s, [*coming, *kept])


def _faults(run: Disciplines) -> list[Due]:
    now_s = run.world.now_s
    timeline = enumerate(run.faults.timeline)
    return [Due(f.at, Stage.FAULTS, "fault begins", (i,)) for i, f in timeline if f.at >= now_s]


def _actions(run: Disciplines) -> list[Due]:
    now_s = run.world.now_s
    actions = enumerate(run.controls.actions)
    return [Due(a.at, Stage.CONTROLS, "operator acts", (i,)) for i, a in actions if a.at >= now_s]
