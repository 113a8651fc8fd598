"""BESS in quiet stretches: what each takes and gives at looks to come, by the rules that decide at
events.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.power.storage import BoardStorage, Flow
from twin.simulation.power.trial import NEAR_J


class StorageAhead:
    """Part of the power discipline; writes no state."""

    def __init__(self, storage: BoardStorage) -> None:
        self.storage = storage

    def at_rest(self) -> bool:
        """Whether what each does hangs on looks alone: no ramp is followed, none helps a board
        with a least supply, and of those that move none is about to be spent.
        """
        storage = self.storage
        bess = storage.bess
        if storage.rules.busy() or storage.helping().any():
            return False
        low = np.maximum(bess.soc_min_frac, bess.reserve_frac) * bess.energy_j
        return not storage.moves() or bool((storage.held_j() > low + NEAR_J).all())

    def foretold_w(self, stretch: Stretch, drawn_w: Array, through: Flow) -> Array:
        """(look + 1, power node) what is drawn at every look, with what each takes or gives then.

        drawn_w  without them, standby and daylight included
        """
        storage = self.storage
        if not storage.moves():
            return drawn_w
        node = storage.bess.node
        output_w, input_w = through(drawn_w)
        power_w = np.empty((len(drawn_w), node.size))
        power_w[0] = storage.supply.recharge_w[node] - storage.own.given_w
        for look in range(1, len(drawn_w)):
            room_w = storage.room_w(output_w[look])
            power_w[look] = storage.rules.ask(drawn_w[look], input_w[look], room_w, through)
        self._foretell_cells(stretch, power_w, drawn_w.shape)
        asked = drawn_w.copy()
        asked[:, node] += power_w
        return asked

    def _foretell_cells(self, stretch: Stretch, power_w: Array, shape: tuple[int, ...]) -> None:
        """What goes into cells and leaves them, at powers (look + 1, BESS)."""
        node = self.storage.bess.node
        stretch.recharge_w = np.zeros(shape)
        stretch.recharge_w[:, node] = np.maximum(power_w, 0.0)
        stretch.drain_w = np.zeros(shape)
        given_w = np.maximum(-power_w, 0.0)
        stretch.drain_w[:, node] = given_w / self.storage.tree.battery_discharge_frac[node]
        stretch.given_w = given_w

    def foretell(self, stretch: Stretch) -> None:
        """A look after which a rule would begin to move one is lived through as an event."""
        storage = self.storage
        if storage.moves():
            taken_w = stretch.recharge_w[:, storage.bess.node]
            storage.enter(stretch.input_w, stretch.output_w, taken_w, stretch.given_w)
            return
        gives_w, takes_w = storage.room_w(storage.supply.output_w)
        stretch.cut_sets(storage.rules.still(stretch.input_w[1:], gives_w, takes_w))
