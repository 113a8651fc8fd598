"""Study files that ask what matters, which design, or what is best: the file, the command, and
what a planner reads.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from twin.cli import main
from twin.study.experiments.compare_designs import compare_designs

ROOT = Path(__file__).parents[2]
HALL = ROOT / "layouts" / "gb200_su.yaml"
CHECKPOINTS = ROOT / "scenarios" / "studies" / "checkpoints_more_often.yaml"
VARY = """
vary:
  warm: {path: plant.warm_water.supply_temperature, distribution: uniform, low: 38 °C, high: 43 °C}
  units: {path: air.crah.count, values: [4, 5, 6]}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "hall.yaml").write_text(HALL.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def study(desk: Path, text: str) -> tuple[int, Path]:
    file = desk / "asked.yaml"
    file.write_text(f"name: asked\nscenario: hall.yaml\n{text}", encoding="utf-8")
    out = desk / "out"
    return main(["study", str(file), "--out", str(out), "--workers", "1", "--json"]), out


def test_what_matters(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = study(
        desk,
        f"method: sensitivity\noutcomes: [energy_cooling_j]\n{VARY}"
        "sensitivity: {index: tornado}\n",
    )
    assert code == 0
    told = json.loads(capsys.readouterr().out)["verdict"][0]
    assert told.startswith("energy_cooling_j: units matters most")
    assert len(pd.read_parquet(out / "table.parquet")) == 5
    assert "units matters most" in (out / "study.html").read_text(encoding="utf-8")


def test_what_is_best_and_what_nobody_meets(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        f"method: optimise\nsamples: 8\n{VARY}optimise: {{goals: {{energy_cooling_j: minimise}}}}\n"
    )
    code, out = study(desk, text)
    assert code == 0
    assert json.loads(capsys.readouterr().out)["verdict"][0].startswith("Best of 8 points: warm ")
    code, _ = study(desk, f"{text}constraints: [pue <= 0.5]\n")
    assert code == 0
    told = json.loads(capsys.readouterr().out)["verdict"][0]
    assert told.startswith("No point of 8 meets pue <= 0.500. The nearest miss is warm ") or (
        told.startswith("No point of 8 meets pue <= 0.5. The nearest miss is warm ")
    )
    assert (out / "study.html").exists()


def test_which_design(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = study(
        desk,
        "method: compare\narms: {five: {air.crah.count: 5}, six: {air.crah.count: 6}}\n"
        "outcomes: [energy_cooling_j]\ncompare: {least: 5, most: 10, looks: 2}\n",
    )
    assert code == 0
    told = json.loads(capsys.readouterr().out)["verdict"][0]
    assert told.startswith("six is ")
    assert "by 5 pairs of runs" in told


def test_what_is_wrong_is_said_at_its_line(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = study(desk, f"method: sensitivity\n{VARY}sensitivity: {{index: sobl}}\n")
    assert code == 2
    assert "asked.yaml:8:22: sensitivity.index" in capsys.readouterr().err
    code, _ = study(desk, f"method: sensitivity\n{VARY}")
    assert code == 2
    assert "at least one outcome" in capsys.readouterr().err
    code, _ = study(desk, f"method: sensitivity\nsamples: 100\noutcomes: [pue]\n{VARY}")
    assert code == 2
    assert "a power of two for a Sobol sequence, such as 128" in capsys.readouterr().err


def test_common_seeds_of_a_shipped_study_are_worth_five_times_the_runs() -> None:
    """The arms of the shipped file, ten pairs of six hours with random failures."""
    hours = {"horizon": "6 h", "faults.timeline": [], "faults.rates": {"scale": 300}}
    often = {**hours, "workload[1].checkpoint_interval": "10 min"}
    found = compare_designs(
        ROOT / "scenarios" / "first_factory.yaml",
        {"every_30_min": hours, "every_10_min": often},
        "tokens_total",
        better="higher",
        most=10,
        looks=1,
        least=10,
    )
    assert found.answers[0].variance_ratio >= 5.0
    assert found.table.groupby("arm")["tokens_total"].std().min() > 1e9
    text = CHECKPOINTS.read_text(encoding="utf-8")
    assert "faults.rates: {scale: 300}" in text
    assert "workload[1].checkpoint_interval: 10 min" in text
