"""Where the electrical numbers of a design come from: stated in the layout, a status, assumed."""

from __future__ import annotations

from twin.catalogue.equipment_kinds import INVERTERS, Role, role
from twin.catalogue.own.row import StatedNumbers
from twin.catalogue.rows import PowerEquipment
from twin.facility.model import Facility
from twin.facility.power.nominal import voltage_status
from twin.facility.power.short_circuit import grid_va

STATED = "stated"
"""In the layout or the site, by the planner."""
ASSUMED = "assumed"
_LIMITS = (
    "impedance_frac",
    "resistance_ohm_m",
    "subtransient_reactance_frac",
    "inverter_fault_frac",
)


def statuses(facility: Facility) -> list[dict[str, str]]:
    """Of every power node; '' where there is no such number, or nobody states one.

    voltage_status        of its own voltage; joined where it has that of what it is joined to
    impedance_status      of what limits a fault through it; stated, or its row's status
    fault_rating_status   of its short-circuit rating
    """
    tree = facility.power
    voltages = voltage_status(facility)
    gear = [
        {
            "voltage_status": _voltage(facility, node, voltages[node]),
            "impedance_status": _impedance(facility, node),
            "fault_rating_status": _of(facility, node, ("short_circuit_rating_a",)),
        }
        for node in range(tree.equipment)
    ]
    loads = [
        {"voltage_status": status, "impedance_status": "", "fault_rating_status": ""}
        for status in voltages[tree.equipment :]
    ]
    return [*gear, *loads]


def _voltage(facility: Facility, node: int, known: str) -> str:
    return (_of(facility, node, ("voltage_v",)) or known) if known == STATED else known


def _impedance(facility: Facility, node: int) -> str:
    kind = role(facility.power.kind[node])
    if kind is Role.SUPPLY:
        return STATED if grid_va(facility)[1] else ASSUMED
    silent = ASSUMED if kind in (Role.STANDBY, Role.PRIME) or kind in INVERTERS else ""
    return _of(facility, node, _LIMITS) or silent


def _of(facility: Facility, node: int, fields: tuple[str, ...]) -> str:
    """Status of the first of these that its row or its layout states; '' where neither does."""
    component = facility.power.component[node]
    stated = _own_numbers(facility, int(component))
    catalogue = facility.scenario.catalogue
    name = facility.components.type[component]
    row = catalogue.get(PowerEquipment, name)
    for field in fields:
        if field in stated:
            return STATED
        if getattr(row, field) is not None:
            return str(catalogue.provenance(PowerEquipment, name, field)["status"])
    return ""


def _own_numbers(facility: Facility, component: int) -> set[str]:
    """Fields that the layout states for its group or for itself."""
    plan = facility.scenario.plan
    where = facility.components.stated_at[component]
    held: list[StatedNumbers | None] = [plan.overrides.get(facility.components.id[component])]
    if where[:2] == ("layout", "power") and isinstance(where[2], int):
        held.append(plan.power[where[2]].overrides)
    return {
        field
        for stated in held
        if stated is not None
        for field, value in stated.numbers().items()
        if value is not None
    }
