"""Claim: the shipped chain from raw text to a deployment takes what the sum on paper says, and one
more node buys what the recipe says.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT

import twin

PLAN = twin.load(ROOT / "scenarios" / "model_pipeline.yaml")
PRIORITY = {"workload__1__priority": 5, "workload__2__priority": 5}


def path(**changes: Any) -> Any:
    found = twin.run(PLAN.with_(**changes)).frame("critical_paths")
    assert found["path"].unique().tolist() == ["deploy"]
    return found.set_index("job")


def test_every_link_takes_what_it_takes_on_paper() -> None:
    """24 TB at 4 GB/s, 0.8 of it at 12 GB/s, half of that at 6.4 GB/s; minutes as stated."""
    way = path()
    chain = ["data_ingest", "data_clean", "data_tokenise", "train", "evaluate", "deploy"]
    assert way.index.tolist() == chain
    assert way["bounded_by"].tolist() == ["", *chain[:-1]]
    held = way["held_s"].to_dict()
    assert held.pop("train") == pytest.approx(6244, rel=0.001)  # by the kernels of a B200
    by_hand = {"data_ingest": 6000, "data_clean": 1600, "data_tokenise": 1500}
    assert held == pytest.approx(by_hand | {"evaluate": 2700, "deploy": 600}, abs=1e-6)
    whole_s = 1800 + way[["after_s", "wait_s", "held_s"]].to_numpy().sum()
    assert way["finished_s"].iloc[-1] == pytest.approx(whole_s, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "ends_h", "wait_h"),
    [
        ({}, 6.68, 1.00),
        ({"workload__1__stages__0__nodes": 5}, 6.74, 1.40),
        ({"workload__1__stages__1__nodes": 9}, 6.67, 1.04),
        ({"workload__1__stages__2__nodes": 9}, 6.68, 1.05),
        ({"workload__2__nodes": 18}, 8.23, 2.74),
        (PRIORITY, 5.85, 0.17),
    ],
    ids=["as it ships", "ingest", "clean", "tokenise", "train", "priority"],
)
def test_what_one_more_node_buys(changes: dict[str, Any], ends_h: float, wait_h: float) -> None:
    """As the recipe tells it, to its two figures behind the point."""
    way = path(**changes)
    assert way["finished_s"].iloc[-1] / 3600 == pytest.approx(ends_h, abs=0.0051)
    assert way["wait_s"].sum() / 3600 == pytest.approx(wait_h, abs=0.0051)


def test_who_waits_for_a_failure_was_not_needed() -> None:
    rows = twin.run(PLAN).frame("jobs").set_index("job")
    assert rows.loc["look_into_it", "state"] == "never_eligible"
    assert rows["state"].value_counts().to_dict() == {"completed": 51, "never_eligible": 1}
