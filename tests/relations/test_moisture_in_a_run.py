"""Moisture of a hall in a run, from its `moisture` to tables, events, power and heat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_layout
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import twin
from tests.planner import answer, asked, faults, happened, loaded, number, ran, site
from tests.relations.test_hall_moisture import room
from twin.physics.hall_moisture import steady
from twin.physics.hall_moisture_path import MoistAir, passed
from twin.physics.humidity_control import STEAM_J_KG
from twin.physics.moist_air import VAPORISATION_J_KG, ratio_of_wet_bulb, saturated_ratio
from twin.present.report.cooling import section
from twin.present.report.hall_moisture import moisture_grids
from twin.simulation import start

DAY = {"horizon": "1 d"}
HUMID = site(32.0, 27.0)
DRY = site(10.0, -1.0)
AIR_KG = 12 * 9 * 4 * 1.184
"""Of the small hall."""
PHOENIX = {"site": {"climate": "phoenix", "grid": "virginia"}}
MIAMI = {"site": {"climate": "miami", "grid": "virginia"}}


def moist(layout: dict[str, Any], **changes: Any) -> Any:
    return answer(layout, **changes).frame("moisture")


RATIO = st.floats(1e-4, 0.03)
FLOW = st.floats(1e-3, 3.0)


def some_air(outdoor: float, out: float, coil: float, cold: float, low: float) -> MoistAir:
    return MoistAir(500.0, outdoor, out, coil, cold, low, low + 0.004, 1e-3, 2e-3)


@given(FLOW, RATIO, FLOW, RATIO, RATIO, RATIO, st.floats(1.0, 1e5))
def test_water_closes_and_never_passes_its_balance(
    outdoor: float, out: float, coil: float, cold: float, low: float, begin: float, span: float
) -> None:
    air = some_air(outdoor, out, coil, cold, low)
    end = begin + passed(air, begin, span).gained * span / air.air_kg
    window = (air.low, air.high)
    most = (air.most_humidified_kg_s, air.most_dehumidified_kg_s)
    aim = float(steady(outdoor, out, coil, cold, window, most).ratio)
    assert min(begin, aim) - 1e-12 <= end <= max(begin, aim) + 1e-12
    later = passed(air, end, 1e9)
    assert end + later.gained * 1e9 / air.air_kg == pytest.approx(aim, abs=1e-9)


@given(FLOW, RATIO, FLOW, RATIO, RATIO, RATIO)
def test_the_way_is_that_of_small_steps(
    outdoor: float, out: float, coil: float, cold: float, low: float, begin: float
) -> None:
    """An adaptive solver on the same law, its switches smeared over 1e-7."""
    air = some_air(outdoor, out, coil, cold, low)

    def slope(_: float, w: np.ndarray) -> np.ndarray:
        wet = np.clip((air.low - w) / 1e-7, 0, 1) * air.most_humidified_kg_s
        dry = np.clip((w - air.high) / 1e-7, 0, 1) * air.most_dehumidified_kg_s
        condensed = air.coil_kg_s * np.maximum(w - air.coil_ratio, 0)
        return np.asarray(
            (air.outdoor_kg_s * (air.outdoor_ratio - w) - condensed + wet - dry) / air.air_kg
        )

    peer = solve_ivp(slope, (0.0, 300.0), [begin], "LSODA", rtol=1e-9, atol=1e-12)
    end = begin + passed(air, begin, 300.0).gained * 300.0 / air.air_kg
    assert end == pytest.approx(float(peer.y[0, -1]), abs=3e-7)


def test_a_steady_day_is_the_balance_of_the_year() -> None:
    """Leakage of 0.2 changes an hour, 7 °C of water: what comes in is taken out by the coils."""
    table = moist(room("7 °C"), site=HUMID, **DAY).iloc[-1]
    leaks_kg_s = 0.2 * AIR_KG / 3600
    out = float(ratio_of_wet_bulb(np.array(32.0), np.array(27.0), np.array(101325.0)))
    brought = leaks_kg_s * (out - table.humidity_ratio) * 300.0
    assert table.outdoor_kg == pytest.approx(brought, rel=1e-3)
    assert table.condensate_kg == pytest.approx(table.outdoor_kg, rel=1e-3)
    assert table.humidity_ratio > float(saturated_ratio(7.0, 101325.0))


def test_condensing_loads_the_plant_and_humidifying_draws_power() -> None:
    """Heat to the water and power of the handlers by hand, with what leaks in at 32 °C; all
    balances close.
    """
    plain = room("7 °C")
    del plain["halls"][0]["moisture"]
    dry, wet = (ran(asked(one, site=HUMID, **DAY)) for one in (plain, room("7 °C")))
    latent_j = number(wet, "condensate_kg") * VAPORISATION_J_KG
    heat_j = [r.frame("site").heat_rejected_w.sum() * 300.0 for r in (dry, wet)]
    racks = wet.frame("racks")
    room_degc = racks.inlet_air_degc.mean() + 0.5 * 5940.0 / 1743.8
    leaks_j = 0.2 * 12 * 9 * 4 / 3600 * 1191 * (32.0 - room_degc) * 86400
    assert heat_j[1] - heat_j[0] == pytest.approx(latent_j + leaks_j, rel=1e-2)
    assert number(wet, "energy_cooling_j") > number(dry, "energy_cooling_j")
    steamed = ran(asked(room("16 °C", humidifier=50.0), site=DRY, **DAY))
    without = ran(asked(room("16 °C"), site=DRY, **DAY))
    energies = [r.frame("energy").set_index("target").energy_j["crah"] for r in (without, steamed)]
    drawn_j = number(steamed, "humidifier_kg") * STEAM_J_KG
    assert energies[1] - energies[0] == pytest.approx(drawn_j, rel=1e-9)
    assert number(steamed, "energy_humidity_j") == pytest.approx(drawn_j, rel=1e-9)
    assert number(steamed, "wue_l_per_kwh") > number(without, "wue_l_per_kwh")
    for result in (wet, steamed):
        for balance in ("heat", "energy", "moisture"):
            assert abs(number(result, f"{balance}_balance_residual_frac")) < 1e-11


def test_events_tell_of_wet_coils_dry_air_and_humid_air() -> None:
    told = {what for _, _, what in happened(ran(asked(room("7 °C"), site=HUMID)))}
    assert "coils condense" in told
    dry = {what for _, _, what in happened(ran(asked(room("16 °C"), site=DRY)))}
    assert "air too dry" in dry
    assert "coils condense" not in dry
    humid = {what for _, _, what in happened(ran(asked(room("26 °C"), site=HUMID)))}
    assert "air too humid" in humid
    helped = ran(asked(room("16 °C", humidifier=50.0), site=DRY))
    assert "air too dry" not in {what for _, _, what in happened(helped)}


def test_coolant_is_judged_by_the_air_of_its_hall() -> None:
    """Outdoors the dew point is 25 °C, in a hall on 7 °C water it is not: cold plates stay dry."""
    cold = {"site": site(32.0, 27.0)}
    bare = small_layout(2, 1)
    bare["cooling"]["plant"][0] = bare["cooling"]["plant"][1] | {"name": "warm"}
    bare["cooling"]["plant"][0]["supply_temperature"] = "20 °C"
    told = {(name, what) for _, name, what in happened(ran(asked(bare, **cold)))}
    assert ("cdu_loop", "below dew point") in told
    bare["halls"][0]["moisture"] = {"dehumidifier": 100.0}
    held = {(name, what) for _, name, what in happened(ran(asked(bare, **cold)))}
    assert ("cdu_loop", "below dew point") not in held


def test_a_lost_handler_stops_its_share_of_the_steam() -> None:
    """Both handlers off: nothing humidifies, and the hall dries towards outdoors."""
    layout = room("16 °C", humidifier=50.0, leakage=5.0)
    lost = faults((3600.0, "crah_1", 7200.0), (3600.0, "crah_2", 7200.0))
    table = moist(layout, site=DRY, horizon="3 h", faults=lost).set_index("time_s")
    assert table.humidifier_kg.loc[3600.0] > 0
    assert table.humidifier_kg.loc[3900.0:10_000.0].max() == 0
    assert table.humidity_ratio.loc[9000.0] < 0.98 * table.humidity_ratio.loc[3600.0]


def test_dampers_bring_the_moisture_of_outdoors() -> None:
    """Outdoor air for all: the hall comes to the ratio of outdoors within minutes."""
    layout = room("16 °C", supply="22 °C")
    layout["cooling"]["air"][0]["economiser"] = {}
    mild = site(14.0, 10.0)
    out = float(ratio_of_wet_bulb(np.array(14.0), np.array(10.0), np.array(101325.0)))
    table = moist(layout, site=mild, **DAY)
    assert table.humidity_ratio.iloc[-1] == pytest.approx(out, rel=1e-3)


def test_quiet_stretches_show_in_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days of Miami in July: dry and wet hours, lived through at once or one by one."""
    scenario = loaded(asked(room("14 °C", leakage=1.0), horizon="2 d", **MIAMI))
    facility = twin.build(scenario)
    at_once = twin.simulate(facility)
    monkeypatch.setattr("twin.simulation.loop.quiet.Quiet.live_through", lambda *_: False)
    one_by_one = twin.simulate(facility)
    for table in ("moisture", "site", "loops", "events", "energy"):
        assert at_once.frame(table).equals(one_by_one.frame(table)), table


def test_a_quiet_stretch_may_lie_within_a_period() -> None:
    """It ends none then, which had ended the run in a fault; the last air is that of short
    periods.
    """
    last = [
        moist(room("14 °C", leakage=1.0), horizon="6 h", outputs={"period": period}, **PHOENIX)
        .iloc[-1]
        .dew_point_degc
        for period in ("3 h", "10 min")
    ]
    assert last[0] == pytest.approx(last[1], abs=1e-9)


def test_a_run_that_fails_before_its_first_period_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a UPS, whose batteries nobody had seen yet."""

    def broken(*_: object) -> bool:
        raise ValueError("broken on purpose")

    monkeypatch.setattr("twin.simulation.loop.quiet.Quiet.live_through", broken)
    with pytest.raises(twin.RunError, match="broken on purpose"):
        twin.simulate(twin.build(loaded(asked())))


def test_a_run_stops_and_goes_on(tmp_path: Path) -> None:
    facility = twin.build(loaded(asked(room("14 °C", leakage=1.0), horizon="6 h", **MIAMI)))
    whole = start(facility).until().result()
    part = start(facility).until(4321.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("moisture", "site", "events"):
        assert whole.frame(table).equals(later.frame(table))


def test_the_report_tells_the_water_of_each_hall() -> None:
    """Litres of the whole run and the band of dew points, as the table has them."""
    result = ran(asked(room("7 °C"), site=HUMID, **DAY))
    (grid,) = moisture_grids(result)
    table = result.frame("moisture")
    told = dict(zip(grid.headings, grid.rows[0], strict=True))
    assert told["Condensate, L"] == f"{number(result, 'condensate_kg'):,.0f}"
    assert told["Wettest"] == f"{table.dew_point_degc.max():.1f} °C"
    assert grid.title in [one.title for one in section(result).blocks]


def test_a_hall_that_states_nothing_has_no_rows() -> None:
    layout = room()
    del layout["halls"][0]["moisture"]
    result = answer(layout)
    assert result.frame("moisture").empty
    assert not moisture_grids(result)
    assert "condensate_kg" not in result.summary
