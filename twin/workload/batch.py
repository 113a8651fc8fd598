"""A stream of batch jobs drawn from published statistics: the load of a shared machine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from twin.stated import YEAR_S, Duration, Fraction, Stated, Within


class Batch(Stated):
    """Jobs with log-normal run times and sizes, arriving at random over a span."""

    kind: Literal["batch"]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Prefix of the jobs' names."""
    count: PositiveInt = Field(le=1_000_000)
    """How many jobs."""
    span: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 86_400.0
    """They arrive uniformly at random over this time."""
    runtime_median: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 3600.0
    """Median run time at full clock."""
    runtime_sigma: float = Field(default=1.0, gt=0, le=5)
    """Standard deviation of the logarithm of the run time."""
    nodes_median: float = Field(default=64.0, ge=1e-3, le=1e6)
    """Median gang size."""
    nodes_sigma: float = Field(default=1.2, gt=0, le=5)
    """Standard deviation of the logarithm of the gang size."""
    nodes_max: PositiveInt = Field(default=4096, le=1_000_000)
    """No job is larger."""
    gpu_activity: Fraction = 0.7
    """Mean GPU activity, between idle power and rated power."""
    cpu_activity: Fraction = 0.4
    """Mean CPU activity."""
    clock_sensitivity: Fraction = 1.0
    """Share of the run time that stretches as the GPU clock falls."""
    restart_delay: Duration = 300.0
    """From a failure to the start again."""
    checkpoint_interval: Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")] = 3600.0
    """Work older than this survives a failure."""
