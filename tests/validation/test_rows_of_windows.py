"""Claim: a row of `services` tells of the window that ends with it, as worked out by hand.

Requests of a trace come evenly in windows of a minute, so that each window's rate is known. A
service as a fluid has the load of that rate over its capacity, and what users see hangs on that
load, the queue that stands then, and the clock. Until 2026-11-30 the next window had begun when the
sample was taken, and each row but the last told the load of the row after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import small_layout

import twin
from tests.planner import asked, chat, faults, written
from tests.stepwise import assert_same, event_by_event

WINDOW_S = 60.0
ANSWER = 1000
STEPS = (300, 900, 100, 600, 1200, 50)
"""Requests in each window."""
USERS = ["time_per_token_s", "ttft_p50_s", "ttft_p95_s", "tpot_p50_s", "shown_p95_s"]
LAYOUT = small_layout(2, 0)


def trace(folder: Path, counts: tuple[int, ...], name: str = "steps.csv") -> dict[str, Any]:
    """The requests of a service: so many come evenly in each window."""
    at_s = np.concatenate([WINDOW_S * (k + np.arange(n) / n) for k, n in enumerate(counts)])
    rows = pd.DataFrame({"arrival_s": at_s, "input_tokens": 200, "output_tokens": ANSWER})
    rows.to_csv(folder / name, index=False)
    return {"trace": name}


def scenario(folder: Path, work: list[dict[str, Any]], **keys: Any) -> twin.Scenario:
    minutes = {"horizon": "6 min", "outputs": {"period": "1 min"}}
    return twin.load(written(asked(LAYOUT, workload=work, **minutes | keys), folder))


def service(folder: Path, counts: tuple[int, ...] = STEPS, **changes: Any) -> dict[str, Any]:
    """One node whose requests come in steps."""
    name = changes.get("name", "chat")
    alone = {"nodes": 1, "window": "60 s", "requests": trace(folder, counts, f"{name}.csv")}
    return chat(**alone | changes)


def rows(folder: Path, *work: dict[str, Any], **keys: Any) -> pd.DataFrame:
    return twin.simulate(twin.build(scenario(folder, list(work), **keys))).frame("services")


def steady(folder: Path, count: int, **changes: Any) -> pd.Series:
    """What users see while each window brings the same."""
    found = rows(folder, service(folder, (count,) * 6, **changes))
    assert (found[USERS].nunique() == 1).all()
    return found.iloc[-1]


def test_each_row_tells_what_a_service_of_that_rate_alone_has(tmp_path: Path) -> None:
    found = rows(tmp_path, service(tmp_path))
    for row, count in zip(found.itertuples(), STEPS, strict=True):
        assert row.tokens_asked == count * ANSWER
        alone = steady(tmp_path, count)
        seen = [getattr(row, name) for name in USERS]
        assert seen == pytest.approx(alone[USERS].to_list(), rel=1e-3)
    assert found["time_per_token_s"].nunique() == len(STEPS)


def loads(found: pd.DataFrame, whole: pd.DataFrame) -> list[float]:
    """Of each row the window whose time between tokens it has."""
    times = whole["time_per_token_s"].to_numpy()
    return [int(np.abs(times - time_s).argmin()) for time_s in found["time_per_token_s"]]


@pytest.mark.parametrize(
    ("period", "windows"),
    [
        ("30 s", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ("20 s", [k for k in range(6) for _ in range(3)]),
        ("2 min", [1, 3, 5]),
        ("45 s", [0, 1, 2, 2, 3, 4, 5, 5]),
        ("100 s", [1, 3, 4, 5]),
    ],
)
def test_periods_of_another_length_tell_the_window_in_which_they_end(
    tmp_path: Path, period: str, windows: list[int]
) -> None:
    whole = rows(tmp_path, service(tmp_path))
    found = rows(tmp_path, service(tmp_path), outputs={"period": period})
    assert loads(found, whole) == windows
    told = whole["time_per_token_s"].to_numpy()[windows]
    assert found["time_per_token_s"].to_numpy() == pytest.approx(told, rel=1e-12)


@pytest.mark.parametrize("horizon", ["4 min", "250 s", "270.5 s"])
def test_a_run_cut_short_has_the_rows_of_the_longer_one(tmp_path: Path, horizon: str) -> None:
    """Also the last, in which a window is cut; what its users asked comes as evenly as before."""
    whole = rows(tmp_path, service(tmp_path))
    cut = rows(tmp_path, service(tmp_path), horizon=horizon)
    told = whole["time_per_token_s"].to_numpy()[: len(cut)]
    assert cut["time_per_token_s"].to_numpy() == pytest.approx(told, rel=1e-12)
    part = cut["time_s"].iloc[-1] / WINDOW_S - (len(cut) - 1)
    assert cut["requests"].iloc[-1] == pytest.approx(STEPS[len(cut) - 1] * part)


def test_a_queue_is_told_in_the_row_in_which_it_stands(tmp_path: Path) -> None:
    """Half as much again as can be made comes for a minute, then nearly nothing: who comes last
    waits for what stands at the end over what is made, and for the first iterations of a full pool.
    """
    full = rows(tmp_path, service(tmp_path))["capacity_tokens_per_s"].iloc[0]
    many = round(1.5 * full * WINDOW_S / ANSWER)
    found = rows(tmp_path, service(tmp_path, (50, many, 50, 50, 50, 50), patience="10 min"))
    waits_s = found["tokens_waiting"] / full
    assert waits_s[1] == pytest.approx(many * ANSWER / full - WINDOW_S, rel=1e-9)
    late = found["ttft_p50_s"] - waits_s
    assert late[1] == pytest.approx(steady(tmp_path, round(0.99 * many / 1.5))["ttft_p50_s"])
    assert found["ttft_p50_s"][0] == found["ttft_p50_s"].iloc[-1] < late[1]
    assert found["tokens_waiting"].iloc[-1] == 0


def test_services_of_windows_of_their_own_tell_their_own(tmp_path: Path) -> None:
    """Two that share a rack; one has windows of two minutes."""
    slow = service(tmp_path, (600, 600, 1000, 200, 100, 900), name="slow", window="2 min")
    both = rows(tmp_path, service(tmp_path), slow).groupby("service")
    alone = rows(tmp_path, service(tmp_path))
    quick = both.get_group("chat").reset_index(drop=True)
    pd.testing.assert_frame_equal(quick[USERS], alone[USERS], check_exact=True)
    told = both.get_group("slow")["time_per_token_s"].to_numpy()
    wanted = [steady(tmp_path, n)["time_per_token_s"] for n in (600, 600, 600, 600, 500, 500)]
    assert told == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("at_s", "out_s", "halved"),
    [(90, 60, [1]), (90, 30, [1]), (120, 30, []), (120, 60, [2]), (150, 120, [2, 3])],
)
def test_an_outage_is_told_in_rows_that_end_within_it(
    tmp_path: Path, at_s: float, out_s: float, halved: list[int]
) -> None:
    """One of two nodes is lost: the other has twice the load. A row that ends as an outage begins
    tells of what was before; one that ends as a node is repaired, of the time without it.
    """
    counts = (600, 600, 600, 600, 600, 600)
    lost = faults((at_s, "liquid_r1/node_1", out_s))
    found = rows(tmp_path, service(tmp_path, counts, nodes=2), faults=lost)
    whole, half = (steady(tmp_path, n)["time_per_token_s"] for n in (300, 600))
    wanted = [half if k in halved else whole for k in range(6)]
    assert found["time_per_token_s"].to_numpy() == pytest.approx(wanted, rel=1e-9)
    assert half > 1.01 * whole


def test_a_clock_that_comes_down_as_a_period_ends_is_told_in_the_next(tmp_path: Path) -> None:
    down = {"kind": "clock_ceiling", "at": "2 min", "clock": 0.5}
    slow = rows(tmp_path, service(tmp_path), controls={"actions": [down]})
    full = rows(tmp_path, service(tmp_path))
    same = slow["ttft_p50_s"] == full["ttft_p50_s"]
    assert same.to_list() == [True, True, False, False, False, False]


def test_nodes_that_are_awake_are_those_that_worked_in_the_row(tmp_path: Path) -> None:
    """Nodes are ordered as a window begins and work a minute later; a row of a minute has the
    capacity of the nodes that it tells.
    """
    scale = {"target_load": 0.05, "start_time": "1 min", "scale_down_after": "1 min"}
    counts = (100, 1700, 1700, 1700, 100, 100, 100, 100, 100)
    work = service(tmp_path, counts, nodes=6, autoscale=scale)
    found = rows(tmp_path, work, horizon="9 min")
    node = rows(tmp_path, service(tmp_path))["capacity_tokens_per_s"].iloc[0]
    awake = found["nodes_awake"].to_numpy()
    assert awake.tolist() == [1, 1, 1, 3, 3, 3, 1, 1, 1]
    assert found["capacity_tokens_per_s"].to_numpy() == pytest.approx(awake * node, rel=1e-9)


def test_prompts_read_apart_have_the_load_of_their_row(tmp_path: Path) -> None:
    work = service(tmp_path, nodes=1, prefill={"nodes": 1})
    found = rows(tmp_path, work)
    each = found["reading_load_frac"] / found["tokens_asked"]
    assert each.to_numpy() == pytest.approx(each[0], rel=1e-9)


def test_no_byte_hangs_on_how_a_run_is_lived_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once or event by event; forked, or stopped as a window begins, and read again."""
    slow = service(tmp_path, (600, 900, 100, 20), name="slow", window="90 s", nodes=2)
    lost = faults((150, "liquid_r1/node_1", 45))
    asked_for = scenario(tmp_path, [service(tmp_path), slow], faults=lost, name="cut")
    whole = twin.simulate(twin.build(asked_for))
    assert_same(whole, event_by_event(asked_for, monkeypatch))
    for at_s in (60.0, 61.0, 180.0, 200.0):
        run = twin.start(twin.build(asked_for)).until(at_s)
        run.save(tmp_path / "half")
        assert_same(whole, run.fork().until().result())
        assert_same(whole, twin.resume(tmp_path / "half").until().result())
