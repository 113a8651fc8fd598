"""The command line with nothing faked: names of what it prints, files it leaves, exit codes."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT

from twin import Result
from twin.cli import main

SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
LAYOUTS = sorted((ROOT / "layouts").glob("*.yaml"))
SHORT = ["--set", "horizon=30 min"]


def said(capsys: Any, *arguments: str) -> Any:
    """The JSON document that a command prints."""
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short runs of one scenario, `a` and the warmer `b`, by the command itself."""
    out = tmp_path_factory.mktemp("runs")
    for name, more in (("a", []), ("b", ["--set", "site.climate=phoenix", "--seed", "9"])):
        assert (
            main(
                [
                    "run",
                    str(ROOT / "scenarios/first_factory.yaml"),
                    *SHORT,
                    *more,
                    "--out",
                    str(out / name),
                ]
            )
            == 0
        )
    return out


def test_run_prints_its_summary_as_json(tmp_path: Path, capsys: Any) -> None:
    found = said(
        capsys,
        "run",
        str(ROOT / "scenarios/superpod_day.yaml"),
        *SHORT,
        "--out",
        str(tmp_path / "r"),
    )
    saved = Result.load(tmp_path / "r").summary
    assert set(found) == set(saved)
    assert found["tokens_total"] == saved["tokens_total"] > 0
    assert found["simulated_s"] == 1800
    assert {"energy_it_j", "pue", "tokens_lost_by_fault", "energy_balance_residual_frac"} <= set(
        found
    )


def test_run_leaves_result_report_and_scene(folder: Path) -> None:
    result = Result.load(folder / "a")
    assert len(result.frame("site")) == 6
    assert (folder / "a" / "report.html").read_text().startswith("<!")
    assert list((folder / "a" / "scene").glob("*.usd*"))
    assert yaml.safe_load((folder / "a" / "scenario.yaml").read_text())["horizon"] == "1800.0 s"


def test_a_saved_scenario_runs_again_to_the_same_answer(folder: Path, tmp_path: Path) -> None:
    assert main(["run", str(folder / "a" / "scenario.yaml"), "--out", str(tmp_path / "again")]) == 0
    one = Result.load(folder / "a").summary
    again = Result.load(tmp_path / "again").summary
    assert {k: v for k, v in again.items() if k != "wall_s"} == {
        k: v for k, v in one.items() if k != "wall_s"
    }


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda p: p.stem)
def test_check_counts_and_finds(path: Path, capsys: Any) -> None:
    found = said(capsys, "check", str(path))
    assert {
        "racks",
        "gpus",
        "nodes",
        "components",
        "load_idle_w",
        "load_peak_w",
        "findings",
        "power",
    } <= set(found)
    assert found["racks"] > 0 or path.stem == "rise_pod2"  # a room of servers without GPUs
    assert 0 < found["load_idle_w"] < found["load_peak_w"]
    assert all({"severity", "component", "says"} <= set(finding) for finding in found["findings"])


def test_redundancy_names_what_brings_loads_down(capsys: Any) -> None:
    found = said(capsys, "redundancy", str(ROOT / "layouts/gb200_su.yaml"))
    assert {
        "single_points_of_failure",
        "cut_sets",
        "availability_exact",
        "availability_monte_carlo",
        "interval",
    } <= set(found)
    assert all(cut and all(isinstance(part, str) for part in cut) for cut in found["cut_sets"])
    low, high = found["interval"]
    assert 0 <= low <= high <= 1
    exact = found["availability_exact"]
    assert all(
        0 <= value <= 1
        for key, value in exact.items()
        if key.startswith(("availability", "unavailability"))
    )


def test_redundancy_reads_as_tables_with_as_many_nines_as_there_are(capsys: Any) -> None:
    layout = str(ROOT / "layouts/gb200_su.yaml")
    found = said(capsys, "redundancy", layout)
    assert main(["redundancy", layout]) == 0
    text = capsys.readouterr().out
    unavailability = found["availability_exact"]["unavailability"]
    printed = [float(word) for word in re.findall(r"(\d+\.\d+) %", text) if word.startswith("99.")]
    assert any(abs((1 - value / 100) / unavailability - 1) < 0.05 for value in printed), (
        "two digits of what is missing to one can be read"
    )
    assert "cdu_1–2" in text
    assert len(text.splitlines()) < 100


def test_redundancy_writes_what_it_prints(tmp_path: Path, capsys: Any) -> None:
    layout = str(ROOT / "layouts/edge_200kw.yaml")
    found = said(capsys, "redundancy", layout, "--out", str(tmp_path / "r"))
    assert json.loads((tmp_path / "r" / "redundancy.json").read_text()) == found
    for name, key in (("single_points_of_failure", "component"), ("cut_sets", "components")):
        with (tmp_path / "r" / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(found[name])
        first = found[name][0]
        assert rows[0][key] == (first[key] if name.startswith("single") else "; ".join(first))


@pytest.mark.parametrize(("which", "paths"), [("scenario", SCENARIOS), ("layout", LAYOUTS)])
def test_the_schema_accepts_every_shipped_file(which: str, paths: list[Path], capsys: Any) -> None:
    """By the schema that an editor gets for the file, with the rows that it brings."""
    assert paths
    for path in paths:
        assert main(["schema", which, "--for", str(path)]) == 0
        schema = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        document = yaml.load(path.read_text(), yaml.BaseLoader)
        problems = [
            f"{'.'.join(map(str, e.path))}: {e.message}"
            for e in validator.iter_errors(typed(document))
        ]
        assert problems == [], path.name


def typed(value: Any) -> Any:
    """Scalars as the YAML core schema reads them, moments left as text: JSON has no dates."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    read = yaml.safe_load(value) if value else value
    return read if isinstance(read, bool | int | float | None) and ":" not in value else value


def test_the_schema_refuses_what_load_refuses(capsys: Any) -> None:
    assert main(["schema", "scenario"]) == 0
    validator = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    good = typed(yaml.load((ROOT / "scenarios/first_factory.yaml").read_text(), yaml.BaseLoader))
    assert validator.is_valid(good)
    for wrong in (
        {"hoirzon": "2 h"},
        {"workload": [{"kind": "dreaming"}]},
        {"seed": "seven"},
        {"horizon": [1]},
    ):
        assert not validator.is_valid(good | wrong), wrong


def test_catalogue_lists_and_shows_with_sources(capsys: Any) -> None:
    everything = said(capsys, "catalogue", "list")
    assert said(capsys, "catalogue", "list", "racks") == {"racks": everything["racks"]}
    shown = said(capsys, "catalogue", "show", "gb200_nvl72")
    assert shown["kind"] == "racks"
    assert all(number["source"] and number["status"] for number in shown["numbers"])


def test_init_writes_a_starter_that_checks_and_runs(tmp_path: Path, capsys: Any) -> None:
    assert main(["init", "mine", "--in", str(tmp_path)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.split()]
    assert [p.relative_to(tmp_path).as_posix() for p in written] == [
        "scenarios/mine.yaml",
        "layouts/mine.yaml",
    ]
    assert said(capsys, "check", str(written[0]))["racks"] > 0
    found = said(
        capsys, "run", str(written[0]), "--set", "horizon=20 min", "--out", str(tmp_path / "out")
    )
    assert found["tokens_total"] > 0
    before = [p.read_text() for p in written]
    assert main(["init", "mine", "--in", str(tmp_path)]) == 2
    assert [p.read_text() for p in written] == before


def test_report_is_written_anew(folder: Path, capsys: Any) -> None:
    page = folder / "a" / "report.html"
    page.unlink()
    assert main(["report", str(folder / "a")]) == 0
    assert Path(capsys.readouterr().out.strip()) == page
    assert page.stat().st_size > 10_000


@pytest.mark.parametrize("source", ["result", "layout"])
def test_usd_export_writes_a_scene(source: str, folder: Path, tmp_path: Path, capsys: Any) -> None:
    asked = folder / "a" if source == "result" else ROOT / "layouts/edge_200kw.yaml"
    assert main(["usd", "export", str(asked), "--out", str(tmp_path / "scene")]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()


def test_compare_tells_inputs_and_outputs_that_differ(folder: Path, capsys: Any) -> None:
    found = said(capsys, "compare", str(folder / "a"), str(folder / "b"))
    assert {row["key"] for row in found["inputs"]} == {"site.climate", "seed"}
    outputs = {row["name"]: row for row in found["outputs"]}
    assert outputs["energy_cooling_j"]["change"] > 0
    assert "wall_s" not in outputs


def exit_code(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "twin", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_exit_code_0_for_what_is_done() -> None:
    assert exit_code("--version")[0] == 0


def test_exit_code_2_before_a_run_whose_output_cannot_be_written(tmp_path: Path) -> None:
    """The run is asked to write below a file, and says so before it computes anything."""
    (tmp_path / "file").write_text("")
    asked = (
        "run",
        "scenarios/utility_outage.yaml",
        "--set",
        "horizon=1 min",
        "--out",
        str(tmp_path / "file" / "r"),
    )
    code, told = exit_code(*asked)
    assert code == 2
    assert "--out" in told


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["run", "scenarios/none.yaml"], "none.yaml"),
        (["run", "scenarios/first_factory.yaml", "--set", "horizon=5 apples"], "horizon"),
        (["run", "scenarios/first_factory.yaml", "--set", "hoirzon=5 h"], "horizon"),
        (["check", "scenarios/first_factory.yaml", "--frobnicate"], "frobnicate"),
        (["report", "scenarios"], "meta.json"),
        (["catalogue", "show", "gb200_nvl73"], "gb200_nvl72"),
        (["compare", "scenarios", "layouts"], "meta.json"),
        (["dance"], "dance"),
    ],
)
def test_exit_code_2_for_input_that_is_wrong(arguments: list[str], word: str) -> None:
    code, told = exit_code(*arguments)
    assert code == 2
    assert word in told
