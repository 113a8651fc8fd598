"""Runs of all arms under the same seeds, as far as a comparison asks for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.statistics import (
    LookResult,
    paired_difference,
    ratio_difference,
    refuse_unusable,
)
from twin.analysis.statistics.guard import Floats
from twin.study.experiments.case import Case
from twin.study.experiments.measure import Measure, names_of
from twin.study.experiments.question import Question, case_names


@dataclass(frozen=True)
class ArmAnswer:
    """One arm against the baseline."""

    arm: str
    mean: float
    baseline_mean: float
    difference: float
    low: float
    high: float
    pairs: int
    decided: bool
    """Whether the difference from zero is clear."""
    variance_ratio: float
    """As many times fewer runs the common seeds needed than seeds of their own would have."""

    @property
    def change_frac(self) -> float:
        """The difference over the baseline."""
        return self.difference / self.baseline_mean if self.baseline_mean else math.nan


class ArmTrials:
    """Runs of all arms, seed by seed, as far as they are asked for."""

    def __init__(
        self, asked: Question, measures: Sequence[Measure], baseline: str, seed: int
    ) -> None:
        self.asked = asked
        self.measures = measures
        self.baseline = baseline
        self.others = [arm for arm in asked.arms if arm != baseline]
        self.table = pd.DataFrame()
        self.left_out: list[str] = []
        self._next = seed
        self._seeds: list[int] = []

    def reach(self, count: int) -> None:
        """Run until so many seeds are done in every arm."""
        while len(self._seeds) < count:
            seeds = range(self._next, self._next + count - len(self._seeds))
            self._next = seeds.stop
            cases = [Case({}, seed, arm) for seed in seeds for arm in self.asked.arms]
            found = self.asked.run(cases, names_of(self.measures))
            found["case"] += len(self.table)
            bad = found[found["status"] != "done"]
            self._judge(bad, found)
            self.table = pd.concat([self.table, found], ignore_index=True)
            lost = set(bad["seed"])
            self._seeds += [seed for seed in seeds if seed not in lost]

    def _judge(self, bad: pd.DataFrame, found: pd.DataFrame) -> None:
        told = case_names(bad, ["arm", "seed"])
        if len(bad) and (self.asked.how.on_failure != "leave_out" or len(bad) == len(found)):
            names = ", ".join(map(str, self.measures))
            refuse_unusable(names, np.full(len(bad), math.nan), told, bad["reason"].tolist())
        self.left_out += [
            f"{name}: {why}" for name, why in zip(told, bad["reason"].tolist(), strict=True)
        ]

    def rows(self, arm: str) -> pd.DataFrame:
        """Runs of an arm in the order of their seeds, whole pairs alone."""
        held = self.table[(self.table["arm"] == arm) & self.table["seed"].isin(self._seeds)]
        return held

    def differences(self, arm: str) -> np.ndarray:
        """Arm less baseline in what decides, seed by seed."""
        return self._values(arm) - self._values(self.baseline)

    def _values(self, arm: str) -> Floats:
        return self.measures[0].values(self.rows(arm))

    def answer(self, arm: str, look: LookResult) -> ArmAnswer:
        """What was found of an arm."""
        pair = paired_difference(self._values(arm), self._values(self.baseline))
        return ArmAnswer(
            arm=arm,
            mean=self.measures[0].mean(self.rows(arm)),
            baseline_mean=self.measures[0].mean(self.rows(self.baseline)),
            difference=look.mean,
            low=look.low,
            high=look.high,
            pairs=look.pairs,
            decided=look.low > 0 or look.high < 0,
            variance_ratio=pair.variance_ratio,
        )

    def beside(self, arm: str, measure: Measure) -> dict[str, Any]:
        """An outcome that does not decide."""
        one = self.rows(arm)
        other = self.rows(self.baseline)
        if measure.bottom:
            tops = (one[measure.top], one[measure.bottom])
            pair = ratio_difference(tops, (other[measure.top], other[measure.bottom]))
        else:
            pair = paired_difference(one[measure.top], other[measure.top])
        told = {"arm": arm, "outcome": str(measure), "mean": measure.mean(one)}
        return told | {"difference": pair.mean, "low": pair.low, "high": pair.high}
