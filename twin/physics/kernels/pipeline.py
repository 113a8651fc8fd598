"""A replica whose layers stand on several stages, one after another (pipeline parallel).

Its sequences are in as many micro-batches as stages, at most, which go round one behind another: no
micro-batch overtakes, so the slowest of them, such as one that reads a prompt, is waited for by
all. An iteration is one round, in which each sequence makes its tokens:

    t = max(L + H + hand-overs, b L' l / layers, b (L' l' / layers + H), b h)

with b micro-batches, L the time of all layers in the fullest of them and L' on average, H that of
the head and the sampler behind the last layer, l the layers of the stage that has most, l' those of
the last, and h what the host of a stage does for one micro-batch behind its kernels: either the
round of the slowest takes longest, or a stage or its host, which serve all of them one after
another. Source: Narayanan et al. (2021), arXiv 2104.04473 (stages and micro-batches); Yu et al.
(2022), Orca, OSDI (pipelined iterations); Agrawal et al. (2024), Sarathi-Serve, arXiv 2403.02310
(micro-batches of unlike times leave stages idle).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.call import KernelCall
from twin.physics.kernels.iteration import IterationLaw, KernelGrid
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_THINGS = 64
_WIDE = 2.0
"""Bytes of a value of the residual stream: bf16."""
HAND_OVER_S = 1e-5
"""Of a message from node to node before its first byte; assumed, as the system descriptions of
NVIDIA aiconfigurator-core 0.12.0 do."""


def stage_layers(layers: int, stages: int) -> NDArray[np.int64]:
    """(stage,) layers of each: what does not divide goes to the first ones."""
    each, more = divmod(layers, stages)
    return np.where(np.arange(stages) < more, each + 1, each)


@lru_cache(maxsize=16)
def fullest_of(boxes: int) -> Array:
    """(thing,) how many of 0 to 64 things lie, on average, in the box that has most of them, where
    each goes into any of `boxes` by chance.

    No box has more than c with a chance of k! / boxes^k times the coefficient of x^k in
    (sum of x^i / i!, i up to c)^boxes.
    """
    things = np.arange(_THINGS + 1)
    each = np.exp(-scipy.special.gammaln(things + 1) - things * np.log(boxes))
    scale = np.exp(scipy.special.gammaln(things + 1))
    found = np.zeros(things.size)
    for most in range(_THINGS):
        chance = scale * _power(np.where(things <= most, each, 0.0), boxes)
        found += np.where(things > 0, 1 - np.minimum(chance, 1.0), 0.0)
    return found


def _power(series: Array, exponent: int) -> Array:
    """A power of a series of powers, cut after its length."""
    power = np.zeros(series.size)
    power[0] = 1.0
    for bit in bin(exponent)[2:]:
        power = np.convolve(power, power)[: series.size]
        if bit == "1":
            power = np.convolve(power, series)[: series.size]
    return power


@dataclass(frozen=True)
class Stages:
    """How sequences and prompts lie on micro-batches, and what bounds a round."""

    replica: ServingReplica
    piece_tokens: float
    """Of a prompt that are read at once, on average: they lie on one micro-batch."""
    even: bool = True
    """Whether prompts of one round lie evenly on micro-batches, or as chance has it."""
    rows_each: float = 1.0
    """Of a sequence in one round, with its drafts: they lie on one micro-batch."""

    @cached_property
    def held_frac(self) -> Array:
        """(stage,) share of the layers."""
        layers = self.replica.model.layers
        return np.asarray(stage_layers(layers, self.replica.pipeline) / layers)

    def batches(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Micro-batches with anything to do: no more than stages, sequences and prompts."""
        prompts = np.ceil(np.asarray(prompt_tokens, float) / self.piece_tokens - 1e-9)
        prompts = np.maximum(prompts, np.minimum(prompt_tokens, 1.0))
        many: Array = np.clip(np.asarray(sequences) + prompts, 1, self.replica.pipeline)
        return many

    def most_prompt(self, prompt_tokens: Array) -> Array:
        """Prompt tokens of the micro-batch that reads most of them."""
        stages = self.replica.pipeline
        if self.even:
            least = np.minimum(prompt_tokens, self.piece_tokens)
            return np.maximum(prompt_tokens / stages, least)
        fullest = fullest_of(stages)
        prompts = prompt_tokens / self.piece_tokens
        beyond = np.maximum(prompts - (fullest.size - 1), 0.0) / stages
        read = np.interp(prompts, np.arange(fullest.size), fullest) + beyond
        return np.asarray(read * self.piece_tokens)

    def slope(self, batches: Array) -> Array:
        """Seconds of a round for each second that all layers take longer in every micro-batch: the
        stage that has most layers counts, whatever the head takes.
        """
        longest: Array = np.maximum(1.0, batches * self.held_frac[0])
        return longest


@dataclass(frozen=True, eq=False)
class StagedLaw(IterationLaw):
    """Times and work of a round of all micro-batches; counts are those of the whole replica (of an
    attention rank of all stages), tables those of one micro-batch.
    """

    _stages: Stages
    _hops: KernelGrid

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of all that counts alone decide, of one round."""
        p = np.asarray(prompt_tokens, float)
        many = self._stages.batches(np.asarray(sequences, float) / self._stages.rows_each, p)
        n = np.asarray(sequences, float) / many
        longest = self._stages.most_prompt(p)
        mean = self.layers_s(n, p / many)
        head = self.head_s(n, np.minimum(p, 1.0))
        alone = self.layers_s(n, longest) + head + self._hops.read("total_s", n + longest)
        held = self._stages.held_frac
        bounds = (
            alone,
            many * held[0] * mean,
            many * (held[-1] * mean + head),
            many * self.host.stage_s(n),
            self._stages.slope(many) * self.host.queue_s,
        )
        longest_s: Array = np.maximum.reduce(np.broadcast_arrays(*bounds))
        return longest_s

    def host_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of a round beside its kernels."""
        many = self._stages.batches(
            np.asarray(sequences, float) / self._stages.rows_each, prompt_tokens
        )
        p = self._stages.most_prompt(np.asarray(prompt_tokens, float))
        return super().host_s(np.asarray(sequences) / many, p)

    def busy_frac(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Share of a round in which a stage has a micro-batch: less with fewer than stages."""
        many = self._stages.batches(sequences, prompt_tokens)
        return np.asarray(many / self.replica.pipeline)

    def context_s(self, sequences: ArrayLike) -> Array:
        """Seconds for each token of context that all sequences hold together."""
        many = self._stages.batches(sequences)
        each = self._slope_s(np.asarray(sequences) / many)
        return each * self._stages.slope(many) / many

    def reading_s(
        self, prompt_tokens: ArrayLike, length: float, before_tokens: float = 0.0
    ) -> Array:
        """Seconds of attention on the micro-batch that reads most of the prompts' tokens."""
        most = self._stages.most_prompt(np.asarray(prompt_tokens, float))
        return super().reading_s(most, length, before_tokens)

    def exchange_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of a round in which the slowest micro-batch is exchanged or handed over."""
        tokens = np.asarray(sequences, float) + np.asarray(prompt_tokens, float)
        each = tokens / self._stages.batches(tokens)
        return super().exchange_s(each) + self._hops.read("total_s", each)

    def _work(
        self,
        name: str,
        sequences: ArrayLike,
        context: ArrayLike,
        prompt: ArrayLike,
        length: float,
        before: float,
    ) -> Array:
        """Of one GPU, which works on its layers of every micro-batch."""
        p = np.asarray(prompt, float)
        many = self._stages.batches(sequences, p)
        each = super()._work(
            name, np.asarray(sequences) / many, np.asarray(context) / many, p / many, length, before
        )
        return each * many / self.replica.pipeline


def hand_over_calls(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """Activations handed on within a scale-up domain: as an all-gather between two GPUs, in which
    each sends the other its half.
    """
    inside = replica.pipeline - 1 - replica.link.crossings
    if inside > 0:
        axes: dict[str, ArrayLike] = {"gpus": 2.0, "bytes": 2 * hand_over_bytes(replica, tokens)}
        yield KernelCall("exchange", "nccl_all_gather", "bf16", axes, inside)


def crossing_s(replica: ServingReplica, tokens: Array) -> Array:
    """Seconds of those hand-overs of a round that leave a scale-up domain."""
    each_s = HAND_OVER_S + hand_over_bytes(replica, tokens) / replica.link.line_b_s
    return np.asarray(replica.link.crossings * each_s)


def hand_over_bytes(replica: ServingReplica, tokens: Array) -> Array:
    """Of the residual stream of an iteration; each GPU of a stage sends it to its own follower."""
    return np.asarray(tokens * replica.model.hidden * _WIDE, float)
