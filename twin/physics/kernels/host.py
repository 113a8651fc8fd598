"""What software adds to an iteration beside the kernels that were measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class HostTimes:
    """Seconds that an iteration takes longer than its kernels."""

    iteration_s: float = 0.0
    """Whatever it serves."""
    sequence_s: float = 0.0
    """For each running sequence: its place in the batch, its sample, its answer."""
    expert_layer_s: float = 0.0
    """For each layer of routed experts: choosing, sorting and waiting for the fullest expert, as
    far as the measured products do not hold it."""

    def step_s(self, sequences: ArrayLike, expert_layers: int) -> Array:
        """Seconds of an iteration with so many running sequences and layers of experts."""
        step: Array = self.iteration_s + self.sequence_s * np.asarray(sequences, float)
        return step + self.expert_layer_s * expert_layers
