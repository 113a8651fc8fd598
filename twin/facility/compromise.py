"""What an intruder can command, how long nobody sees it, and how long a crew restores it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.ledger import Ledger, Loc
from twin.members import is_member
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
METER = IntrusionResponse(86400.0, 7200.0)
"""Of a meter that lies: a day until its readings are held against those of the utility."""
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
    Role.PRIME: SWITCHGEAR,
    Role.SUPPLY: METER,
}
"""By role, the answer where a fault states none. All are assumed: of alarms that operators watch,
and of restoring from known settings; no survey of such incidents in data centres is public.
"""
WITHOUT_CONTROLLER = ("transformer", "busway", "cable")
"""Kinds that carry power and take no command."""


def commanded(kind: str) -> bool:
    """Whether components of a kind have a controller that can switch them off."""
    mine = role(kind)
    return mine in ANSWERS and mine is not Role.SUPPLY and kind not in WITHOUT_CONTROLLER


def answer(kind: str, fault: TimedFault) -> IntrusionResponse:
    """What a fault states, else what its kind of component has."""
    usual = ANSWERS[role(kind)]
    return IntrusionResponse(
        usual.detected_s if fault.detected_after is None else fault.detected_after,
        usual.restore_s if fault.restore_time is None else fault.restore_time,
    )


def refuse_uncommanded(ledger: Ledger, loc: Loc, fault: TimedFault) -> None:
    """Set-points and sensors are of plants, air handlers and coolant units, meters of utilities,
    pump speeds of coolant units; switched off is what has a controller of its own.
    """
    if fault.sensor == "pressure":
        _refuse_without_pressure(ledger, loc, fault.component)
    elif fault.sensor == "humidity":
        _refuse_without_moisture(ledger, loc, fault.component)
    elif fault.reads is not None:
        _refuse_elsewhere(ledger, loc, fault.component, Role.SUPPLY, "utility", "reads")
    elif fault.mode == "spoofed" or fault.set_point is not None:
        _refuse_unregulated(ledger, loc, fault)
    elif fault.mode == "compromise" and fault.pump_speed is not None:
        wanted = Role.LOOP_COOLING
        _refuse_elsewhere(ledger, loc, fault.component, wanted, "coolant unit", "pump_speed")
    elif fault.mode == "compromise":
        _refuse_without_controller(ledger, loc, fault.component)


def _refuse_elsewhere(
    ledger: Ledger, loc: Loc, name: str, wanted: Role, what: str, key: str
) -> None:
    """A key that components of one role alone take."""
    known = _of_role(ledger, wanted)
    if name not in known:
        ledger.unknown(loc, name, known, f"a {what} of this layout, for `{key}`")


def _refuse_without_pressure(ledger: Ledger, loc: Loc, name: str) -> None:
    """A pressure sensor stands between the headers of pipes whose pumps hold that pressure."""
    loops = ledger.scenario.plan.cooling.loops
    piped = [loop for loop in loops if loop.hydraulics and loop.hydraulics.control == "pressure"]
    known = [unit for loop in piped for unit in ledger.groups.get(loop.name, ())]
    if name not in known:
        what = "a coolant unit on a loop with `hydraulics` and `control: pressure`"
        ledger.unknown(loc, name, known, what)


def _refuse_without_moisture(ledger: Ledger, loc: Loc, name: str) -> None:
    """A humidity sensor is of a hall whose moisture is followed."""
    spec = ledger.scenario.plan
    known = [hall.name for hall in spec.halls if hall.moisture is not None]
    if name not in known:
        ledger.unknown(loc, name, known, "a hall that states its `moisture`")
    elif all(air.hall != name for air in spec.cooling.air):
        ledger.complain(loc, repr(name), "a hall with air handlers")


def _refuse_unregulated(ledger: Ledger, loc: Loc, fault: TimedFault) -> None:
    """What holds no temperature has no set-point, and no sensor to hold it by; meters stand
    still.
    """
    name = fault.component
    utilities = _of_role(ledger, Role.SUPPLY) if fault.frozen else []
    if name in utilities:
        if fault.second_sensor_limit is not None:
            ledger.complain(loc, f"second_sensor_limit of {name!r}", "no second meter beside one")
        return
    plants = [plant.name for plant in ledger.scenario.plan.cooling.plant]
    written = fault.mode == "compromise"
    held = _units(ledger, with_set_point=True)
    if written:
        held += _of_role(ledger, Role.LOOP_COOLING)
    if name in plants or name in held:
        return
    if name in _units(ledger, with_set_point=False):
        cure = "a unit whose group states a `supply_temperature`: its valve stands open"
        ledger.complain(loc, repr(name), cure)
        return
    why = "for a `set_point`" if written else "for a sensor that lies"
    takers = "a plant, air handler, coolant unit or utility"
    takers = takers if fault.frozen else "a plant, air handler or coolant unit"
    ledger.unknown(loc, name, [*plants, *held, *utilities], f"{takers} of this layout, {why}")


def _units(ledger: Ledger, with_set_point: bool) -> list[str]:
    """Air handlers and coolant units whose groups state a set-point, or those whose do not."""
    cooling = ledger.scenario.plan.cooling
    stated = [(spec.name, spec.supply_temperature) for spec in cooling.air]
    stated += [(spec.name, spec.supply_temperature) for spec in cooling.loops]
    groups = [name for name, degc in stated if (degc is not None) == with_set_point]
    units = _of_role(ledger, Role.HALL_COOLING) + _of_role(ledger, Role.LOOP_COOLING)
    return [name for name in units if any(is_member(name, group) for group in groups)]


def _of_role(ledger: Ledger, wanted: Role) -> list[str]:
    return [entry.id for entry in ledger.entries if role(entry.kind) is wanted]


def _refuse_without_controller(ledger: Ledger, loc: Loc, name: str) -> None:
    row = ledger.row.get(name)
    if row is None:
        ledger.unknown_component(loc, name, "a component of this layout that has a controller")
    elif not commanded(ledger.entries[row].kind):
        kinds = sorted({entry.kind for entry in ledger.entries if commanded(entry.kind)})
        found = f"compromise of {name!r}, a {ledger.entries[row].kind}"
        allowed = f"what can be commanded: {', '.join(kinds)}"
        ledger.complain(loc, found, allowed, "`mode: out` takes out any component")
