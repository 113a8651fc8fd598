"""What the tree would carry if somebody switched: asked before a hand, a shedder or a generator's
controls act.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask
from twin.catalogue.equipment_kinds import MAINS, Role, of_role
from twin.physics import flow
from twin.physics.battery import BATTERY_EMPTY_J
from twin.physics.sag import GOOD_FRAC
from twin.simulation.kernel.world import World
from twin.simulation.power.tripping import Tripping

NEAR_J = 10.0 * BATTERY_EMPTY_J
"""A quiet stretch ends before a battery is as near to empty or full."""


class Trial:
    """Flows of a tree that is switched otherwise than it is; changes nothing."""

    def __init__(self, world: World, wires: flow.Wiring, stages: tuple[flow.Stage, ...]) -> None:
        tree = world.facility.power
        self.world = world
        self.tree = tree
        self.own = world.state.supply
        self.wires = wires
        self.stages = stages
        self.tripping = Tripping(world)
        self.is_utility = of_role(tree.kind, *MAINS)
        self.is_generator = of_role(tree.kind, Role.STANDBY)
        self.is_store = of_role(tree.kind, Role.STORE)
        self.loads = tree.loads
        self.nothing = np.zeros(len(tree.id), dtype=bool)

    def by_utility(self, able: Mask, closed: Mask | None = None) -> Mask:
        """(power node,) reached by a utility whose voltage is good.

        closed  (edge,) not opened by switching; all where not given
        """
        if self.own.sags:
            able = able & (self.own.sag_frac >= GOOD_FRAC)
        return flow.live(self.wires, able, self.is_utility, self.nothing, closed)

    def by_generators(self, able: Mask, running: Mask) -> Mask:
        """(power node,) reached by generators that run."""
        return flow.live(self.wires, able, running, self.nothing)

    def output_w(
        self,
        able: Mask,
        generator_on: Mask,
        closed: Mask | None = None,
        wanted_w: Array | None = None,
    ) -> Array:
        """(power node,) output in W once everybody draws what it drew before it went dark.

        able          in working order and not opened
        generator_on  (power node,) gives power
        closed        (edge,) not opened by switching; all where not given
        wanted_w      what loads are taken at instead, as `wanted_w` gives it
        """
        wires = self.wires
        own = self.own
        on_bypass = self.world.state.ups.on_bypass
        stored = self.is_store & (own.battery_j > BATTERY_EMPTY_J) & ~on_bypass
        source = self.is_utility | (self.is_generator & generator_on)
        live = flow.live(wires, able, source, stored, closed)
        on_battery = self.is_store & live & ~flow.fed(wires, live, closed)
        share = flow.shares(wires, live, on_battery, closed)
        hungry = self.is_store & live & ~on_battery & (own.battery_j < self.tree.battery_j - 1.0)
        asked_w = self.wanted_w() if wanted_w is None else wanted_w
        drawn = asked_w + np.where(hungry, self.tree.recharge_w, 0.0)
        return flow.through(self.stages, drawn, share, live)[0]

    def wanted_w(self) -> Array:
        """(power node,) what loads draw, or drew before they went dark, and BESS for themselves."""
        own = self.own
        now_w = np.zeros(own.input_w.size)
        now_w[self.loads] = own.input_w[self.loads]
        runs = now_w > 0
        racks = self.tree.load_of_rack
        runs[racks] &= self.world.state.racks.rack_on
        wanted_w = np.where(runs, now_w, np.maximum(now_w, own.lost_input_w))
        wanted_w[self.tree.load_of_other] = self.tree.other_load_w
        wanted_w[self.tree.bess.node] += self.tree.bess.standby_w
        return wanted_w
