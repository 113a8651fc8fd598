"""Claim: the command line and Python are two doors of one room: the same numbers behind both."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from conftest import small_layout

import twin
from tests.planner import (
    answer,
    asked,
    batch,
    chat,
    faults,
    job,
    loaded,
    number,
    ran,
    site,
    written,
)
from twin import Result
from twin.cli import main

TWO_RACKS = small_layout(liquid=2, air=1)


def scenario(**changes: Any) -> dict[str, Any]:
    base = {
        "workload": [job(nodes=18), chat(nodes=6)],
        "faults": faults((600, "panel_1", 300)),
        "horizon": "30 min",
    }
    return asked(TWO_RACKS, **(base | changes))


def printed(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    """The JSON that a command prints."""
    assert main(arguments) == code
    return json.loads(capsys.readouterr().out)


def test_run_prints_the_summary_that_python_computes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(scenario(), tmp_path)
    said = printed(["run", str(path), "--json", "--out", str(tmp_path / "out")], capsys)
    here = ran(scenario())
    for key, value in here.summary.items():
        if key != "wall_s":
            assert said[key] == pytest.approx(value, rel=1e-12, nan_ok=True), key
    kept = Result.load(tmp_path / "out")
    for table in ("site", "racks", "power", "events"):
        assert kept.frame(table).equals(here.frame(table)), table


def test_check_prints_what_check_returns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(scenario(), tmp_path)
    said = printed(["check", str(path), "--json"], capsys)
    found = twin.check(twin.load(path))
    for key in (
        "racks",
        "gpus",
        "nodes",
        "load_idle_w",
        "load_peak_w",
        "it_rated_w",
        "cooling_rated_w",
    ):
        assert said[key] == found[key], key
    assert len(said["findings"]) == len(found["findings"])


def test_redundancy_prints_what_redundancy_returns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(scenario(), tmp_path)
    said = printed(["redundancy", str(path), "--json"], capsys)
    found = twin.redundancy(twin.load(path))
    assert said["components"] == found.components
    singles = {row["component"] for row in said["single_points_of_failure"]}
    assert singles == {row["component"] for row in found.single_points_of_failure}
    assert said["availability_exact"]["unavailability"] == pytest.approx(
        found.availability_exact["unavailability"], rel=1e-12
    )


def test_compare_prints_what_compare_returns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = []
    for name, dry_bulb in (("cool", 20.0), ("hot", 39.0)):
        result = ran(scenario(site=site(dry_bulb)))
        result.save(tmp_path / name)
        folders.append(str(tmp_path / name))
    said = printed(["compare", *folders, "--json"], capsys)
    found = twin.compare(*(Result.load(Path(folder)) for folder in folders))
    assert [row["key"] for row in said["inputs"]] == [row.key for row in found.inputs]
    changes = {row["name"]: row["change"] for row in said["outputs"]}
    for output in found.outputs:
        if output.change is not None:
            assert changes[output.name] == pytest.approx(output.change, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("setting", "key", "value"), [("horizon=10 min", "horizon", "10 min")])
def test_a_value_set_on_the_command_line_is_a_value_in_the_file(
    setting: str, key: str, value: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(scenario(), tmp_path)
    said = printed(
        ["run", str(path), "--set", setting, "--json", "--out", str(tmp_path / "out")], capsys
    )
    here = ran(scenario(**{key: value}))
    for name in (
        "tokens_total",
        "energy_utility_j",
        "requests",
        "simulated_s",
        "tokens_lost_by_fault",
    ):
        assert said[name] == pytest.approx(number(here, name), rel=1e-12), name


def test_run_by_path_by_scenario_and_by_steps_is_the_same(tmp_path: Path) -> None:
    path = written(scenario(), tmp_path)
    by_path, by_scenario = twin.run(path), twin.run(twin.load(path))
    by_steps = twin.simulate(twin.build(twin.load(str(path))))
    for result in (by_scenario, by_steps):
        for table in result.tables:
            if result is by_steps and table.startswith("counterfactual"):
                assert result.frame(table).empty  # other runs, which `simulate` does not make
            else:
                assert result.frame(table).equals(by_path.frame(table)), table


def test_broken_input_is_exit_2_with_all_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = scenario(horizon="-1 h", seed="x", workload=[job(nodes=10_000)])
    path = written(broken, tmp_path)
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    said = captured.out + captured.err
    for word in ("horizon", "seed", "scenario.yaml"):
        assert word in said, word
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


DAYS: dict[str, dict[str, Any]] = {
    "nothing to do": {"workload": [], "faults": {}},
    "training alone": {"workload": [job(nodes=18)], "faults": {}},
    "a service alone": {"workload": [chat(nodes=6)], "faults": {}},
    "many jobs and a dark panel": {
        "workload": [batch(count=20, nodes_max=9)],
        "faults": faults((300, "panel_1", 600)),
    },
    "all at once": {
        "faults": faults((300, "ups_1", 300), (400, "cdu_pump_1", 300), (500, "liquid_r1", 300))
    },
}


@pytest.mark.parametrize("day", DAYS)
def test_every_figure_can_be_drawn_of_any_day(day: str) -> None:
    result = ran(scenario(**DAYS[day]))
    names = [name for name in dir(result.plot) if not name.startswith("_")]
    assert len(names) >= 5
    for name in names:
        figure = getattr(result.plot, name)()
        assert figure is not None, name
    plt.close("all")


@pytest.mark.parametrize("day", ["all at once"])
def test_the_report_of_any_day_names_what_failed_and_what_came_out(
    day: str, tmp_path: Path
) -> None:
    result = ran(scenario(**DAYS[day]))
    text = twin.report(result, tmp_path).read_text(encoding="utf-8")
    assert f"{number(result, 'pue'):.3f}"[:4] in text
    for _, name, what in result.frame("events")[["time_s", "component", "what"]].itertuples(
        index=False
    ):
        if what == "failed":
            assert name in text
    assert not re.search(r">\s*nan\b", text), "a missing number is a dash"


def test_a_result_says_itself_in_a_screenful() -> None:
    result = answer(workload=[job(nodes=18)])
    text = repr(result)
    assert len(text) < 2500
    assert len(text.splitlines()) < 40
    assert "asked" in text
    facility = twin.build(loaded(scenario()))
    for thing in (facility, facility.scenario):
        assert len(repr(thing)) < 4000
