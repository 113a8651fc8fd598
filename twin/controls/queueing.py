"""How waiting jobs get nodes: who may overtake, in which order, and under which power."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from twin.stated import YEAR_S, Bytes, Duration, Moment, Power, Stated, Within

DAY_S = 86_400.0
PolicyName = Literal["fifo", "easy", "conservative", "priority", "fair_share"]
NO_GPU = "none"
"""How `node_resources` calls nodes without GPUs."""


class NodeResources(Stated):
    """Cores and host memory that a node offers to jobs beside its GPUs."""

    gpu: Annotated[str, Field(max_length=100)] | None = None
    """Nodes with this type of GPU, `none` for nodes without; all that nothing else is stated for
    where left out."""
    cores: PositiveInt = Field(le=1_000_000)
    """Cores, as the list of jobs counts them."""
    memory: Annotated[Bytes, Within(1.0, 1e18, "1 byte to 1 EB")]
    """Host memory."""


class Reservation(Stated):
    """Nodes that are to be empty for a while, known from the beginning of the run."""

    name: Annotated[str, Field(min_length=1, max_length=100)] = "reservation"
    """What events call it."""
    of: tuple[Annotated[str, Field(max_length=100)], ...] = Field(min_length=1, max_length=10_000)
    """Racks, rows of racks, and nodes such as rack/node_1."""
    at: Moment
    """When it begins: no job starts there whose time limit ends later, and none without a limit."""
    duration: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")]
    """How long the nodes stay empty; they are not taken out by it."""


class Queueing(Stated):
    """The rule by which jobs leave the queue."""

    policy: PolicyName = "fifo"
    """fifo: nobody overtakes. easy: a job may overtake where the first in the queue starts no later
    for it (Lifka 1995). conservative: where nobody starts later for it. priority: first in, first
    out, and a job takes the nodes of running ones of lower priority, which write a checkpoint and
    queue again. fair_share: easy, with the queue in the order of what users had lately."""
    depth: int = Field(default=100, ge=1, le=10_000)
    """conservative: jobs, from the first of the queue on, that hold a reservation."""
    grace: Annotated[Duration, Within(0.0, DAY_S, "0 s to 1 day")] | None = None
    """priority: how long who makes way may go on at most, as Slurm's `GraceTime` or Kubernetes'
    `terminationGracePeriodSeconds`. A checkpoint that can be written in that time is, at once, and
    the job goes when it is; who writes none, or a longer one, works on and is stopped at its end.
    Not stated, every last checkpoint is waited for, and who writes none goes at once."""
    half_life: Annotated[Duration, Within(60.0, YEAR_S, "1 min to 366 days")] = 7 * DAY_S
    """fair_share: time in which what a user had counts half."""
    shares: dict[Annotated[str, Field(max_length=100)], Annotated[float, Field(gt=0, le=1e6)]] = (
        Field(default_factory=dict, max_length=100_000)
    )
    """fair_share: share of each user, 1 where not stated."""
    kill_invalid_depend: bool = False
    """Whether jobs that wait for what can never be are cancelled, as by Slurm's option of this
    name; otherwise they stand as `never_eligible`, and who waits for their end waits in vain."""
    default_limit: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] | None = None
    """Time limit of jobs that state none, as Slurm's `DefaultTime`: they are stopped at it, and
    planned by it. Training without `tokens`, which never ends by itself, has none."""
    power_cap: Power | None = None
    """A job starts only where all racks then draw at most this at full clock; services count with
    full activity."""
    node_resources: tuple[NodeResources, ...] = Field(default=(), max_length=100)
    """Cores and memory of nodes, which jobs that ask for them then wait for too; not counted where
    nothing is stated."""
    reservations: tuple[Reservation, ...] = Field(default=(), max_length=1_000)
    """Nodes that are kept empty for a while, as by Slurm's `scontrol create reservation` with
    `flags=maint`."""
    gpu_shares: Literal["any", "mig"] | Annotated[int, Field(ge=2, le=64)] = "any"
    """Shares of a GPU that jobs can have. any: what they ask for. mig: the instances of the vendor,
    1, 2, 3 and 4 of 7 slices, side by side as it allows. A number: so many equal time slices. Who
    asks for something between gets the next larger one."""

    @model_validator(mode="after")
    def _who_makes_way(self) -> Self:
        if self.grace is not None and self.policy != "priority":
            raise ValueError(
                "grace with policy: priority alone: by no other rule does a job make way"
            )
        return self


def _named(value: Any) -> Any:
    return {"policy": value} if isinstance(value, str) else value


SchedulerChoice = Annotated[
    Queueing, BeforeValidator(_named, json_schema_input_type=PolicyName | Queueing)
]
"""A policy by its name alone, or with its numbers."""
