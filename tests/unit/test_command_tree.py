"""The command that is asked for is loaded, and no other; otherwise all are there."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from twin.cli.app import app
from twin.cli.tree import COMMANDS, GROUPS, app_for


def commands(of: Any) -> list[str]:
    found: Any = get_command(of)
    return list(found.commands)


@pytest.mark.parametrize("name", [*COMMANDS, *GROUPS])
def test_a_command_stands_alone_and_is_the_one_of_all(name: str) -> None:
    alone: Any = get_command(app_for([name, "--help"]))
    every: Any = get_command(app)
    assert list(alone.commands) == [name]
    asked = alone.commands[name]
    of_all = every.commands[name]
    assert [one.opts for one in asked.params] == [one.opts for one in of_all.params]
    assert (asked.help, asked.short_help) == (of_all.help, of_all.short_help)
    assert list(getattr(asked, "commands", ())) == list(getattr(of_all, "commands", ()))


@pytest.mark.parametrize("words", [[], ["--help"], ["runn"], ["--version", "run"]])
def test_whatever_is_no_command_meets_all(words: list[str]) -> None:
    assert commands(app_for(words)) == commands(app) == [*COMMANDS, *GROUPS]


def test_the_others_are_not_loaded() -> None:
    code = (
        "import sys; from twin.cli import main; main(['check', '--help']); "
        "print(*(name for name in sys.modules if name.startswith('twin.cli.')))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = told.stdout.splitlines()[-1].split()
    assert "twin.cli.check" in loaded
    assert not {"twin.cli.study", "twin.cli.predict", "twin.cli.run"} & set(loaded)
