"""The fewest GPUs that hold a training job, and how it is cut there: what a refusal names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from twin.catalogue.rows import Gpu
from twin.physics import training
from twin.physics.training.layout import places
from twin.physics.transformer import Transformer
from twin.workload import TrainingSteps


class _Cut(NamedTuple):
    """A layout that holds a job, with what is changed beside it."""

    layout: training.Layout
    recompute: str

    @property
    def gpus(self) -> int:
        one = self.layout
        return one.tensor * one.pipeline * one.context * one.data


def fewest_gpus(model: Transformer, steps: TrainingSteps, like: training.Layout, gpu: Gpu) -> str:
    """How many GPUs of a kind hold it at least, and as what; empty where none do.

    like   the layout that was asked for, whose batch and context are kept
    """
    domain = max(gpu.scaleup_domain_gpus, 1)
    best = _fewest(model, steps, like, gpu.memory_bytes, domain)
    if best is None:
        return ""
    return f"at least {best.gpus:,} GPUs hold it, as {_words(best, like, steps)}"


@lru_cache(maxsize=256)
def _fewest(
    model: Transformer, steps: TrainingSteps, like: training.Layout, room: float, domain: int
) -> _Cut | None:
    """The cut with the fewest GPUs; of equal ones the fewest stages, and the least changed."""
    best: _Cut | None = None
    for recompute in dict.fromkeys((steps.recompute, "full")):
        for stage in dict.fromkeys((like.zero_stage, 3)):
            for cut in _cuts(model, replace(like, zero_stage=stage), domain):
                most = best.gpus if best else like.global_batch * cut.tensor * cut.pipeline
                found = _least_copies(model, steps, _Cut(cut, recompute), room, most)
                if found and (best is None or _rank(found) < _rank(best)):
                    best = found
    return best


def _rank(cut: _Cut) -> tuple[int, int]:
    return cut.gpus, cut.layout.pipeline


def _cuts(model: Transformer, like: training.Layout, domain: int) -> Iterator[training.Layout]:
    """Each way to cut one copy: tensor parallel within a domain, stages, and experts."""
    tensors = [t for t in range(1, domain + 1) if not (model.heads % t or model.ffn % t)]
    spreads = [e for e in range(1, model.experts + 1) if not model.experts % e] or [1]
    for tensor in tensors:
        for pipeline in range(1, model.layers + 1):
            for expert in spreads:
                plain = replace(like, tensor=tensor, pipeline=pipeline, expert=expert, interleave=1)
                if places(model, plain) is not None:
                    yield plain


def _least_copies(
    model: Transformer, steps: TrainingSteps, cut: _Cut, room: float, most: int
) -> _Cut | None:
    """The same with as few copies as hold it, on so many GPUs at most."""
    one = cut.layout
    sequences = one.global_batch // one.micro_batch
    for copies in range(1, most // (one.tensor * one.pipeline * one.context) + 1):
        if sequences % copies:
            continue
        layout = replace(one, data=copies)
        need = training.memory_bytes(
            model, layout, steps.sequence_length, cut.recompute, steps.dtype
        )
        sound = need <= room and not training.layout_problems(model, layout, steps.sequence_length)
        if sound:
            return _Cut(layout, cut.recompute)
    return None


def _words(cut: _Cut, like: training.Layout, steps: TrainingSteps) -> str:
    one = cut.layout
    parts = [f"tensor {one.tensor} x pipeline {one.pipeline}"]
    parts += [f"context {one.context}"] if one.context > 1 else []
    parts += [f"expert {one.expert}"] if one.expert > 1 else []
    changed = ["zero stage 3"] if one.zero_stage != like.zero_stage else []
    changed += ["recompute full"] if cut.recompute != steps.recompute else []
    return ", ".join(parts) + (f" with {' and '.join(changed)}" if changed else "")
