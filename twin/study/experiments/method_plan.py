"""What a study file may say whose method asks more than a table."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from twin.errors import InputError
from twin.scenario.schema.names import Name
from twin.scenario.yaml.document import read
from twin.stated import Stated
from twin.study.experiments.plan import Label, StudyPlan

METHODS = ("sensitivity", "compare", "optimise")


class SensitivityKeys(Stated):
    """How parameters are ranked."""

    index: Literal["sobol", "morris", "delta", "tornado"] = "sobol"
    """Sobol, Morris (for dear models) or delta indices of `samples`, or one at a time."""


class CompareKeys(Stated):
    """How arms are compared, and when that ends. The first of `outcomes` decides."""

    baseline: Name | None = None
    """The arm that others are held against; the first if left out."""
    better: Literal["lower", "higher"] = "lower"
    """Which way is better."""
    most: int = Field(default=50, ge=5, le=100_000)
    """Most pairs of runs."""
    least: int = Field(default=10, ge=5, le=100_000)
    """Pairs at the first look."""
    looks: int = Field(default=5, ge=1, le=20)
    """Planned looks, evenly from `least` to `most`."""
    rule: Literal["decided", "precise"] = "decided"
    """Ends once zero is left out, or once the interval is narrow."""
    spending: Literal["obrien_fleming", "pocock"] = "obrien_fleming"
    """How the error is shared out over the looks."""
    half_width: float | None = Field(default=None, gt=0)
    """What `precise` waits for, in the unit of the outcome."""


class OptimiseKeys(Stated):
    """What is best, found in `samples` points within `constraints`."""

    goals: dict[Label, Literal["minimise", "maximise"]] = Field(min_length=1, max_length=8)
    """Outcomes to minimise or maximise; several make a Pareto front."""
    algorithm: Literal["tpe", "nsga2"] = "tpe"
    """How points are proposed."""
    batch: int = Field(default=8, ge=1, le=10_000)
    """Points proposed at once, which workers share."""
    report_replications: int = Field(default=1, ge=1, le=100_000)
    """Runs of each point of the front, on seeds the search never saw."""


class MethodPlan(StudyPlan):
    """A study file whose method is more than a table."""

    method: Literal["sensitivity", "compare", "optimise"]  # type: ignore[assignment]
    """What is asked of the runs."""
    sensitivity: SensitivityKeys = SensitivityKeys()
    """For `method: sensitivity`."""
    compare: CompareKeys = CompareKeys()
    """For `method: compare`."""
    optimise: OptimiseKeys | None = None
    """For `method: optimise`."""


def asks_a_method(path: str | Path) -> bool:
    """Whether a study file has one of these methods; a file that cannot be read has none."""
    try:
        text = read(Path(path)).data
    except InputError:
        return False
    return isinstance(text, dict) and text.get("method") in METHODS
