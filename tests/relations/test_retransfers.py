"""A board goes back from its generators only to what would carry it: as a hand closes a breaker."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.enumerated import Plan
from tests.planned import judged
from tests.planner import asked, faults, ran
from tests.power_layouts import facility, load, part, power_only
from tests.validation.test_planned_supplies import generators_and_ties

NEVER_FAILS = {"start_failure_probability": 0.0, "run_failure_rate_per_h": 0.0}
NEVER_FAILS |= {"run_failure_first_hour_probability": 0.0}
LOST_S = 600.0
BACK_S = 9000.0
CREW_S = 1800.0
LOOK_AGAIN_S = 300.0
WOULD = "tb would carry 1,040 kW on a rating of 800 kW and trip after "


def layout(row_kw: float = 520.0) -> dict[str, Any]:
    """Two boards on 800 kW each with a tie, one of them on generators too."""
    sets = {"kw": 400.0, "count": 2, "overrides": NEVER_FAILS}
    parts = [
        part("ua", "utility_feed"),
        part("ub", "utility_feed"),
        part("gen", "genset_2000", **sets),
        part("bus", "switchboard_4000", "gen"),
        part("ta", "transformer_2500", "ua", kw=800.0),
        part("tb", "transformer_2500", "ub", kw=800.0),
        part("a", "switchboard_4000", "ta", "bus", mode="priority"),
        part("b", "switchboard_4000", "tb"),
        {"name": "tie", "type": "ats_4000", "tie": ["a", "b"]},
    ]
    return power_only(parts, [load("row_a", row_kw, "a"), load("row_b", row_kw, "b")])


def told(result: twin.Result, component: str, what: str) -> list[tuple[float, str]]:
    events = result.frame("events")
    mine = events[(events["component"] == component) & (events["what"] == what)]
    return [(row.time_s, row.detail) for row in mine.itertuples()]


def lost(row_kw: float) -> twin.Result:
    gone = faults((LOST_S, "ua", BACK_S - LOST_S))
    return ran(asked(layout(row_kw), faults=gone, horizon="3 h"))


def test_a_tie_that_would_trip_is_not_gone_back_to() -> None:
    """One trip, one word, and home within a look of the own supply's return."""
    result = lost(520.0)
    ((tripped_s, _),) = told(result, "tb", "tripped")
    ((waits_s, why),) = told(result, "a", "transfer waits")
    assert waits_s == pytest.approx(tripped_s + CREW_S + LOOK_AGAIN_S)
    assert why.startswith(f"stays on its generators: {WOULD}")
    to_tie, to_bus, home = told(result, "a", "transfers")
    assert (to_tie[1], to_bus[1], home[1]) == ("to tie", "to bus", "to ta")
    assert BACK_S <= home[0] <= BACK_S + LOOK_AGAIN_S


def test_a_tie_that_carries_is() -> None:
    result = lost(480.0)
    assert [where for _, where in told(result, "a", "transfers")] == ["to tie", "to ta"]
    assert told(result, "a", "transfer waits") == told(result, "tb", "tripped") == []


def test_a_planned_transfer_ends_on_the_generators_where_the_tie_would_trip() -> None:
    """The board's own feed is lost meanwhile; it goes back once that is there again."""
    drill = {"kind": "planned_transfer", "at": "5 min", "duration": "20 min", "boards": ["a"]}
    gone = faults((LOST_S, "ua", BACK_S - LOST_S))
    result = ran(asked(layout(), faults=gone, drills=[drill], horizon="3 h"))
    ((waits_s, why),) = told(result, "a", "transfer waits")
    assert waits_s == 1500.0
    assert why.startswith(f"stays on its generators: {WOULD}")
    assert told(result, "tb", "tripped") == []
    over, home = told(result, "a", "transfers")
    assert over[1] == "to bus as planned, without a gap"
    assert home[1] == "to ta"
    assert BACK_S <= home[0] <= BACK_S + LOOK_AGAIN_S


def dark(result: twin.Result, before_s: float) -> set[str]:
    """Racks without power in the last period that ends before this."""
    racks = result.frame("racks")
    racks = racks[racks.time_s < before_s]
    last = racks[racks.time_s == racks.time_s.max()]
    return set(last.rack[last.on_frac < 0.5])


@pytest.mark.parametrize("seed", [6004, 6005, 6007, 6008, 6011, 6012])
def test_drawn_ties_trip_no_transformer_twice(seed: int) -> None:
    """Graph, enumeration and run agree of each lost utility until a crew closes something, and
    what crews do costs nobody power. In 6004 a transformer is at 1.25 times its rating by what
    BESS draw for themselves (10 kW), and was tripped three times.
    """
    made = power_only(*generators_and_ties(np.random.default_rng(seed)))
    built = facility(made)
    said = judged(built)[1]
    run = twin.start(built)
    run.until(60.0)
    for utility in ("ua", "ub"):
        fork = run.fork(faults=[{"at": "61 s", "component": utility, "repair_after": "3 h"}])
        fork.until()
        result = fork.result()
        events = result.frame("events")
        trips = events[events["what"] == "tripped"].component.value_counts()
        assert not (trips[trips.index.str.match(r"t\d")] > 1).any(), (utility, trips)
        closed_s = events[events["what"] == "closed again"].time_s.min()
        until_s = np.inf if np.isnan(closed_s) else closed_s
        assert dark(result, until_s) == said[(utility,)], utility
        assert dark(result, np.inf) <= said[(utility,)], utility
        assert Plan(made).dark((utility,)) == bool(said[(utility,)]), utility
