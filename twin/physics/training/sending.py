"""What a step sends over the fabric between scale-up domains: when, for how long, and from where.

Three phases: what comes layer by layer (tensor, context and expert parallel), messages between
stages, and gradients with weights. Phases of one step follow one another, so that a gang sends in
one of them at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.network import exchange_senders, ring_senders
from twin.physics.training.layout import Layout

PHASES: tuple[tuple[str, ...], ...] = (
    ("tensor parallel", "context parallel", "expert parallel"),
    ("pipeline messages",),
    ("gradient exchange", "weight gathering"),
)
"""Parts of a step that are each phase."""


class FabricShare(NamedTuple):
    """Share of its bandwidth that each phase of a gang has beside other gangs."""

    layers: float = 1.0
    messages: float = 1.0
    gradients: float = 1.0


WHOLE = FabricShare()


@dataclass(frozen=True)
class Sending:
    """Phases of one step, alone on the fabric; arrays are (phase,)."""

    sends_s: Array
    """In which a rank sends beyond its scale-up domain, behind kernels or not."""
    exposed_s: Array
    """In which it waits for that."""
    step_s: float

    def busy_frac(self, share: Array) -> Array:
        """Part of the time in which each phase sends, at a share of its bandwidth: what is exposed
        makes the step longer.
        """
        sends_s = self.sends_s / share
        step_s = self.step_s + float((self.exposed_s * (1.0 / share - 1.0)).sum())
        return np.asarray(sends_s / max(step_s, float(sends_s.sum()), 1e-300))


def leaves_domain(layout: Layout, domain_gpus: int) -> Mask:
    """(phase,) Whether ranks of it stand in several scale-up domains of so many GPUs."""
    group = layout.tensor * layout.context
    stage = group * layout.data
    layers = max(group, layout.expert) > domain_gpus
    messages = layout.pipeline > 1 and layout.gpus > domain_gpus
    return np.array([layers, messages, stage > domain_gpus])


def senders(
    layout: Layout, domain_gpus: int, gpus_per_node: int, place: Index, places: int
) -> Array:
    """(phase, place) Nodes of a gang that send out of the place in which they stand.

    domain_gpus     GPUs that scale-up links join
    gpus_per_node   of each node of the gang
    place           (node,) where each stands, in the order of ranks
    """
    place = place[: _nodes(layout.gpus, gpus_per_node)]
    joined = max(domain_gpus // gpus_per_node, 1)
    stage = layout.tensor * layout.context * layout.data
    gradients = ring_senders(
        place, places, _nodes(stage, gpus_per_node),
        max(layout.tensor // gpus_per_node, joined),
    )  # fmt: skip
    messages = ring_senders(place, places, place.size, _nodes(stage, gpus_per_node))
    layers = np.zeros(places)
    if layout.expert > domain_gpus:
        block = _nodes(layout.expert, gpus_per_node)
        layers = exchange_senders(place, places, block, joined)
    group = layout.tensor * layout.context
    if group > domain_gpus:
        ring = ring_senders(place, places, _nodes(group, gpus_per_node), joined)
        layers = np.maximum(layers, ring)
    found = np.stack([layers, messages, gradients])
    return np.where(leaves_domain(layout, domain_gpus)[:, None], found, 0.0)


def _nodes(gpus: int, gpus_per_node: int) -> int:
    return max(-(-gpus // gpus_per_node), 1)
