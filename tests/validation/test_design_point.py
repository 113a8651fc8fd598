"""The design point of a facility is the steady state of its run with every rack at rated power.

Racks whose idle power is their rated power draw it all the time, so a short run shows what the
review foretells: coolant, hall air and facility water.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.facility.cooling.peak import air_degc, coolant_degc, inlet_degc, water_degc

LAYOUTS = Path(__file__).parents[2] / "layouts"


def at_peak(name: str) -> twin.Facility:
    """A shipped layout whose racks always draw their rated power."""
    built = twin.build(twin.load(LAYOUTS / f"{name}.yaml"))
    scenario = built.scenario
    layout = scenario.plan.model_dump(mode="json")
    rated = dict(zip(built.racks.id, built.racks.rated_w.tolist(), strict=True))
    for hall in layout["halls"]:
        for row in hall["rows"]:
            mine = {w for rack, w in rated.items() if rack.startswith(f"{row['name']}_r")}
            assert len(mine) == 1
            row["power_rated"] = row["power_idle"] = f"{mine.pop()!r} W"
    steady = {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}
    return twin.build(
        scenario.with_(layout=layout, site__climate=steady, workload=[], horizon="10 min")
    )


@pytest.mark.parametrize("name", ["gb200_su", "superpod_b200", "edge_200kw", "campus_20mw"])
def test_the_run_at_rated_power_stands_at_the_design_point(name: str) -> None:
    facility = at_peak(name)
    result = twin.simulate(facility)
    loops = result.frame("loops")
    last = loops[loops["time_s"] == loops["time_s"].max()].set_index("loop")["temperature_degc"]
    cooling = facility.cooling
    for loop, degc in zip(cooling.loop_id, coolant_degc(facility), strict=True):
        assert last[loop] == pytest.approx(degc, abs=1e-3)
    for hall, degc in zip(cooling.hall_id, air_degc(facility), strict=True):
        assert last[hall] == pytest.approx(degc, abs=1e-3)
    racks = result.frame("racks")
    at_end = racks[racks["time_s"] == racks["time_s"].max()]["inlet_air_degc"].to_numpy()
    assert at_end == pytest.approx(inlet_degc(facility), abs=1e-3)
    for plant, degc in zip(cooling.plants, water_degc(facility), strict=True):
        assert last[plant.id] == pytest.approx(degc, abs=1e-3)


def test_the_design_point_holds_a_set_point_of_the_supply_air_too() -> None:
    facility = at_peak("superpod_b200")
    layout = facility.scenario.plan.model_dump(mode="json")
    for air in layout["cooling"]["air"]:
        air["supply_temperature"] = "24 °C"
    held = twin.build(facility.scenario.with_(layout=layout))
    inlet = inlet_degc(held)
    assert 24 < inlet.min() < inlet.max() < 26
    racks = twin.simulate(held).frame("racks")
    at_end = racks[racks["time_s"] == racks["time_s"].max()]["inlet_air_degc"].to_numpy()
    assert at_end == pytest.approx(inlet, abs=1e-3)
