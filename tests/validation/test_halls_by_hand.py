"""Claim: halls that lose their air handlers warm as they do by hand, and full load is full load
whatever the racks are.

The other side is `tests/hall_by_hand.py`: two pools of air, racks in groups, structure, a coil by
its data sheet, steps of a tenth of a second. It knows no places, so mean inlets are compared, and
times of the first rack to a tolerance of what places spread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import twin
from tests.hall_by_hand import Hall, Racks
from tests.planner import asked, loaded
from twin.analysis.ride_through import RideThrough
from twin.study.ride_through import first_reached_s

ROOT = Path(__file__).parents[2]
LEFT = "crah_4"
LOST = [f"crah_{k}" for k in range(1, 8) if f"crah_{k}" != LEFT]
SLOWDOWN_DEGC = 89.0
GPU_K_W = 0.0426
KEPT_K_W = 0.01
"""Of chips that stay cool."""
COMPUTE = 0
"""The group of compute racks by hand."""


def superpod(activity: float, **stated: float) -> Hall:
    """`superpod_b200` from its rows: 16 racks of two DGX B200, 4 support racks, 7 handlers."""
    compute_w = 16 * (5940 + activity * (28600 - 5940))
    racks = [Racks(compute_w, 16 * 1.464, 16 * 142.4e3), Racks(4 * 14e3, 4 * 0.8596, 4 * 330e3)]
    return Hall(racks, 14 * 14 * 4.5, 0.05, 7, **stated)


def at_work(activity: float) -> dict[str, Any]:
    """A job of this activity on every node."""
    work = {"kind": "batch", "name": "busy", "count": 1, "span": "1 s", "nodes_max": 32}
    steady = {"nodes_median": 1e6, "runtime_median": "366 d"}
    return work | steady | {"gpu_activity": activity, "cpu_activity": activity}


def busy(activity: float) -> twin.Scenario:
    """The layout with it."""
    plain = twin.load(ROOT / "scenarios/superpod_day.yaml")
    return plain.with_(workload=[at_work(activity)], faults={"timeline": []})


def test_inlets_warm_as_by_hand_with_one_handler_of_seven_left() -> None:
    lost = [{"at": "1 h", "component": name, "repair_after": "2 h"} for name in LOST]
    asked_of = {"faults": {"timeline": lost}, "horizon": "3780 s", "outputs": {"period": "10 s"}}
    racks = twin.simulate(twin.build(busy(1.0).with_(**asked_of))).frame("racks")
    computing = racks[racks["rack"].str.startswith("compute")]
    inlet_degc = computing.groupby("time_s")["inlet_air_degc"].mean()
    hall = superpod(1.0)
    hall.begin()
    for after_s in (0, 30, 60, 90, 120, 150):
        assert inlet_degc.loc[3600.0 + after_s] == pytest.approx(hall.cold, abs=0.7)
        for _ in range(300):
            hall.step(1)


def kept_clocks(activity: float) -> twin.Scenario:
    """`superpod_b200` with chips that never slow down and racks that never turn themselves off."""
    layout = yaml.safe_load((ROOT / "layouts/superpod_b200.yaml").read_text(encoding="utf-8"))
    rack = {"name": "steady", "like": "dgx_b200_x2", "source": "invented: nothing slows or trips"}
    never = {"junction_to_coolant_k_w": KEPT_K_W, "inlet_air_max": "60 °C"}
    layout["equipment"] = {"racks": [rack | never]}
    layout["halls"][0]["rows"][0]["racks"] = "2 x 8 x steady"
    lost = [{"at": "1 h", "component": name, "repair_after": "2 h"} for name in LOST]
    asks = {"faults": {"timeline": lost}, "horizon": "4200 s", "outputs": {"period": "5 s"}}
    day = yaml.safe_load((ROOT / "scenarios/superpod_day.yaml").read_text(encoding="utf-8"))
    begins = {"start": day["start"].isoformat()}
    return loaded(day | begins | asks | {"layout": layout, "workload": [at_work(activity)]})


def test_one_handler_of_seven_without_throttling() -> None:
    """240 and 420 s were asked of a flow balance without throttling and a trip at 45 °C. Under just
    these conditions, at 0.93 of full activity, the mean compute rack comes to the temperature at
    which its chips would slow down after 240 s and to air of 45 °C after 424 s; by hand after 246
    and 425 s. The first rack, which stands nearest to exhaust, comes to 45 °C after 383 s.
    """
    racks = twin.simulate(twin.build(kept_clocks(0.93))).frame("racks")
    racks = racks[racks["rack"].str.startswith("compute") & (racks["time_s"] >= 3600.0)]
    chip_w = 140 + 0.93 * (1000 - 140)
    node_degc = racks.assign(node=racks.junction_degc - KEPT_K_W * chip_w)
    mean = node_degc.groupby("time_s")[["node", "inlet_air_degc"]].mean()
    first = racks.groupby("time_s").inlet_air_degc.max()
    after_s = mean.index.to_numpy() - 3600.0
    slows_degc = SLOWDOWN_DEGC - GPU_K_W * chip_w
    assert np.interp(slows_degc, mean.node, after_s) == pytest.approx(240.0, rel=0.04)
    assert np.interp(45.0, mean.inlet_air_degc, after_s) == pytest.approx(420.0, rel=0.015)
    assert np.interp(45.0, first, after_s) == pytest.approx(383.0, abs=2.0)


@pytest.mark.parametrize("activity", [0.85, 0.93])
def test_clock_and_trip_as_by_hand(activity: float) -> None:
    """0.93 of the way from idle to rated gives 246 and 425 s by hand (240 and 420 asked of a hand
    calculation). By hand nothing slows down, which would put the trip off, and nobody stands
    nearer to the exhaust than others, which would bring it forward.
    """
    found = twin.ride_through(busy(activity), LOST, 1200.0)
    chip_w = 140 + activity * (1000 - 140)
    hall = superpod(activity)
    throttles_s = hall.reached_s(1, SLOWDOWN_DEGC - GPU_K_W * chip_w, COMPUTE)
    assert found.first_throttled_s == pytest.approx(throttles_s, rel=0.1)
    assert found.first_off_s == pytest.approx(hall.reached_s(1, 45.0), rel=0.1)


@pytest.mark.parametrize(
    ("stated", "trips_s"),
    [
        ({}, 378.0),
        ({"structure_j_k": 20e6}, 440.0),
        ({"structure_j_k": 20e6, "structure_w_k": 8e3}, 780.0),
        ({"structure_j_k": 1e4}, 276.0),
    ],
)
def test_what_the_documents_say_of_masses(stated: dict[str, float], trips_s: float) -> None:
    """The table of docs/airflow.md, one handler of seven left at full activity."""
    assert superpod(1.0, **stated).reached_s(1, 45.0) == pytest.approx(trips_s, rel=0.02)


def hall(rows: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    """A hall of rows behind panels that carry any of them."""
    fed = {"source": "panel", "pairing": "spread"}
    return {
        "name": "by_hand",
        "halls": [
            {
                "name": "hall",
                "size": ["18 m", "12 m", "4.2 m"],
                "rows": [row | {"fed_by": fed} for row in rows],
                **keys,
            }
        ],
        "power": [
            {"name": "utility", "type": "utility_feed"},
            {"name": "board", "type": "switchboard_4000", "fed_by": "utility"},
            {"name": "panel", "type": "rpp_500", "count": 4, "fed_by": "board"},
        ],
        "cooling": {
            "air": [
                {
                    "name": "crah",
                    "type": "crah_100",
                    "count": 6,
                    "hall": "hall",
                    "fed_by": "board",
                    "plant": "cold",
                }
            ],
            "plant": [
                {
                    "name": "cold",
                    "type": "chiller_air_430",
                    "count": 2,
                    "fed_by": "board",
                    "supply_temperature": "12 °C",
                }
            ],
        },
    }


def row(racks: str, y_m: float = 3.0, facing: str = "south") -> dict[str, Any]:
    return {"name": f"r{round(y_m)}", "racks": racks, "at": ["4 m", f"{y_m} m"], "facing": facing}


def all_lost(layout: dict[str, Any]) -> tuple[twin.Facility, RideThrough]:
    """The hall, and what the loss of every handler does to it."""
    scenario = asked(layout)
    del scenario["horizon"]
    built = twin.build(loaded(scenario))
    return built, twin.ride_through(built, [f"crah_{k}" for k in range(1, 7)], 1800.0)


def test_moments_between_samples_lie_on_a_straight_line() -> None:
    value = np.array([[20.0, 31.0, 20.0, 29.0], [28.0, 33.0, 25.0, 29.0], [36.0, 35.0, 26.0, 31.0]])
    found = first_reached_s(np.array([0.0, 10.0, 20.0]), value, np.full(4, 30.0))
    assert found[[0, 1, 3]] == pytest.approx([12.5, 0.0, 15.0])
    assert np.isnan(found[2])


HALLS = {
    "CPU racks": [row("8 x cpu_rack_generic"), row("8 x cpu_rack_generic", 5.8, "north")],
    "H100": [row("6 x dgx_h100_x4"), row("6 x dgx_h100_x4", 5.8, "north")],
    "two GPU types": [row("6 x dgx_b200_x2"), row("4 x dgx_h100_x4", 5.8, "north")],
    "CPUs beside GPUs": [row("6 x dgx_b200_x2"), row("6 x cpu_rack_generic", 5.8, "north")],
    "storage beside GPUs": [row("6 x hgx_l40s_edge"), row("4 x support_rack", 5.8, "north")],
}


@pytest.mark.parametrize("name", HALLS)
def test_the_first_rack_passes_its_limit_when_it_does_by_hand(name: str) -> None:
    """From the mean inlet at full load, every rack at its rating, to the lowest limit."""
    built, found = all_lost(hall(HALLS[name], containment="hot_aisle"))
    racks = built.racks
    flow_m3_s = built.cooling.air.rack_w_k / (1.184 * 1007)
    held = built.cooling.capacity_j_k[: len(racks.id)]
    kinds = [racks.inlet_max_degc == limit for limit in np.unique(racks.inlet_max_degc)]
    alike = [k & (held == h) for k in kinds for h in np.unique(held[k])]
    groups = [Racks(racks.rated_w[k].sum(), flow_m3_s[k].sum(), held[k].sum()) for k in alike]
    by_hand = Hall(groups, 18 * 12 * 4.2, 0.03, 6)
    before = np.array([rack.inlet_before_degc for rack in found.racks])
    by_hand.begin()
    by_hand.coil.water_degc += float(np.average(before, weights=flow_m3_s)) - by_hand.cold
    reached = by_hand.reached_s(0, float(racks.inlet_max_degc.min()))
    first = min(rack.inlet_warm_after_s or np.inf for rack in found.racks)
    assert first == pytest.approx(reached, rel=0.12, abs=1.5)
    assert "full activity" in found.workload


def test_a_cpu_hall_is_at_work_at_full_load() -> None:
    """It was asked idle: 16 racks of 15 kW warmed their hall as if they drew 4 kW."""
    _, found = all_lost(hall(HALLS["CPU racks"]))
    assert found.workload == "a job of full activity on every node; none has GPUs"
    assert found.first_off_s is not None
    assert found.first_off_s < 700.0


def test_every_node_of_two_gpu_types_is_at_work_at_full_load() -> None:
    _, found = all_lost(hall(HALLS["two GPU types"]))
    assert found.workload == "7 jobs of full activity on every GPU"
    assert all(rack.throttled_after_s is not None for rack in found.racks)


@pytest.mark.parametrize(("nodes", "runs"), [(320, True), (321, False)])
def test_work_of_cpus_starts_where_nodes_without_gpus_are_enough(nodes: int, runs: bool) -> None:
    stage = {"name": "clean", "nodes": nodes, "rate": "1 MB/s"}
    work = {"kind": "pipeline", "name": "crawl", "input": "10 TB", "stages": [stage]}
    built = twin.build(loaded(asked(hall(HALLS["CPU racks"]), workload=[work], horizon="10 min")))
    if runs:
        jobs = twin.simulate(built).frame("jobs")
        assert jobs["state"].tolist() == ["running"]
        return
    with pytest.raises(twin.InputError, match="asks for 321 nodes and can hold at most 320"):
        twin.simulate(built)
