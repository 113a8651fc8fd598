"""One job of a list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from twin.traces.dependencies import Conditions


class JobEnd(StrEnum):
    """How a job ended that ran."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True)
class ListedJob:
    """One job of a list."""

    line: int
    name: str
    submit_s: float
    run_s: float
    nodes: float
    """Nodes or processors, as `JobList.counts` says."""
    gpus: float = np.nan
    """GPUs of the whole job; nan where the list does not say."""
    limit_s: float = np.inf
    priority: int = 0
    user: str = ""
    end: JobEnd = JobEnd.COMPLETED
    activity: float = np.nan
    """GPU activity; nan where the list does not say."""
    cores: float = np.nan
    """CPU cores of the whole job; nan where the list does not say."""
    memory_bytes: float = np.nan
    """Host memory of the whole job; nan where the list does not say."""
    after: Conditions = ()
    """What it waits for, by names as rows give them."""
    think_s: float = np.nan
    """It is submitted so long after them, whatever `submit_s` says; nan where that counts."""
    requeue: bool | None = None
    """Whether it is run again after a fault; None where the list does not say."""
    title: str = ""
    """What jobs of a series are called, for `singleton`."""
