"""The redundancy report: complete, JSON-ready, consistent with itself, with a reason for every
no.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from twin.analysis.redundancy import RedundancyReport, consequence, judged
from twin.errors import InputError
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.diagram import Diagram
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates

PART = {"mtbf_h": 1e4, "mttr_h": 10.0}


def report(nodes: list[Node], order: int = 2) -> RedundancyReport:
    return judged(compile_gates(nodes), rng=np.random.default_rng(1), order=order)


def two_sided(capacity_w: float = 100.0) -> list[Node]:
    sides = [Node(side, Rule.SOURCE, capacity_w=capacity_w, **PART) for side in "ab"]
    return [*sides, Node("row", Rule.OR, ("a", "b"), load_w=100.0, racks=4, gpus=288)]


def test_two_sides_meet_both_criteria() -> None:
    found = report(two_sided())
    assert found.concurrently_maintainable["verdict"]
    assert found.concurrently_maintainable["counter_example"] is None
    assert found.fault_tolerant["verdict"]
    assert "in this model" in found.fault_tolerant["text"]
    assert found.single_points_of_failure == []
    assert found.n_minus_2 == {
        "cases": 1,
        "failing": 1,
        "without_single_points": 1,
        "worst": [consequence(compile_gates(two_sided()), ["a", "b"])],
    }
    assert found.shortest_failing is not None
    assert found.shortest_failing["lost"] == ["a", "b"]
    assert found.cut_sets == [["a", "b"]]
    assert found.cut_set_counts == {"1": 0, "2": 1}


def test_a_single_point_is_the_counter_example_with_what_it_drops() -> None:
    found = report([*two_sided(), Node("own", Rule.AND, ("a",), load_w=5.0, racks=1, **PART)])
    points = {point["component"]: point for point in found.single_points_of_failure}
    assert set(points) == {"a", "own"}
    assert points["own"] == {
        "component": "own", "effect": "outage", "left_frac": 0.0,
        "racks": 1, "gpus": 0, "load_w": 5.0, "loads": ["own"], "loads_count": 1,
    }  # fmt: skip
    assert not found.concurrently_maintainable["verdict"]
    assert found.concurrently_maintainable["counter_example"]["loads"] == ["own"]
    assert "1 loads (1 racks" in found.concurrently_maintainable["text"]
    assert found.n_minus_2["failing"] == 3
    assert found.n_minus_2["without_single_points"] == 0


def test_a_single_point_that_leaves_a_part_derates() -> None:
    """Three sources of 100 W for 250 W."""
    parts = [Node(name, Rule.SOURCE, capacity_w=100.0, **PART) for name in "abc"]
    found = report(
        [*parts, Node("row", Rule.CAP, tuple("abc"), demand_w=250.0, load_w=250.0, racks=1)]
    )
    assert [(point["effect"], point["left_frac"]) for point in found.single_points_of_failure] == [
        ("derated", pytest.approx(0.8))] * 3  # fmt: skip
    assert "cannot be met in full" in found.meaning


def test_a_facility_that_is_never_whole_is_simulated_by_facility_years() -> None:
    parts = [Node(f"s{k}", Rule.SOURCE, mtbf_h=100.0, mttr_h=50.0) for k in range(12)]
    found = report([*parts, Node("row", Rule.OR, tuple(part.name for part in parts), racks=1)])
    assert found.availability_monte_carlo["method"] == "facility-years"
    assert found.availability_monte_carlo["agrees_with_exact"]
    assert 0.0 < found.interval[0] < found.interval[1]
    json.dumps(found.as_dict(), allow_nan=False)


def test_a_rating_exceeded_after_one_failure_is_a_no_although_every_load_is_served() -> None:
    over = [{"component": "b", "load_frac": 1.25}]
    found = judged(
        compile_gates(two_sided()),
        rng=np.random.default_rng(1),
        after=lambda lost: over if list(lost) == ["a"] else [],
        overloads=[{"lost": ["a"], **over[0]}],
    )
    assert found.n_minus_1 == {"cases": 2, "failing": 0}
    assert found.overloads == [{"lost": ["a"], "component": "b", "load_frac": 1.25}]
    assert not found.fault_tolerant["verdict"]
    assert "without a, b carries 1.250 of its rating" in found.fault_tolerant["text"]


def test_report_is_plain_json_and_tells_progress() -> None:
    told: list[float] = []
    gates = compile_gates(two_sided())
    found = judged(gates, rng=np.random.default_rng(1), order=3, progress=told.append)
    again = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert again["cut_set_counts"] == {"1": 0, "2": 1, "3": 0}
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_exact_simulated_and_importance_agree() -> None:
    found = report(two_sided())
    exact = found.availability_exact
    q = 10 / 10010
    assert exact["unavailability"] == pytest.approx(q * q, rel=1e-12)
    assert exact["mean_down_h"] == pytest.approx(5.0, rel=1e-12)
    assert exact["downtime_min_per_year"] == pytest.approx(q * q * 525_600, rel=1e-12)
    assert found.interval[0] < found.availability_monte_carlo["unavailability"] < found.interval[1]
    assert found.availability_monte_carlo["agrees_with_exact"]
    assert found.importance[0]["birnbaum"] == pytest.approx(q)
    assert found.importance[0]["share_of_unavailability"] == pytest.approx(1.0)


def test_a_facility_that_cannot_fail() -> None:
    found = report([Node("source", Rule.SOURCE), Node("row", Rule.AND, ("source",), racks=1)])
    assert found.availability_exact["unavailability"] == 0.0
    assert found.interval == [0.0, 0.0]
    assert found.shortest_failing is None
    json.dumps(found.as_dict(), allow_nan=False)


def test_bad_questions_are_refused() -> None:
    gates = compile_gates(two_sided())
    with pytest.raises(InputError, match="did you mean 'row'"):
        consequence(gates, ["a", "rwo"])
    with pytest.raises(InputError, match="order"):
        judged(gates, rng=np.random.default_rng(1), order=0)


def test_an_exact_engine_out_of_room_gives_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is still said, and the exact value lies between the bounds."""
    whole = report(two_sided())
    monkeypatch.setattr(Diagram.__init__, "__defaults__", (2,))
    found = report(two_sided())
    assert set(found.availability_exact.values()) == {None}
    assert found.availability_monte_carlo["agrees_with_exact"] is None
    bounds = found.availability_bounds
    assert "outgrew" in bounds["why"]
    assert bounds["lower"] <= whole.availability_exact["unavailability"] <= bounds["upper"]
    assert bounds["upper"] < 2 * bounds["lower"] + 1e-6
    assert found.single_points_of_failure == whole.single_points_of_failure
    assert found.n_minus_2 == whole.n_minus_2
    assert sorted(found.cut_sets) == sorted(whole.cut_sets)


def test_an_exact_value_is_its_own_bounds() -> None:
    found = report(two_sided())
    exact = found.availability_exact["unavailability"]
    assert found.availability_bounds == {"lower": exact, "upper": exact, "why": ""}


def test_importances_are_those_of_the_definition() -> None:
    """Each component forced up and down in turn."""
    gates = compile_gates(two_sided())
    rows = report(two_sided()).importance
    assert rows
    for row in rows:
        node = gates.index[row["component"]]
        whole = _unavailability(gates, node, gates.unavailability[node])
        down = _unavailability(gates, node, 1.0)
        up = _unavailability(gates, node, 0.0)
        assert row["risk_achievement_worth"] == pytest.approx(down / whole)
        assert row["risk_reduction_worth"] == (pytest.approx(whole / up) if up else None)
        both = _unavailability(gates, node, gates.unavailability[node] ** 2)
        assert row["second_saves_min_per_year"] == pytest.approx((whole - both) * 525_600)


def _unavailability(gates: Gates, node: int, own: float) -> float:
    """With one component's own unavailability replaced."""
    changed = gates.unavailability.copy()
    changed[node] = own
    held = replace(gates, unavailability=changed)
    return exact(held, failure_diagram(held)).unavailability


def test_every_number_can_be_computed_again_by_hand() -> None:
    found = report(two_sided())
    q = {row["component"]: row["unavailability"] for row in found.component_reliability}
    for row in found.component_reliability:
        assert row["unavailability"] == pytest.approx(
            row["mttr_h"] / (row["mtbf_h"] + row["mttr_h"])
        )
    for cut in found.cut_set_rows:
        assert cut["probability"] == pytest.approx(math.prod(q[name] for name in cut["components"]))
        assert cut["racks"] > 0
