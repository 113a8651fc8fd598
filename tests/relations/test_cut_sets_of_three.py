"""Cut sets of more than two components through the command: counts, lists and costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.planner import asked, written
from tests.power_layouts import load, part, power_only
from twin.cli import main

MTBF_H = 2000.0
MTTR_H = 20.0


def modules(installed: int, needed: int) -> dict[str, Any]:
    """So many modules of 60 kW side by side, so many of which carry the load."""
    even = {"mtbf": f"{MTBF_H} h", "mttr": f"{MTTR_H} h"}
    parts = [
        part("grid", "utility_feed"),
        part("ups", "ups_500", "grid", kw=60.0, count=installed, overrides=even),
        part("bus", "switchboard_4000", "ups"),
    ]
    return power_only(parts, [load("row", 60.0 * needed - 1.0, "bus")])


def told(made: dict[str, Any], folder: Path, capsys: Any, *options: str) -> dict[str, Any]:
    path = written(asked(made), folder)
    assert main(["redundancy", str(path), "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_any_three_of_five_modules(tmp_path: Path, capsys: Any) -> None:
    found = told(modules(5, 3), tmp_path, capsys, "--order", "3")
    assert found["cut_set_counts"]["3"] == 10
    assert sum(len(cut) == 3 for cut in found["cut_sets"]) == 10
    rows = [row for row in found["cut_set_rows"] if row["order"] == 3]
    assert len(rows) == 10
    q = MTTR_H / (MTBF_H + MTTR_H)
    for row in rows:
        assert row["probability"] == pytest.approx(q**3, rel=1e-12)
        assert row["load_w"] == pytest.approx(179e3)
        assert all(name.startswith("ups_") for name in row["components"])


def test_of_four_only_where_asked_for(tmp_path: Path, capsys: Any) -> None:
    made = modules(5, 2)
    assert told(made, tmp_path, capsys)["cut_set_counts"].keys() == {"1", "2"}
    assert told(made, tmp_path, capsys, "--order", "3")["cut_set_counts"]["3"] == 0
    assert told(made, tmp_path, capsys, "--order", "4")["cut_set_counts"]["4"] == 5


def test_an_order_that_is_not_offered_is_refused(tmp_path: Path, capsys: Any) -> None:
    path = written(asked(modules(3, 2)), tmp_path)
    assert main(["redundancy", str(path), "--order", "5"]) == 2
    assert "--order" in capsys.readouterr().err
