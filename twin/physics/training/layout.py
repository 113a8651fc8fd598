"""How a training job is cut: tensor, pipeline, context, expert and data parallel.

Sources: Narayanan et al. (2021), arXiv 2104.04473 (tensor, pipeline, interleaving); Korthikanti et
al. (2022), arXiv 2205.05198 (sequence parallel, selective recompute); Rajbhandari et al. (2020),
arXiv 1910.02054 (ZeRO stages); Liu et al. (2023), arXiv 2310.01889 (ring attention: context
parallel).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twin.physics.transformer import Transformer

RECOMPUTE = ("none", "selective", "full")
"""What the backward pass computes again: nothing, the core of attention, or every layer."""
LORA_ON = ("all", "attention")
"""Products that have low-rank adapters: those of attention and of dense feed-forward layers, or of
attention alone."""
PLACES_OF_THE_ENDS = 2
"""Embedding and output head may each take the place of one layer in an even pipeline: Llama 3 gives
its first and last stage one layer less (arXiv 2407.21783, section 3.3.2)."""
PLACES_WHERE_LAYERS_ARE_ODD = 3
"""An odd count of layers divides nowhere: one more place stays empty, as in published layouts of
DeepSeek-V3 with 61 layers on 16, 32 or 64 chunks."""


@dataclass(frozen=True)
class Layout:
    """How a job is cut: GPUs = tensor x pipeline x context x data; batch = data x micro_batch x
    microbatches.

    Ranks lie tensor first, then context, data and pipeline: neighbours in tensor share a node.
    """

    tensor: int
    pipeline: int
    data: int
    global_batch: int
    """Sequences a step."""
    micro_batch: int = 1
    interleave: int = 1
    """Chunks of layers that each stage holds."""
    sequence_parallel: bool = True
    context: int = 1
    """GPUs that share each sequence."""
    expert: int = 1
    """GPUs that share the routed experts; taken out of tensor x context x data."""
    zero_stage: int = 1
    """Split over the data-parallel ranks: 0 nothing, 1 optimizer state, 2 and gradients, 3 and
    weights (FSDP)."""
    lora_rank: int = 0
    """Rank of low-rank adapters beside frozen weights (arXiv 2106.09685); 0 trains every weight."""
    lora_on: str = "all"
    """Products that have adapters: one of `LORA_ON`."""

    @property
    def gpus(self) -> int:
        """GPUs held."""
        return self.tensor * self.pipeline * self.context * self.data

    @property
    def microbatches(self) -> float:
        """Microbatches that pass through each pipeline a step."""
        return self.global_batch / (self.data * self.micro_batch)

    @property
    def chunks(self) -> int:
        """Pieces into which the layers are cut."""
        return self.pipeline * self.interleave


def places(model: Transformer, layout: Layout) -> int | None:
    """Places for layers in an even pipeline, ends included; None where it divides in no way."""
    extra = [0, PLACES_OF_THE_ENDS]
    if model.layers % 2:
        extra.append(PLACES_WHERE_LAYERS_ARE_ODD)
    even = (model.layers + more for more in extra if (model.layers + more) % layout.chunks == 0)
    return next(even, None)


def layout_problems(
    model: Transformer, layout: Layout, sequence_tokens: int | None = None
) -> tuple[str, ...]:
    """Every reason why the layout cannot run the model, as sentences; empty where it can."""
    return (
        *_tensor_problems(model, layout),
        *_pipeline_problems(model, layout),
        *_batch_problems(layout, sequence_tokens),
        *_expert_problems(model, layout),
    )


def _tensor_problems(model: Transformer, layout: Layout) -> Iterator[str]:
    if model.heads % layout.tensor:
        yield f"tensor parallel {layout.tensor} does not divide {model.heads} heads"
    if model.ffn % layout.tensor:
        yield f"tensor parallel {layout.tensor} does not divide the feed-forward width {model.ffn}"


def _pipeline_problems(model: Transformer, layout: Layout) -> Iterator[str]:
    if layout.pipeline > model.layers:
        yield f"{layout.pipeline} stages for {model.layers} layers"
    elif places(model, layout) is None:
        cut = f"{layout.pipeline} stages"
        cut += f" x {layout.interleave} chunks" if layout.interleave > 1 else ""
        yield f"{cut} do not divide {model.layers} layers, nor with a place for each end"
    if layout.interleave > 1 and layout.pipeline == 1:
        yield "interleaving needs more than one pipeline stage"


def _batch_problems(layout: Layout, sequence_tokens: int | None) -> Iterator[str]:
    per_round = layout.data * layout.micro_batch
    if layout.global_batch % per_round:
        yield (
            f"global batch {layout.global_batch} no multiple of data {layout.data} x microbatch "
            f"{layout.micro_batch}; nearest that are: {_nearest(layout)}"
        )
    elif layout.interleave > 1 and layout.microbatches % layout.pipeline:
        yield (
            f"interleaving wants microbatches in multiples of {layout.pipeline} stages; "
            f"{layout.microbatches:g} a step"
        )
    pieces = 2 * layout.context if layout.context > 1 else 1
    if sequence_tokens is not None and sequence_tokens % pieces:
        yield (
            f"context parallel {layout.context} does not cut {sequence_tokens} tokens into "
            f"{pieces} equal pieces"
        )


def _nearest(layout: Layout) -> str:
    """The batches on either side that are cut evenly, by interleaved stages too."""
    stages = layout.pipeline if layout.interleave > 1 else 1
    even = layout.data * layout.micro_batch * stages
    below = layout.global_batch // even * even
    return f"{below} and {below + even}" if below else str(even)


def _expert_problems(model: Transformer, layout: Layout) -> Iterator[str]:
    if layout.expert == 1:
        return
    if not model.experts:
        yield f"expert parallel {layout.expert} for a model without experts"
    elif model.experts % layout.expert:
        yield f"expert parallel {layout.expert} does not divide {model.experts} experts"
    ranks = layout.tensor * layout.context * layout.data
    if ranks % layout.expert:
        yield (
            f"expert parallel {layout.expert} does not divide the {ranks} GPUs of one stage "
            f"(tensor x context x data)"
        )
