"""What load shedding may open: loads by name, and the racks that run a workload now."""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.simulation.kernel.world import World
from twin.simulation.state.work import holders, owners_of


class Sheddable:
    """The loads of a shedding order, of which some may follow the work."""

    def __init__(self, world: World, names: tuple[str, ...]) -> None:
        self.world = world
        self.tree = world.facility.power
        self.owners = owners_of(world.facility.scenario, names)
        self.parts = [(name, self._named(name)) for name in names]
        self.static = _once([rows for _, rows in self.parts])
        self._known: tuple[int, Index] = (-1, self.static)

    def _named(self, name: str) -> Index:
        """Power nodes of the loads of that name."""
        row = {one: p for p, one in enumerate(self.tree.id) if p >= self.tree.equipment}
        members = self.world.facility.components.members(name)
        return np.array([row[one] for one in members if one in row], dtype=np.int64)

    def order(self) -> Index:
        """(load,) power nodes that may be opened now, the first first."""
        if not self.owners:
            return self.static
        version = self.world.state.jobs.version
        if version != self._known[0]:
            now = [rows if rows.size else self._at_work(name) for name, rows in self.parts]
            self._known = (version, _once(now))
        return self._known[1]

    def _at_work(self, name: str) -> Index:
        """Power nodes of the racks that run a workload."""
        nodes, owners = holders(self.world.state.jobs)
        at_work = nodes[np.isin(owners, self.owners[name])]
        racks = np.unique(self.world.facility.racks.rack_of_node[at_work])
        return np.asarray(self.tree.load_of_rack[racks])


def _once(parts: list[Index]) -> Index:
    """All of them, each where it comes first."""
    every = np.concatenate([np.zeros(0, dtype=np.int64), *parts]).tolist()
    return np.array(list(dict.fromkeys(every)), dtype=np.int64)
