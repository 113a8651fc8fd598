"""Two runs side by side: what was asked differently, and what came out differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twin.analysis.economics.named import figures
from twin.cards import Shown
from twin.results.store import Result
from twin.scenario.yaml.document import dotted, parse

_NO_ANSWERS = frozenset({"wall_s"})
"""Summary entries that tell of the computer and not of the factory."""


@dataclass(frozen=True)
class Input:
    """A key of the resolved scenario whose values differ; None where a run lacks it."""

    key: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Output:
    """A headline number of both runs; None where a run lacks it or the change has no meaning."""

    name: str
    a: float | None
    b: float | None
    change: float | None
    """b - a, in the number's own unit."""
    change_frac: float | None
    """(b - a) / |a|; None where a is 0."""


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """What differs between two runs."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    warnings: tuple[str, ...] = ()
    """Why the numbers of a run must not be used, or cover less than its horizon."""

    def as_dict(self) -> dict[str, list[Any]]:
        """The same as plain lists: `warnings` of words, `inputs` and `outputs` of mappings."""
        return {
            "warnings": list(self.warnings),
            "inputs": list(map(asdict, self.inputs)),
            "outputs": list(map(asdict, self.outputs)),
        }


def compare(a: Result, b: Result) -> Comparison:
    """Inputs that differ, and every headline number and cost with its change from `a` to `b`.

    Things with names are matched by name and not by their place in a list. InputError where a
    result's scenario cannot be read.
    """
    inputs = asked_differently(a.scenario_yaml, b.scenario_yaml)
    one = {**a.summary, **figures(a)}
    other = {**b.summary, **figures(b)}
    names = [name for name in {**one, **other} if name not in _NO_ANSWERS]
    pairs = ((name, _number(one.get(name)), _number(other.get(name))) for name in names)
    outputs = tuple(_output(*pair) for pair in pairs if pair[1:] != (None, None))
    return Comparison(inputs, outputs, (*_marks("a", a), *_marks("b", b)))


def _marks(which: str, result: Result) -> Iterator[str]:
    if result.invalid:
        yield f"{which} is not valid: {result.invalid}; its numbers must not be used"
    if stopped := result.meta.get("stopped"):
        yield f"{which} did not reach its end: it {stopped}"


def asked_differently(a: str, b: str) -> tuple[Input, ...]:
    """Keys whose values differ between two resolved scenarios, given as text.

    InputError where one of them cannot be read.
    """
    before = stated(a)
    after = stated(b)
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return tuple(Input(key, before.get(key), after.get(key)) for key in keys)


def stated(text: str) -> dict[str, Any]:
    """Every value of a resolved scenario by its dotted key; items with names by their names.

    InputError where the text cannot be read.
    """
    return dict(_flat(parse(text, Path("scenario.yaml")).data))


def _flat(value: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Any]]:
    below = _parts(value)
    if not below:
        yield dotted(loc), value
    for part, deeper in below.items():
        yield from _flat(deeper, (*loc, part))


def _parts(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return {}
    names = [item.get("name") for item in value if isinstance(item, dict)]
    named = len(set(names)) == len(value) and all(names)
    return dict(zip(names, value, strict=True)) if named else dict(enumerate(value))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _output(name: str, a: float | None, b: float | None) -> Output:
    if a is None or b is None:
        return Output(name, a, b, None, None)
    return Output(name, a, b, b - a, (b - a) / abs(a) if a else None)
