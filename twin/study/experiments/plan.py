"""What a study file may say: what varies, how it is looked at, and what is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from twin.scenario.schema.names import Name
from twin.stated import FileName, Stated
from twin.study.experiments.case import OnFailure
from twin.study.experiments.design import Method
from twin.study.experiments.distributions import Distribution
from twin.text_forms import ANY_VALUE, QUANTITY_TEXT

CASES_MAX = 1_000_000
"""Most runs of one study."""
Number = float | Annotated[str, Field(max_length=60), WithJsonSchema(QUANTITY_TEXT)]
"""A number, or one with its unit: `18 °C`."""
Value = Annotated[Any, WithJsonSchema(ANY_VALUE)]
"""A value of what varies."""
Label = Annotated[str, Field(min_length=1, max_length=200)]


def _listed(value: Any) -> Any:
    """A list of values stands for a thing that takes them."""
    return {"values": value} if isinstance(value, list | tuple) else value


class Varied(Stated):
    """One thing that varies: the values that it takes, or a distribution."""

    path: str = Field(default="", max_length=300)
    """Where it stands in the scenario or its layout, as `--set` names it; if left out, its name."""
    values: tuple[Value, ...] | None = Field(default=None, max_length=10_000)
    """The values that it takes: numbers, quantities, names, or whole lists and mappings."""
    distribution: Distribution | None = None
    """How likely values are, for designs that sample."""
    low: Number | None = None
    """Lowest value."""
    high: Number | None = None
    """Highest value."""
    mode: Number | None = None
    """Most likely value of a triangular distribution; the middle if left out."""
    mean: Number | None = None
    """Mean of a normal distribution."""
    deviation: Number | None = None
    """Standard deviation of a normal distribution; in K for temperatures."""
    levels: int | None = Field(default=None, ge=1, le=10_000)
    """For a grid: so many values, evenly from low to high (by ratio where `log_uniform`)."""


Values = Annotated[list[Value], Field(min_length=1, max_length=10_000)]
Vary = dict[
    Label, Annotated[Varied, BeforeValidator(_listed, json_schema_input_type=Values | Varied)]
]


class StudyPlan(Stated):
    """A study: one scenario, what varies in it, and how."""

    version: Literal[1] = 1
    """Version of the schema."""
    name: Name
    """Name of the study; its table goes to reports/<name>."""
    description: str = Field(default="", max_length=4000)
    """What it asks."""
    scenario: FileName | None = None
    """The scenario or layout file that is run."""
    vary: Vary = Field(default_factory=dict, max_length=1000)
    """What varies, by a name of your own or by its path."""
    arms: dict[Name, dict[Label, Value]] = Field(default_factory=dict, max_length=1000)
    """Named alternatives, each a set of changes by path; every one meets the same seeds."""
    method: Method = "grid"
    """Which points are run: every combination, a sample, or a list."""
    samples: int = Field(default=0, ge=0, le=CASES_MAX)
    """How many points a sample has."""
    cases: tuple[dict[Label, Value], ...] = Field(default=(), max_length=CASES_MAX)
    """The points of a list: a value for everything that varies."""
    seed: int = Field(default=1, ge=0, lt=2**62)
    """Seed of the sample and of the first replication."""
    replications: int = Field(default=1, ge=1, le=CASES_MAX)
    """Runs of every point with seeds of their own: other failures and requests, the same design."""
    common_random_numbers: bool = True
    """Whether arms and points meet the same seeds, so that their differences are not chance."""
    constraints: tuple[Annotated[str, Field(max_length=300)], ...] = Field(
        default=(), max_length=100
    )
    """Comparisons such as `ups >= chillers` (points that break it are not run) or `pue <= 1.3`
    (judged after the run)."""
    outcomes: tuple[Label, ...] = Field(default=(), max_length=1000)
    """Numbers of the summary that are kept, each of which must be finite; all if left out."""
    on_failure: OnFailure = "name"
    """What becomes of runs that failed or are not finite."""
