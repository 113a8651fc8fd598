"""The front door of studies: a file a planner writes, a command, and the table that they read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from twin.cli import main

ROOT = Path(__file__).parents[2]
IDLE = ROOT / "layouts" / "gb200_su.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A project with a layout that runs idle for a day in a fraction of a second."""
    (tmp_path / "layouts").mkdir()
    (tmp_path / "scenarios" / "studies").mkdir(parents=True)
    (tmp_path / "layouts" / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"))
    return tmp_path


def study_file(desk: Path, text: str) -> Path:
    path = desk / "scenarios" / "studies" / "asked.yaml"
    path.write_text(f"name: asked\nscenario: ../../layouts/hall.yaml\n{text}", encoding="utf-8")
    return path


def table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "table.parquet")


def test_a_grid_is_one_table_with_the_numbers_of_single_runs(desk: Path) -> None:
    asked = study_file(
        desk,
        "vary:\n"
        "  supply: {path: plant.chilled_water.supply_temperature, values: [14 °C, 18 °C]}\n"
        "  plant.chilled_water.count: [2, 3]\n",
    )
    out = desk / "out"
    assert main(["study", str(asked), "--out", str(out), "--workers", "1"]) == 0
    found = table(out)
    assert list(found.columns[:6]) == [
        "case",
        "supply",
        "plant.chilled_water.count",
        "seed",
        "status",
        "reason",
    ]
    assert found["supply"].tolist() == [14.0, 14.0, 18.0, 18.0]
    assert found["status"].tolist() == ["done"] * 4
    last = found.iloc[3]
    changes = {"plant.chilled_water.supply_temperature": "18 °C", "plant.chilled_water.count": "3"}
    alone = twin.run(twin.load(desk / "layouts" / "hall.yaml", changes)).summary
    numbers = {name: last[name] for name in alone if name != "wall_s"}
    for name, number in numbers.items():
        assert number == alone[name] or (pd.isna(number) and pd.isna(alone[name])), name


def test_a_study_file_is_refused_with_every_problem_at_its_line(desk: Path, capsys: Any) -> None:
    asked = study_file(
        desk,
        "vary:\n"
        "  plant.chilled_water.suply_temperature: [14 °C]\n"
        "  hot: {path: plant.warm_water.supply_temperature, values: [40 °C, 140 °C]}\n",
    )
    assert main(["study", str(asked), "--out", str(desk / "out")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "asked.yaml:4:" in said[0]
    assert "did you mean 'supply_temperature'?" in said[0]
    assert "asked.yaml:5:" in said[1]
    assert "140.0 °C" in said[1]
    assert "1 to 70 °C" in said[1]


def test_three_lines_of_python() -> None:
    found = twin.study(lambda x, y: x * y, vary={"x": [1, 2], "y": [3.0, 4.0]}).table
    assert found["value"].tolist() == [3.0, 4.0, 6.0, 8.0]


def test_a_failed_case_is_named_left_out_or_run_again(tmp_path: Path) -> None:
    calls: list[float] = []

    def shaky(x: float) -> float:
        calls.append(x)
        return 1.0 / x if x != 3.0 else float("nan")

    vary = {"x": [1.0, 0.0, 3.0]}
    named = twin.study(shaky, vary, folder=tmp_path).table
    assert named["status"].tolist() == ["done", "failed", "not finite"]
    assert named["reason"].tolist()[1] == "ZeroDivisionError: float division by zero"
    assert named["reason"].tolist()[2] == "value is nan"
    assert twin.study(shaky, vary, folder=tmp_path, on_failure="leave_out").table["x"].tolist() == [
        1.0
    ]
    assert calls == [1.0, 0.0, 3.0]
    twin.study(shaky, vary, folder=tmp_path, on_failure="rerun")
    assert calls == [1.0, 0.0, 3.0, 0.0, 3.0]


def test_json_prints_the_table(desk: Path, capsys: Any) -> None:
    asked = study_file(desk, "vary: {horizon: [1 h, 2 h]}\noutcomes: [energy_it_j]\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--json", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["units"] == {"horizon": "h"}
    assert told["columns"]["horizon"] == [1.0, 2.0]
    one, two = told["columns"]["energy_it_j"]
    assert two == pytest.approx(2 * one, rel=1e-9)
