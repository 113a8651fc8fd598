"""How the table of a plain study is read: points, draws and arms, and what is looked at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.side_by_side import WAYS
from twin.study.experiments.constraints import MEETS
from twin.study.experiments.points import SAMPLED
from twin.study.experiments.quantities import with_unit
from twin.study.experiments.study import StudyResult
from twin.study.experiments.table import AFTER, FRONT

LEADS_MAX = 4
"""Outcomes that the first page speaks of."""
_NO_ANSWERS = ("events", "instants")
_RESIDUAL = "_residual_frac"
POINT = " point"
TURN = " turn"
RUNS = " runs"
MADE = " made"
LINE = " line"
"""Columns of a reading, by names that nothing that varies and no outcome has: which point, which
replication (from 0), how many runs, what was made, and which line of a figure."""


@dataclass(frozen=True)
class Reading:
    """A study's table, read point by point.

    A point is one set of what varies. A **draw** is what chance gave: of a sample each of its
    points, otherwise each replication, over which every point and arm met the same seeds.
    """

    found: StudyResult

    @cached_property
    def done(self) -> pd.DataFrame:
        """Cases that may be analysed, with POINT, TURN and MADE (0 where no run tells)."""
        plan = self.found.plan
        table = self.found.table
        held = table[table["status"] == "done"]
        at = held["case"].to_numpy(dtype=int) - 1
        arms = max(1, len(plan.arms))
        point = at // (arms * plan.replications)
        made = self.found.made
        amounts = np.array(made.amounts)[at] if made else 0.0
        return held.assign(**{POINT: point, TURN: at // arms % plan.replications, MADE: amounts})

    @property
    def sampled(self) -> bool:
        """Whether points are draws from what may be."""
        return self.found.plan.method in SAMPLED

    @property
    def arms(self) -> tuple[str, ...]:
        """Named alternatives; the first is what others are held against."""
        return tuple(self.found.plan.arms) if len(self.found.plan.arms) > 1 else ()

    @cached_property
    def moved(self) -> tuple[str, ...]:
        """What takes more than one value in cases that are done."""
        held = self.found.plan.vary
        return tuple(n for n in held if n in self.done and self.done[n].nunique() > 1)

    @cached_property
    def leads(self) -> tuple[str, ...]:
        """Outcomes that are looked at first: those the study names, or those that planners decide
        by and that differ, or any that differ.
        """
        if self.found.plan.outcomes:
            return tuple(dict.fromkeys(self.found.plan.outcomes))[:LEADS_MAX]
        able = [name for name in self.numbers if self.done[name].nunique() > 1]
        known = [name for name in WAYS if name in able]
        return tuple((known or able or self.numbers)[:LEADS_MAX])

    @property
    def numbers(self) -> list[str]:
        """Outcomes that every case that is done has a number for."""
        known = {*FRONT, *AFTER, MEETS, *self.found.plan.vary, POINT, TURN, MADE, *_NO_ANSWERS}
        names = [n for n in self.done if n not in known and not str(n).endswith(_RESIDUAL)]
        return [str(n) for n in names if np.isfinite(self.done[n].to_numpy(dtype=float)).all()]

    def draws(self, outcome: str) -> dict[str, np.ndarray]:
        """By arm (one without a name where there are none), a value a draw, in one order: of a
        sample the means of whole points, otherwise the means of whole replications.

        A point that is not done in every arm and replication is in none.
        """
        whole = self.whole(outcome)
        arms = self.arms or ("",)
        if whole.empty:
            return {arm: np.empty(0) for arm in arms}
        return {arm: self._means(whole, arm) for arm in arms}

    def _means(self, whole: pd.DataFrame, arm: str) -> np.ndarray:
        cells = whole[arm].to_numpy(dtype=float)
        means: np.ndarray = cells.mean(axis=1 if self.sampled else 0)
        return means

    def whole(self, outcome: str) -> pd.DataFrame:
        """One row a point that is done in every arm and replication, one column (arm, turn)."""
        arms = self.arms or ("",)
        turns = range(self.found.plan.replications)
        columns = pd.MultiIndex.from_product([arms, turns])
        held = self.done if self.arms else self.done.assign(arm="")
        cells = held.pivot_table(outcome, POINT, ["arm", TURN], dropna=False)
        return cells.reindex(columns=columns).dropna()

    @cached_property
    def steady(self) -> pd.DataFrame:
        """Cases of points and arms that are done in every replication; of all where none is."""
        runs = self.done.groupby(self._keys)[POINT].transform("size")
        whole = self.done[runs == self.found.plan.replications]
        return whole if len(whole) else self.done

    @property
    def _keys(self) -> list[str]:
        return [POINT, "arm"] if self.arms else [POINT]

    @property
    def broken(self) -> int:
        """Points and arms of which some replications are done and some are not."""
        return int(len(self.done.groupby(self._keys)) - len(self.steady.groupby(self._keys)))

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a steady point and arm: what it is, means of every lead and of MADE, `meets` (all
        its runs the constraints), and RUNS.
        """
        groups = self.steady.groupby(self._keys, sort=False)
        means = groups[[*self.leads, MADE]].mean()
        first = groups[list(self.moved)].first() if self.moved else means[[]]
        meets = groups[MEETS].all() if MEETS in self.done else True
        return first.join(means).assign(**{MEETS: meets, RUNS: groups.size()}).reset_index()

    def at(self, row: Mapping[str, Any]) -> str:
        """What a point is, in words: `third_pump, climate phoenix, supply 18 °C`."""
        arm = [str(row["arm"])] if self.arms else []
        moved = (f"{name} {self.value(name, row[name])}" for name in self.moved)
        return ", ".join([*arm, *moved])

    def value(self, name: str, value: Any) -> str:
        """A value of what varies with its unit: `18 °C`."""
        return with_unit(value, self.found.units.get(name, ""))

    def axis(self, name: str) -> str:
        """What varies with its unit."""
        unit = self.found.units.get(name, "")
        return f"{name} ({unit})" if unit else name


def way(outcome: str) -> str:
    """`more` or `less`, where one is better by itself; empty where neither is."""
    return WAYS.get(outcome, "")


def shared(level: float, answers: int) -> float:
    """The level of each of several intervals that hold together (Bonferroni)."""
    return 1.0 - (1.0 - level) / max(1, answers)


def listed(parts: Sequence[str]) -> str:
    """Sentences as one text."""
    return " ".join(filter(None, parts))
