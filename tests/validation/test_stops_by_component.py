"""Claim: what stops training jobs is told by component, with the shares that are published.

Source: Dubey et al., arXiv 2407.21783, table 5: 419 unexpected interruptions of 16,384 H100 in 54
days, by root cause. Its counts are used: the share printed for faulty GPUs contradicts them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from conftest import failing, lived, small, small_layout, training
from scipy.stats import chisquare

import twin
from twin.facility.stop_causes import PUBLISHED, stop_shares
from twin.simulation.disciplines import wire

LAYOUT = small_layout(liquid=2, air=0)
OFTEN = {"nodes": True, "kinds": ["utility"], "scale": 600}


def ran(rates: dict[str, Any], **changes: Any) -> twin.Result:
    faults = {"rates": rates, "crews": 40}
    return lived(small(LAYOUT, workload=[training(nodes=18)], faults=faults, **changes))


@pytest.fixture(scope="module")
def result() -> twin.Result:
    return ran(OFTEN, horizon="2 d")


def stops(result: twin.Result) -> pd.DataFrame:
    return result.tables["stops"].set_index("component")


def test_published_causes_are_those_of_the_rate() -> None:
    """Their sum is behind `node_mtbf_h`: 2,048 nodes, 54 days."""
    assert sum(PUBLISHED.values()) == 419
    shares = stop_shares()
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-12)
    assert shares["gpu"] == pytest.approx(148 / 419)
    assert list(shares)[:4] == ["gpu", "gpu_memory", "software", "network"]


def test_a_forecast_names_how_often_and_by_what_a_gang_is_stopped() -> None:
    found = twin.predict_training(
        "Llama-3.1-405B", "h100", 16_384, tensor_parallel=8, pipeline_parallel=16
    )
    assert found.hours_between_stops == pytest.approx(54 * 24 / 419, rel=1e-3)
    assert found.stops_frac == stop_shares()
    half = twin.predict_training(
        "Llama-3.1-405B", "h100", 8_192, tensor_parallel=8, pipeline_parallel=16
    )
    assert half.hours_between_stops == pytest.approx(2 * 54 * 24 / 419, rel=1e-3)


def test_nodes_fail_by_components_as_often_as_published() -> None:
    chances = wire(twin.build(small(LAYOUT, faults={"rates": OFTEN}))).faults.chances
    drawn = Counter(chances.cause_of(f"r/node_{n}") for n in range(6000))
    names = list(chances.node_causes)
    expected = [6000 * share for share in chances.node_causes.values()]
    counted = [drawn[k] for k in range(len(names))]
    assert chisquare(counted, expected).pvalue > 1e-3


def test_stops_of_a_job_are_all_told_with_what_they_cost(result: twin.Result) -> None:
    table = stops(result)
    job = result.tables["jobs"].iloc[0]
    assert table["stops"].sum() == job["restarts"] > 15
    assert table["stops_frac"].sum() == pytest.approx(1.0)
    assert set(table.index) <= set(PUBLISHED)
    assert table["stops"].is_monotonic_decreasing
    losses = result.tables["losses"]
    lost = losses[losses["cause"] == "rolled_back"]["tokens"].sum()
    assert table["tokens_lost"].sum() == pytest.approx(lost, rel=1e-9)
    told = result.tables["events"].query("component == 'train' and what == 'stopped'")["detail"]
    assert told.str.match(r"failed \([a-z ]+\) in liquid_r\d; [\d,]+ s of work lost").all()


def test_stated_causes_replace_the_published_and_move_no_failure(result: twin.Result) -> None:
    own = ran(OFTEN | {"node_causes": {"optics": 3, "memory": 1}}, horizon="2 d")
    assert set(stops(own).index) == {"optics", "memory"}
    moments = [
        r.tables["events"].query("what == 'failed'")["time_s"].tolist() for r in (result, own)
    ]
    assert moments[0] == moments[1]


def test_what_was_not_drawn_is_told_by_its_cause() -> None:
    faults = failing((600.0, "liquid_r1/node_1", 1e4), (3000.0, "liquid_r1", 1e3))
    result = lived(small(LAYOUT, workload=[training(nodes=18)], faults=faults, horizon="2 h"))
    assert stops(result)["stops"].to_dict() == {"failed": 2}


def test_a_run_that_goes_on_knows_what_had_failed(tmp_path: Any, result: twin.Result) -> None:
    faults = {"rates": OFTEN, "crews": 40}
    scenario = small(LAYOUT, workload=[training(nodes=18)], faults=faults, horizon="2 d")
    run = twin.start(twin.build(scenario))
    run.until(86_400.0)
    run.save(tmp_path / "half.run")
    again = twin.resume(tmp_path / "half.run").until().result()
    pd.testing.assert_frame_equal(again.tables["stops"], result.tables["stops"])
