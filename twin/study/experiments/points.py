"""From what varies to cases: every problem of it is told at once, with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.yaml.document import Document
from twin.seeds import stream
from twin.study.experiments.case import Case
from twin.study.experiments.clashes import clashes
from twin.study.experiments.constraints import MEETS, Constraint, read_constraint
from twin.study.experiments.design import Point, grid, replicated, sampled
from twin.study.experiments.designs import VariedPath
from twin.study.experiments.distributions import Continuous, OneOf, Spread
from twin.study.experiments.plan import CASES_MAX, StudyPlan, Varied
from twin.study.experiments.quantities import Numbers, in_one_unit, number_in

Loc = tuple[str | int, ...]
SAMPLED = ("latin_hypercube", "sobol", "monte_carlo")
_WHOLE = "distribution: integer, which is what low and high alone mean here, or values: [2, 3]"
RESERVED = ("case", "arm", "seed", "status", "reason", MEETS)
"""Columns of the table that nothing that varies may be called."""


@dataclass(frozen=True)
class Axis:
    """One thing that varies: where it goes, its levels in a grid, and its distribution."""

    place: VariedPath
    levels: tuple[Any, ...]
    spread: Spread | None


class Points:
    """The points of a plan; `problems` are all that is wrong with what it says of them.

    whole   names of what varies that take whole numbers
    """

    def __init__(self, plan: StudyPlan, document: Document, whole: Collection[str] = ()) -> None:
        self.plan = plan
        self.whole = whole
        self.problems: list[Problem] = []
        self._document = document
        self.axes = {name: self._axis(name, varied) for name, varied in plan.vary.items()}
        self._check_names()
        for clash in clashes(plan):
            self.refuse(*clash)
        self.constraints = list(self._read_constraints())

    def refuse(self, loc: Loc, found: str, allowed: str, hint: str = "") -> None:
        """Add a problem."""
        self.problems.append(self._document.problem(loc, found, allowed, hint))

    def cases(self) -> list[Case]:
        """Every case in the order of the table. Raises InputError with every problem."""
        points = self._allowed(self.points()) if not self.problems else []
        if self.problems:
            raise InputError(self.problems)
        return list(self._cases(points))

    @property
    def on_outcomes(self) -> tuple[Constraint, ...]:
        """Constraints that are judged after the runs."""
        varied = self.plan.vary.keys()
        return tuple(one for one in self.constraints if not varied >= {*one.names})

    def _read_constraints(self) -> Iterator[Constraint]:
        units = {name: axis.place.unit for name, axis in self.axes.items() if axis is not None}
        for n, text in enumerate(self.plan.constraints):
            make = partial(read_constraint, text, units)
            found = self._tried(("constraints", n), text, make)
            if found is not None:
                yield found

    def _allowed(self, points: list[Point]) -> list[Point]:
        """Points that meet every constraint on what varies."""
        before = [one for one in self.constraints if one not in self.on_outcomes]
        kept = [point for point in points if self._meets(point, before)]
        if points and not kept and not self.problems:
            found = f"{len(points):,} points, of which none meets {_joined(before)}"
            self.refuse(("constraints",), found, "constraints that some point meets")
        return kept

    def _meets(self, point: Point, constraints: Sequence[Constraint]) -> bool:
        try:
            return all(one.holds(point) for one in constraints)
        except (TypeError, ValueError) as error:
            if not self.problems:
                self.refuse(("constraints",), str(error), "comparisons of numbers")
            return False

    def points(self) -> list[Point]:
        """The values of what varies, point by point; none where there are problems."""
        axes = {name: axis for name, axis in self.axes.items() if axis is not None}
        method = self.plan.method
        if method == "list":
            return self._listed()
        if method == "grid":
            return self._grid({name: axis.levels for name, axis in axes.items()})
        if self.plan.samples < 1:
            self.refuse(("samples",), "nothing", f"how many points {method} has, such as 64")
            return []
        if method == "sobol" and self.plan.samples & (self.plan.samples - 1):
            near = 2 ** round(np.log2(self.plan.samples))
            allowed = f"a power of two for a Sobol sequence, such as {near}"
            self.refuse(("samples",), str(self.plan.samples), allowed)
            return []
        spreads = {name: axis.spread for name, axis in axes.items() if axis.spread is not None}
        return sampled(spreads, method, self.plan.samples, self.plan.seed)

    def _grid(self, levels: Mapping[str, Sequence[Any]]) -> list[Point]:
        count = int(np.prod([len(one) for one in levels.values()], dtype=float))
        runs = count * max(len(self.plan.arms), 1) * self.plan.replications
        if runs > CASES_MAX:
            self.refuse(("vary",), f"a grid of {runs:,} runs", f"at most {CASES_MAX:,}")
            return []
        return grid(levels)

    def _listed(self) -> list[Point]:
        names = set(self.plan.vary)
        if not self.plan.cases:
            self.refuse(("cases",), "an empty list", "a value for everything that varies, by case")
        rows = []
        for n, given in enumerate(self.plan.cases):
            for name in given.keys() - names:
                hint = did_you_mean(name, names)
                self.refuse(("cases", n, name), "an unknown name", ", ".join(sorted(names)), hint)
            for name in names - given.keys():
                self.refuse(("cases", n), f"no value for {name}", "one for everything that varies")
            rows.append({name: given[name] for name in self.plan.vary if name in given})
        return self._in_units(rows)

    def _in_units(self, rows: list[dict[str, Any]]) -> list[Point]:
        """Values of a list as numbers in the units of their columns."""
        for name in self.plan.vary:
            held = [row[name] for row in rows if name in row]
            numbers = self._numbers(("cases",), held)
            axis = self.axes[name]
            if numbers is None or axis is None or len(held) < len(rows):
                continue
            self.axes[name] = Axis(VariedPath(axis.place.path, numbers.unit), (), None)
            for row, value in zip(rows, numbers.values, strict=True):
                row[name] = value
        return list(rows)

    def _cases(self, points: Sequence[Point]) -> Iterator[Case]:
        plan = self.plan
        for n, point in enumerate(points):
            for seed in replicated(n, plan.replications, plan.seed, plan.method):
                for arm in plan.arms or ("",):
                    yield Case(point, self._seed(seed, n, arm), arm)

    def _seed(self, seed: int, point: int, arm: str) -> int:
        """The common seed, or one that nobody else has."""
        if self.plan.common_random_numbers:
            return seed
        return int(stream(seed, "study", "seed", arm, str(point)).integers(2**62))

    def _check_names(self) -> None:
        for name in RESERVED:
            if name in self.plan.vary:
                of_seeds = "replications, of a study file or of twin.study"
                cure = of_seeds if name == "seed" else f"another name than {name!r}"
                self.refuse(("vary", name), f"the name {name!r}", cure)

    def _axis(self, name: str, varied: Varied) -> Axis | None:
        """One thing that varies; None where something is wrong with it."""
        loc = ("vary", name)
        path = varied.path or name
        if self.plan.method == "list" and varied == Varied(path=varied.path):
            return Axis(VariedPath(path), (), None)
        if varied.values is not None:
            return self._of_values(loc, path, varied)
        if varied.distribution is None and varied.low is None and varied.high is None:
            self.refuse(loc, "neither values nor a distribution", "[1, 2, 3], or a distribution")
            return None
        return self._of_distribution(loc, path, varied, name in self.whole)

    def _of_values(self, loc: Loc, path: str, varied: Varied) -> Axis | None:
        if not varied.values:
            self.refuse(loc, "an empty list", "at least one value, or the grid is empty")
            return None
        numbers = self._numbers(loc, varied.values)
        if numbers is None:
            return None
        return Axis(VariedPath(path, numbers.unit), numbers.values, OneOf(numbers.values))

    def _numbers(self, loc: Loc, values: Sequence[Any]) -> Numbers | None:
        found: Numbers | None = self._tried(loc, values, lambda: in_one_unit(values))
        return found

    def _tried(self, loc: Loc, found: Any, make: Callable[[], Any]) -> Any:
        """What `make` makes; None, with a problem, where it raises ValueError."""
        try:
            return make()
        except ValueError as error:
            self.refuse(loc, str(found), str(error))
            return None

    def _of_distribution(self, loc: Loc, path: str, varied: Varied, whole: bool) -> Axis | None:
        kind = varied.distribution or ("integer" if whole else "uniform")
        if whole and kind not in ("integer", "choice"):
            self.refuse(loc, f"a {kind} distribution of a whole number", _WHOLE)
            return None
        lacks = [key for key in _NEEDS[kind] if getattr(varied, key) is None]
        for key in lacks:
            self.refuse(loc, f"no {key}", f"{', '.join(_NEEDS[kind])} of a {kind} distribution")
        if lacks:
            return None
        said = ", ".join(f"{key} {getattr(varied, key)}" for key in _NEEDS[kind])
        found = self._tried(loc, said, lambda: _spread(kind, varied))
        return None if found is None else self._spread_out(loc, path, varied.levels, found)

    def _spread_out(
        self, loc: Loc, path: str, levels: int | None, found: tuple[Spread, str]
    ) -> Axis:
        """An axis of a distribution, with the levels of a grid."""
        spread, unit = found
        gridded = self.plan.method == "grid"
        if gridded and levels is None:
            self.refuse(loc, "no levels", "how many values of it the grid has, such as levels: 5")
        most = len(spread.values) if isinstance(spread, OneOf) else CASES_MAX
        if gridded and (levels or 1) > most:
            self.refuse(loc, f"{levels} levels of {most} whole numbers", f"at most {most} levels")
        return Axis(VariedPath(path, unit), tuple(spread.at(_even(levels or 1))), spread)


def _joined(constraints: Sequence[Constraint]) -> str:
    return " and ".join(repr(one.text) for one in constraints)


_NEEDS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "log_uniform": ("low", "high"),
    "triangular": ("low", "high"),
    "integer": ("low", "high"),
    "normal": ("mean", "deviation"),
    "choice": ("values",),
}


def _even(count: int) -> np.ndarray:
    """Shares from end to end; the middle where there is one."""
    return np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])


def _spread(kind: str, varied: Varied) -> tuple[Spread, str]:
    """A distribution and its unit. Raises ValueError where its numbers make none."""
    first = varied.mean if kind == "normal" else varied.low
    unit = in_one_unit([first]).unit
    low = -np.inf if varied.low is None else number_in(varied.low, unit)
    high = np.inf if varied.high is None else number_in(varied.high, unit)
    if not low < high and not (kind == "integer" and low == high):
        raise ValueError(f"low below high, not {varied.low} and {varied.high}")
    if kind == "log_uniform" and low <= 0:
        raise ValueError(f"low above 0, not {varied.low}")
    if kind == "integer":
        return _integers(low, high, unit), unit
    centre = varied.mean if kind == "normal" else varied.mode
    middle = number_in(centre, unit) if centre is not None else (low + high) / 2.0
    if not low <= middle <= high:
        raise ValueError(f"mode or mean between low and high, not {centre}")
    deviation = 0.0
    if varied.deviation is not None:
        deviation = number_in(varied.deviation, unit, difference=True)
    if kind == "normal" and deviation <= 0:
        raise ValueError("a deviation above 0")
    return Continuous(kind, low, high, middle, deviation), unit  # type: ignore[arg-type]


def _integers(low: float, high: float, unit: str) -> OneOf:
    if low != int(low) or high != int(high) or unit:
        raise ValueError("low and high that are whole numbers without a unit")
    if high - low > CASES_MAX:
        raise ValueError(f"at most {CASES_MAX:,} whole numbers")
    return OneOf(tuple(range(int(low), int(high) + 1)))
