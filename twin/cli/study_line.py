"""A study asked on the command line: what `--vary`, `--measure` and `--set` say, as a plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli import face
from twin.cli.options import read_overrides
from twin.errors import InputError, Problem
from twin.units import NUMBER, UNIT

if TYPE_CHECKING:
    from twin.study.experiments.study_file import AskedStudy

FORM = "KEY=LOW..HIGH:N, such as horizon='1 h..4 h:20', or KEY=V1,V2"
"""What `--vary` takes, told wherever it is refused."""
NAME_MAX = 40
"""Letters of a study's name."""
_DOTS = re.compile(rf"\s*{NUMBER}\s*(?:{UNIT})?\s*\.\.(?!\.).*")
_RANGE = re.compile(
    rf"\s*(?P<low>{NUMBER})\s*(?P<unit>{UNIT})?\s*\.\.\s*(?P<high>{NUMBER}\s*(?P<last>{UNIT})?)"
    r"\s*:\s*(?P<levels>0*[1-9]\d*)\s*"
)


def read(file: Path, vary: list[str], measures: list[str], changes: list[str]) -> AskedStudy:
    """The study of one scenario that these options ask.

    Raises InputError with every problem, before the first run.
    """
    from twin.study.experiments.study_file import study_of

    _refuse_study(file)
    varied, changed = _read_both(vary, changes)
    asked = face.load(file, changed, None)
    plan = {"name": named(asked.name, varied), "vary": varied, "outcomes": measures}
    return study_of(asked, plan, "twin study")


def refuse_without_vary(file: Path, measures: list[str], changes: list[str]) -> None:
    """Raise InputError where options of `--vary` stand without it, or a scenario with nothing that
    varies.
    """
    allowed = f"with a scenario and --vary {FORM}"
    options = {"--measure": measures, "--set": changes}
    lone = [Problem("", ", ".join(said), allowed, file=by) for by, said in options.items() if said]
    data = {} if lone else _data(file)
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"layout", "halls"} and not keys & {"scenario", "vary", "arms"}:
        lone = [
            Problem("", "a scenario or layout", f"a study file, or --vary {FORM}", "", str(file))
        ]
    if lone:
        raise InputError(lone)


def read_varied(texts: Iterable[str]) -> dict[str, Any]:
    """What `--vary` says, by key: a list of values, or low, high and levels. InputError with every
    text that says neither.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        key, _, said = (part.strip() for part in text.partition("="))
        try:
            if not (key and said):
                raise ValueError(FORM)
            if key in found:
                raise ValueError(f"each key once; {key!r} stands twice")
            found[key] = _values(said)
        except ValueError as error:
            problems.append(Problem("", repr(text), str(error), file="--vary"))
    if problems:
        raise InputError(problems)
    return found


def named(scenario: str, varied: Iterable[str]) -> str:
    """The study's name: the scenario's, and the last part of every key."""
    last = "_".join(key.rpartition(".")[2] for key in varied)
    plain = re.sub(r"[^a-z0-9]+", "_", f"{scenario}_by_{last}".lower())
    return plain[:NAME_MAX].strip("_")


def _read_both(vary: list[str], changes: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What `--vary` and `--set` say. InputError with the problems of both."""
    try:
        varied = read_varied(vary)
    except InputError as error:
        raise InputError([*error.problems, *_problems(changes)]) from error
    changed = read_overrides(changes)
    if both := [key for key in changed if any(_within(key, other) for other in varied)]:
        allowed = "a key that does not vary"
        raise InputError([Problem("", f"{key!r} again", allowed, file="--set") for key in both])
    return varied, changed


def _within(key: str, other: str) -> bool:
    """Whether a path leads to what another one replaces, however either is written."""
    from twin.scenario.schema.change import parts_of

    whole = parts_of(other)
    return parts_of(key)[: len(whole)] == whole


def _problems(changes: list[str]) -> list[Problem]:
    try:
        read_overrides(changes)
    except InputError as error:
        return list(error.problems)
    return []


def _values(said: str) -> Any:
    if not _DOTS.fullmatch(said):
        return _listed(said)
    match = _RANGE.fullmatch(said)
    if match is None:
        raise ValueError(FORM)
    unit = match["unit"] or match["last"] or ""
    high = match["high"] if match["last"] or not unit else f"{match['high']} {unit}"
    low = f"{match['low']} {unit}" if unit else float(match["low"])
    return {"low": low, "high": high if unit else float(high), "levels": int(match["levels"])}


def _listed(said: str) -> Any:
    """The values of a list as YAML has them. ValueError where it is none."""
    from twin.scenario.yaml.document import parse

    try:
        return parse(f"values: [{said}]", Path("--vary")).data["values"]
    except InputError as error:
        raise ValueError(FORM) from error


def _refuse_study(file: Path) -> None:
    from twin.study.experiments.study_file import is_study

    if is_study(_data(file)):
        allowed = "a scenario or layout file; a study file says itself what varies"
        raise InputError([Problem("--vary", "a study", allowed, file=str(file))])


def _data(file: Path) -> Any:
    from twin.scenario.yaml.document import read as read_document

    return read_document(file).data
