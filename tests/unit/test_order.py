"""Who speaks when stands in `kernel.order`, and the loop asks in exactly these orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import groupby
from typing import Any, get_type_hints

import pytest
from conftest import failing, small, small_layout, training

import twin
from twin.simulation import disciplines
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.kernel import order
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.loop.quiet import Quiet
from twin.simulation.loop.run import Loop

VERBS = {
    "settle": order.SETTLE,
    "hold": order.HOLD,
    "next_s": order.FORESEE,
    "advance": order.ADVANCE,
    "act": order.ACT,
}
"""The verb by which each table asks."""
CLASSES = get_type_hints(Disciplines, vars(disciplines))
NAMES = [f.name for f in fields(Disciplines) if f.name != "world"]
Call = tuple[str, str]
"""Verb and name."""


@pytest.mark.parametrize("verb", VERBS)
def test_every_name_in_a_table_is_a_discipline_and_stands_there_once(verb: str) -> None:
    names = [name for name in VERBS[verb] if name != "clock"]
    assert len(set(names)) == len(names) > 0
    for name in names:
        assert issubclass(CLASSES[name], Discipline), name


@pytest.mark.parametrize("verb", VERBS)
def test_who_has_something_to_say_is_asked_and_nobody_else(verb: str) -> None:
    speaks = {n for n in NAMES if getattr(CLASSES[n], verb) is not getattr(Discipline, verb)}
    assert speaks == set(VERBS[verb]) - {"clock"}


def test_only_those_who_act_at_all_act_at_the_end() -> None:
    assert set(order.ACT_AT_END) <= set(order.ACT)


def test_the_stages_of_an_instant_follow_the_cause() -> None:
    assert [stage.name for stage in sorted(Stage)] == [
        "PERIOD", "FAULTS", "PROTECTION", "POWER", "PLANT", "THROTTLING", "JOBS", "TRAFFIC",
        "CONTROLS",
    ]  # fmt: skip


class Noted:
    """Calls of the loop; what disciplines ask of one another is left out."""

    def __init__(self, run: Disciplines) -> None:
        self.calls: list[Call] = []
        self.inside = False
        for verb in VERBS:
            for name in NAMES:
                self._note(getattr(run, name), verb, verb, name)
        self._note(run.world.clock, "fire", "act", "clock")

    def _note(self, who: Any, method: str, verb: str, name: str) -> None:
        asked: Callable[..., Any] = getattr(who, method)

        def noting(*words: Any) -> Any:
            if self.inside:
                return asked(*words)
            self.calls.append((verb, name))
            self.inside = True
            try:
                return asked(*words)
            finally:
                self.inside = False

        setattr(who, method, noting)


def eventful() -> tuple[Loop, Noted]:
    run = wire(
        twin.build(
            small(
                small_layout(),
                workload=[training("liquid", 72, checkpoint_interval="10 min")],
                faults=failing((605.0, "cdu_pump_1", 700.0), (1000.0, "panel_1", 300.0)),
                drills=[{"kind": "utility_outage", "at": "2000 s", "duration": "200 s"}],
            )
        )
    )
    noted = Noted(run)
    return Loop(run), noted


def whole_tables(calls: list[Call]) -> list[str]:
    """The verbs that were asked one after another, each as often as its table was gone through.

    Fails where a table was left early, or gone through in another order.
    """
    out: list[str] = []
    for verb, group in groupby(calls, key=lambda call: call[0]):
        names = [name for _, name in group]
        table = list(VERBS[verb])
        times, rest = divmod(len(names), len(table))
        assert (names, rest) == (table * times, 0), verb
        out += [verb] * times
    return out


def test_each_step_asks_in_the_orders_of_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Foresee, advance where time passes, act, then settle in rounds and hold once; in a run from
    event to event.
    """
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    loop, noted = eventful()
    loop.begin()
    seen: set[tuple[str, ...]] = set()
    rounds = 0
    while True:
        noted.calls.clear()
        before_s = loop.world.now_s
        loop.step()
        if loop.done:
            break
        verbs = whole_tables(noted.calls)
        rounds = max(rounds, verbs.count("settle"))
        told = tuple(verb for verb, _ in groupby(verbs))
        assert ("advance" in told) == (loop.world.now_s > before_s)
        seen.add(tuple(verb for verb in told if verb != "advance"))
    quiet = ("next_s", "act")
    assert seen == {quiet, (*quiet, "hold"), (*quiet, "settle", "hold")}
    assert rounds > 1


def test_a_run_begins_by_settling_and_holding_twice_around_its_steady_state() -> None:
    loop, noted = eventful()
    loop.begin()
    first, *rest = noted.calls
    assert first == ("act", "clock")
    told = [verb for verb, _ in groupby(whole_tables(rest))]
    assert told == ["settle", "hold", "settle", "hold"]


def test_at_the_end_of_the_horizon_only_what_completes_counts() -> None:
    loop, noted = eventful()
    loop.begin()
    while not loop.done:
        noted.calls.clear()
        loop.step()
    acted = [name for verb, name in noted.calls if verb == "act"]
    assert acted == list(order.ACT_AT_END)
