"""Claim: batteries, generators and their fuel last as long as their energy says, in closed form."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, happened, job, number
from twin import Result, catalogue
from twin.catalogue.rows import PowerEquipment


def without_generator(count: int = 2) -> dict[str, Any]:
    """Two racks and their cooling behind so many UPS, and nothing else when the utility is away."""
    layout = small_layout(2, 0)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1]["fed_by"] = ["utility"]
    layout["power"][2]["count"] = count
    cooling = layout["cooling"]
    for group in [*cooling["loops"], *cooling["air"], *cooling["plant"]]:
        group["fed_by"] = "panel"  # what is kept cool runs until the batteries are empty
    return layout


def dark(layout: dict[str, Any], minutes: float = 50.0, **changes: Any) -> Result:
    drill = {"kind": "utility_outage", "at": "5 min", "duration": f"{minutes} min"}
    return answer(layout, drills=[drill], outputs={"period": "1 min"}, **changes)


def ups() -> Any:
    return catalogue.get(PowerEquipment, "ups_500")


def off_at_s(run: Result) -> float:
    """When the first rack went off."""
    return min(at for at, who, what in happened(run) if what == "off" and who.startswith("liquid"))


def drawn_w(run: Result, time_s: float = 420.0) -> float:
    """What the batteries give in the minute that ends then."""
    return float(run.frame("site").set_index("time_s").battery_power_w.loc[time_s])


@pytest.mark.parametrize("count", [1, 2])
def test_batteries_last_for_their_energy_over_the_load(count: int) -> None:
    run = dark(without_generator(count), workload=[job()])
    lasts_s = count * ups().battery_energy_j / drawn_w(run)
    assert off_at_s(run) - 300 == pytest.approx(lasts_s, rel=0.02)


@pytest.mark.parametrize("count", [1, 2])
def test_a_battery_gives_what_its_ups_gives_over_its_efficiency(count: int) -> None:
    run = dark(without_generator(count))
    power = run.frame("power").query("time_s == 420")
    of_ups = power[power.component.str.startswith("ups")]
    given_w = of_ups.power_out_w.sum() / ups().battery_discharge_efficiency_frac
    assert drawn_w(run) == pytest.approx(given_w, rel=1e-6)
    assert of_ups.power_in_w.sum() == pytest.approx(given_w, rel=1e-6)


def test_twice_the_batteries_last_a_little_more_than_twice_as_long() -> None:
    """At half the load each UPS loses less of what it passes on."""
    one = off_at_s(dark(without_generator(1), workload=[job()])) - 300
    two = off_at_s(dark(without_generator(2), workload=[job()])) - 300
    assert 1.95 <= two / one <= 2.2


def test_busy_racks_drain_them_in_proportion() -> None:
    idle = dark(without_generator(1), minutes=55)
    busy = dark(without_generator(1), minutes=55, workload=[job()])
    drained = [
        run.frame("site").set_index("time_s").battery_energy_j.loc[[360.0, 480.0]]
        for run in (idle, busy)
    ]
    fell = [float(each.iloc[0] - each.iloc[1]) for each in drained]
    assert fell[1] / fell[0] == pytest.approx(drawn_w(busy, 420) / drawn_w(idle, 420), rel=0.02)
    assert off_at_s(busy) < min([off_at_s(idle)] if happened(idle) else [3600])


def test_stored_energy_falls_by_what_is_delivered() -> None:
    site = dark(without_generator(), minutes=6).frame("site").set_index("time_s")
    drained_j = site.battery_energy_j.loc[300] - site.battery_energy_j.loc[600]
    assert (site.battery_power_w.loc[360:600] * 60).sum() == pytest.approx(drained_j, rel=1e-6)


def test_racks_outlive_their_cooling_where_only_they_stand_behind_the_ups() -> None:
    """The usual surprise: with the coolers dark, busy racks shut down hot and the batteries are
    more than a third full.
    """
    layout = small_layout(3, 0)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1]["fed_by"] = ["utility"]
    run = dark(layout, workload=[job(nodes=54)])
    off = run.frame("events").query("what == 'off'")
    assert set(off.detail) == {"overheated"}
    site = run.frame("site").set_index("time_s").battery_energy_j
    assert site.iloc[-1] > site.iloc[0] / 3


def test_after_the_outage_the_batteries_are_charged_again() -> None:
    drill = {"kind": "utility_outage", "at": "10 min", "duration": "10 min"}
    run = answer(without_generator(), horizon="12 h", outputs={"period": "5 min"}, drills=[drill])
    site = run.frame("site").set_index("time_s")
    full = site.battery_energy_j.loc[300]
    assert site.battery_energy_j.loc[1200] < full
    assert site.battery_energy_j.iloc[-1] == pytest.approx(full, rel=1e-6)
    assert (site.battery_energy_j <= full * (1 + 1e-9)).all()
    put_in_j = -(site.battery_power_w[site.battery_power_w < 0] * 300).sum()
    assert put_in_j >= (full - site.battery_energy_j.loc[1200]) * (1 - 1e-6)


def test_a_generator_takes_the_load_within_its_start_time() -> None:
    """genset_2000: 10 s to start and accept load; until then the batteries."""
    run = dark(small_layout(2, 0), minutes=20)
    site = run.frame("site").set_index("time_s")
    seen = {(who, what): at for at, who, what in happened(run)}
    assert seen["ups_1", "on battery"] == 300.0
    assert seen["genset", "started"] == 310.0
    assert seen["ups_1", "off battery"] == 310.0
    assert site.generator_power_w.loc[600] > 0
    assert site.utility_power_w.loc[600] == 0
    kept_s = 300.0
    cooled_s = 300.0
    assert seen["genset", "stopped"] == 1500.0 + kept_s + cooled_s


def test_energy_of_a_generator_is_its_power_times_the_outage() -> None:
    short = dark(small_layout(2, 0), minutes=10)
    long = dark(small_layout(2, 0), minutes=30)
    more_j = number(long, "energy_generator_j") - number(short, "energy_generator_j")
    steady_w = long.frame("site").set_index("time_s").generator_power_w.loc[1500]
    assert more_j == pytest.approx(steady_w * 1200, rel=0.02)


def test_without_ups_or_generator_everything_stops_at_once_and_comes_back_after() -> None:
    layout = small_layout(2, 0, ups=False)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1]["fed_by"] = ["utility"]
    run = dark(layout, minutes=5)
    assert off_at_s(run) == 300.0 + 0.02  # what power supplies hold up (OCP ORv3)
    back = [at for at, who, what in happened(run) if what == "on" and who.startswith("liquid")]
    assert len(back) == 2
    assert all(at >= 600.0 + 900.0 - 1 for at in back), "a rack boots for 900 s"
