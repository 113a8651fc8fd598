"""Heat that plants, loops, halls and rear doors pass, from integrals of temperatures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, totals_by
from twin.simulation.cooling.conductances import Conductances
from twin.simulation.kernel.world import World


class HeatPassed:
    """Part of the thermal discipline, and writes no state."""

    def __init__(
        self, world: World, conductances: Conductances, into_stream_w: Callable[[Array], Array]
    ) -> None:
        """into_stream_w: heat that racks give to coolant, of what they draw (rack,)."""
        self.world = world
        self.into_stream_w = into_stream_w
        self.network = world.facility.cooling
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.coils = conductances.coils
        self.valves = conductances.valves
        self.doors = conductances.doors

    def passed_j(self, degc_s: Array, span_s: Array | float, segment: Array) -> dict[str, Array]:
        """(..., member) heat passed by plants, loops and halls, then taken by doors ahead of these,
        from integrals of temperatures (..., node) and the plants' segments (..., plant, field).
        """
        over_k_s = degc_s[..., self.water] - segment[..., 1] * span_s
        plant = segment[..., 0] * over_k_s + segment[..., 2] * span_s
        loop = self.valves.passed_j(degc_s, span_s)
        coils = self._coils_j(degc_s, span_s)
        hall = totals_by(self.network.air.handler_hall, coils, len(self.network.hall_id))
        rack_w = self.world.state.racks.rack_w
        given_w = rack_w - self.into_stream_w(rack_w)
        doors = self.doors.passed_j(degc_s, span_s, given_w)
        return {"plant_j": plant, "loop_j": loop, "hall_j": np.concatenate([hall, doors], axis=-1)}

    def _coils_j(self, degc_s: Array, span_s: Array | float) -> Array:
        """(..., handler) heat passed by coils, from integrals of temperatures (..., node)."""
        of_air, of_water, constant = self.coils.terms()
        passed = of_air * degc_s[..., self.network.air.handler_node]
        passed -= of_water * degc_s[..., self.coils.water]
        return np.asarray(passed + constant * span_s)
