"""Which points none other beats, and what they do on seeds that the search never saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.statistics import mean_interval, paired_difference, ratio_of_means
from twin.study.experiments.measure import Limit, Measure, names_of
from twin.study.experiments.question import Question
from twin.study.experiments.search import Goal


def marked(trials: pd.DataFrame, goals: Sequence[Goal]) -> pd.DataFrame:
    """Trials with the column `front`: done, within every limit, and beaten by none such.

    Of points that are alike in what varies, the first alone.
    """
    able = (trials["status"] == "done") & trials["meets"]
    able &= ~trials.astype(str).duplicated(subset=_varied(trials))
    found = np.zeros(len(trials), dtype=bool)
    costs = np.array([goal.sign * trials[str(goal.measure)].to_numpy(float) for goal in goals]).T
    rows = np.flatnonzero(able)
    found[rows] = unbeaten(costs[rows])
    return trials.assign(front=found)


def with_apart(
    trials: pd.DataFrame, tables: Sequence[pd.DataFrame], goals: Sequence[Goal], seeds: int
) -> pd.DataFrame:
    """Trials with `apart`: whether a point's difference to the best in the only goal leaves out
    zero, over the seeds that both met; as they are of several goals, or of one seed.

    The level is shared by all points (Bonferroni), for the best was picked among them.
    """
    if len(goals) != 1 or seeds < 2 or not trials["front"].any():
        return trials
    measure = goals[0].measure
    cases = pd.concat(list(tables), ignore_index=True)
    best = int(trials["front"].to_numpy().argmax())
    level = 1.0 - 0.05 / max(1, len(trials) - 1)
    parts = [cases.iloc[n * seeds : (n + 1) * seeds] for n in range(len(trials))]
    first = measure.values(parts[best])
    apart = [
        status == "done" and paired_difference(measure.values(part), first, level).decided
        for status, part in zip(trials["status"], parts, strict=True)
    ]
    return trials.assign(apart=pd.Series(apart, trials.index).where(trials["status"] == "done"))


def _varied(trials: pd.DataFrame) -> list[str]:
    """Columns of what varies: those before the status."""
    return list(trials.columns[: list(trials.columns).index("status")])


def unbeaten(costs: np.ndarray) -> np.ndarray:
    """Rows that no other row is at least as good as in every column and better than in one."""
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    better = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    found: np.ndarray = np.logical_not(np.any(no_worse & better, axis=0))
    return found


def fresh_rows(
    asked: Question,
    trials: pd.DataFrame,
    measures: Sequence[Measure],
    goals: Sequence[Goal],
    limits: Sequence[Limit],
    seeds: Sequence[int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The front on fresh seeds, best in the first goal first, and the cases run for it."""
    best = trials[trials["front"]]
    names = list(asked.spreads)
    points = [{str(name): row[name] for name in names} for row in best.to_dict("records")]
    if not points:
        return pd.DataFrame(columns=[*names, *map(str, measures)]), pd.DataFrame()
    table = asked.answer(points, seeds, names_of(measures))
    each = len(seeds)
    rows = [
        {**point, **_told(table.iloc[n * each : (n + 1) * each], measures, limits)}
        for n, point in enumerate(points)
    ]
    first = goals[0]
    order = sorted(rows, key=lambda row: first.sign * float(row[str(first.measure)]))
    return pd.DataFrame(order), table


def _told(
    rows: pd.DataFrame, measures: Sequence[Measure], limits: Sequence[Limit]
) -> dict[str, Any]:
    """A point's outcomes on these seeds; one that fails on a fresh seed says so."""
    bad = rows[rows["status"] != "done"]
    told: dict[str, Any] = {"status": "done" if bad.empty else str(bad["status"].iloc[0])}
    for one in measures:
        told[str(one)] = one.mean(rows) if bad.empty else np.nan
        if len(rows) > 1 and bad.empty:
            told |= _interval(rows, one)
    met = [limit.met(float(told[str(limit.measure)])) for limit in limits]
    return told | {"meets": bad.empty and all(met)}


def _interval(rows: pd.DataFrame, measure: Measure) -> dict[str, float]:
    if measure.bottom:
        ratio = ratio_of_means(rows[measure.top], rows[measure.bottom])
        return {f"{measure} low": ratio.low, f"{measure} high": ratio.high}
    mean = mean_interval(rows[measure.top])
    return {f"{measure} low": mean.low, f"{measure} high": mean.high}
