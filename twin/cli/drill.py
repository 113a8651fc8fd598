"""`twin drill`: a scenario run as an exercise, and the sheet of what passed."""

from __future__ import annotations

from typing import Annotated

from typer import Exit, Option

from twin.cli import face, failures, say
from twin.cli.options import Json, Overrides, Seed, read_overrides
from twin.cli.run import Scenario

Strict = Annotated[bool, Option("--strict", help="Exit code 1 where a criterion fails.")]


def drill(
    scenario: Scenario,
    changes: Overrides = None,
    seed: Seed = None,
    strict: Strict = False,
    json: Json = False,
) -> None:
    """Run a scenario as an exercise; print its sheet."""
    asked = face.load(scenario, read_overrides(changes or ()), seed)
    failures.refuse_without_expectations(asked, str(scenario))
    with say.progress(f"{asked.name}: drills") as told:
        sheet = failures.drill_sheet(asked, told)
    passed = all(row["verdict"] == "pass" for row in sheet)
    if json:
        say.document({"passed": passed, "criteria": sheet})
    else:
        say.blocks(asked.name, *failures.drill_blocks(sheet))
    if strict and not passed:
        raise Exit(1)
