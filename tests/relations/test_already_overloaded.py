"""Claim: neither crews nor boards load further what is on its way to a trip already."""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, faults, ran
from tests.power_layouts import load, part, power_only
from tests.relations.test_retransfers import LOOK_AGAIN_S, NEVER_FAILS, told

CREW_S = 1800.0
LOST_S = 100.0
RETRANSFER_S = 300.0
ROWS = [load("row_a", 770.0, "board"), load("row_b", 300.0, "p2"), load("row_c", 270.0, "p1", "p2")]


def two_floors() -> dict[str, Any]:
    """Two transformers of 800 kW behind one board; one row at the board, two behind panels."""
    parts = [
        part("u", "utility_feed"),
        part("ta", "transformer_2500", "u", kw=800.0),
        part("tb", "transformer_2500", "u", kw=800.0),
        part("board", "switchboard_4000", "ta", "tb"),
        part("p1", "rpp_500", "board", kw=500.0),
        part("p2", "rpp_500", "board", kw=500.0),
    ]
    return power_only(parts, ROWS)


def closing(*lost: tuple[float, str, float]) -> twin.Result:
    """The panel trips once its twin is lost, which is back before the crew comes."""
    listed = faults((LOST_S, "p1", 1800.0), *lost)
    return ran(asked(two_floors(), faults=listed, horizon="3 h"))


def test_a_crew_waits_while_what_feeds_the_panel_runs_towards_its_trip() -> None:
    """1,040 kW on a transformer of 800 hold for 348 s, until its twin is back; 1,340 for 133."""
    tripped_s = told(closing(), "p2", "tripped")[0][0]
    crew_s = tripped_s + CREW_S
    result = closing((crew_s - 30.0, "ta", 300.0))
    ((left_s, why),) = told(result, "p2", "left open")
    assert left_s == pytest.approx(crew_s)
    assert why.startswith("tb would carry 1,341 kW on a rating of 800 kW and trip after 133 s")
    assert told(result, "tb", "tripped") == []
    ((closed_s, _),) = told(result, "p2", "closed again")
    assert closed_s == pytest.approx(crew_s + 300.0 + CREW_S)


def test_it_closes_at_once_where_the_feed_carries_it() -> None:
    result = closing()
    ((tripped_s, _),) = told(result, "p2", "tripped")
    ((closed_s, _),) = told(result, "p2", "closed again")
    assert closed_s == pytest.approx(tripped_s + CREW_S)


def test_a_closing_that_loads_it_no_further_is_done() -> None:
    """The transformer in trouble feeds another board."""
    parts = [
        *two_floors()["power"][:-2],
        part("tc", "transformer_2500", "u", kw=800.0),
        part("td", "transformer_2500", "u", kw=800.0),
        part("other", "switchboard_4000", "tc", "td"),
    ]
    made = power_only(parts, [*ROWS, load("row_d", 1040.0, "other")])
    tripped_s = told(closing(), "p2", "tripped")[0][0]
    listed = faults((LOST_S, "p1", 1800.0), (tripped_s + CREW_S - 30.0, "tc", 300.0))
    result = ran(asked(made, faults=listed, horizon="3 h"))
    assert told(result, "p2", "left open") == []
    assert len(told(result, "p2", "closed again")) == 1


def boards(tie: bool, row_b_kw: float, rows_a_kw: float = 200.0) -> dict[str, Any]:
    """Boards a1 and a2 on a transformer or on generators, and a tie to one that may be full."""
    sets = {"kw": 1000.0, "count": 2, "overrides": NEVER_FAILS}
    parts = [
        part("ua", "utility_feed"),
        part("ub", "utility_feed"),
        part("gen", "genset_2000", **sets),
        part("bus", "switchboard_4000", "gen"),
        part("ta", "transformer_2500", "ua", kw=800.0),
        part("ta2", "transformer_2500", "ua", kw=800.0),
        part("tb", "transformer_2500", "ub", kw=800.0),
        part("tb2", "transformer_2500", "ub", kw=800.0),
        part("low", "switchboard_4000", "ta", "ta2"),
        part("a", "switchboard_4000", "low", "bus", mode="priority"),
        part("a2", "switchboard_4000", "low", "bus", mode="priority"),
        part("b", "switchboard_4000", "tb", "tb2"),
    ]
    if tie:
        parts.append({"name": "tie", "type": "ats_4000", "tie": ["a", "b"]})
    loads = [load("row_a", rows_a_kw, "a"), load("row_a2", rows_a_kw, "a2")]
    return power_only(parts, [*loads, load("row_b", row_b_kw, "b")])


def test_a_board_stays_on_its_generators_while_its_tie_runs_towards_a_trip() -> None:
    """A planned transfer ends while the neighbour is on one transformer of two."""
    drill = {"kind": "planned_transfer", "at": "5 min", "duration": "20 min", "boards": ["a"]}
    listed = faults((600.0, "low", 6000.0), (1470.0, "tb2", 200.0))
    made = boards(tie=True, row_b_kw=1040.0)
    result = ran(asked(made, faults=listed, drills=[drill], horizon="3 h"))
    ((waits_s, why),) = told(result, "a", "transfer waits")
    assert waits_s == 1500.0
    assert why.startswith("stays on its generators: tb would carry 1,240")
    assert told(result, "tb", "tripped") == []


def test_of_two_boards_due_at_once_one_waits_where_both_would_trip_their_transformer() -> None:
    """Each alone is 520 kW on 800, both are 1,040: the second follows the second transformer."""
    made = boards(tie=False, row_b_kw=100.0, rows_a_kw=520.0)
    listed = faults((600.0, "ua", 3000.0), (700.0, "ta2", 6000.0))
    result = ran(asked(made, faults=listed, horizon="3 h"))
    assert told(result, "ta", "tripped") == []
    ((home_s, _),) = told(result, "a", "transfers")
    ((later_s, _),) = told(result, "a2", "transfers")
    assert len(told(result, "a2", "transfer waits")) == 1
    assert home_s == pytest.approx(3600.0 + RETRANSFER_S)
    assert 6700.0 <= later_s <= 6700.0 + LOOK_AGAIN_S


def test_of_two_planned_transfers_that_end_at_once_one_waits_too() -> None:
    drill = {"kind": "planned_transfer", "at": "5 min", "duration": "50 min"}
    drills = [drill | {"boards": ["a", "a2"]}]
    made = boards(tie=False, row_b_kw=100.0, rows_a_kw=520.0)
    listed = faults((700.0, "ta2", 6000.0))
    result = ran(asked(made, faults=listed, drills=drills, horizon="3 h"))
    assert told(result, "ta", "tripped") == []
    waits = told(result, "a", "transfer waits") + told(result, "a2", "transfer waits")
    assert [at_s for at_s, _ in waits] == [3300.0]
