"""Prospective fault currents: worked by hand in ohms, and as pandapower 3.5.6 has them.

pandapower's `calc_sc` (IEC 60909, three-phase, maximum, 10 % tolerance of low voltage) on the same
numbers: 14,642.94 A at the feed, 102,539.20 A at the board behind two unequal transformers,
50,238.29 A at the end of 60 m of cable, 61,453.01 A of two generators; with a static generator of
500 kVA and k = 1.3 at the board 14,670.14 A, 103,443.49 A and 50,681.34 A, with another of 300 kVA
and k = 1.2 at the end of the cable 14,684.74 A, 103,928.96 A and 51,182.18 A. It wants an older
pandas, and was asked in an interpreter of its own.
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
ONE_INVERTER_A = {"grid": 14670.135644300164, "board": 103443.48754799029, "cable": 50681.341644}
TWO_INVERTERS_A = {"grid": 14684.735057695832, "board": 103928.96201753302, "cable": 51182.175612}
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


def with_inverters(**stated: Any) -> dict[str, Any]:
    """A store of 500 kW at the board that gives 1.3 times its rated current."""
    own = {"inverter_fault_frac": 1.3} | stated
    made = layout()
    made["power"].append(part("bess", "bess_1000_2h", "board", kw=500.0, overrides=own))
    return made


def test_an_inverter_adds_what_pandapower_adds() -> None:
    found = electrical(with_inverters())
    for node, expected_a in ONE_INVERTER_A.items():
        assert found[node]["fault_current_a"] == pytest.approx(expected_a, rel=1e-9)
        assert found[node]["fault_current_standby_a"] == 0.0


def test_two_inverters_add_by_size_as_the_standard_has_it() -> None:
    """The peer adds them with the angle of the impedance at each, and is a little lower."""
    made = with_inverters()
    solar = {"dc_rating": "300 kW"}
    made["power"].append(part("roof", "pv_250", "cable", kw=300.0, solar=solar))
    found = electrical(made)
    for node, least_a in TWO_INVERTERS_A.items():
        ratio = found[node]["fault_current_a"] / least_a
        assert 1.0 - 1e-9 < ratio < 1.0 + 2e-4, node


def test_what_is_left_before_generators_run() -> None:
    """A UPS of 500 kW at 1.5 of rated current; a store that forms grid carries its board."""
    rated_a = 500e3 / math.sqrt(3) / 415
    found = electrical(behind_generators())
    assert found["ups"]["fault_current_inverters_a"] == pytest.approx(1.5 * rated_a)
    assert found["board"]["fault_current_inverters_a"] == 0.0
    formed = electrical(with_inverters())
    for node in ("board", "cable", "bess"):
        assert formed[node]["fault_current_inverters_a"] == pytest.approx(1.3 * rated_a), node
    for node in ("first", "grid"):
        assert formed[node]["fault_current_inverters_a"] == 0.0
    made = layout()
    made["power"].append(part("bess", "bess_1000_2h_following", "board", kw=500.0))
    assert electrical(made)["board"]["fault_current_inverters_a"] == 0.0


def test_arrays_rest_while_generators_run_and_stores_do_not() -> None:
    plain = electrical(behind_generators())["board"]
    made = behind_generators()
    made["power"].append(part("roof", "pv_250", "board", solar={"dc_rating": "300 kW"}))
    sun = electrical(made)["board"]
    assert sun["fault_current_standby_a"] == pytest.approx(plain["fault_current_standby_a"])
    array_a = 1.2 * 250e3 / math.sqrt(3) / 415
    assert sun["fault_current_a"] == pytest.approx(plain["fault_current_a"] + array_a)
    made["power"][-1] = part("bess", "bess_250_1h", "board")
    store = electrical(made)["board"]
    most_a = plain["fault_current_standby_a"] + array_a
    assert store["fault_current_standby_a"] == pytest.approx(most_a)


def test_only_inverters_state_their_fault_current() -> None:
    made = layout({"overrides": {"inverter_fault_frac": 1.2}})
    with pytest.raises(twin.InputError, match="only a UPS, a BESS or an array"):
        electrical(made)
