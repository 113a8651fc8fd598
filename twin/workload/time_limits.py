"""Time limits of jobs that state none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from twin.workload.kind import Job


def limited(jobs: Iterable[Job], limit_s: float | None) -> tuple[Job, ...]:
    """The same jobs; those that could have a time limit and state none have this one."""
    if limit_s is None:
        return tuple(jobs)
    return tuple(replace(job, limit_s=limit_s) if without(job) else job for job in jobs)


def without(job: Job) -> bool:
    """Whether a job states no time limit; training without an end is not to have one."""
    return bool(np.isinf(job.limit_s)) and not is_endless(job)


def is_endless(job: Job) -> bool:
    """Whether its work has no end of its own."""
    return bool(np.isinf(job.work_s)) and (job.steps is None or job.steps.tokens is None)
