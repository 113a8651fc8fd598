"""Gangs: what a job is, and the jobs a scenario asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from twin.scenario.schema import Scenario
from twin.seeds import stream
from twin.simulation.kernel.state import Index
from twin.simulation.step_times import TrainingSpeed
from twin.workload import Batch, Training


class Phase(IntEnum):
    """Where a job stands."""

    AWAITED = 0
    QUEUED = 1
    RUNNING = 2
    CHECKPOINTING = 3
    RESTARTING = 4
    COMPLETED = 5
    TOO_LARGE = 6


@dataclass
class Job:
    """One gang. Progress itself stands in the arrays of `Jobs`."""

    name: str
    kind: str
    nodes: int
    submit_s: float
    work_s: float
    interval_s: float
    restart_delay_s: float
    priority: int
    gpu_activity: float
    cpu_activity: float
    clock_sensitivity: float
    tokens_per_s: float = 0.0
    checkpoint_bytes: float = 0.0
    pace: TrainingSpeed | None = None
    held: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    phase: Phase = Phase.AWAITED
    kept_s: float = 0.0
    cause: str = ""
    started_s: float = np.nan
    finished_s: float = np.nan
    restarts: int = 0
    checkpoints: int = 0
    gpus: int = 0


def gangs(scenario: Scenario) -> list[Job]:
    """Every job of a scenario, in the order of its workloads."""
    out: list[Job] = []
    for spec in scenario.workload:
        if isinstance(spec, Training):
            out.append(
                Job(
                    spec.name,
                    "training",
                    spec.nodes,
                    spec.submit,
                    np.inf,
                    spec.checkpoint_interval or np.inf,
                    spec.restart_delay,
                    spec.priority,
                    0.0,
                    0.3,
                    1.0,
                )
            )
        elif isinstance(spec, Batch):
            out += _batch(scenario.seed, spec)
    return out


def _batch(seed: int, spec: Batch) -> list[Job]:
    """Draw the jobs of a stream: arrivals uniform over the span, run times and sizes log-normal."""
    draw = stream(seed, "batch", spec.name)
    arrive = np.sort(draw.uniform(0.0, spec.span, spec.count))
    runtime = spec.runtime_median * np.exp(spec.runtime_sigma * draw.standard_normal(spec.count))
    size = spec.nodes_median * np.exp(spec.nodes_sigma * draw.standard_normal(spec.count))
    nodes = np.clip(np.round(size), 1, spec.nodes_max).astype(int)
    gpu = np.clip(spec.gpu_activity + 0.15 * draw.standard_normal(spec.count), 0.05, 1.0)
    cpu = np.clip(spec.cpu_activity + 0.15 * draw.standard_normal(spec.count), 0.05, 1.0)
    return [
        Job(
            f"{spec.name}_{i + 1}",
            "batch",
            int(nodes[i]),
            float(arrive[i]),
            float(runtime[i]),
            spec.checkpoint_interval or np.inf,
            spec.restart_delay,
            0,
            float(gpu[i]),
            float(cpu[i]),
            spec.clock_sensitivity,
        )
        for i in range(spec.count)
    ]
