"""How long one step sends over the fabric, alone on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.physics.training.sending import PHASES, Sending, leaves_domain
from twin.physics.training.step_law import StepLaw
from twin.physics.training.traffic import (
    Waits,
    context_waits,
    expert_waits,
    gradients_s,
    head_waits,
    pipe_send_s,
)
from twin.physics.training.work import rank_tokens


def sending(law: StepLaw) -> Sending:
    """Phases of one step at full clock and whole fabric; what stays within a scale-up domain sends
    nothing.
    """
    parts = law.parts(1.0, 1.0)
    exposed_s = np.array([sum(parts[name] for name in names) for names in PHASES])
    sends_s = np.array([_layers_s(law, parts["tensor parallel"]), _messages_s(law), _copies_s(law)])
    beyond = leaves_domain(law.layout, law.links.domain_gpus)
    sends_s = np.where(beyond, np.maximum(sends_s, exposed_s), 0.0)
    return Sending(sends_s, np.where(beyond, exposed_s, 0.0), sum(parts.values()))


def _layers_s(law: StepLaw, tensor_s: float) -> float:
    """Of all layers of a stage: tokens to experts, keys and values; what tensor parallel ranks wait
    for, where these stand in several domains.
    """
    layout = law.layout
    within = law.links.domain_gpus
    tokens = rank_tokens(layout, law.sequence_tokens)
    each = Waits()
    if layout.expert > within:
        bare = replace(law.software, expert_hidden_frac=0.0)
        tokens_out = expert_waits(law.model, layout, law.links, tokens, bare)
        each += tokens_out * (law.model.sparse_layers / law.model.layers)
    if layout.tensor * layout.context > within:
        heads = law.software.context_exchange == "heads"
        each += (
            head_waits(law.model, layout, law.links, tokens)
            if heads
            else context_waits(law.model, layout, law.links, tokens, Waits())
        )
    passes = layout.microbatches * law.model.layers / layout.pipeline
    apart_s = tensor_s if layout.tensor > within else 0.0
    return passes * (each.forward_s + each.backward_s) + apart_s


def _messages_s(law: StepLaw) -> float:
    """Activations to the next stage and gradients to the one before."""
    layout = law.layout
    tokens = rank_tokens(layout, law.sequence_tokens)
    one_s = pipe_send_s(law.model, layout, law.links, tokens)
    return 2 * layout.interleave * layout.microbatches * one_s


def _copies_s(law: StepLaw) -> float:
    """Gradients scattered and weights gathered; for every microbatch where weights are split."""
    layout = law.layout
    if layout.data * layout.context == 1:
        return 0.0
    scatter_s = gradients_s(law.model, layout, law.links, law.software.gradient_bytes)
    gather_s = gradients_s(law.model, layout, law.links, 2.0)
    if layout.zero_stage == 3:
        return layout.microbatches * (2 * gather_s + scatter_s)
    return scatter_s + gather_s
