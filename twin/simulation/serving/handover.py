"""The network between replicas that read prompts and those that make tokens."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from twin.arrays import Array, Mask
from twin.catalogue.rows import Model
from twin.catalogue.shapes import shape_of
from twin.facility.fabric import node_bandwidth_frac
from twin.physics.serving.handover import after_reading_s, transfer_s
from twin.simulation.kernel.world import World
from twin.simulation.serving.fleet import Fleet


class Handover:
    """Line rates, and what they allow, of keys and values between two fleets."""

    def __init__(self, world: World, readers: Fleet, makers: Fleet) -> None:
        self.world = world
        self.readers = readers
        self.makers = makers
        self.asked = makers.speed.asked
        pool = makers.pool
        self.model = shape_of(world.facility.scenario.catalogue.get(Model, pool.model))
        self.prompt_bytes = float(self.bytes_of(np.array(self.asked.input_tokens)))
        self._seen = (-1, np.zeros(0), np.zeros(0))

    def bytes_of(self, prompt_tokens: Array) -> Array:
        """Keys and values of prompts."""
        return self.model.context_bytes(prompt_tokens, self.makers.speed.pace.kv_bytes_per_value)

    def _node_b_s(self, fleet: Fleet) -> float:
        """One node's adapters, one direction."""
        return fleet.line_b_s * fleet.gpus_per_node

    def reach(self) -> tuple[Array, Array]:
        """(node,) share of the way to others that each reader and each maker has now."""
        version = self.world.state.network.version
        if self._seen[0] != version:
            nodes = np.concatenate([self.readers.nodes, self.makers.nodes]).astype(np.int32)
            fabric = self.world.facility.fabric
            share = node_bandwidth_frac(fabric, nodes, self.world.state.network.switch_ok)
            many = self.readers.nodes.size
            self._seen = (version, share[:many], share[many:])
        return self._seen[1], self._seen[2]

    def capacity_by_rack(self, live: Mask) -> Array:
        """(rack of the readers,) output tokens/s whose keys and values can be sent, from nodes
        that are live, to as much as those who make tokens can take.
        """
        sent, taken = self.reach()
        rate = live * sent * self._prompts_per_s(self.readers)
        takes = float((self.makers.live * taken).sum()) * self._prompts_per_s(self.makers)
        total = float(rate.sum())
        rate *= min(1.0, takes / total) if total > 0 else 1.0
        return self._by_rack(rate) * self.asked.output_tokens

    def _by_rack(self, of_node: Array) -> Array:
        """(rack of the readers,) sums over its nodes."""
        rack = np.searchsorted(self.readers.racks, self.readers.rack)
        return np.asarray(np.bincount(rack, of_node, self.readers.racks.size), dtype=float)

    @cached_property
    def whole_by_rack(self) -> Array:
        """(rack of the readers,) the same when all is well."""
        nodes = self._by_rack(np.ones(self.readers.nodes.size))
        sends = self.readers.nodes.size * self._prompts_per_s(self.readers)
        takes = self.makers.nodes.size * self._prompts_per_s(self.makers)
        each = min(sends, takes) / self.readers.nodes.size
        return np.asarray(nodes * each * self.asked.output_tokens)

    def _prompts_per_s(self, fleet: Fleet) -> float:
        """Prompts that a node's lines carry."""
        whole_s = float(transfer_s(self.prompt_bytes, self._replica_b_s(fleet)))
        replicas = fleet.gpus_per_node / fleet.gpus_each
        return replicas / whole_s

    def _replica_b_s(self, fleet: Fleet) -> float:
        share = fleet.gpus_each / fleet.gpus_per_node
        return self._node_b_s(fleet) * share

    def line_b_s(self) -> Array:
        """(rack of the readers,) lines of one of its replicas, or of one that takes where these
        are fewer.
        """
        sent, taken = self.reach()
        share = self._by_rack(sent) / self._by_rack(np.ones(sent.size))
        takes = self._replica_b_s(self.makers) * float(taken.max(initial=0.0))
        return np.minimum(self._replica_b_s(self.readers) * share, takes)

    @property
    def pieces(self) -> int:
        """That keys and values of a prompt leave in."""
        return self.model.layers if self.readers.pool.sends_layers else 1

    def mean_s(self, reads_s: float) -> float:
        """Of the mean prompt after it was read, which took `reads_s`, all switches up."""
        line = min(self._replica_b_s(self.readers), self._replica_b_s(self.makers))
        sends_s = transfer_s(self.prompt_bytes, line)
        return float(after_reading_s(sends_s, reads_s, self.pieces))
