"""Claim: windows and periods of no whole seconds begin and end together where their lengths say so.

Until 2026-12-01 the third window of 1.2 s began a rounding before a period of 3.6 s ended, whose
row then told of the window after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

import twin
from tests.planner import asked, chat, ran, written
from tests.stepwise import assert_same, event_by_event

SEEN = ["time_per_token_s", "ttft_p50_s", "ttft_p95_s", "tpot_p95_s", "slo_met_frac"]
LAYOUT = small_layout(2, 0)


def scenario(window: str, period: str, horizon: str, **keys: Any) -> dict[str, Any]:
    """A service whose load differs from window to window."""
    requests = {"rate": "100 / s", "burstiness": 30.0}
    work = chat(nodes=2, rate=0.0, window=window) | {"requests": requests}
    outputs = {"period": period}
    return asked(LAYOUT, workload=[work], horizon=horizon, outputs=outputs, **keys)


def rows(*lengths: str, **keys: Any) -> pd.DataFrame:
    return ran(scenario(*lengths, **keys)).frame("services")


def assert_rows_of(found: pd.DataFrame, each: pd.DataFrame, windows: int) -> None:
    """Each row tells of the last of its windows, and has what came in all of them."""
    last = each.iloc[windows - 1 :: windows].reset_index(drop=True)
    assert len(found) == len(last)
    assert last["time_per_token_s"].nunique() > 0.5 * len(last)
    pd.testing.assert_frame_equal(found[SEEN], last[SEEN], check_exact=True)
    came = each["requests"].to_numpy().reshape(-1, windows).sum(axis=1)
    assert found["requests"].to_numpy() == pytest.approx(came, rel=1e-9)
    assert found["time_s"].to_list() == last["time_s"].to_list()


@pytest.mark.parametrize(
    ("window", "period", "horizon", "windows"),
    [
        ("1.2 s", "3.6 s", "5.4 min", 3),
        ("1.1 s", "3.3 s", "165 s", 3),
        ("1.7 s", "11.9 s", "238 s", 7),
        ("2.3 s", "6.9 s", "0.115 h", 3),
        ("1.0001 s", "49.0049 s", "490.049 s", 49),
        ("0.07 min", "0.49 min", "4.9 min", 7),
    ],
)
def test_a_row_tells_of_the_last_window_in_it(
    window: str, period: str, horizon: str, windows: int
) -> None:
    assert_rows_of(rows(window, period, horizon), rows(window, window, horizon), windows)


@pytest.mark.parametrize(("window", "period"), [("12345.6 s", "37036.8 s"), ("2.9 h", "8.7 h")])
def test_for_a_leap_year(window: str, period: str) -> None:
    """Three windows a row, up to the last one that ends within 366 days."""
    still = {"controls": {"plant_period": "1 h"}}
    found = rows(window, period, "366 d", **still)
    each = rows(window, window, "366 d", **still)
    whole = len(each) // 3 * 3 - 3
    assert whole > 2500
    assert_rows_of(found.iloc[: whole // 3], each.iloc[:whole], 3)


def test_the_same_bytes_event_by_event_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = twin.load(written(scenario("1.2 s", "3.6 s", "2 min"), tmp_path))
    whole = twin.simulate(twin.build(asked_for))
    assert_same(whole, event_by_event(asked_for, monkeypatch))
    for at_s in (3.6, 40.0, 93.6):
        run = twin.start(twin.build(asked_for)).until(at_s)
        run.save(tmp_path / "half")
        assert_same(whole, run.fork().until().result())
        assert_same(whole, twin.resume(tmp_path / "half").until().result())


def test_requests_of_a_trace_that_come_as_a_window_begins_are_in_it(tmp_path: Path) -> None:
    """One request at each whole window of 1.2 s: each row of three windows has three."""
    at_s = [round(1.2 * k, 1) for k in range(100)]
    trace = pd.DataFrame({"arrival_s": at_s, "input_tokens": 200, "output_tokens": 100})
    trace.to_csv(tmp_path / "even.csv", index=False)
    work = scenario("1.2 s", "1.2 s", "2 min")
    work["workload"][0]["requests"] = {"trace": "even.csv"}
    found = twin.simulate(twin.build(twin.load(written(work, tmp_path)))).frame("services")
    assert found["requests"].to_numpy() == pytest.approx([1.0] * 100, rel=1e-9)
