"""Scheduler: whole gangs or none, in turn, with checkpoints, restarts and the time that work
takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training
from runs import Finished, finished

import twin
from twin.arrays import Index
from twin.errors import InputError
from twin.results import TABLES
from twin.simulation.disciplines import wire

NODES = 72
LAYOUT = small_layout(liquid=4, air=0)
WIRED = LAYOUT | {
    "fabric": {"kind": "rail_optimised", "switch": "q3400", "nodes_per_su": 36, "fed_by": ["panel"]}
}
RESTART_S = 300.0


def jobs_of(*work: dict[str, Any], **changes: Any) -> Any:
    """The jobs table, by job."""
    return (
        lived(small(changes.pop("layout", LAYOUT), workload=list(work), **changes))
        .tables["jobs"]
        .set_index("job")
    )


def batch(count: int, **changes: Any) -> dict[str, Any]:
    """Equal jobs of 1,000 s on one node each."""
    return {
        "kind": "batch",
        "name": "b",
        "count": count,
        "span": "1 s",
        "runtime_median": "1000 s",
        "runtime_sigma": 0,
        "nodes_median": 1.0,
        "nodes_sigma": 0,
        "nodes_max": NODES,
    } | changes


def rate(nodes: int = 36, **changes: Any) -> float:
    """Tokens a second of an undisturbed job."""
    return (
        float(jobs_of(training(nodes=nodes, **changes), horizon="100 s").loc["train", "tokens"])
        / 100.0
    )


def test_a_job_without_disturbance_ends_when_its_work_over_its_speed_is_done() -> None:
    tokens = 2_000_000_000
    done = jobs_of(training(nodes=36, tokens=tokens)).loc["train"]
    assert done["state"] == "completed"
    assert done["finished_s"] == pytest.approx(tokens / rate(), rel=1e-9)
    assert done["tokens"] == pytest.approx(tokens, rel=1e-9)
    assert done["gpu_hours"] == pytest.approx(36 * 4 * done["finished_s"] / 3600)


def test_a_gang_waits_until_all_its_nodes_are_free() -> None:
    table = jobs_of(
        training("first", 40, tokens=2_000_000_000), training("second", 40, submit="10 s")
    )
    assert table.loc["second", "started_s"] == pytest.approx(table.loc["first", "finished_s"])


def test_those_behind_a_waiting_gang_wait_too_though_they_would_fit() -> None:
    table = jobs_of(
        training("first", 40, tokens=2_000_000_000),
        training("second", 40, submit="10 s"),
        training("third", 8, submit="20 s"),
    )
    assert table.loc["third", "started_s"] == table.loc["second", "started_s"]


def test_a_higher_priority_goes_first_in_the_queue_but_takes_nothing_from_a_running_gang() -> None:
    table = jobs_of(
        training("first", 72, tokens=2_000_000_000),
        training("low", 72, submit="10 s"),
        training("high", 72, submit="20 s", priority=1, tokens=2_000_000_000),
    )
    assert table.loc["high", "started_s"] == pytest.approx(table.loc["first", "finished_s"])
    assert table.loc["low", "started_s"] == pytest.approx(table.loc["high", "finished_s"])
    assert table.loc["first", "restarts"] == 0


def test_a_gang_larger_than_the_facility_is_refused_and_holds_nobody_up() -> None:
    """Before a run, and where the scenario allows it, when it is submitted."""
    work = [training("giant", 73), training("other", 8, submit="10 s")]
    with pytest.raises(InputError, match="asks for 73 nodes and can hold at most 72") as refused:
        jobs_of(*work)
    assert "allow: [never_starts]" in str(refused.value)
    table = jobs_of(*work, allow=["never_starts"])
    assert table.loc["giant", "state"] == "too_large"
    assert np.isnan(table.loc["giant", "started_s"])
    assert table.loc["other", "started_s"] == 10.0


def test_a_checkpoint_takes_its_bytes_over_the_storage_bandwidth() -> None:
    spec = training(nodes=36, checkpoint_interval="300 s")
    facility = twin.build(small(LAYOUT, workload=[spec], horizon="3000 s"))
    run = finished(facility)
    jobs = run.state.jobs
    write_s = jobs.checkpoint_bytes[0] / facility.storage.write_b_s
    cycle_s = 300.0 + write_s
    assert 1.0 < write_s < 60.0
    assert jobs.checkpoints[0] == int(3000.0 / cycle_s)
    assert jobs.done_s[0] == pytest.approx(3000.0 - jobs.checkpoints[0] * write_s, abs=1e-3)


def test_few_nodes_write_as_fast_as_their_own_links() -> None:
    spec = training(nodes=2, checkpoint_interval="300 s")
    run = finished(small(LAYOUT, workload=[spec], horizon="340 s"))
    jobs = run.state.jobs
    storage = run.world.facility.storage
    write_s = jobs.checkpoint_bytes[0] / (2 * storage.node_write_b_s)
    assert write_s > jobs.checkpoint_bytes[0] / storage.write_b_s
    assert jobs.done_s[0] == pytest.approx(340.0 - min(write_s, 40.0), abs=1e-3)


def test_two_gangs_that_write_at_once_share_the_storage_alike() -> None:
    work = [training(name, 36, checkpoint_interval="300 s") for name in ("one", "two")]
    run = finished(small(LAYOUT, workload=work, horizon="330 s"))
    jobs = run.state.jobs
    storage = run.world.facility.storage
    both_s = jobs.checkpoint_bytes.sum() / storage.write_b_s
    np.testing.assert_allclose(jobs.done_s, 330.0 - both_s, atol=1e-3)


def test_a_job_that_never_came_has_one_of_the_documented_states() -> None:
    documented = next(
        c for table in TABLES if table.name == "jobs" for c in table.columns if c.name == "state"
    )
    table = jobs_of(training("late", 8, submit="2 h"), training("now", 8))
    for state in table["state"]:
        assert state in documented.says, f"{state} is not in {documented.says!r}"


def test_slower_storage_costs_training_time() -> None:
    made = {}
    for name in ("superpod_good", "superpod_best"):
        spec = training(nodes=36, checkpoint_interval="120 s")
        made[name] = jobs_of(spec, layout=LAYOUT | {"storage": {"type": name}}).loc[
            "train", "tokens"
        ]
    assert made["superpod_good"] < 0.96 * made["superpod_best"]


def test_a_fault_throws_a_gang_back_to_its_last_checkpoint_and_no_further() -> None:
    fail_s = 1000.0
    spec = training(nodes=36, checkpoint_interval="300 s")
    run = finished(
        small(
            LAYOUT,
            workload=[spec],
            faults=failing((fail_s, "liquid_r1/node_1", 1e5)),
            horizon=f"{fail_s + 1} s",
        )
    )
    jobs = run.state.jobs
    storage = run.world.facility.storage
    cycle_s = 300.0 + jobs.checkpoint_bytes[0] / storage.write_b_s
    whole = int(fail_s / cycle_s)
    lost_s = fail_s - whole * cycle_s
    assert jobs.kept_s[0] == pytest.approx(300.0 * whole)
    assert jobs.done_s[0] == pytest.approx(300.0 * whole)
    assert run.state.losses.tokens["rolled_back", "liquid_r1", "train"] == pytest.approx(
        lost_s * jobs.tokens_per_s[0]
    )


def test_a_fault_during_a_checkpoint_loses_what_was_being_written() -> None:
    spec = training(nodes=36, checkpoint_interval="300 s")
    faults = failing((301.0, "liquid_r1/node_1", 1e5))
    run = finished(small(LAYOUT, workload=[spec], faults=faults, horizon="310 s"))
    jobs = run.state.jobs
    assert jobs.kept_s[0] == 0.0
    assert run.state.losses.tokens["rolled_back", "liquid_r1", "train"] == pytest.approx(
        300.0 * jobs.tokens_per_s[0]
    )


def test_a_gang_restarts_on_other_nodes_after_its_delay_and_the_load_of_its_checkpoint() -> None:
    fail_s = 1000.0
    end_s = 2000.0
    run = finished(
        small(
            LAYOUT,
            workload=[training(nodes=36)],
            horizon=f"{end_s} s",
            faults=failing((fail_s, "liquid_r1/node_1", 1e5)),
        )
    )
    jobs = run.state.jobs
    storage = run.world.facility.storage
    assert 0 not in jobs.held[0]
    assert jobs.held[0].size == 36
    assert jobs.restarts[0] == 1
    again_s = RESTART_S + storage.load_s(jobs.checkpoint_bytes[0], 36)
    assert jobs.done_s[0] == pytest.approx(end_s - fail_s - again_s, abs=1e-3)


def test_a_first_start_pays_no_restart_delay() -> None:
    assert jobs_of(training(nodes=36), horizon="200 s").loc["train", "tokens"] == pytest.approx(
        200.0 * rate()
    )


def test_a_gang_waits_for_the_node_where_there_are_no_others() -> None:
    run = finished(
        small(
            LAYOUT,
            workload=[training(nodes=72)],
            faults=failing((600.0, "liquid_r1/node_1", 900.0)),
        )
    )
    assert run.times("train", "restarting") == [1500.0]


def test_a_rack_that_loses_power_stops_its_gang_and_names_the_cause() -> None:
    layout = small_layout(liquid=4, air=0, ups=False)
    drills = [{"kind": "utility_outage", "at": "600 s", "duration": "5 s"}]
    table = lived(small(layout, workload=[training(nodes=72)], drills=drills)).tables["losses"]
    assert {"power_lost", "rolled_back", "restarting"} <= set(table["cause"])


def test_batch_jobs_take_their_run_time_and_wait_for_nobody_where_there_is_room() -> None:
    table = jobs_of(batch(20))
    assert (table["state"] == "completed").all()
    np.testing.assert_allclose(table["finished_s"] - table["started_s"], 1000.0, rtol=1e-9)
    np.testing.assert_allclose(table["started_s"], table["submitted_s"], atol=1e-9)


@pytest.mark.parametrize("sensitivity", [0.0, 0.5, 1.0])
def test_a_lower_clock_stretches_the_sensitive_share_of_the_run_time(sensitivity: float) -> None:
    ceiling = {"actions": [{"kind": "clock_ceiling", "at": "0 s", "clock": 0.8}]}
    run = finished(
        small(LAYOUT, workload=[batch(5, clock_sensitivity=sensitivity)], controls=ceiling)
    )
    clock = float(run.state.throttling.clock_frac[0])
    assert clock <= 0.8
    jobs = run.state.jobs
    assert jobs.finished_s.size == 5
    took_s = 1000.0 * (1 - sensitivity + sensitivity / clock)
    np.testing.assert_allclose(jobs.finished_s - jobs.started_s, took_s, rtol=1e-9)


def test_batch_jobs_queue_for_nodes_in_the_order_they_came() -> None:
    table = jobs_of(batch(6, nodes_median=36.0), horizon="2 h")
    np.testing.assert_allclose(
        table["started_s"].iloc[2:], table["finished_s"].iloc[:-2], rtol=1e-9
    )


def nodes_by_rack(run: Finished, held: Index) -> list[int]:
    """How many of these nodes stand in each of the four racks."""
    racks = run.world.facility.racks.rack_of_node[held]
    return np.bincount(racks, minlength=4).tolist()


def test_packed_fills_racks_and_spread_deals_over_them() -> None:
    racks = {}
    for placement in ("packed", "spread"):
        run = finished(
            small(
                LAYOUT,
                workload=[training(nodes=16)],
                horizon="60 s",
                controls={"placement": placement},
            )
        )
        racks[placement] = nodes_by_rack(run, run.state.jobs.held[0])
    assert racks == {"packed": [16, 0, 0, 0], "spread": [4, 4, 4, 4]}


def test_a_second_gang_is_spread_over_what_the_first_left() -> None:
    work = [training("early", 4), training("late", 4, submit="10 s")]
    run = finished(small(LAYOUT, workload=work, horizon="60 s", controls={"placement": "spread"}))
    assert nodes_by_rack(run, np.concatenate(run.state.jobs.held)) == [2, 2, 2, 2]


def test_one_node_never_works_for_two_gangs() -> None:
    run = finished(
        small(LAYOUT, workload=[training("a", 30), training("c", 30), batch(40)], horizon="500 s")
    )
    held = np.concatenate([run.state.jobs.held[j] for j in run.state.jobs.running])
    assert len(set(held.tolist())) == held.size <= NODES


def fabric(*faults: tuple[float, str, float], overlap: float = 0.0) -> twin.Result:
    return lived(
        small(
            WIRED,
            faults=failing(*faults),
            workload=[training(nodes=72, communication_overlap=overlap, tensor_parallel=8)],
        )
    )


def test_a_lost_leaf_slows_a_gang_that_waits_for_the_network_and_is_named_as_the_cause() -> None:
    facility = twin.build(small(WIRED))
    leaf = next(name for name in facility.fabric.switches if name.startswith("leaf"))
    whole = fabric()
    lame = fabric((600.0, leaf, 1800.0))
    losses = lame.tables["losses"]
    assert losses.query("cause == 'fabric'")["tokens"].sum() > 0
    lost = whole.summary["tokens_total"] - lame.summary["tokens_total"]
    assert losses["tokens"].sum() == pytest.approx(lost, rel=1e-9)
    made = [r.tables["site"].set_index("time_s")["tokens_training"] for r in (whole, lame)]
    assert (
        0.5 * made[0].loc[2000.0:2400.0].sum()
        < made[1].loc[2000.0:2400.0].sum()
        < made[0].loc[2000.0:2400.0].sum()
    )
    np.testing.assert_allclose(made[1].loc[2460.0:], made[0].loc[2460.0:], rtol=1e-9)


def test_a_gang_goes_as_fast_as_its_slowest_rack() -> None:
    run = wire(twin.build(small(LAYOUT, workload=[training(nodes=72)])))
    run.schedule()
    run.world.clock.fire(0.0)
    for discipline in (run.supply, run.flows, run.racks, run.jobs):
        discipline.settle()
    state = run.world.state
    assert state.jobs.speed[0] == pytest.approx(1.0)
    state.throttling.clock_frac = np.array([1.0, 0.9, 0.7, 1.0])
    state.throttling.version += 1
    run.jobs.settle()
    assert state.jobs.speed[0] == run.jobs.learning.progress_per_s(0, 0.7, 1.0) < 1.0


def test_tokens_kept_and_lost_are_what_an_undisturbed_run_would_have_made() -> None:
    spec = training(nodes=72)
    whole = lived(small(LAYOUT, workload=[spec]))
    broken = lived(
        small(LAYOUT, workload=[spec], faults=failing((600.0, "liquid_r1/node_1", 900.0)))
    )
    made = broken.summary["tokens_total"] + broken.summary["tokens_lost_by_fault"]
    assert made == pytest.approx(whole.summary["tokens_total"], rel=1e-9)


def test_a_gang_does_not_mix_types_of_gpu_whose_speed_differs() -> None:
    run = finished(
        small(
            small_layout(liquid=4, air=1),
            workload=[training(nodes=72)],
            horizon="1200 s",
            faults=failing((600.0, "liquid_r1/node_1", 1e5)),
        )
    )
    racks = run.world.facility.racks
    held = run.state.jobs.held[0]
    assert {racks.gpu_type[r] for r in racks.rack_of_node[held]} == {racks.gpu_type[0]}
    assert racks.gpu_type[0] != racks.gpu_type[-1]
    assert run.times("train", "restarting") == [], "73 nodes are in order, but of two types"


def test_a_checkpoint_aside_stops_a_gang_only_for_the_copy() -> None:
    """What stops is the copy into host memory; the write goes on while it trains."""
    inline = jobs_of(training(nodes=72, checkpoint_interval="60 s"))
    aside = jobs_of(training(nodes=72, checkpoint_interval="60 s", asynchronous_checkpoints=True))
    assert aside.tokens["train"] > inline.tokens["train"]
    assert aside.checkpoints["train"] >= inline.checkpoints["train"]


def test_best_intervals_follow_failures_and_what_a_checkpoint_stops() -> None:
    """Daly's interval of a gang whose nodes fail more rarely than a usual half hour asks for."""
    usual = jobs_of(training(nodes=72, checkpoint_interval="30 min"), horizon="6 h")
    best = jobs_of(training(nodes=72, checkpoint_interval="young_daly"), horizon="6 h")
    assert best.checkpoints["train"] != usual.checkpoints["train"]
    aside = training(nodes=72, checkpoint_interval="young_daly", asynchronous_checkpoints=True)
    assert jobs_of(aside, horizon="6 h").checkpoints["train"] > best.checkpoints["train"]
