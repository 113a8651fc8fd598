"""A study asked on the command line: what `--vary`, `--measure` and `--set` say, as a plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twin.cli import face
from twin.cli.options import read_overrides
from twin.errors import InputError, Problem, did_you_mean
from twin.units import NUMBER, UNIT

if TYPE_CHECKING:
    from twin.scenario import Scenario
    from twin.study.experiments.study_file import AskedStudy

T = TypeVar("T")
BY = "twin study"
"""Who asks, where a study stands in no file."""
_OPTIONS = {"vary": "--vary", "samples": "--samples", "seed": "--seed", "outcomes": "--measure"}
"""What says which key of a study file."""
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

    Raises InputError with every problem of the options, the scenario and what varies in it, before
    the first run.
    """
    varied, problems = read_varied(line.vary, bool(line.method))
    changed, more = _changed(line.changes)
    lacking = list(line.problems())
    problems += [*more, *lacking, *_twice(varied, changed)]
    asked = _tried(lambda: _scenario(file, changed), problems)
    points = {"vary": _ends(varied)} if lacking else {"vary": varied, **line.points()}
    found = _tried(lambda: _study(asked, points, line.measures), problems)
    if problems or found is None:
        raise InputError(problems)
    return found


@contextmanager
def by_options() -> Iterator[None]:
    """Problems of what a study asks, as those of the options that say it."""
    try:
        yield
    except InputError as error:
        raise InputError(map(_by_option, error.problems)) from error


def _by_option(one: Problem) -> Problem:
    """A problem of a key of a study, or of a path that varies, at its option."""
    if one.file != BY:
        return one
    key, _, path = one.where.partition(".")
    option = _OPTIONS.get(key.partition("[")[0])
    if option is None:
        return replace(one, file="--vary")
    return replace(one, file=option, where=path)


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


def read_varied(
    texts: Iterable[str], sampled: bool = False
) -> tuple[dict[str, Any], list[Problem]]:
    """What `--vary` says, by key: a list of values, or low and high, with levels where it is not
    sampled. Then a problem of every text that says neither.
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
    return found, problems


def named(scenario: str, varied: Iterable[str]) -> str:
    """The study's name: the scenario's, and the end of every key; where that is cut, with a mark of
    all of it.
    """
    keys = list(varied)
    last = "_".join(_ending(key) for key in keys)
    plain = re.sub(r"[^a-z0-9]+", "_", f"{scenario}_by_{last}".lower()).strip("_")
    if len(plain) <= NAME_MAX:
        return plain
    mark = sha256("\n".join([scenario, *keys]).encode()).hexdigest()[:6]
    return f"{plain[: NAME_MAX - 7].strip('_')}_{mark}"


def _ending(key: str) -> str:
    """The last part of a key, of a component with its name: counts of UPS and of handlers are two
    studies.
    """
    parts = key.split(".")
    return ".".join(parts[-2:] if len(parts) > 2 else parts[-1:])


def _tried(make: Callable[[], T], problems: list[Problem]) -> T | None:
    """What `make` makes; None where it cannot, with its problems added."""
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None


def _scenario(file: Path, changed: Mapping[str, str]) -> Scenario:
    _refuse_study(file)
    return face.load(file, changed, None)


def _study(
    asked: Scenario | None, points: Mapping[str, Any], measures: Iterable[str]
) -> AskedStudy:
    """The study of a scenario; of nothing, to hear what is wrong with its points, where none is."""
    from twin.study.experiments.study_file import study_of

    name = named(asked.name if asked else "asked", points["vary"])
    plan = {"name": name, "outcomes": list(measures), **points}
    return study_of(asked or (lambda: 0.0), plan, BY)


def _ends(varied: Mapping[str, Any]) -> dict[str, Any]:
    """The ends of every range: what can be told where nobody knows which points are wanted."""
    return {
        key: {**said, "levels": 2} if isinstance(said, dict) else said
        for key, said in varied.items()
    }


def _changed(texts: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """What `--set` says, and the problems of texts that say nothing."""
    try:
        return read_overrides(texts), []
    except InputError as error:
        parts = ([part.strip() for part in text.partition("=")] for text in texts)
        said = {key: value for key, equals, value in parts if key and equals}
        return said, list(error.problems)


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
