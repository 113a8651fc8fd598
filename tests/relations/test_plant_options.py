"""What a plant may have beside its units, through the front door: tanks of cold, ramps, staging,
pumps that follow the heat, set-points by load, heat that is used again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small, small_layout, training

import twin
from tests.planner import answer, asked, busy, loaded, site
from twin import Result
from twin.errors import InputError
from twin.physics.coolant import control_slope_w_k
from twin.simulation import start


def plant(**options: Any) -> dict[str, Any]:
    """Three racks in air on two chillers."""
    layout = small_layout(0, 3)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop() | {"count": 2} | options]
    return layout


def run(layout: dict[str, Any], **changes: Any) -> Result:
    changes = {"workload": [training("air", 6)], "horizon": "2 h"} | changes
    return twin.run(small(layout, **changes))


def lost(*names: str, at: str = "30 min", out: str = "30 min") -> dict[str, Any]:
    return {"timeline": [{"at": at, "component": n, "repair_after": out} for n in names]}


def water(result: Result) -> Any:
    return result.frame("loops").query("loop == 'chilled'").set_index("time_s")


def told(result: Result, what: str) -> list[float]:
    events = result.frame("events")
    return events[events.what == what].time_s.tolist()


TANK = {"volume": "20 m^3", "rise": "8 K", "discharge": "150 kW", "charge": "100 kW"}


def test_a_tank_carries_the_heat_while_chillers_are_away() -> None:
    """20 m3, 8 K and 90 % are 597 MJ: 100 kW for an hour and a half."""
    both = lost("chilled_1", "chilled_2")
    without = water(run(plant(), faults=both)).temperature_degc
    with_tank = water(run(plant(cold_store=TANK), faults=both)).temperature_degc
    assert without.loc[3600.0] > 20.0
    assert with_tank.max() < 18.0
    result = run(plant(cold_store=TANK), faults=both)
    assert told(result, "cold store gives") == pytest.approx([1800.0], abs=1.0)
    assert abs(result.summary["heat_balance_residual_frac"]) < 1e-12


def test_an_empty_tank_ends_where_its_energy_says() -> None:
    small_tank = TANK | {"volume": "2 m^3"}
    result = run(plant(cold_store=small_tank), faults=lost("chilled_1", "chilled_2"))
    (given,) = told(result, "cold store gives")
    ended = told(result, "cold store rests")[0]
    full_j = 4.1467e6 * 2.0 * 8.0 * 0.9
    heat = result.frame("loops").query("loop == 'chilled'").set_index("time_s").heat_w
    taken_j = float(heat.loc[given + 1 : ended].sum()) * 60.0
    assert 0 < full_j - taken_j < 60 * 75e3  # the period in which it ends
    assert ended - given > 1000.0
    assert water(result).temperature_degc.loc[3600.0] > 17.5


def test_chillers_fill_the_tank_again() -> None:
    tank = TANK | {"volume": "4 m^3", "start": "0 %"}
    with_tank = run(plant(cold_store=tank), horizon="1 h")
    without = run(plant(), horizon="1 h")
    more_w = water(with_tank).heat_w - water(without).heat_w
    filled_s = 4.1467e6 * 4.0 * 8.0 * 0.9 / 100e3
    assert more_w.loc[900.0] == pytest.approx(100e3, rel=0.01)
    assert more_w.loc[filled_s + 900.0 :].max() < 1e3
    more_j = with_tank.summary["energy_cooling_j"] - without.summary["energy_cooling_j"]
    assert 0.05 < more_j / (filled_s * 100e3) < 0.4


def test_a_chiller_comes_back_with_a_ramp() -> None:
    away = {"faults": lost("chilled", out="3 min"), "horizon": "2 h", "workload": [busy(nodes=6)]}
    one = {"type": "chiller_air_190", "count": 1}
    at_once = water(run(plant(**one), **away)).temperature_degc
    slowly = water(run(plant(**one, ramp="30 min"), **away)).temperature_degc
    assert slowly.max() > at_once.max() + 1.0
    assert slowly.iloc[-1] == pytest.approx(at_once.iloc[-1], abs=0.5)


def test_a_least_run_keeps_a_chiller_on() -> None:
    """Clocks go down after an hour, and one chiller could carry the rest."""
    slow = {"actions": [{"kind": "clock_ceiling", "at": "1 h", "clock": 0.32}]}
    drawn = {}
    for name, option in (("free", {}), ("held", {"least_run": "4 h"})):
        layout = plant(type="chiller_air_69", **option)
        layout["halls"][0]["rows"][0]["racks"] = "4 x dgx_b200_x2"
        work = [training("air", 8)]
        result = run(layout, workload=work, controls=slow, horizon="2 h")
        drawn[name] = result.frame("site").set_index("time_s").cooling_power_w
    assert drawn["held"].loc[3000.0] == pytest.approx(drawn["free"].loc[3000.0], rel=1e-6)
    assert drawn["held"].loc[7000.0:].mean() > 1.02 * drawn["free"].loc[7000.0:].mean()


def test_pumps_that_follow_the_heat_save_their_cube() -> None:
    """10 kW less its cube at 40 %, and what chillers draw for so much less heat in the water."""
    idle = {"workload": [], "horizon": "1 h"}
    fixed = run(plant(pump_power="10 kW"), **idle).summary["energy_cooling_j"]
    varied = run(plant(pump_power="10 kW", variable_pumps="40 %"), **idle).summary
    saved_w = (fixed - varied["energy_cooling_j"]) / 3600
    pumps_w = 10e3 * (1 - 0.4**3)
    assert pumps_w < saved_w < 1.3 * pumps_w
    assert abs(varied["heat_balance_residual_frac"]) < 1e-12


def test_a_low_load_raises_the_set_point() -> None:
    reset = {"by": "4 K", "low": "30 %", "full": "90 %"}
    idle = water(run(plant(load_reset=reset), workload=[])).temperature_degc
    busy = water(run(plant(load_reset=reset))).temperature_degc
    plain = water(run(plant(), workload=[])).temperature_degc
    assert idle.iloc[-1] - plain.iloc[-1] > 1.5
    assert busy.iloc[-1] < idle.iloc[-1]


def test_reused_heat_is_counted_and_needs_no_fans() -> None:
    layout = small_layout(4, 0)
    bare = twin.run(small(layout, workload=[training("liquid", 72)])).summary
    warm = layout["cooling"]["plant"][0]
    warm["heat_reuse"] = {"share": "50 %", "return_at_least": "45 °C"}
    reused = twin.run(small(layout, workload=[training("liquid", 72)])).summary
    share = reused["heat_reused_j"] / reused["energy_it_j"]
    assert 0.3 < share < 0.5
    assert reused["ere"] == pytest.approx(reused["pue"] - share, rel=1e-9)
    assert reused["energy_cooling_j"] < bare["energy_cooling_j"]
    assert "ere" not in bare
    warm["heat_reuse"]["return_at_least"] = "60 °C"
    assert twin.run(small(layout)).summary["heat_reused_j"] == 0.0


@pytest.mark.parametrize(
    ("air", "least", "share"), [(45.0, "45 °C", 0.5), (20.0, "45 °C", 0.5), (45.0, "60 °C", 0.0)]
)
def test_water_stands_by_what_is_left_of_reused_heat(air: float, least: str, share: float) -> None:
    """A half of the heat is taken ahead of the coolers. In air of 45 °C their water stands half as
    far above it, (1 - s) Q / G, and in mild air half as far up their band. Nothing is taken where
    the return would not stay warm enough with it: 61.2 °C without them, 59.3 with.
    """
    layout = small_layout(4, 0)
    layout["cooling"]["plant"][0]["heat_reuse"] = {"share": "50 %", "return_at_least": least}
    result = answer(layout, workload=[busy(nodes=72)], horizon="6 h", site=site(air))
    made = twin.build(loaded(asked(layout))).cooling.plants[0]
    last = result.frame("loops").query("loop == 'warm'").iloc[-1]
    left_w = (1.0 - share) * float(last.heat_w)
    band_k = left_w / control_slope_w_k(1, made.capacity_w, made.band_k, made.conductance_w_k)
    expected = air + left_w / made.conductance_w_k if air > 40 else 41.8 + band_k
    assert last.temperature_degc == pytest.approx(expected, abs=1e-3)
    assert (result.summary["heat_reused_j"] > 0) == (share > 0)
    assert abs(result.summary["heat_balance_residual_frac"]) < 1e-9


def test_a_run_stopped_while_a_tank_gives_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    options = {"cold_store": TANK, "ramp": "10 min", "variable_pumps": "40 %"}
    facility = twin.build(
        small(plant(**options), faults=lost("chilled_1", "chilled_2", out="10 min"))
    )
    whole = start(facility).until(3600.0).result()
    part = start(facility).until(2000.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until(3600.0).result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))


def test_a_tank_without_chillers_is_refused() -> None:
    layout = small_layout(4, 0)
    layout["cooling"]["air"] = []
    layout["cooling"]["plant"] = [layout["cooling"]["plant"][0] | {"cold_store": TANK}]
    with pytest.raises(InputError, match="a plant of chillers"):
        twin.build(small(layout))
