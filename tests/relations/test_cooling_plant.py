"""Claim: coolers, chillers and pumps carry the heat they are given, share it, and are missed when
they stop.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

from tests.planner import answer, faults, happened, job, number, per_rack, site
from twin import Result


def plant(run: Result, name: str) -> pd.DataFrame:
    loops = run.frame("loops")
    return loops[loops.loop == name].set_index("time_s")


def cooled(count: int = 1, kind: str = "dry_cooler_1000", **plant_keys: Any) -> dict[str, Any]:
    """Two busy racks on so many coolers."""
    layout = small_layout(2, 0)
    layout["cooling"]["plant"][0] |= {"type": kind, "count": count} | plant_keys
    return layout


def test_heat_rejected_is_what_was_put_in_once_all_is_steady() -> None:
    """Racks, coolant units, handlers and water pumps; compressor heat leaves with the condenser air
    and is not in the water.
    """
    run = answer(cooled(), workload=[job()], horizon="8 h", outputs={"period": "1 h"})
    energy = run.frame("energy").set_index("target").energy_j
    span = 8 * 3600
    put_in = number(run, "energy_it_j") + energy["cdu"] + energy["crah"] + (5e3 + 3e3) * span
    rejected = (run.frame("site").heat_rejected_w * 3600).sum()
    assert rejected == pytest.approx(put_in, rel=2e-3)


def test_water_leaves_the_coolers_at_its_set_point_in_mild_air() -> None:
    run = answer(cooled(), workload=[job()], site=site(15.0), horizon="3 h")
    assert 41.8 <= plant(run, "warm").temperature_degc.iloc[-1] < 41.8 + 3.0


@pytest.mark.parametrize("dry_bulb", [36.0, 40.0])
def test_in_hot_air_the_water_stands_above_the_air(dry_bulb: float) -> None:
    run = answer(cooled(), workload=[job()], site=site(dry_bulb), horizon="3 h")
    water = plant(run, "warm").temperature_degc.iloc[-1]
    assert water > dry_bulb
    assert water < dry_bulb + 12.0


@pytest.mark.parametrize(("dry_bulb", "saves"), [(20.0, False), (40.5, True)])
def test_a_second_cooler_pays_where_the_fans_work_hard(dry_bulb: float, saves: bool) -> None:
    """Half the duty each, fans by the cube: less where they work, more where both stand at their
    floor.
    """
    weather = {"workload": [job()], "site": site(dry_bulb), "horizon": "3 h"}
    one, two = answer(cooled(1), **weather), answer(cooled(2), **weather)
    assert (number(two, "energy_cooling_j") < number(one, "energy_cooling_j")) == saves


def test_one_of_two_coolers_lost_is_felt_in_fans_and_not_in_tokens() -> None:
    quiet = answer(cooled(2), workload=[job()], site=site(25.0), horizon="2 h")
    hurt = answer(cooled(2), workload=[job()], site=site(25.0), horizon="2 h",
                  faults=faults((1200, "warm_1", 3600)))  # fmt: skip
    assert number(hurt, "tokens_training") == number(quiet, "tokens_training")
    at = 3600.0
    power = [run.frame("site").set_index("time_s").cooling_power_w.loc[at] for run in (quiet, hurt)]
    assert power[1] != pytest.approx(power[0], rel=1e-6)


def test_both_coolers_lost_warms_the_water_by_heat_over_mass() -> None:
    """264 kW of racks, 87 % of it in the coolant, into 8 m3 of water and what hangs on it."""
    run = answer(cooled(1), horizon="90 min", faults=faults((1800, "warm", 900)))
    water = plant(run, "warm").temperature_degc
    heat_w = plant(run, "warm").heat_w.loc[1800]
    rise_k_s = (water.loc[2400] - water.loc[2100]) / 300
    alone = heat_w / (8 * 4.13e6)
    assert 0.2 * alone < rise_k_s < 1.05 * alone, "coolant and racks take their share"


@pytest.mark.parametrize(
    ("dry", "wet", "wets"), [(20.0, 15.0, False), (36.0, 20.0, False), (41.0, 20.0, True)]
)
def test_pads_are_wetted_only_where_air_alone_does_not_do(
    dry: float, wet: float, wets: bool
) -> None:
    """At 36 °C dry air carries the 264 kW at hand, though not the cooler's megawatt."""
    run = answer(
        cooled(1, "dry_cooler_adiabatic_1000"), workload=[job()], site=site(dry, wet), horizon="2 h"
    )
    assert (run.frame("site").water_kg.sum() > 0) == wets


def test_wet_pads_cool_below_the_dry_bulb() -> None:
    hot = {"workload": [job()], "site": site(44.0, 20.0), "horizon": "3 h"}
    dry = plant(answer(cooled(1), **hot), "warm").temperature_degc.iloc[-1]
    wet = plant(
        answer(cooled(1, "dry_cooler_adiabatic_1000"), **hot), "warm"
    ).temperature_degc.iloc[-1]
    assert wet < dry - 2.0


def test_a_chiller_that_lost_its_power_waits_for_its_restart() -> None:
    """chiller_air_430: 300 s after power is back; the air handlers 15 s."""
    drill = {"kind": "utility_outage", "at": "10 min", "duration": "5 min"}
    run = answer(small_layout(0, 3), drills=[drill])
    seen = {(who, what): at for at, who, what in happened(run)}
    back = seen["genset", "started"]
    assert seen["chilled", "running"] == pytest.approx(back + 300.0, abs=1.0)
    assert seen["crah_1", "running"] == pytest.approx(back + 15.0, abs=1.0)


def pump_lost(racks: int) -> Result:
    layout = small_layout(racks, 0)
    work = [job(nodes=18 * racks)]
    return answer(layout, workload=work, site=site(20.0), faults=faults((1200, "cdu_pump_1", 1200)))


def test_one_of_two_pumps_is_enough_for_two_racks_and_too_little_for_four() -> None:
    """One gives 55 % of 8.8 L/s; a rack takes 2 L/s."""
    two, four = plant(pump_lost(2), "cdu_loop").flow_frac, plant(pump_lost(4), "cdu_loop").flow_frac
    assert two.loc[1500] == pytest.approx(1.0)
    assert four.loc[1500] == pytest.approx(0.55 * 8.8 / 8, rel=0.01)
    assert four.iloc[-1] == pytest.approx(1.0)


def test_a_coolant_pump_lost_is_hotter_racks_and_no_outage() -> None:
    run = pump_lost(4)
    coolant = per_rack(run, "coolant_degc")["liquid_r1"]
    assert coolant.loc[2100] > coolant.loc[1200] + 3.0
    assert run.frame("racks").on_frac.min() == 1.0


def test_both_pumps_lost_stops_the_racks_hot() -> None:
    run = answer(cooled(), workload=[job()],
                 faults=faults((1200, "cdu_pump_1", 1200), (1200, "cdu_pump_2", 1200)))  # fmt: skip
    off = [(at, who) for at, who, what in happened(run) if what == "off"]
    assert {who for _, who in off} == {"liquid_r1", "liquid_r2"}
    assert all(1200 < at < 1500 for at, _ in off)
    assert set(run.frame("events").query("what == 'off'").detail) == {"overheated"}


@pytest.mark.parametrize("header", ["separate", "common"])
def test_two_coolant_units_with_a_common_header_share_a_loss(header: str) -> None:
    layout = small_layout(4, 0)
    layout["cooling"]["loops"][0] |= {"count": 2, "header": header}
    run = answer(layout, site=site(20.0), faults=faults((1200, "cdu_1", 1500)))
    hottest = per_rack(run, "coolant_degc").loc[2400]
    spread = hottest.max() - hottest.min()
    assert (spread > 5.0) == (header == "separate")


def test_a_larger_band_lets_the_water_stand_higher() -> None:
    water = [
        plant(
            answer(
                cooled(1, control_band_k=band), workload=[job()], site=site(30.0), horizon="4 h"
            ),
            "warm",
        ).temperature_degc.iloc[-1]
        for band in (1.0, 3.0, 6.0)
    ]
    assert water == sorted(water)
    assert all(
        41.8 <= each <= 41.8 + band for each, band in zip(water, (1.0, 3.0, 6.0), strict=True)
    )


def test_pump_power_is_paid_all_the_time() -> None:
    small = answer(cooled(1, pump_power="0 kW"))
    large = answer(cooled(1, pump_power="20 kW"))
    more_j = number(large, "energy_cooling_j") - number(small, "energy_cooling_j")
    assert more_j == pytest.approx(20e3 * 3600, rel=0.05)
