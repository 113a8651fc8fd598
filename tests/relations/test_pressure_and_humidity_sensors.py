"""Sensors of pressure and humidity that lie or stand still: from a planner's file to what pumps,
racks and the moisture of a hall do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small, small_layout, training
from test_coolant_pipes import piped, told

import twin
from tests.planner import answer, asked, assert_same, loaded, site
from tests.relations.test_hall_moisture import room
from twin import InputError, Result
from twin.physics.moist_air import ratio_of_wet_bulb, saturated_ratio
from twin.physics.psychrometrics import humidity_ratio, saturation_pressure_pa
from twin.simulation.loop.quiet import Quiet

NEVER = {"detected_after": "30 days"}
LIE = {"at": "10 min", "mode": "spoofed"}
PRESSURE = LIE | {"component": "cdu_1", "sensor": "pressure"}
HUMIDITY = LIE | {"component": "hall", "sensor": "humidity"}
SEEN = ["sensor lies", "intrusion detected", "repaired"]
SEA_LEVEL_PA = 101_325.0


def ran(layout: dict[str, Any], *faults: dict[str, Any], **changes: Any) -> Result:
    changes = {"workload": [training("liquid", 72)], "horizon": "30 min"} | changes
    result = twin.run(small(layout, faults={"timeline": list(faults)}, **changes))
    assert abs(result.summary["heat_balance_residual_frac"]) < 1e-12
    return result


def flow_frac(result: Result) -> Any:
    return result.frame("loops").query("loop == 'cdu_loop'").set_index("time_s").flow_frac


@pytest.mark.parametrize("reads", [0.8, 1.25])
def test_a_loop_holds_its_pressure_over_the_share_that_is_read(reads: float) -> None:
    """What is held is 1 / reads times as much; a loop built for that pressure flows alike."""
    held_pa = twin.check(small(piped()))["hydraulics"][0]["held_pa"]
    lied = ran(piped(), PRESSURE | NEVER | {"reads": f"{100 * reads:.9g} %"})
    valves = {"balanced": False, "control": "pressure"}
    built = ran(piped(valves | {"pressure": f"{held_pa / reads!r} Pa"}))
    open_now = ran(piped(valves | {"pressure": f"{held_pa!r} Pa"}), PRESSURE | NEVER |
                   {"reads": f"{100 * reads:.9g} %"})  # fmt: skip
    assert flow_frac(open_now).loc[900.0] == pytest.approx(flow_frac(built).iloc[-1], rel=1e-6)
    before, after = (flow_frac(lied).loc[at] for at in (540.0, 900.0))
    assert before == pytest.approx(1.0, abs=1e-6)
    assert (after > before) == (reads < 1)
    assert 1.0 / reads**0.5 == pytest.approx(after, rel=0.02)


def test_pumps_follow_a_lie_with_their_power() -> None:
    """Pressure read too low has them turn faster: by the affinity laws with the square root."""
    powers = []
    for faults in ((), (PRESSURE | NEVER | {"reads": "80 %"},)):
        result = ran(piped(), *faults)
        powers.append(result.summary["energy_cooling_j"])
    assert powers[1] > 1.005 * powers[0]


def test_a_pressure_that_stands_still_keeps_the_speed_when_pumps_are_lost() -> None:
    """Honest, the other pumps turn faster and racks miss nothing; lied to, they do not."""
    lost = {"at": "15 min", "component": "cdu_1", "repair_after": "1 h"}
    still = PRESSURE | NEVER | {"frozen": True}
    honest, lied = (flow_frac(ran(piped(), *faults)) for faults in ((lost,), (still, lost)))
    assert flow_frac(ran(piped(), still)).loc[900.0 - 60] == pytest.approx(1.0, abs=1e-6)
    assert honest.iloc[-1] > lied.iloc[-1] + 0.01
    assert lied.iloc[-1] < 0.95


def test_a_pressure_lie_is_seen_and_put_right() -> None:
    seen = {"detected_after": "5 min", "restore_time": "4 min"}
    result = ran(piped(), PRESSURE | seen | {"reads": "80 %"})
    events = result.frame("events").query("component == 'cdu_1'").set_index("time_s").what
    assert events.loc[[600.0, 900.0, 1140.0]].tolist() == SEEN
    assert flow_frac(result).iloc[-1] == pytest.approx(1.0, abs=1e-6)


WATER = {"leakage": 2.0, "humidifier": 40, "dehumidifier": 40, "dew_point_low": "5 °C",
         "dew_point_high": "12 °C"}  # fmt: skip
AIR_KG_S = 2.0 / 3600 * 12 * 9 * 4 * 1.184
"""Of leakage into the small hall, two changes an hour."""
DRY = site(10.0, -1.0)
HUMID = site(32.0, 27.0)


def moist(*faults: dict[str, Any], **changes: Any) -> Result:
    usual: dict[str, Any] = {"horizon": "12 h", "outputs": {"period": "10 min"}, "site": DRY}
    timeline = {"timeline": list(faults)}
    return answer(room(**WATER), faults=timeline, **(usual | changes))


def over(dew_degc: float, share: float) -> float:
    """Ratio of air whose vapour has the pressure of that dew point over a share."""
    vapour_pa = saturation_pressure_pa(np.array(dew_degc)) / share
    return float(humidity_ratio(vapour_pa, np.array(SEA_LEVEL_PA)))


@pytest.mark.parametrize(
    ("place", "dew", "reads"), [(DRY, 5.0, 0.8), (DRY, 5.0, 1.25), (HUMID, 12.0, 0.8)]
)
def test_a_hall_holds_its_window_over_the_share_that_is_read(
    place: dict[str, Any], dew: float, reads: float
) -> None:
    lie = HUMIDITY | NEVER | {"reads": f"{100 * reads:.9g} %"}
    rows = moist(lie, site=place).frame("moisture")
    held = over(dew, reads)
    assert rows.humidity_ratio.iloc[-1] == pytest.approx(held, rel=1e-9)
    air = place["climate"]
    outdoors = ratio_of_wet_bulb(
        *(np.array(float(air[k].split()[0])) for k in ("dry_bulb", "wet_bulb")),
        np.array(SEA_LEVEL_PA),
    )
    given = rows.humidifier_kg.iloc[-1] - rows.dehumidifier_kg.iloc[-1]
    taken = rows.condensate_kg.iloc[-1]
    by_hand = AIR_KG_S * (held - float(outdoors)) * 600.0 + taken
    assert given == pytest.approx(by_hand, rel=1e-3)


def test_no_air_is_wetter_than_saturated_where_racks_draw_in() -> None:
    result = moist(HUMIDITY | NEVER | {"reads": "20 %"})
    rows = result.frame("moisture")
    coldest = result.frame("racks").query("time_s == 43200").inlet_air_degc.min()
    wettest = float(saturated_ratio(coldest, SEA_LEVEL_PA))
    assert rows.humidity_ratio.iloc[-1] == pytest.approx(wettest, rel=1e-3)
    assert ("hall", "air too humid") in told(result)


def test_a_humidity_that_stands_still_keeps_the_water_that_is_given() -> None:
    """While the weather of a day in March moves, honest controls move with it."""
    day = {"site": {"climate": "baltimore", "grid": "virginia"}, "horizon": "1 d"}
    day |= {"start": "2026-03-10T00:00:00-05:00"}
    still = HUMIDITY | NEVER | {"frozen": True}
    honest, lied = (moist(*faults, **day).frame("moisture") for faults in ((), (still,)))
    after = lied.time_s > 1200.0
    given = (lied.humidifier_kg - lied.dehumidifier_kg)[after]
    assert given.abs().max() > 0.1
    assert given.std() < 1e-9
    assert (honest.humidifier_kg - honest.dehumidifier_kg)[after].std() > 1e-3
    assert (lied.humidity_ratio - honest.humidity_ratio)[after].abs().max() > 1e-4


def test_a_humidity_lie_is_seen_and_put_right_by_a_crew() -> None:
    seen = {"detected_after": "1 h", "restore_time": "30 min"}
    result = moist(HUMIDITY | seen | {"reads": "80 %"})
    assert result.frame("moisture").humidity_ratio.iloc[-1] == pytest.approx(over(5.0, 1.0))
    events = result.frame("events").query("component == 'hall'").set_index("time_s").what
    assert events.loc[[600.0, 4200.0, 6000.0]].tolist() == SEEN


@pytest.mark.parametrize("lie", [{"reads": "80 %"}, {"reads": "125 %"}, {"frozen": True}])
def test_quiet_stretches_hold_halls_that_are_lied_to(
    lie: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two days on which the weather crosses both ends of the window: no byte differs."""
    days = {"site": {"climate": "baltimore", "grid": "virginia"}, "horizon": "2 d"}
    days |= {"start": "2026-05-10T00:00:00-04:00"}
    whole = moist(HUMIDITY | {"detected_after": "30 h"} | lie, **days)
    lived_at_once = []
    by_itself = Quiet.live_through

    def counted(quiet: Quiet, until_s: float) -> bool:
        lived_at_once.append(by_itself(quiet, until_s))
        return lived_at_once[-1]

    monkeypatch.setattr(Quiet, "live_through", counted)
    moist(HUMIDITY | {"detected_after": "30 h"} | lie, **days)
    assert any(lived_at_once)
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert_same(whole, moist(HUMIDITY | {"detected_after": "30 h"} | lie, **days))


def lied_to(fault: dict[str, Any], layout: dict[str, Any] | None = None) -> str:
    """What is said of a fault that cannot be."""
    scenario = asked(layout or small_layout(), faults={"timeline": [LIE | fault]})
    with pytest.raises(InputError) as found:
        twin.build(loaded(scenario))
    return str(found.value)


def test_sensors_that_are_not_there_are_refused() -> None:
    pressure = {"component": "cdu", "sensor": "pressure", "frozen": True}
    assert "a coolant unit on a loop with `hydraulics`" in lied_to(pressure)
    nearest = lied_to(pressure | {"component": "cdu_3"}, piped())
    assert "did you mean 'cdu_1'" in nearest or "did you mean 'cdu_2'" in nearest
    assert "`hydraulics`" in lied_to(pressure, piped({"control": "speed"}))
    humidity = {"component": "hall", "sensor": "humidity", "reads": "80 %"}
    assert "a hall that states its `moisture`" in lied_to(humidity)
    assert "no offset" in lied_to(humidity | {"reads": None, "offset": "2 K"})
    assert "no second_sensor_limit" in lied_to(humidity | {"second_sensor_limit": "1 K"})
    assert "no reads" in lied_to({"component": "cdu", "sensor": "temperature", "reads": "80 %"})
