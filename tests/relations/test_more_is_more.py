"""Claim: more of a thing moves every number the way it must."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, batch, chat, faults, job, number, per_rack, site
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)
TOL = 1e-9


def rises(values: Sequence[float], strictly: bool = True) -> bool:
    """Each value above (or not below) the one before it."""
    slack = [abs(value) * TOL for value in values]
    steps = [b - a for a, b in pairwise(values)]
    return all(step >= -pad for step, pad in zip(steps, slack, strict=False)) and (
        not strictly or values[-1] > values[0]
    )


def falls(values: Sequence[float], strictly: bool = True) -> bool:
    return rises([-value for value in values], strictly)


def each(key: str, results: Sequence[Result]) -> list[float]:
    return [number(result, key) for result in results]


def test_hotter_air_costs_more_cooling_and_never_makes_a_token() -> None:
    days = [
        answer(small_layout(2, 2), site=site(dry), workload=[job()]) for dry in (5, 15, 25, 33, 40)
    ]
    assert rises(each("energy_cooling_j", days))
    assert rises(each("pue", days))
    assert falls(each("tokens_training", days), strictly=False)
    junctions = [per_rack(day, "junction_degc").max().max() for day in days]
    assert rises(junctions, strictly=False)


def test_warmer_water_saves_fans_and_warms_the_chips() -> None:
    runs = []
    for supply in (30, 34, 38, 42):
        layout = small_layout(2, 0)
        layout["cooling"]["plant"][0]["supply_temperature"] = f"{supply} °C"
        runs.append(answer(layout, workload=[job()], site=site(20.0)))
    assert falls(each("energy_cooling_j", runs))
    coolant = [per_rack(run, "coolant_degc").iloc[-1].mean() for run in runs]
    assert rises(coolant)
    assert [b - a for a, b in pairwise(coolant)] == pytest.approx([4.0] * 3, abs=0.3)


def test_warmer_chilled_water_saves_compressor_power() -> None:
    runs = []
    for supply in (8, 12, 16, 20):
        layout = small_layout(0, 3)
        layout["cooling"]["plant"][1]["supply_temperature"] = f"{supply} °C"
        runs.append(answer(layout))
    chiller_j = [
        float(run.frame("energy").query("target == 'chiller'").energy_j.sum()) for run in runs
    ]
    assert falls(chiller_j, strictly=False)
    inlet = [per_rack(run, "inlet_air_degc").iloc[-1].mean() for run in runs]
    assert rises(inlet)


def test_a_lower_clock_ceiling_saves_energy_and_costs_tokens() -> None:
    def at(clock: float) -> Result:
        action = {"kind": "clock_ceiling", "at": "0 s", "clock": clock}
        return answer(TWO_RACKS, workload=[job()], controls={"actions": [action]})

    runs = [at(clock) for clock in (0.5, 0.6, 0.8, 1.0)]
    assert rises(each("energy_it_j", runs))
    assert rises(each("tokens_training", runs))
    hottest = [per_rack(run, "junction_max_degc").max().max() for run in runs]
    assert rises(hottest)


def test_a_longer_outage_loses_more() -> None:
    runs = [
        answer(TWO_RACKS, workload=[job()], faults=faults((600, "liquid_r1", out)))
        for out in (60, 300, 900, 1800)
    ]
    assert rises(each("tokens_lost_by_fault", runs))
    assert falls(each("tokens_training", runs))
    assert falls(each("energy_it_j", runs))


def test_more_racks_lost_at_once_cost_a_service_more() -> None:
    """A gang of training stands still with its first rack: only a pool feels each."""
    layout = small_layout(4, 0)
    lost = [[], ["liquid_r1"], ["liquid_r1", "liquid_r2"], ["liquid_r1", "liquid_r2", "liquid_r3"]]
    runs = [
        answer(layout, workload=[chat(nodes=72, rate=30_000.0, patience="2 s")],
               faults=faults(*[(900, rack, 900) for rack in racks]))
        for racks in lost
    ]  # fmt: skip
    served = each("tokens_inference", runs)
    assert falls(served)
    assert rises(each("tokens_dropped", runs))


def test_more_requests_are_more_tokens_until_the_pool_is_full() -> None:
    runs = [
        answer(TWO_RACKS, workload=[chat(nodes=6, rate=rate)]) for rate in (100, 400, 1600, 6400)
    ]
    served = each("tokens_inference", runs)
    assert rises(served)
    services = [run.frame("services") for run in runs]
    busy = [frame.utilisation_frac.mean() for frame in services]
    assert rises(busy)
    assert busy[-1] <= 1 + TOL
    assert rises([frame.time_per_token_s.iloc[-1] for frame in services], strictly=False)
    energy_j = each("energy_it_j", runs)
    assert energy_j[0] == min(energy_j), "beyond that a fuller batch may draw less, as measured"


def test_more_patience_drops_fewer() -> None:
    runs = [
        answer(TWO_RACKS, workload=[chat(nodes=2, rate=1800.0, patience=patience)])
        for patience in ("1 s", "10 s", "100 s", "1000 s")
    ]
    assert falls(each("tokens_dropped", runs))
    assert rises(each("tokens_inference", runs), strictly=False)


def test_larger_pools_serve_no_less_and_answer_no_slower() -> None:
    runs = [answer(TWO_RACKS, workload=[chat(nodes=nodes, rate=1800.0)]) for nodes in (2, 4, 8, 16)]
    assert rises(each("tokens_inference", runs), strictly=False)
    assert falls(each("tokens_dropped", runs), strictly=False)
    pace = [run.frame("services").time_per_token_s.iloc[-1] for run in runs]
    assert falls(pace, strictly=False)


def test_a_failure_rolls_back_at_most_the_work_since_the_last_checkpoint() -> None:
    hurt = faults((3000, "liquid_r1", 60))
    rate = number(answer(TWO_RACKS, workload=[job()]), "tokens_training") / 3600
    for interval_min, most_s in ((2, 120), (8, 480), (24, 1440), (540_000, 3000)):
        work = [job(checkpoint_interval=f"{interval_min} min")]
        losses = answer(TWO_RACKS, workload=work, faults=hurt).frame("losses")
        rolled = losses[losses.cause == "rolled_back"].tokens.sum()
        assert 0 < rolled <= rate * (most_s + 30), interval_min
    assert rolled == pytest.approx(rate * 3000, rel=1e-6), "without a checkpoint, all of it"


def test_more_checkpoints_leave_less_time_for_work() -> None:
    quiet = [
        answer(TWO_RACKS, workload=[job(checkpoint_interval=interval)])
        for interval in ("1 min", "5 min", "20 min", "9000 h")
    ]
    assert rises(each("tokens_training", quiet))
    written = [int(run.frame("jobs").checkpoints.iloc[0]) for run in quiet]
    assert written == sorted(written, reverse=True)
    assert written[-1] == 0


def test_a_longer_restart_costs_in_proportion() -> None:
    hurt = faults((1000, "liquid_r1/node_3", 600))
    lost = [
        number(
            answer(TWO_RACKS, workload=[job(nodes=30, restart_delay=delay)], faults=hurt),
            "tokens_training",
        )
        for delay in ("1 min", "5 min", "9 min")
    ]
    assert falls(lost)
    assert lost[0] - lost[1] == pytest.approx(lost[1] - lost[2], rel=1e-6)


def test_more_water_warms_more_slowly_when_the_cooler_stops() -> None:
    after = []
    for volume in (2, 4, 8, 16):
        layout = small_layout(2, 0)
        layout["cooling"]["plant"][0]["volume"] = f"{volume} m^3"
        run = answer(layout, workload=[job()], faults=faults((600, "warm", 600)))
        loops = run.frame("loops")
        warm = loops[(loops.loop == "warm") & (loops.time_s <= 1200)].temperature_degc
        after.append(warm.max())
    assert falls(after)


def test_more_crews_repair_sooner() -> None:
    """Four pumps and handlers out at once, each for the catalogue's hours: with one crew the last
    waits for the three before it.
    """
    lost = ["cdu_pump_1", "crah_1", "panel_1", "ups_2"]
    timeline = [{"at": f"{100 + i} s", "component": name} for i, name in enumerate(lost)]
    last = []
    for crews in (1, 2, 4):
        run = answer(horizon="30 h", outputs={"period": "5 h"},
                     faults={"timeline": timeline, "crews": crews})  # fmt: skip
        events = run.frame("events")
        back = events[(events.what == "repaired") & events.component.isin(lost)]
        assert len(back) == len(lost)
        last.append(float(back.time_s.max()))
    assert falls(last)


def drill(minutes: float) -> list[dict[str, Any]]:
    return [{"kind": "utility_outage", "at": "10 min", "duration": f"{minutes} min"}]


def test_a_generator_saves_tokens_in_a_long_outage() -> None:
    with_set = small_layout(2, 0)
    without = small_layout(2, 0)
    without["power"] = [group for group in without["power"] if group["name"] != "genset"]
    without["power"][1]["fed_by"] = ["utility"]
    kept = answer(with_set, workload=[job()], drills=drill(30))
    lost = answer(without, workload=[job()], drills=drill(30))
    assert number(kept, "tokens_training") > number(lost, "tokens_training")
    assert number(kept, "energy_generator_j") > 0
    assert number(lost, "energy_generator_j") == 0


def test_a_longer_outage_burns_more_fuel() -> None:
    runs = [
        answer(TWO_RACKS, workload=[job()], drills=drill(minutes)) for minutes in (2, 5, 15, 30)
    ]
    assert rises(each("energy_generator_j", runs))
    assert falls(each("energy_utility_j", runs))


def test_batteries_bridge_what_no_ups_does_not() -> None:
    """Ten seconds until the generator takes the load: with a UPS nobody notices."""
    bridged = answer(small_layout(2, 0, ups=True), workload=[job()], drills=drill(5))
    bare = answer(small_layout(2, 0, ups=False), workload=[job()], drills=drill(5))
    assert number(bare, "tokens_lost_by_fault") > number(bridged, "tokens_lost_by_fault")
    assert bridged.frame("racks").on_frac.min() == 1.0
    assert bare.frame("racks").on_frac.min() < 1.0


def test_busier_jobs_draw_more() -> None:
    runs = [
        answer(TWO_RACKS, workload=[batch(count=20, gpu_activity=activity, nodes_max=8)])
        for activity in (0.2, 0.5, 0.8)
    ]
    assert rises(each("energy_it_j", runs))
    assert each("gpu_hours_busy", runs) == pytest.approx(
        [number(runs[0], "gpu_hours_busy")] * 3, rel=0.02
    )
