"""Claim: a job that may be interrupted leaves its nodes at the end of its piece whatever it does
there. Until 2026-12-01 one that was restarting then kept them, and worked through the dear hours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

import twin
from tests.planner import asked, faults, written
from tests.stepwise import assert_same, event_by_event

HOUR_S = 3600.0
PRICES = (300, 300, 500, 400, 100, 200, 350, 90, 200, 300, 300, 300)
"""Of two hours until 08:00 the cleanest pieces are 04:00 to 05:00 and 07:00 to 08:00."""


def scenario(folder: Path, delay: str, fault_s: float) -> twin.Scenario:
    rows = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n"
    rows += "".join(f"{3600 * h},0.1,{g}\n" for h, g in enumerate(PRICES))
    (folder / "grid.csv").write_text(rows)
    night: dict[str, Any] = {
        "kind": "batch",
        "name": "night",
        "count": 1,
        "span": "1 s",
        "runtime_median": "2 h",
        "runtime_sigma": 0,
        "nodes_median": 18,
        "nodes_sigma": 0,
        "checkpoint_interval": "1 min",
        "restart_delay": delay,
        "shift": {"deadline": "8 h", "interruptible": True},
    }
    air = {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}
    site = {"climate": air, "grid": {"file": "grid.csv"}}
    lost = faults((fault_s, "liquid_r1/node_1", 36_000.0))
    keys = {"horizon": "12 h", "site": site, "workload": [night], "faults": lost}
    return twin.load(written(asked(small_layout(2, 0), **keys), folder))


def lived(folder: Path, delay: str, fault_s: float) -> tuple[pd.Series, pd.DataFrame]:
    run = twin.simulate(twin.build(scenario(folder, delay, fault_s)))
    events = run.frame("events")
    return run.frame("jobs").iloc[0], events[events.component.str.startswith("night")]


def test_one_that_restarts_at_the_end_of_its_piece_leaves(tmp_path: Path) -> None:
    """By hand: a node is lost at 04:50 with 50 minutes done and kept; the restart takes until
    05:20 and does not come to its end. From 07:00 half an hour of restart and 70 minutes of work.
    """
    job, events = lived(tmp_path, "30 min", 4 * HOUR_S + 3000)
    held = events[events.detail.str.contains("is held back")]
    assert held.time_s.to_list() == pytest.approx([5 * HOUR_S], abs=2.0)
    assert "0 s of work lost" in held.detail.iloc[0]
    assert job.preemptions == 1
    assert job.finished_s == pytest.approx(7 * HOUR_S + 6000.0, abs=90.0)
    assert job.holding_s == pytest.approx(3600.0 + 6000.0, abs=90.0)


def test_one_that_is_at_work_again_leaves_as_before(tmp_path: Path) -> None:
    """A restart of a minute ends at 04:51: of the hour 59 minutes are worked."""
    job, _ = lived(tmp_path, "1 min", 4 * HOUR_S + 3000)
    assert job.preemptions == 1
    assert job.finished_s == pytest.approx(7 * HOUR_S + 60.0 + 3660.0, abs=90.0)


def test_the_same_bytes_event_by_event_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = scenario(tmp_path, "30 min", 4 * HOUR_S + 3000)
    whole = twin.simulate(twin.build(asked_for))
    assert_same(whole, event_by_event(asked_for, monkeypatch))
    run = twin.start(twin.build(asked_for)).until(4.9 * HOUR_S)
    run.save(tmp_path / "half")
    assert_same(whole, run.fork().until().result())
    assert_same(whole, twin.resume(tmp_path / "half").until().result())
