"""A result keeps the files its scenario names, so that its own scenario can be run again."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

import twin
from twin import InputError, Result
from twin.cli import main

WEATHER = "time_s,dry_bulb_degc,wet_bulb_degc\n0,20,15\n1800,31,19\n7200,25,18\n"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A project whose scenario names a weather file and a profile, in folders of their own."""
    for folder in ("scenarios", "layouts", "weather", "lab"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    project = tmp_path / "project"
    layout = (ROOT / "layouts" / "edge_200kw.yaml").read_text()
    (project / "layouts" / "edge_200kw.yaml").write_text(layout)
    (project / "weather" / "warm.csv").write_text(WEATHER)
    profile = files("twin") / "data" / "profiles" / "B200-SXM-180GB.json"
    (project / "lab" / "warm.csv").write_text(profile.read_text())
    asked = {
        "version": 1,
        "name": "own_files",
        "layout": "../layouts/edge_200kw.yaml",
        "site": {"climate": {"file": "../weather/warm.csv"}, "grid": "virginia"},
        "horizon": "1 h",
        "profiles": {"B200-SXM-180GB": "../lab/warm.csv"},
    }
    path = project / "scenarios" / "own_files.yaml"
    path.write_text(yaml.safe_dump(asked))
    return path


def test_a_results_scenario_runs_again_and_gives_the_same_tables(
    scenario: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    again = tmp_path / "again"
    assert main(["run", str(scenario), "--out", str(first)]) == 0
    scenario.parent.parent.rename(tmp_path / "gone")
    assert main(["run", str(first / "scenario.yaml"), "--out", str(again)]) == 0
    for table in sorted(path.name for path in (first / "tables").iterdir()):
        one, other = (folder / "tables" / table for folder in (first, again))
        assert one.read_bytes() == other.read_bytes(), table
    assert (first / "scenario.yaml").read_bytes() == (again / "scenario.yaml").read_bytes()


def test_files_of_one_name_are_both_kept_and_named_relatively(
    scenario: Path, tmp_path: Path
) -> None:
    result = twin.run(scenario, out=tmp_path / "out")
    assert sorted(result.inputs) == ["inputs/2-warm.csv", "inputs/warm.csv"]
    asked = yaml.safe_load((tmp_path / "out" / "scenario.yaml").read_text())
    weather = tmp_path / "out" / asked["site"]["climate"]["file"]
    assert weather.read_text() == WEATHER
    profile = json.loads((tmp_path / "out" / asked["profiles"]["B200-SXM-180GB"]).read_text())
    assert profile["device"]["name"] == "B200-SXM-180GB"
    assert str(tmp_path) not in (tmp_path / "out" / "scenario.yaml").read_text()


def test_a_changed_input_is_refused_and_a_saved_copy_is_whole(
    scenario: Path, tmp_path: Path
) -> None:
    twin.run(scenario, out=tmp_path / "out")
    copy = Result.load(tmp_path / "out").save(tmp_path / "copy")
    assert sorted(path.name for path in (copy / "inputs").iterdir()) == ["2-warm.csv", "warm.csv"]
    name = yaml.safe_load((copy / "scenario.yaml").read_text())["site"]["climate"]["file"]
    (copy / name).write_text(WEATHER.replace("31", "32"))
    with pytest.raises(InputError, match=name):
        Result.load(copy)


def test_a_file_that_is_missing_is_named_where_it_is_asked(scenario: Path) -> None:
    text = scenario.read_text()
    scenario.write_text(text.replace("warm.csv", "wram.csv"))
    with pytest.raises(InputError) as refused:
        twin.load(scenario)
    problems = refused.value.problems
    assert {problem.where for problem in problems} == {
        "site.climate.file",
        "profiles.B200-SXM-180GB",
    }
    assert all("warm.csv" in problem.hint and problem.line for problem in problems)
