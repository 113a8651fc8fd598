"""How many pairs of runs a comparison needs, from a pilot of a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.analysis.statistics import (
    PairedDifference,
    TrialSize,
    detectable_difference,
    needed_pairs,
)
from twin.cards import Shown
from twin.errors import InputError, Problem
from twin.study.experiments.compare_designs import compare_designs
from twin.study.experiments.evaluate import Tell
from twin.study.experiments.measure import Measure
from twin.study.experiments.pilot import pilot_pairs
from twin.study.experiments.question import Asked


@dataclass(frozen=True, repr=False)
class SampleSize(Shown):
    """A trial's size, and the pilot that it was reckoned from."""

    outcome: str
    arm: str
    baseline: str
    pilot: PairedDifference
    size: TrialSize
    detectable: float
    """The smallest difference that the pilot itself would have seen."""

    def verdict(self) -> list[str]:
        """The size in words."""
        return [
            f"{self.size.pairs:,} pairs of runs see a difference of {self.size.delta:.4g} in "
            f"{self.outcome} between {self.arm} and {self.baseline} with a probability of "
            f"{100 * self.size.power:.0f} %, at intervals of {100 * self.size.level:.0f} %.",
            f"The pilot of {self.pilot.pairs} pairs would have seen {self.detectable:.4g}; its "
            f"differences vary by {self.pilot.sd:.4g} (standard deviation), itself known to "
            f"{100 / (2 * (self.pilot.pairs - 1)) ** 0.5:.0f} %.",
        ]


def sample_size(
    asked: Asked,
    arms: Mapping[str, Mapping[str, Any]],
    outcome: str,
    delta: float,
    *,
    pilot: int = 10,
    level: float = 0.95,
    power: float = 0.8,
    seed: int = 1,
    folder: str | Path | None = None,
    workers: int = 1,
    tell: Tell | None = None,
) -> SampleSize:
    """How many pairs of runs see a difference `delta` between two arms, from a pilot of a few.

    arms    two of them, the baseline first
    delta   the difference that would matter, in the unit of the outcome
    Raises InputError with every problem, and with every failed case of the pilot.
    """
    if len(arms) != 2:
        raise InputError([Problem("arms", f"{len(arms)} arms", "two, the baseline first")])
    found = compare_designs(
        asked,
        arms,
        outcome,
        most=pilot,
        looks=1,
        least=pilot,
        seed=seed,
        folder=folder,
        workers=workers,
        tell=tell,
    )
    arm = found.answers[0].arm
    pair = pilot_pairs(found, Measure.read(outcome), arm)
    return SampleSize(
        outcome=outcome,
        arm=arm,
        baseline=found.baseline,
        pilot=pair,
        size=needed_pairs(pair.sd, delta, level, power),
        detectable=detectable_difference(pair.sd, pilot, level, power),
    )
