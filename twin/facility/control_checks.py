"""Standing orders that name what is not there."""

from __future__ import annotations

from twin.catalogue.equipment_kinds import Role, role
from twin.errors import did_you_mean
from twin.facility.ledger import Ledger
from twin.facility.model.components import is_member

_FOLLOW_PRICES = ("arbitrage",)
"""Rules of BESS that go by what a utility asks for its power."""


def check_shedding(ledger: Ledger) -> None:
    """What the controls may open is a load, or a group or row of loads."""
    shedding = ledger.scenario.controls.load_shedding
    loads = [e.id for e in ledger.entries if e.system in ("compute", "cooling") and e.rating_w]
    loads += [e.id for e in ledger.entries if role(e.kind) is Role.RACK]
    loads += [work.name for work in ledger.scenario.workload]
    for i, name in enumerate(shedding.order if shedding else ()):
        if not any(is_member(load, name) for load in loads):
            loc = ("controls", "load_shedding", "order", i)
            groups = [one for one, held in ledger.groups.items() if set(held) & set(loads)]
            hint = did_you_mean(name, [*groups, *loads])
            allowed = "a rack, a row of racks, a cooling unit or a workload"
            ledger.complain(loc, repr(name), allowed, hint)


def check_demand_response(ledger: Ledger) -> None:
    """Work that gives way to the grid is there."""
    response = ledger.scenario.controls.demand_response
    works = [work.name for work in ledger.scenario.workload]
    loc = ("controls", "demand_response")
    for name in response.tiers if response else ():
        if name not in works:
            ledger.unknown((*loc, "tiers", name), name, works, "a workload of this scenario")
    for i, name in enumerate(response.pause if response else ()):
        if name not in works:
            ledger.unknown((*loc, "pause", i), name, works, "a workload of this scenario")


def check_without_utility(ledger: Ledger) -> None:
    """What is about the grid needs one: a site that makes all of its power has no outage of it, and
    nothing to answer.
    """
    scenario = ledger.scenario
    if any(role(entry.kind) is Role.SUPPLY for entry in ledger.entries):
        return
    for i, drill in enumerate(scenario.drills):
        if drill.kind == "utility_outage":
            allowed = "isolate, of one of its generators"
            ledger.complain(("drills", i), "an outage of a utility that is not there", allowed)
    for i, rule in enumerate(scenario.controls.storage):
        if rule.kind in _FOLLOW_PRICES:
            allowed = "another rule: this one goes by a utility's prices"
            ledger.complain(("controls", "storage", i), f"{rule.kind} without a utility", allowed)
    if scenario.controls.demand_response is not None:
        allowed = "none: what it gives way to is a grid"
        loc = ("controls", "demand_response")
        ledger.complain(loc, "demand_response without a utility", allowed)


def check_set_points(ledger: Ledger) -> None:
    """Water and coolant whose set-point operators change are there."""
    cooling = ledger.scenario.plan.cooling
    plants = [plant.name for plant in cooling.plant]
    loops = [loop.name for loop in cooling.loops]
    for i, action in enumerate(ledger.scenario.controls.actions):
        loc = ("controls", "actions", i)
        if action.kind == "facility_water_supply" and action.plant not in plants:
            ledger.unknown((*loc, "plant"), action.plant, plants, "a plant of this layout")
        if action.kind == "coolant_supply" and action.loop not in loops:
            ledger.unknown((*loc, "loop"), action.loop, loops, "coolant units of this layout")
