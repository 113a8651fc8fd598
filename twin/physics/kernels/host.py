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
    """For each layer of routed experts with many tokens: choosing, sorting and waiting for the
    fullest expert, as far as the measured products do not hold it."""
    expert_tokens: float = 64.0
    """Tokens with which half of it is met."""
    queue_s: float = 0.0
    """Least time of an iteration whose kernels the host queues one by one; the GPU waits where it
    is faster. None where iterations are replayed as graphs."""

    def step_s(
        self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0, expert_layers: int = 0
    ) -> Array:
        """Seconds of an iteration beside its kernels."""
        n = np.asarray(sequences, float)
        tokens = n + np.asarray(prompt_tokens, float)
        crowd = tokens / (tokens + self.expert_tokens)
        step: Array = self.iteration_s + self.sequence_s * n
        step = step + self.expert_layer_s * expert_layers * crowd
        return step
