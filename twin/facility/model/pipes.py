"""The pipes of a coolant loop as a run works with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Index
from twin.physics.hydraulics.governed import GovernedFlow, governed_flow
from twin.physics.hydraulics.headers import HeaderLoop


@dataclass(frozen=True)
class LoopPipes:
    """One coolant loop with pipes, pumps and valves."""

    loop: int
    """Index of the loop."""
    net: HeaderLoop
    """Its network; racks, units and pumps in the order of the indices below."""
    racks: Index
    """Racks of the facility."""
    units: Index
    """Cooling units of the facility."""
    pumps: Index
    """Pumps of the facility."""
    held_pa: float | None
    """Pressure between the headers that pumps hold; None where they turn at `fastest_frac`."""
    fastest_frac: float
    coast_s: float
    """In which a pump without power falls to half its speed."""
    reserve_m3: float
    """Coolant in the vessel."""
    npsh_needed_pa: float | None
    supply_degc: float
    """That the properties of the coolant are taken at: facility water plus the units' approach."""

    @property
    def as_built(self) -> GovernedFlow:
        """What flows with all pumps governed and all ways open."""
        speeds = np.full(self.pumps.size, np.nan)
        opened = np.ones(self.net.network.links.size)
        return governed_flow(self.net, speeds, opened, self.held_pa, self.fastest_frac)
