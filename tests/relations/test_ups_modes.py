"""Claim: eco mode loses less and has a gap that racks do not feel; a maintenance bypass keeps the
load while a UPS is worked on, and nothing stands behind it.
"""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, happened, loaded
from tests.power_layouts import load, part, power_only
from twin.errors import InputError

AT_S = 600.0


def layout(mode: str = "double_conversion", **numbers: Any) -> dict[str, Any]:
    """A load of 400 kW behind one UPS of 500 kW."""
    parts = [
        part("src", "utility_feed"),
        part("ups", "ups_500", "src", ups_mode=mode, overrides=numbers),
        part("bus", "switchboard_4000", "ups"),
    ]
    return power_only(parts, [load("l", 400.0, "bus")])


def run(made: dict[str, Any], *faults: dict[str, Any], **keys: Any) -> twin.Result:
    site = {"climate": {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}, "grid": "virginia"}
    more = {"horizon": "1 h", "site": site, "faults": {"timeline": list(faults)}, **keys}
    result = twin.simulate(twin.build(loaded(asked(made, **more))))
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    return result


def away(component: str, seconds: float, at_s: float = AT_S) -> dict[str, Any]:
    return {"at": f"{at_s} s", "component": component, "repair_after": f"{seconds} s"}


def times(result: twin.Result, who: str, what: str) -> list[float]:
    return [at for at, name, kind in happened(result) if (name, kind) == (who, what)]


def loss_of_ups_j(result: twin.Result) -> float:
    energy = result.frame("energy")
    return float(energy.energy_j[energy.target == "loss: ups"].sum())


def test_eco_mode_loses_what_the_published_curve_says() -> None:
    """Eaton 9395XR: 0.386 % and 0.416 % x² in energy saver, 0.58 % and 3.143 % x² otherwise."""
    x = (400e3 + 4e6 * 0.0005 * 0.1**2) / 500e3
    for mode, idle, square in (("eco", 0.00386, 0.00416), ("double_conversion", 0.0058, 0.03143)):
        lost_w = loss_of_ups_j(run(layout(mode))) / 3600
        assert lost_w == pytest.approx(500e3 * (idle + square * x**2), rel=1e-6)


@pytest.mark.parametrize(("gap", "falls"), [("2 ms", False), ("8 ms", False), ("25 ms", True)])
def test_the_gap_is_felt_only_beyond_the_hold_up(gap: str, falls: bool) -> None:
    result = run(layout("eco", eco_gap=gap), away("src", 60.0))
    assert times(result, "ups", "on battery") == [pytest.approx(AT_S + float(gap[:-3]) / 1e3)]
    assert times(result, "l_r01", "off") == ([pytest.approx(AT_S + 0.02)] if falls else [])


def test_double_conversion_has_no_gap() -> None:
    result = run(layout(eco_gap="25 ms"), away("src", 60.0))
    assert times(result, "ups", "on battery") == [AT_S]
    assert times(result, "l_r01", "off") == []


def test_only_ups_have_a_mode() -> None:
    made = layout()
    made["power"][2]["ups_mode"] = "eco"
    with pytest.raises(InputError, match="eco mode for UPS only"):
        run(made)


BRIDGE = {"kind": "maintenance_bypass", "at": "500 s", "ups": "ups", "duration": "1000 s"}


def test_a_bridged_ups_may_be_taken_out() -> None:
    taken = away("ups", 300.0)
    assert times(run(layout(), taken), "l_r01", "off")
    bridged = run(layout(), taken, controls={"actions": [BRIDGE]})
    assert times(bridged, "l_r01", "off") == []
    assert times(bridged, "ups", "on bypass") == [500.0]
    assert times(bridged, "ups", "off bypass") == [1500.0]


def test_behind_a_bridged_ups_no_battery_stands() -> None:
    dip = away("src", 0.1)
    assert times(run(layout(), dip), "l_r01", "off") == []
    bridged = run(layout(), dip, controls={"actions": [BRIDGE]})
    assert times(bridged, "l_r01", "off") == [pytest.approx(AT_S + 0.02)]
    later = run(layout(), away("src", 0.1, 1600.0), controls={"actions": [BRIDGE]})
    assert times(later, "l_r01", "off") == []


def test_an_action_on_something_else_is_refused() -> None:
    with pytest.raises(InputError, match="UPS of this layout"):
        run(layout(), controls={"actions": [BRIDGE | {"ups": "bus"}]})
