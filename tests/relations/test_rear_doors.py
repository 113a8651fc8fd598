"""Rear doors from a layout file to the numbers a planner reads, held against exchangers by hand."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, faults, loaded, site
from twin.facility.cooling import peak
from twin.simulation.cooling import conductances

AIR_J_M3_K = 1191.0
WATER_J_M3_K = 4.17e6
RACK_W = 28_600.0
"""Of each of four racks in air at work."""
AT_WORK: dict[str, Any] = {"workload": [busy(nodes=8)], "horizon": "12 h", "site": site(20.0)}


def hall(doors: str | None = "door_passive_20", **keys: Any) -> dict[str, Any]:
    """Four racks in air with doors on the chilled water of their two air handlers."""
    layout = small_layout(0, 4)
    if doors is not None:
        fed = {} if "passive" in doors else {"fed_by": "panel"}
        group = {"name": "door", "type": doors, "serves": "air", "plant": "chilled"}
        layout["cooling"]["doors"] = [group | fed | keys]
    return layout


def own_water(layout: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """The same with the doors on a plant of their own."""
    plant = {"name": "doors", "type": "chiller_air_190", "fed_by": "board"}
    water = {"supply_temperature": "16 °C", "volume": "4 m^3", "pump_power": "1 kW"}
    layout["cooling"]["plant"].append(plant | water | keys)
    layout["cooling"]["doors"][0]["plant"] = "doors"
    return layout


def last(run: twin.Result, loop: str) -> Any:
    return run.frame("loops").query("loop == @loop").iloc[-1]


def closes(run: twin.Result) -> bool:
    residuals = ("heat_balance_residual_frac", "energy_balance_residual_frac")
    return all(abs(float(run.summary[name])) < 1e-9 for name in residuals)


def row(name: str) -> Any:
    from twin.catalogue.rows import CoolingEquipment

    return twin.catalogue.rows(CoolingEquipment)[name]


def taken_frac(
    name: str, air_m3_s: float, water_frac: float = 1.0, carried_frac: float = 1.0
) -> float:
    """Share of the way to its water that a door cools air, by hand: NTU of its rated point, films
    that follow flow to the power of 0.8, counter-flow; of water that carries less heat a litre.
    """
    one = row(name)
    hot = AIR_J_M3_K * one.flow_m3_s
    cold = WATER_J_M3_K * one.primary_flow_m3_s
    frac = one.capacity_w / (min(hot, cold) * (one.approach_k + one.capacity_w / hot))
    ratio = min(hot, cold) / max(hot, cold)
    units = math.log((1 - ratio * frac) / (1 - frac)) / (1 - ratio)
    films = (air_m3_s / one.flow_m3_s) ** -0.8 + water_frac**-0.8
    transfer = 2 * units * min(hot, cold) / films
    air = AIR_J_M3_K * air_m3_s
    water = cold * water_frac * carried_frac
    smaller, larger = min(air, water), max(air, water)
    e = math.exp(-transfer / smaller * (1 - smaller / larger))
    return (1 - e) / (1 - smaller / larger * e) * smaller / air


def rack_air_m3_s() -> float:
    from twin.catalogue.rows import Rack

    return float(twin.catalogue.rows(Rack)["dgx_b200_x2"].air_flow_m3_s)


@pytest.mark.parametrize("door", ["door_passive_20", "door_active_35", "door_active_75"])
def test_a_door_takes_what_its_exchanger_takes_by_hand(door: str) -> None:
    """At rest each door takes share x (inlet + P / f - water) of its rack's stream f, and the hall
    has the rest, with the heat of fans in doors and handlers.
    """
    run = answer(hall(door), **AT_WORK)
    racks = run.frame("racks")
    inlet = racks[racks.time_s == racks.time_s.max()].inlet_air_degc.to_numpy()
    water = last(run, "chilled")
    air = rack_air_m3_s()
    stream = AIR_J_M3_K * air
    taken = taken_frac(door, air) * stream * (inlet + RACK_W / stream - water.temperature_degc)
    facility = twin.build(loaded(asked(hall(door))))
    cooling = facility.cooling
    fans = float(cooling.units.power_w[cooling.doors.unit].sum())
    hall_w = float(last(run, "hall").heat_w)
    handlers = float(peak.unit_w(facility)[cooling.air.handler_unit].sum())
    assert 4 * RACK_W + fans + handlers - hall_w == pytest.approx(taken.sum(), rel=1e-3)
    assert last(run, "hall").doors_w == pytest.approx(taken.sum(), rel=1e-3)
    assert hall_w + last(run, "hall").doors_w == pytest.approx(
        4 * RACK_W + fans + handlers, rel=1e-6
    )
    assert float(water.heat_w) == pytest.approx(4 * RACK_W + fans + handlers + 3000, rel=1e-3)
    assert closes(run)


def test_the_passive_row_removes_what_its_maker_publishes() -> None:
    """IBM states 55 to 85 % of 20 to 32 kW for cabinets behind its door; water of 18 °C, air drawn
    in at 22 °C, the rated flows.
    """
    flow = row("door_passive_20").flow_m3_s
    stream = AIR_J_M3_K * flow
    for rack_w in (20e3, 26e3, 32e3):
        taken = taken_frac("door_passive_20", flow) * stream * (22 - 18 + rack_w / stream)
        assert 0.55 <= taken / rack_w <= 0.85


def test_without_air_handlers_doors_take_all_of_it() -> None:
    """The water is then colder than the exhaust by heat over conductance, and inlets follow: by
    hand within the width of the balance. `twin check` foresees the same.
    """
    layout = hall()
    layout["cooling"]["air"] = []
    run = answer(layout, **AT_WORK)
    racks = run.frame("racks")
    inlet = racks[racks.time_s == racks.time_s.max()].inlet_air_degc.to_numpy()
    air = rack_air_m3_s()
    stream = AIR_J_M3_K * air
    water = float(last(run, "chilled").temperature_degc)
    by_hand = water + RACK_W / (taken_frac("door_passive_20", air) * stream) - RACK_W / stream
    assert inlet.mean() == pytest.approx(by_hand, abs=0.05)
    facility = twin.build(loaded(asked(layout)))
    assert peak.inlet_degc(facility).mean() == pytest.approx(by_hand, abs=0.1)
    assert peak.doors_w(facility).sum() == pytest.approx(4 * RACK_W, rel=1e-9)
    assert closes(run)


def test_the_review_foresees_what_a_run_comes_to() -> None:
    """Inlets and the heat of doors at the design point, and their sum on the plant."""
    layout = own_water(hall("door_active_35"))
    facility = twin.build(loaded(asked(layout)))
    run = answer(layout, **AT_WORK)
    racks = run.frame("racks")
    inlet = racks[racks.time_s == racks.time_s.max()].inlet_air_degc.to_numpy()
    assert peak.inlet_degc(facility) == pytest.approx(inlet, abs=0.1)
    taken = float(peak.doors_w(facility).sum())
    assert float(last(run, "doors").heat_w) - 1000 == pytest.approx(taken, rel=5e-3)
    checked = twin.check(loaded(asked(layout)))
    assert checked["heat_air_w"] == pytest.approx(4 * RACK_W - taken, rel=1e-9)


def test_a_failed_door_gives_all_of_its_heat_to_the_hall() -> None:
    """One of four doors out: the hall gains what that door took, less what the others take more of
    the warmer air; mended, it is as before.
    """
    layout = own_water(hall("door_active_35"))
    out = {"horizon": "20 h", "faults": faults((8 * 3600, "door_2", 6 * 3600))}
    run = answer(layout, **(AT_WORK | out))
    halls = run.frame("loops").query("loop == 'hall'").set_index("time_s").heat_w
    doors = run.frame("loops").query("loop == 'doors'").set_index("time_s").heat_w
    rooms = run.frame("loops").query("loop == 'hall'").set_index("time_s").doors_w
    for hour in (8, 14, 20):
        assert rooms.loc[hour * 3600.0] + 1000 == pytest.approx(doors.loc[hour * 3600.0], rel=1e-3)
    before, during, after = (halls.loc[h * 3600.0] for h in (8, 14, 20))
    whole = before + doors.loc[8 * 3600.0]
    assert during + doors.loc[14 * 3600.0] + 350 == pytest.approx(whole, rel=1e-3)
    assert during > before + 0.5 * (doors.loc[8 * 3600.0] - 1000) / 4
    assert after == pytest.approx(before, rel=1e-3)
    told = run.frame("events")
    assert "door_2" in set(told[told.what == "stopped"].component)
    assert closes(run)


def test_doors_whose_water_stands_take_nothing() -> None:
    """The plant of the doors loses its power and with it its pumps: the hall has it all, as in the
    same hall without doors.
    """
    layout = own_water(hall(), fed_by="second")
    layout["power"] += [
        {"name": "grid", "type": "utility_feed"},
        {"name": "second", "type": "switchboard_4000", "fed_by": "grid"},
    ]
    out = {"horizon": "14 h", "faults": faults((4 * 3600, "second", 9 * 3600))}
    run = answer(layout, **(AT_WORK | out))
    bare = answer(hall(None), **AT_WORK)
    halls = run.frame("loops").query("loop == 'hall'").set_index("time_s").heat_w
    assert halls.loc[12 * 3600.0] == pytest.approx(float(last(bare, "hall").heat_w), rel=1e-6)
    assert halls.loc[4 * 3600.0] < 0.5 * halls.loc[12 * 3600.0]
    rooms = run.frame("loops").query("loop == 'hall'").set_index("time_s").doors_w
    assert rooms.loc[12 * 3600.0] == 0.0 < rooms.loc[4 * 3600.0]
    assert closes(run)


def test_doors_without_fans_need_no_power_and_those_with_fans_do() -> None:
    """With board and panels dark for two minutes passive doors go on; active ones stop, and start
    again.
    """
    for door, stops in (("door_passive_20", False), ("door_active_35", True)):
        layout = own_water(hall(door))
        dark = faults((600, "panel_1", 120), (600, "panel_2", 120))
        run = answer(layout, **(AT_WORK | {"horizon": "1 h", "faults": dark}))
        told = run.frame("events")
        mine = told[told.component.str.startswith("door_")]
        assert bool(len(mine)) == stops
        assert closes(run)


def test_check_lists_no_voltage_of_doors_without_fans_as_nothing_feeds_them() -> None:
    """Passive doors stand in no electrical table; active ones do, live."""
    for door, listed in (("door_passive_20", False), ("door_active_35", True)):
        rows = twin.check(loaded(asked(hall(door))))["electrical"]
        doors = [row for row in rows if row["node"].startswith("door")]
        assert bool(doors) == listed
        assert all(row["voltage_frac"] > 0.9 for row in rows)


def test_racks_on_coolant_give_the_rest_of_their_heat_to_a_door() -> None:
    """Four GB200 racks: what their chips do not give to coolant passes the doors, at rest as by
    hand.
    """
    layout = small_layout(4, 0)
    group = {"name": "door", "type": "door_passive_20", "serves": "liquid", "plant": "chilled"}
    layout["cooling"]["doors"] = [group]
    run = answer(layout, **(AT_WORK | {"workload": [busy(nodes=72)]}))
    facility = twin.build(loaded(asked(layout)))
    taken = peak.doors_w(facility)
    into_air = facility.racks.rated_w * (1 - facility.racks.liquid_frac)
    stream = facility.cooling.air.rack_w_k
    inlet = peak.inlet_degc(facility)
    water = peak.water_degc(facility)[1]
    frac = taken_frac("door_passive_20", float(stream[0]) / AIR_J_M3_K)
    assert taken == pytest.approx(frac * (into_air + stream * (inlet - water)), rel=2e-3)
    racks = run.frame("racks")
    found = racks[racks.time_s == racks.time_s.max()].inlet_air_degc.to_numpy()
    assert found == pytest.approx(inlet, abs=0.2)
    assert closes(run)


def test_crowds_of_racks_with_doors_move_as_each_by_itself(monkeypatch: Any) -> None:
    """Racks that are alike are lumped where there are many: one with a failed door is not alike."""
    layout = own_water(hall("door_active_35"))
    work = AT_WORK | {"horizon": "2 h", "faults": faults((1800, "door_3", 1800))}
    plain = answer(layout, **work)
    monkeypatch.setattr(conductances, "CROWD_MIN", 1)
    lumped = answer(layout, **work)
    for name in ("inlet_air_degc", "gpu_degc"):
        if name in plain.frame("racks"):
            one, two = (run.frame("racks")[name].to_numpy() for run in (plain, lumped))
            assert one == pytest.approx(two, abs=1e-6)
    assert closes(lumped)


def test_redundancy_needs_room_in_the_handlers_for_the_heat_of_a_door() -> None:
    """Two handlers of 100 kW carry a lost door's 23 kW; one of 45 kW beside passive doors has just
    the room for what they leave, and the hall is lost with any door or the doors' plant; so it is
    where doors stand alone.
    """
    roomy = twin.redundancy(loaded(asked(own_water(hall()))))
    assert not any(p["component"].startswith("door") for p in roomy.single_points_of_failure)
    tight = own_water(hall())
    tight["cooling"]["air"][0] |= {"count": 1, "overrides": {"capacity": "45 kW"}}
    found = {p["component"] for p in twin.redundancy(loaded(asked(tight))).single_points_of_failure}
    assert {"door_1", "door_4", "crah", "doors"} <= found
    alone = hall()
    alone["cooling"]["air"] = []
    found = {p["component"] for p in twin.redundancy(loaded(asked(alone))).single_points_of_failure}
    assert {"door_1", "door_4", "chilled"} <= found


def test_ride_through_tells_what_lost_doors_do() -> None:
    """One handler beside four doors: all of them lost warm the racks' air by more than one does."""
    layout = own_water(hall())
    layout["cooling"]["air"][0]["count"] = 1
    design = loaded(asked(layout))
    one = {rack.rack: rack.inlet_max_degc for rack in twin.ride_through(design, ["door_2"]).racks}
    doors = ["door_1", "door_2", "door_3", "door_4"]
    every = {rack.rack: rack.inlet_max_degc for rack in twin.ride_through(design, doors).racks}
    assert max(every.values()) > max(one.values()) + 2


WRONG = {
    "unknown": ({"serves": "nobody"}, "rows, halls or racks of this layout"),
    "twice": ({"serves": ["air", "air_r2"]}, "one rear door a rack"),
    "no feed": ({"type": "door_active_35"}, "a power feed for doors with fans"),
    "a feed for nothing": ({"fed_by": "panel"}, "none; or a type with fans"),
    "not a door": ({"type": "crah_100"}, "a rear_door of the catalogue"),
    "no plant": ({"plant": "cold"}, "one of this layout"),
}


@pytest.mark.parametrize("which", WRONG)
def test_doors_that_cannot_hang_are_refused_with_the_cure(which: str) -> None:
    """Each at its key."""
    keys, says = WRONG[which]
    with pytest.raises(twin.InputError, match=re.escape(says)) as refused:
        twin.build(loaded(asked(hall(**keys))))
    assert "doors" in str(refused.value)


def test_the_review_tells_of_dew_and_of_too_much_air() -> None:
    """Water of 16 °C where outdoor air brings a dew point of 17.6 °C; racks of 1.46 m³/s behind
    doors for 1.35 m³/s.
    """
    humid = site(25.0, 20.0)
    found = twin.check(loaded(asked(hall(), site=humid)))["findings"]
    said = {row["code"]: row["says"] for row in found if row["component"].startswith("door")}
    assert "16 °C" in said["condensation"]
    assert "1.46 m³/s" in said["door_short_of_air"]
    assert "1.35 m³/s" in said["door_short_of_air"]
    dry = twin.check(loaded(asked(hall("door_active_35"), site=site(25.0, 12.0))))["findings"]
    assert not any(row["component"].startswith("door") for row in dry)


def test_doors_are_bought_at_their_price_and_stand_behind_their_racks() -> None:
    """Four of 6,000 USD and nothing else; the coil begins where its rack ends."""
    run = answer(hall(), horizon="10 min")
    bought = run.frame("costs").set_index("block").capex_usd
    assert bought["rear_door door_passive_20"] == pytest.approx(24_000)
    there = run.frame("components").set_index("id")
    behind = there.loc["door_1"].y_m - there.loc["air_r1"].y_m
    assert behind == pytest.approx((there.loc["air_r1"].depth_m + 0.143) / 2)


def test_a_year_pays_for_the_fans_of_doors() -> None:
    """Four of 350 W through 8,760 h, less what handlers and chillers are spared or pay more."""
    weather = "phoenix"
    plain = twin.climate(loaded(asked(own_water(hall()))), weather)
    fans = own_water(hall("door_active_35", overrides={"power_rated": "3.5 kW"}))
    more = twin.climate(loaded(asked(fans)), weather)
    assert more.as_dict()["pue"] > plain.as_dict()["pue"]


@pytest.mark.parametrize(("glycol", "carried"), [("0 %", 1.0), ("60 %", 0.8427)])
def test_the_solved_air_of_a_hall_passes_its_doors(glycol: str, carried: float) -> None:
    """Exhausts lie on the way from inlet and heat to the water of the door, by hand; handlers and
    doors take together what racks give.
    """
    air = rack_air_m3_s()
    cooled = taken_frac("door_passive_20", air, carried_frac=carried)
    layout = hall()
    for plant in layout["cooling"]["plant"]:
        plant["antifreeze"] = glycol
    found = twin.airflow(loaded(asked(layout)))
    for rack in found.racks():
        unchecked = rack["inlet_degc"] + RACK_W / (AIR_J_M3_K * air)
        by_hand = unchecked + cooled * (16.0 - unchecked)
        assert rack["exhaust_degc"] == pytest.approx(by_hand, abs=0.02)
    assert found.measures()["heat_balance_residual_frac"] < 1e-6
    bare = twin.airflow(loaded(asked(hall(None))))
    assert bare.measures()["inlet_max_degc"] > found.measures()["inlet_max_degc"] + 1.0


def test_doors_on_water_warmer_than_the_exhaust_warm_their_hall() -> None:
    """`twin check` says so, and redundancy asks the handlers for it; it had ended in a fault."""
    layout = hall()
    layout["cooling"]["doors"][0]["plant"] = "warm"
    layout["cooling"]["plant"][0]["supply_temperature"] = "42 °C"
    facility = twin.build(loaded(asked(layout)))
    given_w = -peak.doors_w(facility)
    assert given_w.min() > 100.0
    racks_w = 4 * RACK_W
    assert peak.heat_w(facility)[1].sum() == pytest.approx(racks_w + given_w.sum(), rel=1e-6)
    found = twin.check(facility)["findings"]
    said = {row["code"]: row["says"] for row in found if row["component"].startswith("door")}
    assert "its water is warmer than what leaves its rack" in said["cools_nothing"]
    cuts = twin.redundancy(facility).as_dict()
    apart = twin.redundancy(twin.build(loaded(asked(hall(None))))).as_dict()
    assert (
        cuts["availability_exact"]["unavailability"]
        >= (apart["availability_exact"]["unavailability"])
    )


def test_moisture_of_a_hall_that_doors_alone_cool_is_told_to_change_nothing() -> None:
    layout = hall("door_active_35")
    layout["cooling"]["air"] = []
    layout["halls"][0]["moisture"] = {"leakage": 10}
    found = twin.check(loaded(asked(layout)))["findings"]
    said = [row for row in found if row["code"] == "changes_nothing"]
    assert [row["component"] for row in said] == ["hall"]
    assert "moisture" in said[0]["says"]
