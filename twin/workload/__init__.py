"""What the factory is asked to do. A kind is one file here and one line in `Workload`.

A kind says what is wanted; how fast it goes comes from `physics` through a profile.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.workload.batch import Batch
from twin.workload.inference import Inference
from twin.workload.training import Training

Workload = Annotated[Inference | Training | Batch, Field(discriminator="kind")]
"""Any kind of workload, told apart by `kind`."""

__all__ = ["Batch", "Inference", "Training", "Workload"]
