"""State of jobs, services and the network they share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.model import Facility
from twin.scenario.schema import Scenario

FREE = -1
"""The owner of a node that nobody holds; jobs are 0 and up."""
SHARED = -2
"""The owner of a node whose GPUs several jobs may hold."""
FIRST_POOL = -3
"""The owner of the nodes of the first pool of replicas; the next one has one less."""


@dataclass(slots=True)
class NetworkState:
    """Switches that carry traffic."""

    switch_ok: Mask
    """(switch,) in order, and fed where its feeds are stated."""
    version: int = 0
    """Raised whenever a switch comes or goes."""


def fresh_network(facility: Facility) -> NetworkState:
    """All up."""
    return NetworkState(np.ones(len(facility.fabric.switches), dtype=bool))


@dataclass(slots=True)
class JobState:
    """Progress of every job. Arrays are (job,) where nothing else is said; work is in seconds at
    full speed.
    """

    work_of_node: Index
    """(node,) what holds it: `FREE`, >= 0 a job, `SHARED`, <= `FIRST_POOL` a service."""
    phase: Index
    """A `Phase`."""
    work_s: Array
    """Whole work; inf for a job that runs to the horizon."""
    done_s: Array
    kept_s: Array
    """Work that a failure does not undo."""
    written_s: Array
    """Work in the checkpoint that is being written aside, where a job writes so."""
    write_ends_s: Array
    """When that is whole; inf for none."""
    target_s: Array
    """Work at which the present phase of running ends."""
    wait_s: Array
    """Time left of a checkpoint or a restart."""
    wait_rate: Array
    """How fast that passes."""
    speed: Array
    """Rate of progress over that at full speed."""
    fabric_frac: Array
    """Bandwidth over what its NICs give."""
    holding_s: Array
    """Time for which it held nodes."""
    energy_j: Array
    """At the AC input of its racks, idle power of its nodes included."""
    submitted_s: Array
    """When it was submitted, or will be once those that it follows have ended; nan before that is
    known."""
    eligible_s: Array
    """When it joined the queue; nan before."""
    placed_s: Array
    """When it last got its nodes."""
    started_s: Array
    finished_s: Array
    """When it ended, however it did."""
    tokens_per_s: Array
    """At full speed."""
    gpu_activity: Array
    cpu_activity: Array
    checkpoint_bytes: Array
    gpus: Array
    """That it holds; of one that it shares its share."""
    restarts: Index
    preemptions: Index
    checkpoints: Index
    leaving: Mask
    """Writes a last checkpoint before it gives its nodes to a job of higher priority."""
    held_back: Mask
    """Given no nodes, though it waits: it was moved to a later hour, or an event pauses it."""
    reserved_s: Array
    """Start that conservative backfill promised; inf for none."""
    reserved_kind: Index
    """Kind of node that it promised."""
    usage_node_s: Array
    """(user,) what each had lately, for fair shares; as long as there are jobs."""
    held: list[Index]
    """Nodes of each job, in order of placement."""
    cause: list[str]
    """Why a job does not run that has run."""
    switch_seen: Mask
    """(switch,) that carried traffic when gangs last looked."""
    learned_rack: Index
    """A rack of the gang from whose GPUs it learned its step times; -1 before."""
    learned_gpus: Index
    """How many there were."""
    gpu_type: list[str]
    """The GPU whose step times it learned; empty for jobs that bring their own time."""
    gpu_free: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(node, GPU) share of each that no job holds; this and the next three are empty where no job
    takes a part of a node."""
    host_free: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(node, resource) share of each node's cores and memory that no job holds."""
    link_share: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """(job, phase) share of its bandwidth that gangs on the same links leave to a phase of its
    steps; empty where no fabric is oversubscribed."""
    held_gpus: list[Index] = field(default_factory=list)
    """GPUs of each job, numbered through (node, GPU)."""
    reserved_nodes: list[Index] = field(default_factory=list)
    """Nodes that conservative backfill promised."""
    stops: dict[tuple[str, str], float] = field(default_factory=dict)
    """By job and component: how often it stopped the job."""
    stops_lost_s: dict[tuple[str, str], float] = field(default_factory=dict)
    """By the same: work taken back."""
    stops_lost_tokens: dict[tuple[str, str], float] = field(default_factory=dict)
    back_s: list[float] = field(default_factory=list)
    """When work was taken back to a checkpoint, by a fault or to make way; in order."""
    back_tokens: list[float] = field(default_factory=list)
    """Tokens that each of them threw away."""
    running: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    """What the rule of the queue answered last; asked again later it may answer otherwise."""
    hands: int = 0
    """Raised whenever nodes change hands."""
    version: int = 0
    """Raised whenever nodes change hands or a job changes its phase."""


def fresh_jobs(facility: Facility, count: int) -> JobState:
    """All awaited; nothing done."""
    return JobState(
        work_of_node=np.full(facility.racks.node_count, FREE, dtype=np.int64),
        phase=_none_yet(count),
        work_s=np.full(count, np.inf),
        done_s=np.zeros(count),
        kept_s=np.zeros(count),
        written_s=np.zeros(count),
        write_ends_s=np.full(count, np.inf),
        target_s=np.full(count, np.inf),
        wait_s=np.zeros(count),
        wait_rate=np.ones(count),
        speed=np.zeros(count),
        fabric_frac=np.ones(count),
        holding_s=np.zeros(count),
        energy_j=np.zeros(count),
        submitted_s=np.full(count, np.nan),
        eligible_s=np.full(count, np.nan),
        placed_s=np.full(count, np.nan),
        preemptions=_none_yet(count),
        leaving=np.zeros(count, dtype=bool),
        held_back=np.zeros(count, dtype=bool),
        reserved_s=np.full(count, np.inf),
        reserved_kind=_none_yet(count),
        usage_node_s=np.zeros(count),
        started_s=np.full(count, np.nan),
        finished_s=np.full(count, np.nan),
        tokens_per_s=np.zeros(count),
        gpu_activity=np.zeros(count),
        cpu_activity=np.zeros(count),
        checkpoint_bytes=np.zeros(count),
        gpus=np.zeros(count),
        restarts=_none_yet(count),
        checkpoints=_none_yet(count),
        held=[np.zeros(0, dtype=np.int64)] * count,
        cause=[""] * count,
        learned_rack=np.full(count, -1, dtype=np.int64),
        learned_gpus=_none_yet(count),
        switch_seen=np.ones(len(facility.fabric.switches), dtype=bool),
        gpu_type=[""] * count,
    )


def holders(jobs: JobState) -> tuple[Index, Index]:
    """(holding,) nodes, and the job or service that holds all or a part of each."""
    whole = np.flatnonzero((jobs.work_of_node != FREE) & (jobs.work_of_node != SHARED))
    sharing = [j for j in jobs.running if jobs.work_of_node[jobs.held[j][0]] == SHARED]
    nodes = np.concatenate([whole, *(jobs.held[j] for j in sharing)])
    sizes = [jobs.held[j].size for j in sharing]
    owners = np.repeat(np.array(sharing, dtype=np.int64), sizes)
    return nodes, np.concatenate([jobs.work_of_node[whole], owners])


def owners_of(scenario: Scenario, names: Collection[str]) -> dict[str, Index]:
    """By workload in the order, as whose the nodes of its jobs and pools are known."""
    if not {work.name for work in scenario.workload} & set(names):
        return {}
    jobs = 0
    pools = 0
    out: dict[str, Index] = {}
    for work in scenario.workload:
        own_jobs = len(work.jobs(scenario.seed))
        own_pools = len(list(work.pools()))
        of_jobs = np.arange(jobs, jobs + own_jobs)
        out[work.name] = np.concatenate([of_jobs, FIRST_POOL - np.arange(pools, pools + own_pools)])
        jobs += own_jobs
        pools += own_pools
    return out


def _none_yet(count: int) -> Index:
    """(job,) counts of nothing."""
    return np.zeros(count, dtype=np.int64)


@dataclass(slots=True)
class ServiceState:
    """One service's window, flows and queue; token rates in output tokens/s."""

    capacity_by_rack: Array
    """(rack of the service,) of replicas that make tokens."""
    totals: Array
    """Requests, tokens asked, served, dropped and possible, and joules, so far."""
    window: int = 0
    arriving: float = 0.0
    served: float = 0.0
    dropping: float = 0.0
    waiting: float = 0.0
    """Tokens in the queue."""
    engine: dict[str, Array] = field(default_factory=dict)
    """Columns of the request engine by name; empty where requests are a fluid."""
    ready_s: Array = field(default_factory=lambda: np.zeros(0))
    """(node,) from when each node of the pool is awake; inf while it sleeps."""
    wanted: Array = field(default_factory=lambda: np.zeros((0, 2)))
    """(look,) when an autoscaler looked of late, and how many nodes were wanted; none before the
    first."""
    reading_by_rack: Array = field(default_factory=lambda: np.zeros(0))
    """(rack of those that read prompts,) their capacity; empty where they are the same."""
    sending_by_rack: Array = field(default_factory=lambda: np.zeros(0))
    """(rack of those that read prompts,) what the network carries of it."""


@dataclass(slots=True)
class ServingState:
    """Every service."""

    services: list[ServiceState] = field(default_factory=list)
    version: int = 0
    """Raised whenever a service's load changes."""
