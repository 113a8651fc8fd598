"""Components that go on otherwise than they should: leaks, closed ways, open doors, and what an
intruder commands, and sensors that lie.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.facility.compromise import answer
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.scenario.schema import TimedFault
from twin.simulation.crews import Crews
from twin.simulation.faults.altered import Altered
from twin.simulation.faults.commands import COMPROMISE, PUMPS, SPOOFED
from twin.simulation.faults.false_sensors import FalseSensors
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World


class Alterations:
    """What is altered; part of the fault discipline."""

    def __init__(self, world: World, crews: Crews) -> None:
        self.world = world
        self.crews = crews
        self.altered = Altered(world)
        self.sensors = FalseSensors(world, crews, self.altered)
        world.clock.can("fault detected", self._detected)

    def begin(
        self, fault: TimedFault, out_s: float | None, repair_s: Callable[[str], float]
    ) -> None:
        """Its component goes on otherwise; for `out_s`, or until a crew has worked
        `repair_s`.
        """
        if fault.mode == SPOOFED:
            self.sensors.begin(fault)
            return
        what = (_mode(fault), fault.component, fault.amount)
        self.altered.alter(*what, *_told(fault))
        if fault.mode == COMPROMISE:
            self.unseen(fault)
        elif out_s is not None:
            self._wait(out_s, "fault put right", *what)
        else:
            name = fault.component
            self.crews.send(self.altered.kind(name), repair_s(name), "fault put right", *what)

    def unseen(self, fault: TimedFault) -> None:
        """Wait until a compromise is seen; what waits says all, for a fork may have others."""
        found = answer(self.altered.kind(fault.component), fault)
        written = () if fault.written is None else (_mode(fault), float(fault.written))
        who = (fault.component, float(found.restore_s), *written)
        self._wait(found.detected_s, "fault detected", *who)

    def _detected(self, name: str, restore_s: float, mode: str = "", amount: float = 0.0) -> None:
        """Send a crew, who restores a set-point or switches on again."""
        self.world.note(name, EventKind.INTRUSION_DETECTED, "waits for a crew")
        kind = self.altered.kind(name)
        if mode:
            self.crews.send(kind, restore_s, "fault put right", mode, name, amount)
        else:
            self.crews.send(kind, restore_s, "fault repaired", name)

    def _wait(self, delay_s: float, action: str, *who: str | int | float) -> None:
        self.world.clock.wait(Stage.FAULTS, delay_s, action, *who)


def _mode(fault: TimedFault) -> str:
    """As what goes otherwise it is written down."""
    return PUMPS if fault.pump_speed is not None else fault.mode


def _told(fault: TimedFault) -> tuple[EventKind, str]:
    if fault.pump_speed is not None:
        detail = f"pumps held at {percent(fault.pump_speed, 0)} of full speed"
        return EventKind.SET_POINT_BY_INTRUDER, detail
    return _TOLD[fault.mode](fault.amount)


_TOLD: dict[str, Callable[[float], tuple[EventKind, str]]] = {
    "leak": lambda flow: (EventKind.LEAKS, f"{flow * 6e4:.3g} L/min"),
    "air_lock": lambda share: (EventKind.AIR_LOCK, f"{percent(share, 0)} of its way"),
    "tile_closed": lambda number: (EventKind.TILE_CLOSED, f"tile {number:.0f}"),
    "door_open": lambda share: (EventKind.DOOR_OPEN, f"{percent(share, 0)} of its containment"),
    "valve_closed": lambda _: (EventKind.VALVE_CLOSED, "nothing passes"),
    COMPROMISE: lambda degc: (EventKind.SET_POINT_BY_INTRUDER, f"held at {degc:g} °C"),
}
