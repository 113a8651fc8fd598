"""Points that optuna proposes, batch by batch; the same ones for the same seed and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import InputError, Problem, did_you_mean
from twin.study.experiments.design import Point
from twin.study.experiments.installed import need_study
from twin.study.experiments.measure import Measure
from twin.study.experiments.question import Question, levels_of

_DIRECTIONS = ("minimise", "maximise")
_ALGORITHMS = ("tpe", "nsga2")
_STARTUP = 10


@dataclass(frozen=True)
class Goal:
    """An outcome, and which way is better."""

    measure: Measure
    direction: str

    @classmethod
    def read(cls, name: str, direction: str) -> Goal:
        """From its words. Raises InputError for another direction."""
        if direction not in _DIRECTIONS:
            hint = did_you_mean(direction, _DIRECTIONS)
            allowed = "minimise or maximise"
            raise InputError([Problem(f"goals.{name}", repr(direction), allowed, hint)])
        return cls(Measure.read(name), direction)

    @property
    def sign(self) -> float:
        """1 where less is better, -1 where more is."""
        return 1.0 if self.direction == "minimise" else -1.0


class Searcher:
    """Proposes points and learns from their answers."""

    def __init__(
        self, asked: Question, goals: Sequence[Goal], study: Any, trials: int, batch: int
    ) -> None:
        self._asked = asked
        self._goals = goals
        self._study = study
        self._left = trials
        self._batch = batch
        self._open: list[Any] = []

    def batches(self) -> Iterator[list[Point]]:
        """Points to be answered by `tell` before the next batch is asked for."""
        while self._left > 0:
            count = min(self._batch, self._left)
            self._left -= count
            self._open = [self._study.ask() for _ in range(count)]
            yield [self._point(trial) for trial in self._open]

    def _point(self, trial: Any) -> Point:
        return {name: self._value(trial, name) for name in self._asked.spreads}

    def _value(self, trial: Any, name: str) -> Any:
        """A value of one thing that varies: of ordered values by their place among them."""
        spread = self._asked.spreads[name]
        levels = levels_of(spread)
        if levels is None:
            return spread.at(np.array([trial.suggest_float(name, 0.0, 1.0)]))[0]
        if all(isinstance(level, int | float) for level in levels):
            return levels[trial.suggest_int(name, 0, len(levels) - 1)]
        return levels[trial.suggest_categorical(name, list(range(len(levels))))]

    def tell(self, answers: Sequence[dict[str, Any]]) -> None:
        """The answers of the points proposed last; a failed one teaches to stay away."""
        from optuna.trial import TrialState

        for trial, answer in zip(self._open, answers, strict=True):
            if answer["status"] != "done":
                self._study.tell(trial, state=TrialState.FAIL)
                continue
            trial.set_constraint("limits", float(answer["excess"]))
            self._study.tell(trial, [float(answer[str(goal.measure)]) for goal in self._goals])


def searcher(
    asked: Question, goals: Sequence[Goal], algorithm: str, trials: int, batch: int, seed: int
) -> Searcher:
    """A search by tpe or nsga2. Raises InputError for what cannot be, and without optuna."""
    need_study("optuna", f"optimise: {algorithm}")
    wrong = [
        Problem(name, repr(value), allowed, did_you_mean(str(value), _ALGORITHMS))
        for name, value, fits, allowed in (
            ("algorithm", algorithm, algorithm in _ALGORITHMS, ", ".join(_ALGORITHMS)),
            ("trials", trials, trials >= 1, "1 or more"),
            ("batch", batch, batch >= 1, "1 or more"),
        )
        if not fits
    ]
    if wrong:
        raise InputError(wrong)
    return Searcher(asked, goals, _study(goals, algorithm, batch, seed), trials, batch)


def _study(goals: Sequence[Goal], algorithm: str, batch: int, seed: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    directions = [f"{goal.direction.removesuffix('ise')}ize" for goal in goals]
    sampler = _nsga2(batch, seed) if algorithm == "nsga2" else _tpe(seed)
    return optuna.create_study(directions=directions or ["minimize"], sampler=sampler)


def _tpe(seed: int) -> Any:
    import optuna

    return optuna.samplers.TPESampler(
        seed=seed % 2**32, n_startup_trials=_STARTUP, multivariate=True, constant_liar=True,
    )  # fmt: skip


def _nsga2(batch: int, seed: int) -> Any:
    import optuna

    return optuna.samplers.NSGAIISampler(seed=seed % 2**32, population_size=max(2, batch))
