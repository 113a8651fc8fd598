"""Which of the things that vary move an outcome: Sobol, Morris and delta indices by SALib, and a
tornado of one at a time.

All points meet the same seeds, so that what is seen is of the design and not of chance. Sobol
indices take samples * (parameters + 2) points, samples a power of two (1,000 points can be worse
than 512: the sequence is balanced at powers of two only); Morris takes samples * (parameters + 1)
and only ranks; delta takes as many as it is given and asks nothing of their order. An index needs
every one of its points: a point that failed is named and the indices refused, unless it is left out
by choice with the block of points it was paired with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from twin.analysis.statistics import TornadoBar, tornado
from twin.cards import Shown
from twin.errors import InputError, Problem
from twin.study.experiments.case import OnFailure
from twin.study.experiments.evaluate import Tell
from twin.study.experiments.indices import DESIGNS, shares_of
from twin.study.experiments.measure import Measure, names_of
from twin.study.experiments.outcome_words import between
from twin.study.experiments.plain_answers import alike
from twin.study.experiments.question import Asked, Evaluation, Question, question, seeds_from
from twin.study.experiments.usable import Averages, averages

Index = Literal["sobol", "morris", "delta", "tornado"]
_ENDS = (0.05, 0.95)


@dataclass(frozen=True, repr=False)
class SensitivityStudy(Shown):
    """What moves the outcomes of a question."""

    index: Index
    parameters: tuple[str, ...]
    outcomes: tuple[str, ...]
    indices: pd.DataFrame
    """One row an outcome and parameter, strongest first within an outcome. Sobol: `first_order`,
    `total`; Morris: `mean_absolute_effect`, `mean_effect`, `spread_of_effects`; delta: `delta`,
    `first_order`; tornado: `at_low`, `at_high`, `base`, `span`. `reach` beside a name is half a 95
    % interval.
    """
    convergence: pd.DataFrame
    """The same indices from the first eighth, quarter and half of the samples: `samples` beside
    `outcome`, `parameter` and the index that ranks.
    """
    table: pd.DataFrame
    """Every case that was run."""
    units: Mapping[str, str]
    left_out: tuple[str, ...]
    """Cases that failed and were left out by choice."""

    @property
    def strength(self) -> str:
        """The column that parameters are ranked by."""
        return DESIGNS[self.index].strength

    def verdict(self) -> list[str]:
        """What moves each outcome, in words."""
        return [self._verdict(name) for name in self.outcomes]

    def _verdict(self, outcome: str) -> str:
        rows = self.indices[self.indices["outcome"] == outcome]
        if rows[self.strength].isna().all() or self._stands_still(outcome):
            return f"{outcome}: nothing that varies here moves it."
        first = rows.iloc[0]
        ends = " from its 5 % to its 95 % value" if self.index == "tornado" else ""
        told = f"{outcome}: {first['parameter']} matters most ({self._strength(first)}{ends})"
        rest = [f"{row['parameter']} {self._strength(row)}" for _, row in rows.iloc[1:].iterrows()]
        return f"{told}; then {', '.join(rest)}." if rest else f"{told}."

    def _stands_still(self, outcome: str) -> bool:
        """Whether an outcome differs by no more than rounding over all that was asked."""
        if outcome not in self.table:
            return False
        values = self.table.loc[self.table["status"] == "done", outcome]
        return len(values) > 0 and alike(float(values.min()), float(values.max()))

    def _strength(self, row: pd.Series[Any]) -> str:
        if self.index == "tornado":
            return between(float(row["at_low"]), float(row["at_high"]), str(row["outcome"]))
        value = float(row[self.strength])
        reach = row.get(f"{self.strength}_reach")
        around = "" if reach is None else f" ± {float(reach):.2g}"
        return f"{DESIGNS[self.index].words} {value:.3g}{around}"


def sensitivity(
    asked: Asked,
    vary: Mapping[str, Any],
    outcomes: str | Sequence[str],
    *,
    index: Index = "sobol",
    samples: int = 256,
    seed: int = 1,
    replications: int = 1,
    on_failure: OnFailure = "name",
    folder: str | Path | None = None,
    workers: int = 1,
    cluster: str = "",
    tell: Tell | None = None,
) -> SensitivityStudy:
    """What of `vary` moves the outcomes of a scenario or a function.

    vary           by path or name: `{"distribution": "uniform", "low": "18 °C", "high": "24 °C"}`
                   or a list of values, as in a study file
    outcomes       names of the summary, or `top / bottom`, whose mean over seeds is one of means
    index          sobol, morris (for dear models), delta, or tornado (5 % and 95 % of each range)
    samples        base points; a power of two for Sobol; not used by a tornado
    replications   runs of every point, with the same seeds everywhere; outcomes are their means
    on_failure     `name` (refuse the indices and name what failed), `rerun`, or `leave_out`
    Raises InputError with every problem before the first run, and with every failed case after.
    """
    place = Path(folder) if folder is not None else None
    how = Evaluation(place, workers, cluster, on_failure, tell)
    texts = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    measures = [Measure.read(text) for text in texts]
    found = question(asked, vary, how=how)
    return sensitivity_of(found, measures, index, samples, seed, replications)


def sensitivity_of(
    asked: Question,
    measures: Sequence[Measure],
    index: Index,
    samples: int,
    seed: int,
    replications: int,
) -> SensitivityStudy:
    """The same of a question that was read."""
    _check(asked, measures, index, samples, replications)
    shares = tornado_shares(len(asked.spreads)) if index == "tornado" else None
    if shares is None:
        shares = shares_of(index, len(asked.spreads), samples, seed)
    points = asked.points(shares)
    seeds = seeds_from(seed, replications)
    table = asked.answer(points, seeds, names_of(measures))
    block = DESIGNS[index].block(len(asked.spreads))
    held = averages(table, measures, list(asked.spreads), len(seeds), block, asked.how.on_failure)
    rows = [row for one in measures for row in _rows(asked, index, one, shares, held, seed)]
    return SensitivityStudy(
        index=index,
        parameters=tuple(asked.spreads),
        outcomes=tuple(map(str, measures)),
        indices=pd.DataFrame(rows),
        convergence=pd.DataFrame(_settling(asked, index, measures, shares, held, seed)),
        table=table,
        units=asked.units,
        left_out=held.left_out,
    )


def _rows(
    asked: Question, index: Index, measure: Measure, shares: np.ndarray, held: Averages, seed: int
) -> list[dict[str, Any]]:
    """One row a parameter, strongest first."""
    values = held.values[str(measure)]
    names = list(asked.spreads)
    if index == "tornado":
        return [_bar_row(measure, bar) for bar in _bars(names, values, str(measure))]
    design = DESIGNS[index]
    found = design.analyse(shares[held.kept], values, seed)
    rows = [
        {
            "outcome": str(measure),
            "parameter": name,
            **{key: column[n] for key, column in found.items()},
        }
        for n, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: -np.nan_to_num(row[design.strength]))


def _settling(
    asked: Question,
    index: Index,
    measures: Sequence[Measure],
    shares: np.ndarray,
    held: Averages,
    seed: int,
) -> list[dict[str, Any]]:
    """What ranks parameters, from the first parts of the sample; nothing of a tornado."""
    block = DESIGNS[index].block(len(asked.spreads))
    samples = held.kept.size // block
    parts = [] if index == "tornado" else [samples // n for n in (8, 4, 2, 1) if samples // n >= 16]
    rows = []
    for count in parts:
        first = held.first(count * block)
        for one in measures:
            found = _rows(asked, index, one, shares, first, seed)
            keys = ("outcome", "parameter", DESIGNS[index].strength)
            rows += [{"samples": count, **{key: row[key] for key in keys}} for row in found]
    return rows


def tornado_shares(count: int) -> np.ndarray:
    """The base, then each parameter at its low and at its high end."""
    shares = np.full((1 + 2 * count, count), 0.5)
    for n in range(count):
        shares[1 + 2 * n, n] = _ENDS[0]
        shares[2 + 2 * n, n] = _ENDS[1]
    return shares


def _bars(names: Sequence[str], values: np.ndarray, outcome: str) -> tuple[TornadoBar, ...]:
    ends = {name: (values[1 + 2 * n], values[2 + 2 * n]) for n, name in enumerate(names)}
    return tornado(float(values[0]), ends, outcome)


def _bar_row(measure: Measure, bar: TornadoBar) -> dict[str, Any]:
    return {
        "outcome": str(measure),
        "parameter": bar.parameter,
        "at_low": float(bar.at_low),
        "at_high": float(bar.at_high),
        "base": bar.base,
        "span": float(bar.span),
    }


def _check(
    asked: Question, measures: Sequence[Measure], index: str, samples: int, replications: int
) -> None:
    """Raise InputError with everything that a design cannot be made of."""
    problems = []
    if not asked.spreads:
        problems.append(Problem("vary", "nothing", "at least one thing that varies"))
    if not measures:
        problems.append(Problem("outcomes", "nothing", "at least one outcome, such as pue"))
    if index not in DESIGNS:
        problems.append(Problem("index", repr(index), ", ".join(DESIGNS)))
    elif why := DESIGNS[index].refuses(samples):
        problems.append(Problem("samples", str(samples), why))
    if replications < 1:
        problems.append(Problem("replications", str(replications), "1 or more"))
    if problems:
        raise InputError(problems)
