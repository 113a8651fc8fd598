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
    stage_iteration_s: float = 0.0
    """Of a stage's host for each micro-batch, hidden behind kernels while these take longer."""
    stage_sequence_s: float = 0.0
    """Likewise for each of its sequences."""

    hidden: bool = False
    """Whether the batch is scheduled and booked one iteration ahead, beside the kernels, and costs
    time only where these are done sooner."""

    def step_s(
        self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0, expert_layers: int = 0
    ) -> Array:
        """Seconds of an iteration beside its kernels."""
        step: Array = self.batch_s(sequences) + self.layers_s(
            sequences, prompt_tokens, expert_layers
        )
        return step

    def batch_s(self, sequences: ArrayLike) -> Array:
        """Seconds that go by the batch: its schedule, and its samples behind the last layer."""
        many = np.asarray(sequences, float)
        return np.zeros(many.shape) if self.hidden else self._batch_s(many)

    def least_s(self, sequences: ArrayLike) -> Array:
        """Least seconds of an iteration: what the host takes for it beside the kernels."""
        many = np.asarray(sequences, float)
        beside = self._batch_s(many) if self.hidden else np.zeros(many.shape)
        return np.maximum(beside, self.queue_s)

    def _batch_s(self, sequences: Array) -> Array:
        batch: Array = self.iteration_s + self.sequence_s * sequences
        return batch

    def stage_s(self, sequences: ArrayLike) -> Array:
        """Seconds that a stage's host takes for a micro-batch beside its kernels."""
        stage: Array = self.stage_iteration_s + self.stage_sequence_s * np.asarray(sequences, float)
        return stage

    def layers_s(
        self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0, expert_layers: int = 0
    ) -> Array:
        """Seconds within layers of experts."""
        tokens = np.asarray(sequences, float) + np.asarray(prompt_tokens, float)
        crowd = tokens / (tokens + self.expert_tokens)
        layers: Array = self.expert_layer_s * expert_layers * crowd
        return layers
