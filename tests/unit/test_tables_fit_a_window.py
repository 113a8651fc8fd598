"""Tables of commands in a window of 80 or 100 columns: what is too wide is turned, and no line is
wider than the window.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from twin.cli import main, say

HOSPITAL = Path(__file__).parents[2] / "deployments" / "hospital.yaml"


@pytest.mark.parametrize("columns", [80, 100])
def test_options_of_a_deployment_fit(columns: int, monkeypatch: Any) -> None:
    """Eleven columns side by side broke "usd per gpu h" into letters."""
    told = StringIO()
    window = Console(file=told, width=columns, highlight=False)
    monkeypatch.setattr(say, "console_on", lambda stderr: window)
    assert main(["deploy", str(HOSPITAL)]) == 0
    lines = told.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    for name in ("usd per gpu h", "unused gpu", "price as of", "break even"):
        assert any(name in line for line in lines), name


@pytest.mark.parametrize("columns", [80, 160])
def test_no_word_of_a_wide_table_is_broken(columns: int, monkeypatch: Any) -> None:
    """`twin check` broke its electrical table into "utilit" and "y": 17 columns, 40 rows."""
    told = StringIO()
    window = Console(file=told, width=columns, highlight=False)
    monkeypatch.setattr(say, "console_on", lambda stderr: window)
    heads = [f"quantity_{n}" for n in range(20)]
    nodes = [f"transformer_{n}" for n in range(40)]
    say.findings("wide", {"rows": [{"node": one, **dict.fromkeys(heads, 1.0)} for one in nodes]})
    lines = told.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    parts = sum("node" in line for line in lines)
    assert parts > 1
    assert sum("transformer_39 " in line for line in lines) == parts
    assert sum(line.count("quantity") for line in lines) == 20


def test_currents_have_units_and_columns_of_nothing_are_left_out(monkeypatch: Any) -> None:
    """Stood as 60,164 under "fault current a" and 13,800 under "nominal v", beside two columns of
    dashes.
    """
    told = StringIO()
    window = Console(file=told, width=80, highlight=False)
    monkeypatch.setattr(say, "console_on", lambda stderr: window)
    board = {"nominal_v": 415.0, "fault_current_a": 60164.0, "opens_first": "", "from": None}
    mains = {"nominal_v": 13800.0, "fault_current_a": None, "opens_first": "", "from": None}
    say.findings("two", {"rows": [{"node": "board", **board}, {"node": "mains", **mains}]})
    said = told.getvalue()
    assert all(one in said for one in ("415 V", "13.8 kV", "60.2 kA", "fault current ", "nominal "))
    assert "opens" not in said
    assert "from" not in said


def test_what_fits_is_not_turned(monkeypatch: Any) -> None:
    told = StringIO()
    window = Console(file=told, width=80, highlight=False)
    monkeypatch.setattr(say, "console_on", lambda stderr: window)
    say.findings("two", {"racks": [{"name": "r1", "gpus": 72}, {"name": "r2", "gpus": 8}]})
    heads, *rows = [line for line in told.getvalue().splitlines() if "r1" in line or "name" in line]
    assert "gpus" in heads
    assert len(rows) == 1


def test_a_scenario_without_drills_is_named(capsys: Any) -> None:
    """It was "<input>", with "found 1 drills" where there was one."""
    scenario = HOSPITAL.parents[1] / "scenarios" / "superpod_day.yaml"
    assert main(["drill", str(scenario)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{scenario}: drills: found no drill; allowed: a drill before the end")


@pytest.mark.parametrize("group", ["", "usd", "catalogue", "trace", "import", "predict"])
def test_what_a_command_does_is_told_whole(group: str, capsys: Any) -> None:
    """Lists of commands ended in "each rack, power and cooling row of..."."""
    assert main([*group.split(), "--help"]) == 0
    told = capsys.readouterr().out.partition("Commands:")[2].splitlines()
    assert len(told) >= 2
    assert [line for line in told if line.endswith("...")] == []


@pytest.mark.parametrize(("asked", "wide"), [("80", 80), ("100", 100), ("", 160), ("wide", 160)])
def test_columns_are_obeyed_in_a_pipe(
    asked: str, wide: int, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`COLUMNS=80 twin check SCENARIO | less` had lines of 160."""
    monkeypatch.setenv("COLUMNS", asked)
    say.findings("wide", {"rows": [{f"quantity_{n}": 1.0 for n in range(40)}] * 60})
    longest = max(map(len, capsys.readouterr().out.splitlines()))
    assert wide - 20 < longest <= wide
