"""Writing down what goes on otherwise than it should, and what is put right."""

from __future__ import annotations

from twin.results.enums import EventKind
from twin.simulation.kernel.world import World


class Altered:
    """The list of what is altered; part of the fault discipline, whose block it writes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.faults
        self.components = world.facility.components
        world.clock.can("fault put right", self.put_right)

    def alter(self, mode: str, name: str, amount: float, what: EventKind, detail: str) -> None:
        """Write down that a component goes on otherwise, and tell."""
        self.own.altered.append([mode, name, amount])
        self._changed(name, what, detail)

    def put_right(self, mode: str, name: str, amount: float) -> None:
        """A component goes on as it should."""
        self.own.altered.remove([mode, name, amount])
        self._changed(name, EventKind.REPAIRED, f"{mode.replace('_', ' ')} put right")

    def _changed(self, name: str, what: EventKind, detail: str) -> None:
        self.world.note(name, what, detail)
        self.own.version += 1
        self.world.stale = True

    def kind(self, name: str) -> str:
        """Kind of a component, of what a plant is made of, or of what holds a hall's moisture."""
        cooling = self.world.facility.cooling
        if name in cooling.hall_id:
            handlers = cooling.air.handler_hall == cooling.hall_id.index(name)
            return cooling.units.kind[int(cooling.air.handler_unit[handlers][0])]
        row = self.components.row.get(name)
        if row is None:
            row = self.components.row[self.components.members(name)[0]]
        return self.components.kind[row]
