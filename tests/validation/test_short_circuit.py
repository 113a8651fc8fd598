"""Prospective fault currents: worked by hand in ohms, and as pandapower 3.5.6 has them.

pandapower's `calc_sc` (IEC 60909, three-phase, maximum, 10 % tolerance of low voltage) on the same
numbers: 14,642.94 A at the feed, 102,539.20 A at the board behind two unequal transformers,
50,238.29 A at the end of 60 m of cable, 61,453.01 A of two generators. It wants an older pandas,
and was asked in an interpreter of its own.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.planner import site as still
from tests.power_layouts import load, part, power_only

SITE = still(limits={"short_circuit_power": "350 MVA"})
PANDAPOWER_A = {"grid": 14642.941609881811, "board": 102539.20399383786, "cable": 50238.29486709022}
TWO_GENERATORS_A = 61453.01021554143


def layout(board: dict[str, Any] | None = None) -> dict[str, Any]:
    first = part("first", "transformer_2500", "grid", overrides={"impedance_frac": 0.05})
    second = part("second", "transformer_2500", "grid", overrides={"impedance_frac": 0.07})
    bus = part("board", "switchboard_4000", "first", "second") | (board or {})
    cable = part("cable", "cable_2x300", "board", length="60 m")
    return power_only(
        [part("grid", "utility_feed"), first, second, bus, cable], [load("row", 300.0, "cable")]
    )


def behind_generators(**overrides: Any) -> dict[str, Any]:
    own = {"start_failure_probability": 0.0, **overrides}
    sets = part("genset", "genset_2000", count=2, overrides=own)
    board = part("board", "switchboard_4000", mode="priority")
    board["fed_by"] = ["transformer", {"source": "genset", "pairing": "all"}]
    ups = part("ups", "ups_500", "board")
    parts = [part("grid", "utility_feed"), part("transformer", "transformer_2500", "grid")]
    return power_only([*parts, sets, board, ups], [load("row", 300.0, "ups")])


def electrical(made: dict[str, Any], **changes: Any) -> dict[str, dict[str, Any]]:
    facility = twin.build(loaded(asked(made, **{"site": SITE} | changes)))
    return {row["node"]: row for row in twin.check(facility.scenario)["electrical"]}


def test_a_board_and_a_cable_are_those_of_pandapower() -> None:
    found = electrical(layout())
    for node, expected_a in PANDAPOWER_A.items():
        assert found[node]["fault_current_a"] == pytest.approx(expected_a, rel=1e-6)
        assert found[node]["fault_current_standby_a"] == 0.0
    loads = [row for name, row in found.items() if name.startswith(("row", "crah", "cooler"))]
    assert loads
    assert all(row["fault_current_a"] is None for row in loads)


def test_a_board_by_hand_in_ohms() -> None:
    """One transformer of 2.5 MVA and 5.75 % behind 350 MVA, at 415 V."""
    grid = 1.1 * 415**2 / 350e6
    grid_ohm = complex(0.1, 1.0) / abs(complex(0.1, 1.0)) * grid
    base_ohm = 415**2 / 2.5e6
    reactance = math.sqrt(0.0575**2 - 0.00472**2)
    factor = 0.95 * 1.1 / (1 + 0.6 * reactance)
    whole_ohm = grid_ohm + factor * complex(0.00472, reactance) * base_ohm
    expected_a = 1.1 * 415 / math.sqrt(3) / abs(whole_ohm)
    found = electrical(behind_generators())
    assert found["board"]["fault_current_a"] == pytest.approx(expected_a, rel=1e-9)
    assert 55e3 < expected_a < 60e3
    assert math.degrees(cmath.phase(whole_ohm)) > 80
    assert found["ups"]["fault_current_a"] == found["board"]["fault_current_a"]


def test_generators_are_those_of_pandapower_and_follow_their_reactance() -> None:
    found = electrical(behind_generators())
    assert found["board"]["fault_current_standby_a"] == pytest.approx(TWO_GENERATORS_A, rel=1e-6)
    stiff = electrical(behind_generators(subtransient_reactance_frac=0.06))
    ratio = (0.12 / 0.06) * (1 + 0.06 * 0.6) / (1 + 0.12 * 0.6)
    expected_a = ratio * TWO_GENERATORS_A
    assert stiff["board"]["fault_current_standby_a"] == pytest.approx(expected_a, rel=1e-6)


@pytest.mark.parametrize(("rating", "told"), [("100 kA", True), ("105 kA", False)])
def test_gear_that_is_rated_for_less_is_found(rating: str, told: bool) -> None:
    made = layout({"overrides": {"short_circuit_rating": rating}})
    found = twin.check(loaded(asked(made, site=SITE)))["findings"]
    mine = [row for row in found if row["code"] == "short_circuit_above_rating"]
    assert [row["component"] for row in mine] == ["board"] * told
    says = "102.5 kA from a grid of 350 MVA; it is rated for 100.0 kA"
    assert all(says in row["says"] for row in mine)


def test_a_grid_that_nobody_states_is_said_to_be_assumed() -> None:
    made = layout({"overrides": {"short_circuit_rating": "10 kA"}})
    found = twin.check(loaded(asked(made)))["findings"]
    (mine,) = [row for row in found if row["code"] == "short_circuit_above_rating"]
    assert "500 MVA (assumed)" in mine["says"]
