"""Heat that racks, fans, pumps and outdoor air give to the network."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, add_at, total_by
from twin.simulation.cooling.conductances import Conductances
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.leaks import Leaks
from twin.simulation.faults.commands import handler_fans_w
from twin.simulation.kernel.world import World


class HeatGiven:
    """Part of the thermal discipline, and writes no state."""

    def __init__(
        self, world: World, flows: Flows, conductances: Conductances, leaks: Leaks
    ) -> None:
        self.world = world
        self.conductances = conductances
        self.coils = conductances.coils
        self.valves = conductances.valves
        self.leaks = leaks
        self.network = world.facility.cooling
        self.air = self.network.air
        self.water = np.array([p.node for p in self.network.plants], dtype=np.int64)
        self.coolant = np.flatnonzero(flows.is_cdu)
        self.loop_of_coolant = self.network.loop_node[self.network.units.zone[self.coolant]]
        self.liquid = world.facility.racks.liquid_frac > 0
        self.into_stream_frac = np.where(self.liquid, world.facility.racks.liquid_frac, 1.0)

    def injected_w(self) -> Array:
        """(node,) heat of racks, fans, pumps and outdoor air, boundaries left out."""
        closed_w = self.closed_w(self.world.state.racks.rack_w)
        return self.leaks.with_outdoor(closed_w, self.world.state.plants.outdoor_degc[0])

    def closed_w(self, rack_w: Array) -> Array:
        """(..., node) the same without outdoor air that leaks in; racks draw (..., rack)."""
        n = self.network
        state = self.world.state
        q = np.zeros((*rack_w.shape[:-1], n.capacity_j_k.size))
        into_stream = self.into_stream_w(rack_w)
        q[..., : into_stream.shape[-1]] = into_stream
        add_at(q, self.loop_of_coolant, state.units.unit_w[self.coolant])
        q[..., self.air.node] += self.into_air_w(rack_w)
        for p, plant in enumerate(n.plants):
            q[..., plant.node] += plant.pump_w * state.flows.water_pump_frac[p]
            q[..., plant.node] += state.stores.filling_w[p]
        add_at(q, self.coils.water, self.coils.terms()[2])
        q[..., self.water] += self.conductances.doors.taken_w(rack_w - into_stream)
        self.valves.inject(q)
        if state.moisture.ratio.size:
            of_hall = np.maximum(n.hall_plant, 0)
            q[..., self.water] += total_by(of_hall, state.moisture.coil_w, self.water.size)
        if self.air.economises:
            self._mix_outdoor(q)
        return q

    def into_stream_w(self, rack_w: Array) -> Array:
        """(..., rack) heat into its stream, of what each draws; what fans beside coolant draw above
        rated stays in air.
        """
        fans_w = np.where(self.liquid, self.world.state.fans.power_w, 0.0)
        return self.into_stream_frac * (rack_w - np.minimum(fans_w, rack_w))

    def _mix_outdoor(self, q: Array) -> None:
        """Dampers let outdoor air into handlers, and as much of the hall's air out."""
        state = self.world.state
        share = state.coils.outdoor_frac
        handler = self.air.handler_node
        stream = self.conductances.streams().flow_w_k[self.air.zone_node.size :].sum(axis=1)
        q[handler] *= 1.0 - share
        q[handler] += share * stream * float(state.plants.outdoor_degc[0])

    def into_air_w(self, rack_w: Array) -> Array:
        """(..., inlet) heat that racks on a loop, of what they draw (..., rack), and fans of
        handlers give to the air that passes, as it arrives at inlets.
        """
        left_w = rack_w - self.into_stream_w(rack_w)
        zone = self.conductances.doors.into_zones_w(left_w)
        if self.world.state.moisture.ratio.size:
            zone = zone + self.world.state.moisture.air_w @ self.air.inlet_share
        supplied_w = handler_fans_w(self.world) - self.coils.terms()[2]
        supplied = np.broadcast_to(supplied_w, (*zone.shape[:-1], supplied_w.size))
        outlet_w = np.concatenate([zone, supplied], axis=-1)
        return self.conductances.streams().spread(outlet_w)
