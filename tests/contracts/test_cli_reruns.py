"""A rerun replaces the answer to the same question and nothing else; what is asked can be changed
from every command; shells complete what there is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from twin import Result, scene
from twin.cli import face, main
from twin.present.background import Helper
from twin.present.report import render

SCENARIO = str(ROOT / "scenarios" / "utility_outage.yaml")
LAYOUT = str(ROOT / "layouts" / "edge_200kw.yaml")
SHORT = ["--set", "horizon=2 min"]


def run(out: Path, *more: str) -> int:
    return main(["run", SCENARIO, *SHORT, *more, "--out", str(out)])


def test_the_same_question_is_answered_again_in_its_place(tmp_path: Path) -> None:
    assert run(tmp_path / "a") == 0
    before = (tmp_path / "a" / "tables" / "site.parquet").read_bytes()
    (tmp_path / "a" / "report.html").unlink()
    assert run(tmp_path / "a") == 0
    assert (tmp_path / "a" / "tables" / "site.parquet").read_bytes() == before
    assert (tmp_path / "a" / "report.html").is_file()


def test_another_question_is_refused_before_the_run_with_the_cure(
    tmp_path: Path, capsys: Any
) -> None:
    assert run(tmp_path / "a") == 0
    before = (tmp_path / "a" / "summary.json").read_bytes()
    capsys.readouterr()
    assert run(tmp_path / "a", "--seed", "9") == 2
    said = capsys.readouterr().err
    assert "seed changed" in said
    assert "--overwrite" in said
    assert f"--out {tmp_path / 'a_2'}" in said
    assert (tmp_path / "a" / "summary.json").read_bytes() == before
    assert run(tmp_path / "a", "--seed", "9", "--overwrite") == 0
    assert Result.load(tmp_path / "a").meta["seed"] == 9


def test_a_result_of_another_version_is_left_alone(tmp_path: Path, capsys: Any) -> None:
    assert run(tmp_path / "a") == 0
    meta = tmp_path / "a" / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "version": "0.0.9"}))
    assert run(tmp_path / "a") == 2
    assert "version 0.0.9" in capsys.readouterr().err


def test_changed_files_beside_a_scenario_are_another_question(tmp_path: Path, capsys: Any) -> None:
    for folder in ("scenarios", "layouts"):
        (tmp_path / folder).mkdir()
    layout = (ROOT / "layouts" / "gb200_su.yaml").read_text()
    (tmp_path / "layouts" / "gb200_su.yaml").write_text(layout)
    scenario = tmp_path / "scenarios" / "mine.yaml"
    text = Path(SCENARIO).read_text()
    assert "climate: baltimore" in text
    scenario.write_text(text.replace("climate: baltimore", "climate: {file: air.csv}"))
    weather = tmp_path / "scenarios" / "air.csv"
    weather.write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,20,15\n3600,20,15\n")
    asked = ["run", str(scenario), *SHORT, "--out", str(tmp_path / "a")]
    assert main(asked) == 0
    assert main(asked) == 0
    weather.write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,30,15\n3600,30,15\n")
    assert main(asked) == 2
    assert "read other files" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "redundancy"])
def test_a_design_is_changed_from_the_command_line(command: str, capsys: Any) -> None:
    assert main([command, LAYOUT, "--json"]) == 0
    built = json.loads(capsys.readouterr().out)
    assert main([command, LAYOUT, "--json", "--set", "layout.power.ups.count=3"]) == 0
    larger = json.loads(capsys.readouterr().out)
    assert larger["components"] == built["components"] + 2
    assert main([command, LAYOUT, "--set", "layout.power.upps.count=3"]) == 2
    assert "--set" in capsys.readouterr().err


def test_a_scene_of_a_changed_design(tmp_path: Path, capsys: Any) -> None:
    changed = ["--set", "layout.power.ups.count=3"]
    assert main(["usd", "export", LAYOUT, "--out", str(tmp_path / "s"), *changed]) == 0
    scene = Path(capsys.readouterr().out.strip())
    usd = pytest.importorskip("pxr.Usd", reason="usd-core is not installed")
    assert usd.Stage.Open(str(scene)).GetPrimAtPath("/Facility/Power/Yard/ups_3")
    assert run(tmp_path / "a") == 0
    assert main(["usd", "export", str(tmp_path / "a"), "--out", str(tmp_path / "t"), *changed]) == 2
    assert "--set" in capsys.readouterr().err


def test_dash_h_is_help_everywhere(capsys: Any) -> None:
    for command in (
        [],
        ["run"],
        ["check"],
        ["catalogue"],
        ["catalogue", "show"],
        ["usd", "export"],
    ):
        assert main([*command, "-h"]) == 0
        assert "Usage: twin" in capsys.readouterr().out


def shell(*words: str) -> list[str]:
    """What bash is offered for the last word."""
    asked = {
        **os.environ,
        "_TWIN_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["twin", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "twin"], env=asked, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["re"], {"redundancy", "report"}),
        (["run", "scenarios/first"], {"scenarios/first_factory.yaml"}),
        (["run", ""], {"scenarios/first_factory.yaml", "layouts/gb200_su.yaml"}),
        (["check", "lay"], {"layouts/"}),
        (["run", "a.yaml", "--over"], {"--overwrite"}),
        (["catalogue", "list", "rac"], {"racks"}),
        (["catalogue", "show", "gb200"], {"gb200_nvl72"}),
        (["schema", "l"], {"layout"}),
    ],
)
def test_shells_complete_what_there_is(words: list[str], offered: set[str]) -> None:
    assert offered <= set(shell(*words))


def test_results_are_completed_by_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twin.cli.complete import results

    for name in ("one", "two", "unfinished"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "reports" / name / "meta.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert results("") == ["reports/one", "reports/two"]
    assert results("reports/t") == ["reports/two"]
    assert results("scenarios/") == []


def test_the_command_itself_writes_the_same_report_as_one_process(tmp_path: Path) -> None:
    """`twin run` draws in processes of their own where there are cores for it."""
    command = [sys.executable, "-m", "twin", "run", SCENARIO, *SHORT, "--out", str(tmp_path / "a")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert page == render(Result.load(tmp_path / "a"))
    again = scene(tmp_path / "a", tmp_path / "b").parent
    assert _bytes(again) == _bytes(tmp_path / "a" / "scene")


def _bytes(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_a_report_that_helpers_do_not_deliver_is_written_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the processes had died: their end of the connection is closed without a word."""

    def died() -> Helper:
        ours, theirs = Pipe()
        theirs.close()
        scenes, drawn = Pipe(duplex=False)
        drawn.close()
        return Helper(ours, scenes)

    monkeypatch.setattr(face, "get_ready_to_report", died)
    assert run(tmp_path / "a") == 0
    assert (tmp_path / "a" / "scene" / "facility.usda").is_file()
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert page == render(Result.load(tmp_path / "a"))
