"""The step law of a job that learns from its own answers: they are made, judged, then trained on,
on the same GPUs one after another, or on two sets of GPUs at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from twin.arrays import Array
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.facility.serving.board_clock import board_of
from twin.facility.serving.device import DeviceKernels
from twin.facility.serving.formats import served_formats
from twin.facility.serving.software import Software, window_rules
from twin.facility.training_law import TrainingLaw
from twin.physics import training
from twin.physics.inference import RUNTIME_BYTES, USABLE_MEMORY_FRAC
from twin.physics.kernels import (
    IterationLaw,
    LawRange,
    ServingReplica,
    expert_buffer_bytes,
    iteration_laws,
    kv_room_bytes,
    replica_problems,
    sequence_bytes,
)
from twin.physics.training.power import TRAINING_DRAW, Sustained
from twin.physics.training.rollouts import Stretches, answer_lengths, dealt, stretches
from twin.workload.rollouts import Rollouts

CLOCKS = np.linspace(0.2, 1.0, 9)
"""At which answers are timed; between them in straight lines."""
BUDGET = 8192
"""Prompt tokens of one iteration; default of vLLM's server."""
SEQUENCES_MAX = 1024
"""Running at once on a replica; default of vLLM's offline engine on large GPUs."""
FORWARD_SHARE = 1.0 / 3.0
"""Of a training step: a forward pass beside one with its backward pass."""


@dataclass(frozen=True, eq=False)
class PostTrainingLaw:
    """All that a step depends on but clock and fabric."""

    trains: TrainingLaw
    rollouts: Rollouts
    model: Model
    gpu: Gpu
    gpus: int
    """Of the whole gang."""
    kernels: DeviceKernels
    software: Software
    """Whose times stand beside the kernels while answers are made."""

    @property
    def layout(self) -> training.Layout:
        """How training is cut."""
        return self.trains.layout

    @property
    def answering(self) -> int:
        """GPUs that make answers: those set aside, or all."""
        return self.gpus - self.trains_on if self.apart else self.gpus

    @property
    def apart(self) -> bool:
        """Whether answers are made on GPUs of their own."""
        return self.trains_on < self.gpus

    @property
    def trains_on(self) -> int:
        """GPUs that train."""
        return self.trains.steps.trainers(self.gpus)

    @cached_property
    def replica(self) -> ServingReplica:
        """What makes answers. ValueError where the model cannot be cut so, or does not fit."""
        asked = self.rollouts
        formats = served_formats(self.model, self.gpu, asked.dtype, "auto")[1]
        windows = window_rules(self.software, self.gpu)
        replica = ServingReplica(
            shape_of(self.model), formats, asked.tensor_parallel, windows=windows
        )
        if problems := replica_problems(replica):
            raise ValueError("; ".join(f"rollouts: {a}: allowed is {b}" for a, b in problems))
        if self._room_bytes(replica) < sequence_bytes(replica, self._longest_tokens):
            many = f"{self._longest_tokens:,.0f} tokens on {replica.gpus} GPUs"
            raise ValueError(f"rollouts: an answer of {many} does not fit beside the weights")
        return replica

    @property
    def _longest_tokens(self) -> float:
        return float(self.rollouts.prompt_tokens + self.rollouts.most_output)

    def _room_bytes(self, replica: ServingReplica) -> float:
        """For keys and values, with the training state out of the GPU's memory meanwhile."""
        usable = USABLE_MEMORY_FRAC * self.gpu.memory_bytes - RUNTIME_BYTES
        return kv_room_bytes(replica, usable - expert_buffer_bytes(replica, BUDGET))

    @cached_property
    def _hands(self) -> list[Stretches]:
        """Of the replicas that are followed."""
        asked = self.rollouts
        mean_tokens = asked.prompt_tokens + asked.output_tokens
        fitting = self._room_bytes(self.replica) / sequence_bytes(self.replica, mean_tokens)
        most = max(int(min(fitting, SEQUENCES_MAX)), 1)
        many = asked.samples * asked.under_way
        lengths = answer_lengths(
            asked.output_tokens, asked.output_log_sigma, asked.most_output, many, seed=1
        )
        replicas = max(self.answering // self.replica.gpus, 1)
        return [stretches(hand, asked.prompt_tokens, most) for hand in dealt(lengths, replicas)]

    @cached_property
    def _laws(self) -> tuple[IterationLaw, ...]:
        most = int(max(float(hand.sequences.max()) for hand in self._hands))
        begun = self.rollouts.prompt_tokens
        over = LawRange(most, max(BUDGET, most), self._longest_tokens, begun)
        host = self.software.host
        return iteration_laws(self.replica, self.kernels.times, host, over, tuple(CLOCKS.tolist()))

    @cached_property
    def answers_by_clock_s(self) -> Array:
        """(`CLOCKS`,) until the last answer of the slowest replica is complete, of all steps that
        are under way together.
        """
        return np.array(
            [max(self._taken_s(law, hand) for hand in self._hands) for law in self._laws]
        )

    def _taken_s(self, law: IterationLaw, hand: Stretches) -> float:
        each = law.fixed_s(hand.sequences) + law.context_s(hand.sequences) * hand.context_tokens
        return float((hand.steps * each).sum()) + self._reading_s(law)

    def _reading_s(self, law: IterationLaw) -> float:
        """Of a replica's prompts, in full iterations."""
        asked = self.rollouts
        own = asked.samples * asked.under_way * self.replica.gpus / self.answering
        tokens = own * asked.prompt_tokens
        attention_s = own * float(law.prompt_attention_s(asked.prompt_tokens))
        whole = min(BUDGET, tokens)
        return float(law.fixed_s(0.0, whole)) * tokens / whole + attention_s

    def answers_s(self, clock_frac: float) -> float:
        """Of the answers of one step, at any share of the clock that the board holds then."""
        return self._span_s(clock_frac * self.answers_clock) / self.rollouts.under_way

    def _span_s(self, clock_frac: ArrayLike) -> float:
        clock = float(np.asarray(clock_frac))
        return float(np.interp(clock, CLOCKS, self.answers_by_clock_s))

    @cached_property
    def _work(self) -> tuple[float, float]:
        """FLOP and bytes of a GPU's answers."""
        law = self._laws[-1]
        flop = byte = 0.0
        for hand in self._hands:
            work = law.work(hand.sequences, hand.context_tokens)
            flop += float((hand.steps * work[0]).sum()) / len(self._hands)
            byte += float((hand.steps * work[1]).sum()) / len(self._hands)
        return flop, byte

    @cached_property
    def _busy_frac(self) -> float:
        """Of the time until the last answer, that a replica makes some."""
        law = self._laws[-1]
        busy_s = sum(self._taken_s(law, hand) for hand in self._hands) / len(self._hands)
        return busy_s / float(self.answers_by_clock_s[-1])

    def _used(self, clock_frac: ArrayLike) -> tuple[Array, Array]:
        """Compute and memory activity until the last answer, over the rates at a clock."""
        rates = self.kernels.times.ceilings("bf16")
        flop, byte = self._work
        span_s = self._span_s(clock_frac)
        compute = flop / span_s / (rates.flop_s * np.asarray(clock_frac, float))
        return compute, np.asarray(byte / span_s / rates.bytes_s)

    @cached_property
    def answers_clock(self) -> float:
        """Clock that the board's limit leaves GPUs while they make answers."""
        busy = self._busy_frac

        def used(clock_frac: Array) -> tuple[Array, Array]:
            compute, memory = self._used(clock_frac)
            return compute / busy, memory / busy

        return float(board_of(self.gpu, self.kernels).clock_frac(used))

    @cached_property
    def answers_activity(self) -> float:
        """Share of the dynamic power while answers are made, idle replicas counted."""
        board = board_of(self.gpu, self.kernels)
        return float(
            board.works(*self._used(self.answers_clock), self._busy_frac, self.answers_clock)
        )

    def held(self, cap_frac: float) -> Sustained | None:
        """None: answers and training hold clocks of their own, and one stands for both."""
        return None

    @property
    def links(self) -> training.TrainingLinks:
        """What joins the GPUs that train."""
        return self.trains.links

    @cached_property
    def sending(self) -> training.Sending:
        """When training within a step sends over the fabric, alone on it."""
        one = self.trains.sending
        return training.Sending(
            self._many * one.sends_s, self._many * one.exposed_s, float(self.step().total_s)
        )

    @property
    def _many(self) -> float:
        """Optimiser steps that learn from the answers of one."""
        return self.rollouts.samples / self.trains.steps.global_batch_sequences

    def step(
        self,
        clock_frac: float = 1.0,
        bandwidth_frac: float = 1.0,
        share: training.FabricShare = training.WHOLE,
    ) -> training.Step:
        """Answers, judgement, and the optimiser steps that learn from them."""
        asked = self.rollouts
        one = self.trains.step(clock_frac, bandwidth_frac, share=share)
        many = self._many
        judged_s = FORWARD_SHARE * asked.forward_passes * many * one.total_s
        learns_s = many * one.total_s + judged_s
        made_s = self.answers_s(clock_frac)
        total_s = np.asarray(self._total_s(made_s, float(learns_s)))
        waits_s = np.maximum(total_s - made_s - learns_s, 0.0)
        return replace(
            one,
            compute_s=made_s + many * one.compute_s + judged_s,
            exposed_communication_s=many * one.exposed_communication_s,
            total_s=total_s,
            compute_activity=one.compute_activity * learns_s / total_s,
            tokens=asked.trained_tokens,
            flop=many * one.flop,
            hardware_flop=many * one.hardware_flop,
            parts_s={
                "answers": np.asarray(made_s), "judgement": judged_s,
                "training": many * one.total_s, "waiting": np.asarray(waits_s),
            },
            held=self._held_apart(one, made_s, float(learns_s), float(total_s))
            if self.apart
            else self._held(one, made_s, float(learns_s), float(waits_s)),
        )  # fmt: skip

    def _total_s(self, made_s: float, learns_s: float) -> float:
        """Of a step: its parts in turn, or the longest of them where both sets of GPUs work on
        different steps.
        """
        asked = self.rollouts
        if asked.lag:
            return max(made_s, learns_s, asked.overhead) / (1 - asked.overhead_frac)
        return (made_s + learns_s + asked.overhead) / (1 - asked.overhead_frac)

    def _held_apart(
        self, one: training.Step, made_s: float, learns_s: float, total_s: float
    ) -> Sustained:
        """Mean over both sets of GPUs; the longer of both works, the shorter for a while."""
        answering = self.answering / self.gpus
        waits = TRAINING_DRAW.waits
        makes = answering * (self.answers_activity - waits)
        learns = (1 - answering) * (float(one.held.power_frac) - waits)
        mean = waits + (makes * made_s + learns * learns_s) / total_s
        both = self.rollouts.lag > 0
        stretch_s = min(made_s, learns_s) if both else max(made_s, learns_s)
        longer = makes if made_s >= learns_s else learns
        high = waits + (makes + learns if both else longer)
        duty = min(stretch_s / total_s, 1.0)
        low = (mean - duty * high) / (1 - duty) if duty < 1 else high
        return _levels(one, mean, high, duty, low)

    def _held(
        self, one: training.Step, made_s: float, learns_s: float, waits_s: float
    ) -> Sustained:
        """Two levels: training, and all else."""
        apart_s = made_s + waits_s
        made = (self.answers_activity * made_s + TRAINING_DRAW.waits * waits_s) / apart_s
        learns = one.held.power_frac
        total_s = apart_s + learns_s
        mean = (made * apart_s + learns * learns_s) / total_s
        return _levels(one, mean, learns, learns_s / total_s, made)


def _levels(one: training.Step, mean: float, level: float, share: float, other: float) -> Sustained:
    """Two levels of power, of which one holds for a share of the step, the higher one first."""
    if level >= other:
        return Sustained(one.held.clock_frac, mean, level, other, share)
    return Sustained(one.held.clock_frac, mean, other, level, 1 - share)
