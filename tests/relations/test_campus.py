"""A campus of hundreds of components: engines that look at all of it agree with one another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import twin
from tests.benchmarks.campus import campus
from twin.facility.dependency import dependency
from twin.physics.reliability.bdd import exact, failure_diagram, minimal_cut_sets
from twin.physics.reliability.contingency import double_failures, down_nodes, single_failures
from twin.physics.reliability.gates import Gates
from twin.physics.reliability.monte_carlo import yearly


@pytest.fixture(scope="module")
def gates(tmp_path_factory: pytest.TempPathFactory) -> Gates:
    path = Path(tmp_path_factory.mktemp("campus")) / "campus.json"
    path.write_text(json.dumps(campus(2, 2, 3)), encoding="utf-8")
    return dependency(twin.build(twin.load(path)))


def test_short_cut_sets_are_those_of_the_diagram(gates: Gates) -> None:
    singles = single_failures(gates)
    pairs = double_failures(gates, singles)
    found = [tuple(row) for row in (*singles.lost.tolist(), *pairs.lost.tolist())]
    assert len(pairs.lost) > 100
    assert found == minimal_cut_sets(failure_diagram(gates), 2)


def test_what_a_pair_costs_is_what_goes_down(gates: Gates) -> None:
    pairs = double_failures(gates, single_failures(gates))
    chosen = np.random.default_rng(5).choice(len(pairs.lost), 60, replace=False)
    down = down_nodes(gates, pairs.lost[chosen].tolist())[gates.loads]
    assert pairs.racks[chosen].tolist() == (gates.racks[gates.loads] @ down).tolist()
    assert pairs.load_w[chosen] == pytest.approx(gates.load_w[gates.loads] @ down)


def test_facility_years_cover_the_exact_value(gates: Gates) -> None:
    solved = exact(gates, failure_diagram(gates))
    seen = yearly(gates, np.random.default_rng(6), 20_000.0)
    assert seen.events > 5
    assert seen.wide[0] < solved.unavailability < seen.wide[1]
