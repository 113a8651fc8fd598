"""Racks as arrays, and the compute nodes in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index


@dataclass(frozen=True)
class Racks:
    """Racks as arrays (rack,); nodes are numbered through, rack by rack."""

    id: tuple[str, ...]
    component: Index
    hall: Index
    facing: Index
    """Where its cold side looks: 1 north, -1 south."""
    nodes: Index
    first_node: Index
    gpus_per_node: Index
    idle_w: Array
    """AC input with every node idle."""
    rated_w: Array
    """AC input with every node at full activity and clock."""
    gpu_gain: Array
    """Watts at the AC input for a watt more in a chip, conversion losses and balance of rack
    included; carries the idle total to the rating as chips go from idle to full."""
    work_frac: Array
    """Share of that gain for chips that train and serve; the rest of the rating is drawn only by
    jobs that state their activity."""
    gpu_idle_w: Array
    gpu_span_w: Array
    """Power of one GPU between idle and rated."""
    cpu_span_w: Array
    """Power of all CPUs of a node between idle and rated."""
    smoothing_j: Array
    """Energy in its power supplies that smooths swings within a second; 0 where there is none."""
    slowdown_degc: Array
    shutdown_degc: Array
    junction_k_w: Array
    leakage_frac: Array
    """Share of a GPU's rated power that is leakage at `leakage_degc`; 0 where it is left out."""
    leakage_degc: Array
    liquid_frac: Array
    heat_capacity_j_k: Array
    zone: Index
    """Thermal node its stream comes from: a coolant loop, or the air at its inlet."""
    air_node: Index
    """Thermal node of the air at its inlet."""
    stream_w_k: Array
    """Heat capacity rate of its stream at rated flow."""
    coolant_max_degc: Array
    """Warmest coolant it is allowed; inf where it has no such limit."""
    inlet_max_degc: Array
    """Warmest inlet air it is allowed."""
    boot_s: Array
    node_mtbf_h: Array
    """Mean time between failures of one node; nan where it does not fail."""
    clock_step_frac: Array
    clock_floor_frac: Array
    gpu_type: tuple[str, ...]

    @property
    def node_count(self) -> int:
        """All compute nodes."""
        return int(self.nodes.sum())

    @property
    def gpu_count(self) -> int:
        """All GPUs."""
        return int((self.nodes * self.gpus_per_node).sum())

    def coolest_limit_degc(self, nodes: Index) -> Array:
        """(node,) the lowest limit on coolant among the racks on each; inf where none has one."""
        limit = self.coolant_max_degc
        return np.array([limit[self.zone == node].min(initial=np.inf) for node in nodes])

    @property
    def rack_of_node(self) -> Index:
        """(node,) rack index of every node."""
        return np.repeat(np.arange(len(self.id)), self.nodes)
