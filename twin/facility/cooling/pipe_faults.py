"""Which faults of coolant loops can happen where."""

from __future__ import annotations

from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import Rack
from twin.facility.ledger import Ledger, Loc
from twin.scenario.schema.cooling import LoopSpec
from twin.scenario.schema.faults import INTRUSIONS, ROOM_MODES, TimedFault


def refuse_without_pipes(ledger: Ledger, loc: Loc, fault: TimedFault) -> None:
    """Leaks, air locks and closed valves are of racks, units and pumps on stated pipes."""
    if fault.mode in ("out", *INTRUSIONS, *ROOM_MODES) or fault.component not in ledger.row:
        return
    piped = [loop for loop in ledger.scenario.plan.cooling.loops if loop.hydraulics is not None]
    if not any(_holds(ledger, loop, fault.component) for loop in piped):
        found = f"{fault.mode} of {fault.component!r}"
        text = "a liquid-cooled rack, a coolant unit or its pump on a loop with `hydraulics`"
        ledger.complain(loc, found, text)


def _holds(ledger: Ledger, loop: LoopSpec, name: str) -> bool:
    """Whether a component is a rack, a unit or a pump of a loop."""
    entry = ledger.entries[ledger.row[name]]
    units = ledger.groups.get(loop.name, ())
    if name in units or entry.parent in units:
        return True
    rows = (loop.serves,) if isinstance(loop.serves, str) else loop.serves
    if role(entry.kind) is not Role.RACK or not any(name in ledger.groups[row] for row in rows):
        return False
    return ledger.scenario.catalogue.get(Rack, entry.type).liquid_heat_frac > 0
