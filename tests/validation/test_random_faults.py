"""Claim: random faults come as often as the mean times between failures say, where they may, and
to each part alike.

Counts of a Poisson process: tolerance four standard errors of the count, seeds fixed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

from tests.planner import answer, job, number
from twin import catalogue
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack

HOURS = 24.0


@cache
def events(
    seed: int = 1, scale: float = 300.0, kinds: tuple[str, ...] = (), nodes: bool = True
) -> pd.DataFrame:
    rates: dict[str, Any] = {"scale": scale, "nodes": nodes, "kinds": list(kinds)}
    run = answer(small_layout(4, 0), horizon=f"{HOURS} h", outputs={"period": "24 h"}, seed=seed,
                 faults={"rates": rates, "crews": 50})  # fmt: skip
    return run.frame("events")


def failed(frame: pd.DataFrame) -> pd.Series:
    return frame[frame.what == "failed"].component


def test_nodes_fail_as_often_as_llama_3_says() -> None:
    """72 nodes, 12,669 h each, made 100 times worse, up for all but their repair."""
    found = failed(events(scale=100.0))
    count = int(found.str.contains("/node_").sum())
    row = catalogue.rows(Rack)["gb200_nvl72"]
    rate_per_h = 100.0 / row.node_mtbf_h
    repairs = events(scale=100.0).query("what == 'repaired'").component.str.contains("/node_").sum()
    assert repairs <= count
    most = 72 * HOURS * rate_per_h
    assert count <= most + 4 * most**0.5
    assert count >= 0.75 * most - 4 * most**0.5, "a node out of order does not fail again"


@pytest.mark.parametrize("factor", [2.0, 4.0])
def test_twice_the_rate_is_about_twice_the_failures(factor: float) -> None:
    few = sum(len(failed(events(seed, 100.0))) for seed in range(2))
    many = sum(len(failed(events(seed, 100.0 * factor))) for seed in range(2))
    assert many == pytest.approx(factor * few, abs=4 * (factor * few + factor**2 * few) ** 0.5)


def test_without_nodes_no_node_fails() -> None:
    assert not failed(events(nodes=False)).str.contains("/").any()


@pytest.mark.parametrize("kind", ["rpp", "cdu", "utility"])
def test_only_the_kinds_asked_for_fail(kind: str) -> None:
    found = failed(events(scale=3000.0, kinds=(kind,), nodes=False))
    prefix = {"rpp": "panel", "cdu": "cdu", "utility": "utility"}[kind]
    assert len(found) > 0
    assert found.str.startswith(prefix).all()


def test_parts_of_a_kind_fail_alike() -> None:
    frames = [failed(events(seed, 20_000.0, ("rpp",), nodes=False)) for seed in range(2)]
    count = pd.concat(frames).value_counts()
    one, other = count["panel_1"], count["panel_2"]
    assert abs(one - other) <= 4 * (one + other) ** 0.5


def test_a_part_is_repaired_before_it_fails_again() -> None:
    frame = events(scale=2000.0, nodes=False)
    state: dict[str, bool] = {}
    for row in frame.itertuples():
        if row.what == "failed":
            assert not state.get(row.component, False), (
                f"{row.component} failed twice at {row.time_s}"
            )
            state[row.component] = True
        if row.what == "repaired":
            state[row.component] = False


def test_a_worse_part_fails_more_often() -> None:
    """utility_feed 4,479 h against rpp_500 200,000 h."""
    frames = [failed(events(seed, 300.0, (), nodes=False)) for seed in range(2)]
    count = pd.concat(frames).value_counts()
    assert count["utility"] > 3 * count.get("panel_1", 0)
    power, cooling = catalogue.rows(PowerEquipment), catalogue.rows(CoolingEquipment)
    assert power["utility_feed"].mtbf_h < cooling["cdu_600"].mtbf_h < power["rpp_500"].mtbf_h


def test_the_same_seed_is_the_same_history_and_another_is_not() -> None:
    rates = {"rates": {"scale": 500.0}}
    runs = [
        answer(small_layout(2, 0), faults=rates, horizon="12 h", seed=seed) for seed in (3, 3, 4)
    ]
    history = [run.frame("events").to_numpy().tolist() for run in runs]
    assert history[0] == history[1]
    assert history[0] != history[2]


def test_faults_cost_more_than_none_and_no_faults_cost_nothing() -> None:
    quiet = answer(small_layout(2, 0), workload=[job()], horizon="6 h")
    hurt = answer(
        small_layout(2, 0), workload=[job()], horizon="6 h", faults={"rates": {"scale": 500.0}}
    )
    assert number(quiet, "tokens_lost_by_fault") == 0
    assert number(hurt, "tokens_lost_by_fault") > 0
    assert number(hurt, "tokens_training") < number(quiet, "tokens_training")
