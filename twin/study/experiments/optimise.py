"""The best of what varies, in several outcomes at once and within limits, by optuna.

Searched on some seeds and reported on others: the best of many noisy answers looks better than it
is on the seeds it was chosen by, and what stands in the front is therefore run again on seeds that
the search never saw. A search goes on where it was stopped: asked again, it proposes the same
points, whose answers are in the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from twin.analysis.figure_row import SAME_FRAC
from twin.cards import Shown
from twin.errors import InputError, Problem
from twin.quantities import figures, short_number
from twin.study.experiments.case import OnFailure
from twin.study.experiments.evaluate import Tell
from twin.study.experiments.front import fresh_rows, marked, with_apart
from twin.study.experiments.measure import Limit, Measure, names_of
from twin.study.experiments.question import Asked, Evaluation, Question, question, seeds_from
from twin.study.experiments.search import Goal, Searcher, searcher

Algorithm = Literal["tpe", "nsga2"]


@dataclass(frozen=True, repr=False)
class Optimisation(Shown):
    """What a search found."""

    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]
    parameters: tuple[str, ...]
    trials: pd.DataFrame
    """One row a point in the order of the search: its values, `status`, `reason`, outcomes on the
    search's seeds (means, with `<outcome> error`, the mean's standard error, where there are
    several), `meets` (every limit), `excess` (beyond limits, as shares of them), `front`; of one
    goal and several seeds `apart`: whether the point is told apart from the best.
    """
    front: pd.DataFrame
    """The points that none other beats, run again on seeds the search never saw: outcome means,
    `low` and `high` of each where there are several seeds, `meets` on those seeds.
    """
    table: pd.DataFrame
    """Every case that was run."""
    search_seeds: tuple[int, ...]
    report_seeds: tuple[int, ...]
    units: Mapping[str, str]

    @property
    def feasible(self) -> bool:
        """Whether any point met every limit."""
        return bool(self.trials["meets"].any())

    @property
    def nearest_miss(self) -> pd.Series[Any] | None:
        """The point that breaks the limits by least, where none meets them."""
        done = self.trials[self.trials["status"] == "done"]
        if self.feasible or done.empty:
            return None
        return done.iloc[int(done["excess"].to_numpy().argmin())]

    def verdict(self) -> list[str]:
        """What was found, in words."""
        failed = int((self.trials["status"] != "done").sum())
        told = [self._found(), *self._ends(), *self._chance()]
        if failed:
            told.append(
                f"{failed} of {len(self.trials)} points failed; the table of trials names them."
            )
        return told

    def _found(self) -> str:
        miss = self.nearest_miss
        limits = " and ".join(map(str, self.limits))
        if miss is not None:
            at = self._told(miss, self.parameters)
            got = self._told(miss, [str(one.measure) for one in self.limits])
            return (
                f"No point of {len(self.trials)} meets {limits}. The nearest miss is {at}: {got}."
            )
        if self.front.empty:
            return f"None of {len(self.trials)} points could be run."
        within = f" within {limits}" if limits else ""
        if len(self.goals) > 1:
            return f"{len(self.front)} of {len(self.trials)} points{within} are beaten by none."
        best = self.front.iloc[0]
        got = self._told(best, [str(goal.measure) for goal in self.goals]) + self._around(best)
        at = self._told(best, self.parameters)
        return f"Best of {len(self.trials)} points{within}: {at}, {got}."

    def _chance(self) -> Iterator[str]:
        """How far chance reaches: points that are as good as the best, as far as seeds tell, and
        of one seed what the best is on another.
        """
        if self.front.empty:
            return
        if "apart" in self.trials:
            able = self.trials[self.trials["meets"] & (self.trials["status"] == "done")]
            points = able.drop_duplicates(list(self.parameters))
            others = len(points) - int(points["apart"].astype(bool).sum()) - 1
            seeds = f"the {len(self.search_seeds)} seeds that all met"
            of = f"{others} of {len(points) - 1} other points"
            yield f"{of} are not told apart from the best by {seeds}."
        elif len(self.search_seeds) == 1 and (moved := self._moved()):
            yield moved

    def _moved(self) -> str:
        """What the best point is on a seed that the search never saw, where it differs."""
        first = self.front.iloc[0]
        name = str(self.goals[0].measure)
        same = (self.trials[list(self.parameters)] == first[list(self.parameters)]).all(axis=1)
        searched = float(self.trials[same & (self.trials["status"] == "done")][name].iloc[0])
        fresh = float(first[name])
        if not np.isfinite(fresh) or abs(fresh - searched) <= SAME_FRAC * abs(searched):
            return ""
        return (
            f"Chance has a part: the best has {name} {_short(searched, name)} on the seed of the "
            f"search and {_short(fresh, name)} on seeds it never saw; more replications average "
            f"that out."
        )

    def _ends(self) -> list[str]:
        """Of several goals, the point that is best in each."""
        if len(self.goals) < 2 or self.front.empty:
            return []
        return [self._end(goal) for goal in self.goals]

    def _end(self, goal: Goal) -> str:
        costs = goal.sign * self.front[str(goal.measure)].to_numpy(dtype=float)
        row = self.front.iloc[int(np.argmin(costs))]
        word = "Lowest" if goal.sign > 0 else "Highest"
        got = self._told(row, [str(one.measure) for one in self.goals])
        return f"{word} {goal.measure}: {self._told(row, self.parameters)} ({got})."

    def _around(self, row: pd.Series[Any]) -> str:
        """The interval of the first goal, where several seeds have reported."""
        name = str(self.goals[0].measure)
        if f"{name} low" not in row or not np.isfinite(row[f"{name} low"]):
            return ""
        ends = " to ".join(_short(row[f"{name} {end}"], name) for end in ("low", "high"))
        return f" (95 % interval {ends}, on {len(self.report_seeds)} seeds of their own)"

    def _told(self, row: pd.Series[Any], names: Sequence[str]) -> str:
        return ", ".join(f"{name} {_short(row[name], name)}{self._unit(name)}" for name in names)

    def _unit(self, name: str) -> str:
        unit = self.units.get(name, "")
        return f" {unit}" if unit else ""


def _short(value: Any, name: str) -> str:
    if isinstance(value, float) and name.endswith("_frac"):
        return f"{figures(100.0 * value, 4)} %"
    if isinstance(value, float) and abs(value) >= 1e6:
        return short_number(value)
    return figures(value, 4) if isinstance(value, float) else str(value)


def optimise(
    asked: Asked,
    vary: Mapping[str, Any],
    goals: Mapping[str, str],
    *,
    limits: Sequence[str] = (),
    algorithm: Algorithm = "tpe",
    trials: int = 64,
    batch: int = 8,
    seed: int = 1,
    search_replications: int = 1,
    report_replications: int = 1,
    on_failure: OnFailure = "name",
    folder: str | Path | None = None,
    workers: int = 1,
    cluster: str = "",
    tell: Tell | None = None,
) -> Optimisation:
    """The best points of what varies.

    vary       by path or name, as in a study file: a distribution, or a list of values
    goals      outcome to `minimise` or `maximise`; several make a Pareto front
    limits     what every point must keep, such as `pue <= 1.3`
    algorithm  `tpe`, or `nsga2` for several goals
    batch      points proposed at once, which workers share
    search_replications, report_replications   runs of a point while searching, and of those in the
               front on other seeds; more than one where runs differ by their seed
    A point that failed is marked and never in the front. Raises InputError with every problem
    before the first run.
    """
    place = Path(folder) if folder is not None else None
    how = Evaluation(place, workers, cluster, on_failure, tell)
    found = question(asked, vary, how=how)
    told = [Goal.read(name, direction) for name, direction in goals.items()]
    kept = [Limit.read(text) for text in limits]
    seeds = (
        seeds_from(seed, search_replications),
        seeds_from(seed + max(search_replications, 0), report_replications),
    )
    search = searcher(found, told, algorithm, trials, batch, seed)
    return optimise_of(found, search, told, kept, seeds)


def optimise_of(
    asked: Question,
    search: Searcher,
    goals: Sequence[Goal],
    limits: Sequence[Limit],
    seeds: tuple[Sequence[int], Sequence[int]],
) -> Optimisation:
    """The same of a question that was read; `seeds` to search on and to report on."""
    _check(asked, goals, seeds)
    measures = _measures(goals, limits)
    tables = []
    rows: list[dict[str, Any]] = []
    for points in search.batches():
        table = asked.answer(points, seeds[0], names_of(measures))
        tables.append(table)
        judged = [_judged(part, measures, limits) for part in _by_point(table, len(points))]
        search.tell(judged)
        rows += [{**point, **row} for point, row in zip(points, judged, strict=True)]
    trials = with_apart(marked(pd.DataFrame(rows), goals), tables, goals, len(seeds[0]))
    front, fresh = fresh_rows(asked, trials, measures, goals, limits, seeds[1])
    return Optimisation(
        goals=tuple(goals),
        limits=tuple(limits),
        parameters=tuple(asked.spreads),
        trials=trials,
        front=front,
        table=_numbered([*tables, fresh]),
        search_seeds=tuple(seeds[0]),
        report_seeds=tuple(seeds[1]),
        units=asked.units,
    )


def _numbered(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All cases in one table, numbered from 1."""
    table = pd.concat(list(tables), ignore_index=True)
    return table.assign(case=range(1, len(table) + 1))


def _by_point(table: pd.DataFrame, points: int) -> list[pd.DataFrame]:
    each = len(table) // points
    return [table.iloc[n * each : (n + 1) * each] for n in range(points)]


def _measures(goals: Sequence[Goal], limits: Sequence[Limit]) -> list[Measure]:
    every = [goal.measure for goal in goals] + [limit.measure for limit in limits]
    return list(dict.fromkeys(every))


def _judged(
    rows: pd.DataFrame, measures: Sequence[Measure], limits: Sequence[Limit]
) -> dict[str, Any]:
    """A point's outcomes over its seeds, and how it stands to the limits."""
    bad = rows[rows["status"] != "done"]
    status = "done" if bad.empty else str(bad["status"].iloc[0])
    reason = "" if bad.empty else str(bad["reason"].iloc[0])
    values = {str(one): one.mean(rows) if bad.empty else np.nan for one in measures}
    able = bad.empty and len(rows) > 1
    errors = {f"{one} error": one.error(rows) if able else np.nan for one in measures}
    errors = errors if len(rows) > 1 else {}
    over = [max(0.0, limit.excess(values[str(limit.measure)])) for limit in limits]
    excess = float(sum(over)) if bad.empty else np.nan
    told = {"status": status, "reason": reason, **values, **errors}
    return {**told, "meets": excess == 0.0, "excess": excess}


def _check(
    asked: Question, goals: Sequence[Goal], seeds: tuple[Sequence[int], Sequence[int]]
) -> None:
    problems = []
    if not asked.spreads:
        problems.append(Problem("vary", "nothing", "at least one thing that varies"))
    if not goals:
        problems.append(Problem("goals", "nothing", "an outcome to minimise or maximise"))
    if not all(seeds):
        problems.append(Problem("replications", "0", "1 or more, to search on and to report on"))
    if problems:
        raise InputError(problems)
