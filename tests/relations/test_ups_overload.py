"""Claim: an overloaded UPS goes to its bypass before anything is dropped, as its curve says.

From the file of a planner: two UPS carry a load of 560 to 640 kW, one is lost.
"""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, happened, loaded
from tests.power_layouts import facility, load, part, power_only
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes

LOST_S = 600.0
CURVES = {
    "generic_three_phase": (60.0, 600.0),
    "aeg_three_phase": (600.0, 600.0),
    "liebert_nx": (60.0, None),
    "staco_firstline": (30.0, 120.0),
    "riello_dialog_plus": (30.0, 600.0),
    "no_bypass": (60.0, 0.0),
}
"""Seconds on the inverter and on the bypass at 1.13 of the rating."""


def layout(kw: float = 560.0, curve: str = "generic_three_phase", **keys: Any) -> dict[str, Any]:
    parts = [
        part("src", "utility_feed"),
        part("ups", "own_ups", "src", count=2, **keys),
        part("bus", "switchboard_4000", "ups", kw=1500.0),
    ]
    own = {"name": "own_ups", "like": "ups_500", "overload_curve": curve}
    return power_only(parts, [load("l", kw, "bus")]) | {"equipment": {"power": [own]}}


def run(
    made: dict[str, Any], *more: dict[str, Any], repair_after: str = "90 min", **changes: Any
) -> twin.Result:
    faults = [{"at": f"{LOST_S} s", "component": "ups_1", "repair_after": repair_after}, *more]
    site = {"climate": {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}, "grid": "virginia"}
    keys = {"horizon": "100 min", "site": site, "faults": {"timeline": faults}, **changes}
    return twin.simulate(twin.build(loaded(asked(made, **keys))))


def first_s(result: twin.Result, who: str, what: str) -> float | None:
    times = [at for at, name, kind in happened(result) if (name, kind) == (who, what)]
    return times[0] if times else None


@pytest.mark.parametrize("curve", CURVES)
def test_inverter_then_bypass_then_open(curve: str) -> None:
    inverter_s, bypass_s = CURVES[curve]
    result = run(layout(curve=curve))
    over = None if bypass_s == 0 else pytest.approx(LOST_S + inverter_s)
    assert first_s(result, "ups_2", "on bypass") == over
    opened = None if bypass_s is None else pytest.approx(LOST_S + inverter_s + bypass_s)
    assert first_s(result, "ups_2", "tripped") == opened
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9


@pytest.mark.parametrize("curve", ["generic_three_phase", "liebert_nx"])
def test_the_graph_says_what_the_run_shows(curve: str) -> None:
    made = layout(curve=curve)
    gates = dependency(facility(made))
    down = down_nodes(gates, [[gates.index["ups_1"]]])
    rack = gates.index[facility(made).racks.id[0]]
    dark = first_s(run(made), "l_r01", "off") is not None
    assert bool(down[rack, 0]) is dark
    assert dark is (curve == "generic_three_phase")


def test_behind_a_bypass_no_battery_stands() -> None:
    """A loss of the mains of 0.1 s drops the load of a UPS on its bypass, and no other."""
    dip = {"at": "1000 s", "component": "src", "repair_after": "100 ms"}
    assert first_s(run(layout(curve="liebert_nx"), dip), "l_r01", "off") == pytest.approx(1000.02)
    assert first_s(run(layout(kw=400.0, curve="liebert_nx"), dip), "l_r01", "off") is None


def test_a_sag_passes_through_a_bypass_and_not_through_an_inverter() -> None:
    """60 % for 0.1 s: racks bear it for 20 ms."""
    sag = {"kind": "sag", "at": "1000 s", "target": "src", "remaining_voltage": 0.6}
    drills = [sag | {"duration": "100 ms"}]
    over = run(layout(curve="liebert_nx"), drills=drills)
    assert first_s(over, "l_r01", "off") == pytest.approx(1000.02)
    assert first_s(run(layout(kw=400.0, curve="liebert_nx"), drills=drills), "l_r01", "off") is None


def test_it_returns_to_its_inverter_when_the_load_is_back() -> None:
    result = run(layout(), repair_after="2 min")
    assert first_s(result, "ups_2", "on bypass") == pytest.approx(LOST_S + 60)
    assert first_s(result, "ups_2", "off bypass") == pytest.approx(LOST_S + 120 + 5)
    assert first_s(result, "l_r01", "off") is None


def test_the_third_overload_within_an_hour_keeps_it_on_the_bypass() -> None:
    """Staco FirstLine: 30 s on the inverter at 1.13, back when the load is."""
    again = [
        {"at": f"{LOST_S + n * 600} s", "component": "ups_1", "repair_after": "1 min"}
        for n in (1, 2)
    ]
    result = run(layout(curve="staco_firstline"), *again, repair_after="1 min")
    back = [at for at, who, what in happened(result) if (who, what) == ("ups_2", "off bypass")]
    over = [at for at, who, what in happened(result) if (who, what) == ("ups_2", "on bypass")]
    assert over == pytest.approx([630.0, 1230.0, 1830.0])
    assert back == pytest.approx([665.0, 1265.0])


def test_on_battery_it_opens() -> None:
    """The mains are away for the whole time: nothing to go over to."""
    away = {"at": f"{LOST_S} s", "component": "src", "repair_after": "90 min"}
    result = run(layout(), away)
    assert first_s(result, "ups_2", "on bypass") is None
    assert first_s(result, "ups_2", "tripped") == pytest.approx(LOST_S + 60)
