"""What operators allow GPUs: a ceiling on their clock, and caps on their power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.controls import GpuPowerCap
from twin.simulation.kernel.world import World
from twin.simulation.state.work import holders, owners_of


@dataclass(frozen=True)
class Allowed:
    """The most that GPUs may do."""

    clock_frac: float
    """Of the full clock."""
    power_frac: Array
    """(rack,) of the span from a GPU's power at rest to its highest; inf where no cap holds."""


class PowerCaps:
    """Reads what is ordered; caps on a workload follow it to the racks that run it now."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.controls
        self.racks = world.facility.racks
        scenario = world.facility.scenario
        caps = [one for one in scenario.controls.actions if isinstance(one, GpuPowerCap)]
        self.owners = owners_of(scenario, {name for cap in caps for name in cap.of})
        self.places = {name: self._named(name) for cap in caps for name in cap.of}

    def _named(self, name: str) -> Index:
        """Racks of that name, group or type of GPU."""
        members = set(self.world.facility.components.members(name))
        types = zip(self.racks.id, self.racks.gpu_type, strict=True)
        return np.flatnonzero([rack in members or gpu == name for rack, gpu in types])

    def allowed(self) -> Allowed | None:
        """What holds now; None where nothing is ordered."""
        if self.own.ceiling_frac >= 1.0 and not self.own.caps:
            return None
        return Allowed(float(self.own.ceiling_frac), self._power_frac())

    def _power_frac(self) -> Array:
        racks = self.racks
        found = np.full(len(racks.id), np.inf)
        for _, most_w, share, *names in self.own.caps:
            rows = self._rows([str(name) for name in names])
            rows = rows[racks.gpu_span_w[rows] > 0]
            idle_w = racks.gpu_idle_w[rows]
            span_w = racks.gpu_span_w[rows]
            cap_w = np.minimum(float(most_w), float(share) * (idle_w + span_w))
            found[rows] = np.minimum(found[rows], (cap_w - idle_w) / span_w)
        return found

    def _rows(self, names: list[str]) -> Index:
        if not names:
            return np.arange(len(self.racks.id))
        rows = [self._at_work(one) if one in self.owners else self.places[one] for one in names]
        return np.unique(np.concatenate(rows))

    def _at_work(self, name: str) -> Index:
        """Racks that run a workload."""
        nodes, owners = holders(self.world.state.jobs)
        at_work = nodes[np.isin(owners, self.owners[name])]
        return np.unique(self.racks.rack_of_node[at_work])
