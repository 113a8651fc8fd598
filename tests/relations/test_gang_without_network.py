"""Claim: a gang without its network does no work, draws idle power, and comes back when it is
there.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, faults, happened, job, number
from twin import Result

LAYOUTS = Path(__file__).parents[2] / "layouts"


def wired() -> dict[str, Any]:
    fabric = {"kind": "rail_optimised", "switch": "qm9700", "nodes_per_su": 18}
    return small_layout(4, 0) | {"fabric": fabric | {"fed_by": ["panel"]}}


def leaves(unit: int, at_s: float, out_s: float) -> list[tuple[float, str, float]]:
    """The loss of every leaf of one unit."""
    return [(at_s, f"leaf_su{unit}_rail{rail}", out_s) for rail in range(1, 5)]


def it_w(run: Result, time_s: float) -> float:
    return float(run.frame("site").set_index("time_s").it_power_w.loc[time_s])


def lost(run: Result, cause: str) -> float:
    return float(run.frame("losses").query("cause == @cause").gpu_hours.sum())


def test_it_draws_idle_power_and_makes_nothing() -> None:
    idle = answer(wired())
    run = answer(wired(), workload=[job(nodes=36)], faults=faults(*leaves(1, 900, 1200)))
    assert it_w(run, 600) > 1.5 * it_w(idle, 600)
    assert it_w(run, 1800) == pytest.approx(it_w(idle, 1800), rel=0.01)
    assert it_w(run, 3600) == pytest.approx(it_w(run, 600), rel=0.05)
    assert lost(run, "fabric") == pytest.approx(36 * 4 * 1200 / 3600)
    quiet = answer(wired(), workload=[job(nodes=36)])
    missing = number(quiet, "tokens_training") - number(run, "tokens_training")
    assert number(run, "tokens_lost_by_fault") == pytest.approx(missing, rel=1e-9)


def test_it_restarts_when_the_network_is_back_and_not_before() -> None:
    run = answer(wired(), workload=[job(nodes=36)], faults=faults(*leaves(1, 900, 1200)))
    mine = [(at, what) for at, who, what in happened(run) if who == "train"]
    assert mine == [(900.0, "stopped"), (2100.0, "restarting")]
    assert run.frame("jobs").restarts.tolist() == [1]


def test_one_that_finds_no_network_waits_for_it_and_has_nothing_to_restart_from() -> None:
    run = answer(wired(), workload=[job(nodes=36)], faults=faults(*leaves(1, 0, 600)))
    assert run.frame("jobs").restarts.tolist() == [0]
    assert lost(run, "fabric") == pytest.approx(36 * 4 * 600 / 3600)
    assert lost(run, "restarting") == 0


def test_without_spines_it_is_cut_off_as_without_leaves() -> None:
    spines = faults(*[(900, f"spine_{n}", 1200) for n in range(1, 9)])
    run = answer(wired(), workload=[job(nodes=36)], faults=spines)
    assert lost(run, "fabric") == pytest.approx(36 * 4 * 1200 / 3600)
    assert [at for at, who, _ in happened(run) if who == "train"] == [900.0, 2100.0]


def test_a_gang_on_one_node_needs_no_network() -> None:
    run = answer(wired(), workload=[job(nodes=1)], faults=faults(*leaves(1, 900, 1200)))
    assert number(run, "tokens_lost_by_fault") == 0


def test_a_panel_lost_during_maintenance_overloads_no_ups_by_a_gang_that_waits(
    tmp_path: Path,
) -> None:
    """The gang drew 1.07 MW for no tokens, and two UPS tripped on 544 kW of 500 kW."""
    shutil.copy(LAYOUTS / "gb200_su.yaml", tmp_path)
    path = tmp_path / "scenario.yaml"
    path.write_text("""
version: 1
name: panel_during_maintenance
layout: gb200_su.yaml
site: {climate: baltimore, grid: virginia}
horizon: 2 h
workload:
  - {kind: training, name: pretrain, model: Llama-3.1-8B, nodes: 144, global_batch_sequences: 1152,
     checkpoint_interval: 20 min}
drills: [{kind: isolate, component: ups_1, at: "00:30", duration: 90 min}]
faults: {timeline: [{at: "01:00", component: rpp_2, repair_after: 30 min}]}
outputs: {period: 1 min}
""")
    run = twin.run(path)
    assert "tripped" not in set(run.frame("events").what)
    assert it_w(run, 4500) == pytest.approx(308e3, rel=0.01)
    assert lost(run, "fabric") == pytest.approx(576 * (1800 - 0.02) / 3600)
    assert lost(run, "power_lost") == 0
