"""What an intruder can command, how long nobody sees it, and how long a crew restores it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue.equipment_kinds import Role, role
from twin.errors import did_you_mean
from twin.facility.ledger import Ledger, Loc
from twin.scenario.schema import TimedFault


@dataclass(frozen=True)
class IntrusionResponse:
    """How a site answers a compromise."""

    detected_s: float
    """Until somebody sees it."""
    restore_s: float
    """What a crew then works: cut the controller off, go over its settings, command by hand."""


WATER_AND_AIR = IntrusionResponse(300.0, 1800.0)
COOLANT_LOOP = IntrusionResponse(30.0, 900.0)
UPS = IntrusionResponse(30.0, 14400.0)
SWITCHGEAR = IntrusionResponse(60.0, 7200.0)
ANSWERS = {
    Role.CHILLER: WATER_AND_AIR,
    Role.DRY_COOLER: WATER_AND_AIR,
    Role.HALL_COOLING: WATER_AND_AIR,
    Role.LOOP_COOLING: COOLANT_LOOP,
    Role.PUMP: COOLANT_LOOP,
    Role.STORE: UPS,
    Role.CARRY: SWITCHGEAR,
    Role.STANDBY: SWITCHGEAR,
}
"""By role, the answer where a fault states none. All are assumed: of alarms that operators watch,
and of restoring from known settings; no survey of such incidents in data centres is public.
"""
WITHOUT_CONTROLLER = ("transformer", "busway", "cable")
"""Kinds that carry power and take no command."""


def commanded(kind: str) -> bool:
    """Whether components of a kind have a controller that can switch them off."""
    return role(kind) in ANSWERS and kind not in WITHOUT_CONTROLLER


def answer(kind: str, fault: TimedFault) -> IntrusionResponse:
    """What a fault states, else what its kind of component has."""
    usual = ANSWERS[role(kind)]
    return IntrusionResponse(
        usual.detected_s if fault.detected_after is None else fault.detected_after,
        usual.restore_s if fault.restore_time is None else fault.restore_time,
    )


def refuse_uncommanded(ledger: Ledger, loc: Loc, fault: TimedFault) -> None:
    """Set-points are of plants; switched off is what has a controller of its own."""
    if fault.mode != "compromise":
        return
    name = fault.component
    if fault.set_point is not None:
        plants = [plant.name for plant in ledger.scenario.plan.cooling.plant]
        if name not in plants:
            ledger.unknown(loc, name, plants, "a plant of this layout, for a `set_point`")
        return
    row = ledger.row.get(name)
    if row is None:
        allowed = "a component of this layout that has a controller"
        ledger.complain(loc, repr(name), allowed, did_you_mean(name, ledger.row))
    elif not commanded(ledger.entries[row].kind):
        kinds = sorted({entry.kind for entry in ledger.entries if commanded(entry.kind)})
        found = f"compromise of {name!r}, a {ledger.entries[row].kind}"
        allowed = f"what can be commanded: {', '.join(kinds)}"
        ledger.complain(loc, found, allowed, "`mode: out` takes out any component")
