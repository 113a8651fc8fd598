"""Standing orders that name what is not there."""

from __future__ import annotations

import math

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role, role
from twin.catalogue.rows import Gpu, Rack
from twin.controls import GpuPowerCap
from twin.errors import did_you_mean
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import Facility
from twin.members import is_member
from twin.physics.chip import dynamic_frac
from twin.physics.island_frequency import LEAST_FRAC

FOLLOWED_FRAC = 1.0 + LEAST_FRAC
"""Of nominal: the lowest frequency that is followed."""
_FOLLOW_PRICES = ("arbitrage",)
"""Rules of BESS that go by what a utility asks for its power."""


def check_shedding(ledger: Ledger) -> None:
    """What the controls may open is a load, or a group or row of loads."""
    shedding = ledger.scenario.controls.load_shedding
    if shedding is not None:
        _check_opened(ledger, shedding.order, ("controls", "load_shedding", "order"))


def check_relays(ledger: Ledger) -> None:
    """Relays of islands have machines, levels below the site's frequency, and loads to open."""
    relays = ledger.scenario.controls.under_frequency
    if relays is None:
        return
    at = ("controls", "under_frequency")
    hertz = ledger.scenario.site.frequency_hz
    levels: dict[tuple[str | int, ...], float]
    levels = {("stages", i): stage.below_hz for i, stage in enumerate(relays.stages)}
    if relays.machines is not None:
        levels[("machines",)] = relays.machines.below_hz
    for where, below_hz in levels.items():
        if not FOLLOWED_FRAC * hertz < below_hz < hertz:
            allowed = f"more than {FOLLOWED_FRAC * hertz:g} and less than {hertz} Hz of the site"
            ledger.complain((*at, *where, "below_hz"), f"{below_hz:g} Hz", allowed)
    for i, stage in enumerate(relays.stages):
        _check_opened(ledger, stage.open, (*at, "stages", i, "open"))
    machines = [entry for entry in ledger.entries if role(entry.kind) in (Role.PRIME, Role.STANDBY)]
    if not machines:
        allowed = "none: relays act where generators carry an island, and none is here"
        ledger.complain(at, "under_frequency without generators", allowed)


def check_governors(ledger: Ledger, facility: Facility) -> None:
    """Relays follow frequency, which is that of machines whose governors are known."""
    tree = facility.power
    machines = of_role(tree.kind, Role.PRIME, Role.STANDBY)
    known = np.isfinite(tree.governor.inertia_s[machines]).any()
    if ledger.scenario.controls.under_frequency is not None and machines.any() and not known:
        allowed = (
            "generators whose rows or overrides state inertia, governor_droop_frac and "
            "governor_lag: without them no frequency is followed, and no relay acts"
        )
        ledger.complain(("controls", "under_frequency"), "none with a governor", allowed)


def _check_opened(ledger: Ledger, names: tuple[str, ...], at: tuple[str | int, ...]) -> None:
    loads = [e.id for e in ledger.entries if e.system in ("compute", "cooling") and e.rating_w]
    loads += [e.id for e in ledger.entries if role(e.kind) is Role.RACK]
    loads += [work.name for work in ledger.scenario.workload]
    for i, name in enumerate(names):
        if not any(is_member(load, name) for load in loads):
            groups = [one for one, held in ledger.groups.items() if set(held) & set(loads)]
            hint = did_you_mean(name, [*groups, *loads])
            allowed = "a rack, a row of racks, a cooling unit or a workload"
            ledger.complain((*at, i), repr(name), allowed, hint)


def check_planned_work(ledger: Ledger) -> None:
    """What is drained, and what is reserved, has nodes."""
    _check_drains(ledger)
    _check_reservations(ledger)


def _check_drains(ledger: Ledger) -> None:
    """What is drained before it is taken out has nodes."""
    for i, drill in enumerate(ledger.scenario.drills):
        if drill.kind != "isolate" or drill.drain is None:
            continue
        rack = next((e for e in ledger.entries if e.id == drill.component.partition("/")[0]), None)
        if rack is not None and not rack.nodes:
            allowed = "a node such as rack/node_1, or a rack of nodes: nothing else runs jobs"
            ledger.complain(("drills", i, "drain"), f"a drain of {drill.component}", allowed)


def _check_reservations(ledger: Ledger) -> None:
    """What is reserved has nodes that jobs could have."""
    nodes = {e.id: e.nodes for e in ledger.entries if role(e.kind) is Role.RACK and e.nodes}
    for i, one in enumerate(ledger.scenario.controls.scheduler.reservations):
        for k, name in enumerate(one.of):
            where = ("controls", "scheduler", "reservations", i, "of", k)
            _check_reserved(ledger, where, name, nodes)


def _check_reserved(
    ledger: Ledger, where: tuple[str | int, ...], name: str, nodes: dict[str, int]
) -> None:
    """A rack, a row of racks, or a node of one that is there.

    nodes   of each rack that has some
    """
    rack, slash, node = name.partition("/")
    most = max((count for each, count in nodes.items() if is_member(each, rack)), default=0)
    if not most:
        allowed = "a rack of nodes, a row of them, or a node such as rack/node_1"
        ledger.complain(where, repr(name), allowed, did_you_mean(rack, list(nodes)))
    elif slash and node not in {f"node_{number + 1}" for number in range(most)}:
        ledger.complain(where, repr(name), f"{rack}, or {rack}/node_1 to {rack}/node_{most}")


def check_power_caps(ledger: Ledger) -> None:
    """Whoever a cap on GPUs names is there, and none of their GPUs draws more at its lowest clock
    than it may.
    """
    scenario = ledger.scenario
    racks = [e.id for e in ledger.entries if role(e.kind) is Role.RACK]
    works = [work.name for work in scenario.workload]
    of_rack = _gpus(ledger)
    gpus = {gpu.name for gpu in of_rack.values()}
    for i, action in enumerate(scenario.controls.actions):
        if action.kind != "gpu_power_cap":
            continue
        loc = ("controls", "actions", i)
        for k, name in enumerate(action.of):
            if name not in gpus and not any(is_member(one, name) for one in (*racks, *works)):
                groups = [one for one, held in ledger.groups.items() if set(held) & set(racks)]
                known = [*groups, *racks, *works, *sorted(gpus)]
                allowed = "a rack, a row of racks, a type of GPU or a workload"
                ledger.complain((*loc, "of", k), repr(name), allowed, did_you_mean(name, known))
        every = not action.of or any(name in works for name in action.of)
        for gpu in {
            gpu.name: gpu
            for rack, gpu in of_rack.items()
            if every or any(gpu.name == name or is_member(rack, name) for name in action.of)
        }.values():
            _held_at_all(ledger, loc, action, gpu)


def _gpus(ledger: Ledger) -> dict[str, Gpu]:
    """By rack, the type of its GPUs; racks without any are left out."""
    catalogue = ledger.scenario.catalogue
    found = {}
    for entry in ledger.entries:
        rack = catalogue.rows(Rack).get(entry.type) if role(entry.kind) is Role.RACK else None
        if rack is not None and rack.gpu:
            found[entry.id] = catalogue.get(Gpu, rack.gpu)
    return found


def _held_at_all(ledger: Ledger, loc: Loc, action: GpuPowerCap, gpu: Gpu) -> None:
    """A cap that a GPU passes with full work at its lowest clock is none."""
    span_w = gpu.power_max_w - gpu.power_idle_w
    least_w = math.ceil(gpu.power_idle_w + span_w * float(dynamic_frac(gpu.clock_floor_frac)))
    key = "share" if action.power is None else "power"
    cap_w = gpu.power_max_w * action.share if action.share is not None else action.power
    if cap_w is not None and cap_w < least_w:
        allowed = f"at least {least_w} W, what {gpu.name} draws at work at its lowest clock"
        ledger.complain((*loc, key), f"{cap_w:g} W", allowed)


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
