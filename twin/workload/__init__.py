"""What the factory is asked to do. A kind is one file in `kinds`, and nothing else.

A kind says what is wanted, as gangs and pools; how fast they go comes from `physics` through a
profile.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from twin.workload.kind import Generation, Job, Need, Pool, Promotion, TrainingSteps, WorkloadKind
from twin.workload.kinds import every_kind
from twin.workload.kinds.batch import Batch
from twin.workload.kinds.inference import Inference
from twin.workload.kinds.training import Training

if TYPE_CHECKING:
    Workload = WorkloadKind
    """Any kind of workload, told apart by `kind`."""
else:
    Workload: Any = Annotated[reduce(or_, every_kind()), Field(discriminator="kind")]

__all__ = [
    "Batch",
    "Generation",
    "Inference",
    "Job",
    "Need",
    "Pool",
    "Promotion",
    "Training",
    "TrainingSteps",
    "Workload",
    "WorkloadKind",
]
