"""A head of the queue that can never start blocks nobody.

Eight nodes, of which a service holds four for the whole run: `big` asks for six and can never have
them, `small` asks for two. Inputs: tests/data/cases/stuck_queue.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

import twin
from tests.sources import DATA
from twin import Result

CASE = DATA / "cases" / "stuck_queue"
"""Files of cases/stuck_queue: stuck.yaml, without_big.yaml and their layout mini.yaml."""


@cache
def ran(name: str) -> Result:
    allowed = ["never_starts"] if name == "stuck" else []
    return twin.simulate(twin.build(twin.load(CASE / f"{name}.yaml").with_(allow=allowed)))


def job(name: str, of: str) -> pd.Series:
    return ran(of).tables["jobs"].set_index("job").loc[name]


def test_what_can_never_start_is_refused_before_the_run_with_its_line_and_the_true_reason() -> None:
    with pytest.raises(twin.InputError, match=r"stuck\.yaml:14:.*workload\[1\]") as caught:
        twin.simulate(twin.build(twin.load(CASE / "stuck.yaml")))
    assert "6 nodes and can hold at most 4 beside assistant" in str(caught.value)


def test_allowed_all_the_same_it_is_told_at_submission_with_the_true_reason() -> None:
    assert job("big", "stuck")["state"] == "too_large"
    events = ran("stuck").tables["events"].query("component == 'big'")
    assert events[["time_s", "what"]].to_numpy().tolist() == [[0.0, "too large"]]
    detail = events["detail"].iloc[0]
    assert detail.startswith("6 nodes; at most 4 ")
    assert detail.endswith("beside assistant")


def test_it_never_starts_and_makes_nothing() -> None:
    big = job("big", "stuck")
    assert pd.isna(big["started_s"])
    assert pd.isna(big["finished_s"])
    assert big["tokens"] == big["gpu_hours"] == 0


def test_the_job_behind_it_runs() -> None:
    small = job("small", "stuck")
    assert small["started_s"] == 60.0
    assert small["finished_s"] == job("small", "without_big")["finished_s"]
    assert 60.0 < small["finished_s"] < 4 * 3600
    assert small["tokens"] == pytest.approx(1e9, rel=1e-9)
    assert small["state"] == "completed"


@pytest.mark.parametrize("table", ["site", "racks", "power", "loops", "services", "losses"])
def test_everything_is_as_in_the_run_without_it(table: str) -> None:
    pd.testing.assert_frame_equal(ran("stuck").tables[table], ran("without_big").tables[table])


def test_the_job_behind_it_is_as_in_the_run_without_it() -> None:
    pd.testing.assert_series_equal(
        job("small", "stuck"), job("small", "without_big"), check_exact=True
    )
    assert list(ran("without_big").tables["jobs"]["job"]) == ["small"]
