"""Claim: a hall that rests has its year, however little its racks give to valves that hold.

A planner empties the workload of the starter and runs it; the report holds the run against a year.
With little heat, air handlers whose valves stand open give air below their set-point, all at once.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import twin
from twin.cli import main
from twin.facility.cooling import peak
from twin.facility.cooling.design_air import open_supply_degc

HOURS = 8760
IDLE_W = 4 * 22_000.0 + 2 * 6_000.0
"""Racks and support racks of the starter, as its catalogue rows and its layout state."""


@pytest.fixture
def resting(tmp_path: Path) -> Path:
    """The starter's own files for a hundred minutes, with nothing to do."""
    assert main(["init", "mine", "--in", str(tmp_path)]) == 0
    path = tmp_path / "scenarios" / "mine.yaml"
    asked = yaml.safe_load(path.read_text("utf-8"))
    asked |= {"workload": [], "faults": {}, "horizon": "100 min"}
    path.write_text(yaml.safe_dump(asked), encoding="utf-8")
    return path


def test_the_starter_runs_with_nothing_to_do(resting: Path, tmp_path: Path) -> None:
    """It ended as a fault of the program, its result lost. The year is of idle racks, by hand."""
    out = tmp_path / "out"
    assert main(["run", str(resting), "--out", str(out), "--json"]) == 0
    year = json.loads((out / "meta.json").read_text("utf-8"))["year"]["as_run"]
    assert year["energy_kwh"]["it"] == pytest.approx(IDLE_W / 1e3 * HOURS, rel=1e-9)
    assert 1.0 < year["pue"] < 2.0


def test_valves_that_find_no_rest_are_told(
    resting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 505 drawn sets of set-points, loads and water in shipped layouts none takes more than four
    rounds; one that took more than it has would give the air of a round that nothing rests at.
    It is the layout that is refused, before a run.
    """
    monkeypatch.setattr("twin.facility.cooling.design_air.ROUNDS_MAX", 1)
    assert main(["check", str(resting)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "after 1 rounds" in said
    assert "valves of air handlers still move" in said


@pytest.mark.parametrize("load_frac", [0.0, 0.05, 0.18115942028985507, 0.4])
def test_valves_that_hold_take_all_heat_of_the_air(resting: Path, load_frac: float) -> None:
    """By hand: handlers on their set-point take what racks and fans give to the air, no less."""
    facility = twin.build(twin.load(resting))
    design = peak.design_air(facility, facility.racks.rated_w * load_frac)
    coils = design.coils
    behind = open_supply_degc(design)
    passed = 1.0 - coils.open_w_k / coils.stream_w_k
    brought = coils.fan_w / coils.stream_w_k
    drawn = (behind - brought - (1.0 - passed) * design.water_degc) / passed
    taken_w = coils.stream_w_k * (drawn - coils.set_degc) + coils.fan_w
    given_w = design.rack_w.sum() + coils.fan_w.sum()
    assert np.all(behind < coils.set_degc)
    assert taken_w.sum() == pytest.approx(given_w, rel=1e-9)
