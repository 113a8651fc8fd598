"""What stands at boards: solar arrays offer, battery stores answer, no more leaves than may, and
machines take the steps of what they carry.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.physics.flow import Wiring
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World
from twin.simulation.power.island_steps import IslandSteps
from twin.simulation.power.solar import BoardSolar, Flow
from twin.simulation.power.storage import BoardStorage
from twin.simulation.power.storage_ahead import StorageAhead


class AtBoards:
    """Part of the power discipline, whose blocks it writes."""

    def __init__(self, world: World, wires: Wiring) -> None:
        self.storage = BoardStorage(world, wires)
        self.ahead = StorageAhead(self.storage)
        self.solar = BoardSolar(world, wires)
        self.steps = IslandSteps(world)
        self.own = world.state.supply
        self._before_w = self.own.output_w
        self.none = np.zeros(len(world.facility.power.id))

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.storage.any or self.solar.any or self.steps.any)

    def schedule(self) -> None:
        """Put what lists ask of stores on the clock, and daylight."""
        self.storage.rules.schedule()
        self.solar.schedule()

    def decide(self, drawn_w: Array, through: Flow) -> Array:
        """What is drawn at every node (power node,) with all of them."""
        self._before_w = self.own.output_w
        if self.storage.any:
            drawn_w = drawn_w + self.storage.standby_w()
        if self.solar.any:
            room_w = self.storage.island_room_w() if self.storage.any else self.none
            drawn_w = self.solar.offer(drawn_w, room_w, through)
        if self.storage.any:
            drawn_w = self.storage.decide(drawn_w, through)
        return self.solar.hold_back(drawn_w, through) if self.solar.any else drawn_w

    def hold(self) -> None:
        """Enter what they take and give."""
        if self.storage.any:
            self.storage.hold()
        if self.solar.any:
            self.solar.hold()
        if self.steps.any:
            self.steps.look(self._before_w)

    def made_w(self, drain_w: Array) -> Array:
        """(..., power node) what comes from cells and daylight, which their stages give on or lose;
        of what leaves each battery.
        """
        made = self.storage.drained_w(drain_w) if self.storage.any else self.none
        return made + self.solar.generated_w() if self.solar.any else made

    def at_rest(self) -> bool:
        """Whether looks alone decide what stores do, and the site holds no array back."""
        return self.ahead.at_rest() and not self.solar.held_back()

    def foretold_w(self, stretch: Stretch, drawn_w: Array, through: Flow) -> Array:
        """(look + 1, power node) what is drawn with all of them."""
        if self.storage.any:
            drawn_w = drawn_w + self.storage.standby_w()
        if self.solar.any:
            drawn_w = drawn_w - self.solar.generated_w()
        return self.ahead.foretold_w(stretch, drawn_w, through) if self.storage.any else drawn_w

    def foretell(self, stretch: Stretch) -> None:
        """A look after which one would begin to move is lived through as an event."""
        if self.storage.any:
            self.ahead.foretell(stretch)
        if self.solar.any:
            self.solar.foretell(stretch)
        if self.steps.any:
            self.steps.foretell(stretch)
