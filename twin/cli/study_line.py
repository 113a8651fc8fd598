"""A study asked on the command line: what `--vary`, `--measure` and `--set` say, as a plan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli import face
from twin.cli.options import read_overrides
from twin.errors import InputError, Problem, did_you_mean
from twin.units import NUMBER, UNIT

if TYPE_CHECKING:
    from twin.study.experiments.study_file import AskedStudy

FORM = "KEY=LOW..HIGH:N, such as horizon='1 h..4 h:20', or KEY=V1,V2"
"""What `--vary` takes, told wherever it is refused."""
FORM_SAMPLED = "KEY=LOW..HIGH, such as horizon='1 h..4 h', or KEY=V1,V2"
"""The same where values are drawn."""
SAMPLED = ("latin_hypercube", "sobol", "monte_carlo")
"""What `--method` takes."""
NAME_MAX = 40
"""Letters of a study's name."""
_DOTS = re.compile(rf"\s*{NUMBER}\s*(?:{UNIT})?\s*\.\.(?!\.).*")
_RANGE = re.compile(
    rf"\s*(?P<low>{NUMBER})\s*(?P<unit>{UNIT})?\s*\.\.\s*(?P<high>{NUMBER}\s*(?P<last>{UNIT})?)"
    r"(?:\s*:\s*(?P<levels>0*[1-9]\d*))?\s*"
)


@dataclass(frozen=True)
class StudyLine:
    """What the options of a study in one line say."""

    vary: Sequence[str] = ()
    measures: Sequence[str] = ()
    changes: Sequence[str] = ()
    method: str = ""
    """Of a sample; every combination if empty."""
    samples: int | None = None
    seed: int | None = None

    def options(self) -> dict[str, str]:
        """Those said beside `--vary`, as texts by name."""
        said = {
            "--measure": ", ".join(self.measures),
            "--set": ", ".join(self.changes),
            "--method": self.method,
            "--samples": "" if self.samples is None else str(self.samples),
            "--seed": "" if self.seed is None else str(self.seed),
        }
        return {option: text for option, text in said.items() if text}

    def points(self) -> dict[str, Any]:
        """Which points are run, in the words of a study file."""
        said = {"method": self.method or None, "samples": self.samples, "seed": self.seed}
        return {key: value for key, value in said.items() if value is not None}

    def problems(self) -> Iterator[Problem]:
        """What `--method` and `--samples` lack of each other."""
        if self.samples is not None and not self.method:
            allowed = f"with --method {'|'.join(SAMPLED)}"
            yield Problem("", str(self.samples), allowed, file="--samples")
        if self.method not in ("", *SAMPLED):
            hint = did_you_mean(self.method, SAMPLED)
            yield Problem("", self.method, ", ".join(SAMPLED), hint, file="--method")
        elif self.method and self.samples is None:
            yield Problem("", self.method, "with --samples N, such as 64", file="--method")


def read(file: Path, line: StudyLine) -> AskedStudy:
    """The study of one scenario that these options ask.

    Raises InputError with every problem, before the first run.
    """
    from twin.study.experiments.study_file import study_of

    _refuse_study(file)
    varied, changed = _read_both(line)
    asked = face.load(file, changed, None)
    plan = {"name": named(asked.name, varied), "vary": varied, "outcomes": list(line.measures)}
    return study_of(asked, plan | line.points(), "twin study")


def refuse_without_vary(file: Path, line: StudyLine) -> None:
    """Raise InputError where options of `--vary` stand without it, or a scenario with nothing that
    varies.
    """
    allowed = f"with a scenario and --vary {FORM}"
    lone = [Problem("", said, allowed, file=by) for by, said in line.options().items()]
    data = {} if lone else _data(file)
    keys = set(data) if isinstance(data, dict) else set()
    if keys & {"layout", "halls"} and not keys & {"scenario", "vary", "arms"}:
        lone = [
            Problem("", "a scenario or layout", f"a study file, or --vary {FORM}", "", str(file))
        ]
    if lone:
        raise InputError(lone)


def read_varied(texts: Iterable[str], sampled: bool = False) -> dict[str, Any]:
    """What `--vary` says, by key: a list of values, or low and high, with levels where it is not
    sampled. InputError with every text that says neither.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        key, _, said = (part.strip() for part in text.partition("="))
        try:
            if not (key and said):
                raise ValueError(FORM_SAMPLED if sampled else FORM)
            if key in found:
                raise ValueError(f"each key once; {key!r} stands twice")
            found[key] = _values(said, sampled)
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


def _read_both(line: StudyLine) -> tuple[dict[str, Any], dict[str, str]]:
    """What `--vary` and `--set` say. InputError with the problems of all options."""
    lacking = list(line.problems())
    try:
        varied = read_varied(line.vary, bool(line.method))
    except InputError as error:
        raise InputError([*error.problems, *_problems(line.changes), *lacking]) from error
    changed = read_overrides(line.changes)
    lacking += _twice(varied, changed)
    if lacking:
        raise InputError(lacking)
    return varied, changed


def _twice(varied: Iterable[str], changed: Mapping[str, str]) -> Iterator[Problem]:
    """Changes that would not count: of what varies, or of the seed that a study gives its cases."""
    for key, value in changed.items():
        if any(_within(key, other) for other in varied):
            yield Problem("", f"{key!r} again", "a key that does not vary", file="--set")
        elif key == "seed":
            yield Problem("", f"{key}={value}", "--seed, of every case", file="--set")


def _within(key: str, other: str) -> bool:
    """Whether a path leads to what another one replaces, however either is written."""
    from twin.scenario.schema.change import parts_of

    whole = parts_of(other)
    return parts_of(key)[: len(whole)] == whole


def _problems(changes: Iterable[str]) -> list[Problem]:
    try:
        read_overrides(changes)
    except InputError as error:
        return list(error.problems)
    return []


def _values(said: str, sampled: bool) -> Any:
    if not _DOTS.fullmatch(said):
        return _listed(said, FORM_SAMPLED if sampled else FORM)
    match = _RANGE.fullmatch(said)
    if match is None:
        raise ValueError(FORM_SAMPLED if sampled else FORM)
    if sampled and match["levels"]:
        raise ValueError(f"{FORM_SAMPLED}, for --samples says how many")
    if not sampled and not match["levels"]:
        raise ValueError(f"{FORM}; without :N beside --method {'|'.join(SAMPLED)}")
    unit = match["unit"] or match["last"] or ""
    high = match["high"] if match["last"] or not unit else f"{match['high']} {unit}"
    low = f"{match['low']} {unit}" if unit else float(match["low"])
    levels = {"levels": int(match["levels"])} if match["levels"] else {}
    return {"low": low, "high": high if unit else float(high), **levels}


def _listed(said: str, form: str) -> Any:
    """The values of a list as YAML has them. ValueError where it is none."""
    from twin.scenario.yaml.document import parse

    try:
        return parse(f"values: [{said}]", Path("--vary")).data["values"]
    except InputError as error:
        raise ValueError(form) from error


def _refuse_study(file: Path) -> None:
    from twin.study.experiments.study_file import is_study

    if is_study(_data(file)):
        allowed = "a scenario or layout file; a study file says itself what varies"
        raise InputError([Problem("--vary", "a study", allowed, file=str(file))])


def _data(file: Path) -> Any:
    from twin.scenario.yaml.document import read as read_document

    return read_document(file).data
