"""Claim: a crew closes the breaker of a set that stands only where it would carry what calls it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.planner import asked, faults, ran
from tests.power_layouts import load, part, power_only

SURE = {
    "start_failure_probability": 0,
    "run_failure_first_hour_probability": 0,
    "run_failure_rate_per_h": 0,
}


def happened(load_kw: float, sets: int, *lost: tuple[float, str, float]) -> list[tuple[str, str]]:
    """What sets of 800 kW and their breakers did, in order, once the only utility was lost."""
    sets_of = {"kw": 800.0, "count": sets, "overrides": SURE}
    parts: list[dict[str, Any]] = [
        part("u", "utility_feed"),
        part("g", "genset_2500", **sets_of),
        part("board", "switchboard_4000", "u", "g"),
    ]
    made = power_only(parts, [load("row", load_kw, "board")])
    listed = faults((60.0, "u", 12000.0), *lost)
    events = ran(asked(made, horizon="4 h", faults=listed)).frame("events")
    told = events[events.component.str.startswith("g")]
    said = {"tripped", "left open", "closed again"}
    return [(c, w) for c, w in zip(told.component, told.what, strict=True) if w in said]


def test_a_set_too_small_for_its_board_is_left_open_until_the_utility_is_back() -> None:
    """1,100 kW on 800 trip after 67 s. It was closed and tripped six times more in three hours."""
    assert happened(1100.0, 1) == [("g", "tripped"), ("g", "left open"), ("g", "closed again")]


@pytest.mark.parametrize("load_kw", [700.0, 790.0])
def test_a_set_that_carries_its_board_never_opens(load_kw: float) -> None:
    assert happened(load_kw, 1) == []


def test_two_sets_are_closed_together_where_neither_carries_the_board_alone() -> None:
    """One is lost and the other trips; the first is back and trips alone; both hold together."""
    done = happened(1100.0, 2, (300.0, "g_1", 1000.0))
    tripped = [("g_2", "tripped"), ("g_1", "tripped")]
    assert done == [
        *tripped,
        ("g_2", "left open"),
        ("g_1", "closed again"),
        ("g_2", "closed again"),
    ]
