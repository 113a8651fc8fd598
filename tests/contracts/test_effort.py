"""What a run will take is said before it begins, and what no machine would finish is refused."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small, small_layout

import twin
from twin.analysis.effort import effort
from twin.errors import InputError
from twin.findings import FindingCode


def codes(scenario: twin.Scenario) -> set[str]:
    found = twin.check(scenario)["findings"]
    return {finding["code"] for finding in found}


def test_a_run_of_more_than_a_week_is_refused_with_its_size_and_the_cure() -> None:
    jobs = {"kind": "batch", "name": "job", "count": 1_000_000, "checkpoint_interval": "1 s"}
    hours = {"runtime_median": "1 h", "nodes_max": 1, "nodes_median": 1}
    with pytest.raises(InputError) as refused:
        twin.simulate(twin.build(small(horizon="30 d", workload=[jobs | hours])))
    (problem,) = refused.value.problems
    assert "days of computing" in problem.found
    assert "workload count" in problem.found
    assert "longer periods" in problem.allowed
    assert "run_too_large" in problem.hint


def test_check_and_run_tell_the_same_of_a_run_that_takes_long() -> None:
    long = small(horizon="300 d", controls={"plant_period": "60 s"}, outputs={"period": "1 h"})
    assert FindingCode.RUN_TAKES_LONG in codes(long)
    assert FindingCode.RUN_TAKES_LONG not in codes(small(horizon="1 h"))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"controls": {"plant_period": "1 s"}}, "controls.plant_period"),
        ({"outputs": {"period": "1 s"}}, "outputs.period"),
    ],
)
def test_the_estimate_names_what_makes_most_of_the_events(change: dict[str, Any], key: str) -> None:
    found = effort(twin.build(small(horizon="1 d", **change)))
    assert found.most_of_it == key
    assert found.events > 86_400


def test_the_estimate_of_events_is_within_a_factor_of_two_of_what_happens() -> None:
    scenario = small(small_layout(), horizon="6 h", outputs={"period": "1 h"})
    counted = twin.simulate(twin.build(scenario)).summary["instants"]
    assert 0.5 < effort(twin.build(scenario)).events / counted < 2.0
