"""Where a verb is to write, of the wrong kind: told before any work, with the cure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from twin.cli import main

ROOT = Path(__file__).parents[2]
HALL = str(ROOT / "layouts" / "gb200_su.yaml")
TRACE = "arrival_s,input_tokens,output_tokens\n0.5,10,10\n1.5,10,10\n"
TO_A_FILE = {
    "rescale": ["trace", "rescale", "trace.csv", "--rate", "2", "--out", "there"],
    "splice": ["trace", "splice", "trace.csv", "trace.csv", "--out", "there"],
    "diff": ["diff", HALL, HALL, "--out", "there"],
    "compare": ["compare", "none", "none", "--out", "there"],
    "export": ["export", HALL, "there", "--to", "opendss"],
    "calibrate": ["calibrate", "run", "--quick", "--out", "there"],
    "hourly": ["climate", HALL, "phoenix", "--hourly", "there"],
    "figure": ["climate", HALL, "phoenix", "--figure", "there"],
    "ifc": ["import", "ifc", "none.ifc", "--layout", "there"],
}
TO_A_FOLDER = {
    "run": ["run", HALL, "--set", "horizon=1 min"],
    "overwrite": ["run", HALL, "--set", "horizon=1 min", "--overwrite"],
    "study": ["study", HALL, "--vary", "air.crah.count=4,5"],
    "cost": ["cost", HALL],
    "redundancy": ["redundancy", HALL],
    "airflow": ["airflow", HALL],
    "failure-report": ["failure-report", HALL],
    "scene": ["usd", "export", HALL],
    "assets": ["usd", "assets"],
}


@pytest.mark.parametrize("command", TO_A_FILE.values(), ids=TO_A_FILE)
def test_a_folder_where_a_file_is_to_go(
    command: list[str], tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trace.csv").write_text(TRACE)
    (tmp_path / "there").mkdir()
    assert main(command) == 2
    option = next((word for word in command if word in ("--out", "--hourly", "--figure")), "")
    said = capsys.readouterr().err
    assert f"{option}: found a folder; allowed: the name of a file, such as there/NAME" in said
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["there", "trace.csv"]


@pytest.mark.parametrize("command", TO_A_FOLDER.values(), ids=TO_A_FOLDER)
def test_a_file_where_a_folder_is_to_go(
    command: list[str], tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").write_text("mine")
    assert main([*command, "--out", "there"]) == 2
    said = capsys.readouterr().err
    assert said.endswith(
        "--out: found a file; allowed: the name of a folder, or one that is free\n"
    )
    assert (tmp_path / "there").read_text() == "mine"
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_no_verb_asks_only_for_the_folder_around_what_it_writes() -> None:
    """`place.writable(path.parent)` forgets that a folder, or a file, may have the name itself."""
    for file in (ROOT / "twin" / "cli").glob("*.py"):
        if file.name != "place.py":
            assert not re.search(r"writable\([^)]*parent", file.read_text(encoding="utf-8")), file
