"""What a kind of workload declares: the rows it needs, and the gangs and pools it asks for.

A kind is one file in `twin.workload.kinds` with one class; nobody asks which class it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pydantic import Field

from twin.stated import Stated
from twin.traces import Conditions, JobEnd
from twin.traces.dependencies import names_in
from twin.workload.lora import LoraAdapters
from twin.workload.milestone import Milestone
from twin.workload.requests import Requests
from twin.workload.rollouts import Rollouts
from twin.workload.serving_engine import Autoscaling, EngineOptions, Promise, Stage
from twin.workload.shifting import Shifting


@dataclass(frozen=True)
class TrainingSteps:
    """A synchronous optimiser step, whose time the job learns from the GPUs it is given."""

    model: str
    sequence_length: int
    global_batch_sequences: int
    micro_batch_sequences: int
    tensor_parallel: int
    pipeline_parallel: int
    dtype: str
    tokens: int | None = None
    """Tokens to train; None runs to the horizon."""
    communication_overlap: float | None = None
    """Share of the gradient exchange that is hidden; None leaves it to the software."""
    context_parallel: int = 1
    expert_parallel: int = 1
    interleave: int = 1
    zero_stage: int = 1
    recompute: str = "selective"
    sequence_parallel: bool = True
    lora_rank: int = 0
    lora_on: str = "all"
    software: str = ""
    """Name of the option set; empty for what suits the GPU's time."""
    rollouts: Rollouts | None = None
    """Answers of its own that each step learns from."""
    answering_frac: float = 0.0
    """Share of its GPUs that make answers and nothing else."""

    def trainers(self, gpus: int) -> int:
        """GPUs of a gang that train."""
        return gpus - round(gpus * self.answering_frac)


@dataclass(frozen=True)
class Promotion:
    """A job comes when its predecessor is among the best of its rung."""

    own: str
    """The predecessor."""
    scores: Mapping[str, float]
    """Loss of every job of the rung: the smallest is best."""
    eta: int
    """One of so many is promoted."""


@dataclass(frozen=True)
class Job:
    """One gang, all or nothing. Work is in seconds at full clock."""

    name: str
    kind: str
    nodes: int
    submit_s: float
    interval_s: float
    """Work between checkpoints."""
    restart_delay_s: float
    work_s: float = np.inf
    """Replaced by what its steps take, where it has steps."""
    priority: int = 0
    gpu_activity: float = 0.0
    cpu_activity: float = 0.3
    clock_sensitivity: float = 1.0
    """Share of the work that stretches as the GPU clock falls."""
    steps: TrainingSteps | None = None
    user: str = ""
    """Whose it is, for fair shares."""
    limit_s: float = np.inf
    """It is stopped when it has held its nodes this long."""
    end: JobEnd = JobEnd.COMPLETED
    """How it ends once its work is done: the list that it comes from may know of a failure."""
    milestone: Milestone | None = None
    """What is told of a model once its work is done; None for nothing."""
    after: Conditions = ()
    """What must have become of other jobs or workloads before it joins the queue."""
    submits_itself: bool = False
    """Whether it is submitted at `submit_s` and then waits for them; otherwise it is submitted
    `submit_s` after them."""
    series: str = ""
    """Jobs of one series wait for one another where they ask for `singleton`; empty for none."""
    promotion: Promotion | None = None
    gpus: float = np.inf
    """GPUs that it works on, shares of one counted, as many on each of its nodes; it holds no
    others, unless it is exclusive."""
    cores: float = np.nan
    """CPU cores of the whole job, as many on each of its nodes; nan asks for none."""
    memory_bytes: float = np.nan
    """Host memory of the whole job, as much on each of its nodes; nan asks for none."""
    node_share: float = 1.0
    """Share of each of its nodes that it asks for, where it counts something else than GPUs."""
    exclusive: bool = False
    """Whether it takes its nodes whole, whatever it works on."""
    spreads: bool = True
    """Whether it takes more nodes where none has as many GPUs as it asks for of each."""
    requeue: bool = True
    """Whether it is run again after a fault, or once it made way for a higher priority."""
    asynchronous: bool = False
    """A checkpoint stops it only for the copy into host memory; the write goes on aside."""
    optimal_interval: bool = False
    """Its checkpoints come at Daly's interval, whatever `interval_s` says."""
    cpu_only: bool = False
    """Whether it leaves GPUs idle; it runs on nodes without any where there are enough."""
    shift: Shifting | None = None
    """How far it may be moved to when electricity is cheap or clean; None for not at all."""

    def gpus_of(self, there: int) -> int:
        """GPUs that a gang learns its pace from, of those on its nodes."""
        return int(min(self.gpus, there))


@dataclass(frozen=True)
class Generation:
    """One turn of a data flywheel, as planned; when it is done a run says."""

    number: int
    job: str
    """The training that makes it."""
    served_per_s: float
    """Tokens a second that are served while it collects."""
    collect_s: float
    """From the generation before to enough tokens."""
    curated_tokens: float
    good_tokens: float
    """All that the model has learned from then, in fresh good tokens."""
    loss: float
    """Nats a token."""
    asked_per_s: float
    """Tokens a second that are asked of it."""


@dataclass(frozen=True)
class Pool:
    """Replicas of a model on nodes of their own, under a stream of requests."""

    name: str
    model: str
    nodes: int
    tensor_parallel: int
    dtype: str
    requests: Requests
    window_s: float
    patience_s: float
    detail: str = "fluid"
    """`fluid`, or `requests`: each of them on its own."""
    engine: EngineOptions = field(default_factory=EngineOptions)
    promise: Promise = field(default_factory=Promise)
    attention_ranks: int = 1
    """Ranks of a replica that hold attention whole and share the experts; each counts as a replica
    of `rank_gpus` GPUs, and all of them live or die together."""
    pipeline: int = 1
    """Stages of a replica, with micro-batches of its sequences in flight on them."""
    lora: LoraAdapters | None = None
    """Served together with the model as their base."""
    mig: str = ""
    """Profile of the instances that its GPUs are cut into, a replica on each; whole where empty."""
    stage: Stage = Stage.WHOLE
    autoscale: Autoscaling | None = None
    """None keeps all nodes awake."""
    prefill: Pool | None = None
    """Those that read its prompts, where they are others."""
    sends_layers: bool = False
    """Of those: whether keys and values leave layer by layer while a prompt is read."""

    @property
    def stage_gpus(self) -> int:
        """GPUs that share each layer: one scale-up domain holds them."""
        return self.tensor_parallel * self.attention_ranks

    @property
    def rank_gpus(self) -> int:
        """GPUs of all stages that work on the sequences of one attention rank."""
        return self.tensor_parallel * self.pipeline

    @property
    def replica_gpus(self) -> int:
        """GPUs that live or die together."""
        return self.stage_gpus * self.pipeline

    @property
    def all_nodes(self) -> int:
        """Nodes that it holds, those that read prompts with it."""
        return self.nodes + (self.prefill.nodes if self.prefill else 0)


@dataclass(frozen=True)
class Need:
    """A catalogue row that a workload rests on."""

    kind: str
    """Kind of row, such as `models`."""
    name: str
    place: tuple[str, ...]
    """Keys below the workload that name it."""


class WorkloadKind(Stated):
    """The ground of every kind."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the workload, used in tables and reports."""

    def jobs(self, seed: int) -> tuple[Job, ...]:
        """Gangs that it puts into the queue."""
        return ()

    def generation_rows(self) -> tuple[Generation, ...]:
        """Turns of its data flywheel."""
        return ()

    def pools(self) -> tuple[Pool, ...]:
        """Pools of replicas that it holds for the whole run."""
        return ()

    @property
    def renews(self) -> str | None:
        """Service whose model it renews."""
        return None

    @property
    def waits_for(self) -> Conditions:
        """What must have become of other workloads before it begins."""
        return ()

    @property
    def follows(self) -> tuple[str, ...]:
        """Workloads that it names."""
        return names_in(self.waits_for)

    def ends_with(self, seed: int) -> tuple[str, ...]:
        """Its jobs whose completion is its own; none where it is complete as soon as nothing of it
        runs, waits or can still come.
        """
        return tuple(job.name for job in self.jobs(seed))

    @property
    def states_ends(self) -> bool:
        """Whether how its jobs end is stated, and not drawn."""
        return False

    def told_in(self, job: str) -> str:
        """File and line of a list that state a job of its own; empty where none does."""
        return ""

    def unread(self) -> tuple[str, ...]:
        """What its files say and nobody follows."""
        return ()

    def needs(self) -> tuple[Need, ...]:
        """Catalogue rows that it rests on."""
        return ()

    @property
    def submitted_s(self) -> float | None:
        """When its one job joins the queue, after the start; None where it asks for no such
        moment.
        """
        return None

    @property
    def arrivals_end_s(self) -> float:
        """When the last of what it draws at random may arrive; 0 where nothing is drawn over a
        time of its own.
        """
        return 0.0

    @property
    def most_nodes(self) -> int:
        """Nodes of its largest gang or pool."""
        return 0

    @property
    def usd_per_token(self) -> float:
        """Worth of a token, for the cost of what is lost."""
        return 0.0
