"""What a design review refuses: names of nothing, boxes in one another, overloads, more heat than
is cooled.
"""

from __future__ import annotations

import numpy as np

from twin.catalogue import KINDS, kind_of
from twin.catalogue.equipment_kinds import Role, of_role, role
from twin.catalogue.rows import CatalogueRow, GridRegion
from twin.controls import Drill
from twin.errors import did_you_mean
from twin.facility import control_checks, node_parts, price_names
from twin.facility.cooling.peak import heat_w
from twin.facility.fault_checks import check_faults, check_target
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import Facility
from twin.facility.power.loading import loading, overloads
from twin.facility.power.planned import transfer_boards
from twin.facility.service_names import check_named_services
from twin.facility.space.geometry import clashes
from twin.facility.space.rack import Position
from twin.members import is_member

OVERRIDES = ("type", "rating", "position", "recirculation")
"""What an override may say beside the numbers of a row."""


def _own_assets(ledger: Ledger) -> None:
    """Assets of rows that the catalogue has not."""
    catalogue = ledger.scenario.catalogue
    known = [name for kind in catalogue.by_type for name in catalogue.rows(kind)]
    for name in ledger.scenario.plan.assets:
        if name not in known:
            where = ("layout", "assets", name)
            ledger.complain(where, repr(name), "a catalogue row", did_you_mean(name, known))


def layout(ledger: Ledger, places: list[Position]) -> None:
    """Prices of nothing, nodes cut as they cannot be, overrides that change nothing, and halls or
    racks that overlap.
    """
    price_names.check(ledger)
    node_parts.check_parts(ledger, places)
    if not places:
        ledger.complain(
            ("layout", "halls"),
            "no rack in any hall",
            "a row of racks in one hall at least; further halls may stand empty",
        )
    racks = {place.id: place for place in places}
    for name in ledger.scenario.plan.overrides:
        if name in ledger.row:
            _override(ledger, name, racks.get(name))
        else:
            ledger.unknown_component(("layout", "overrides", name), name)
    _own_assets(ledger)
    halls = ledger.scenario.plan.halls
    corner = np.array([h.at for h in halls])
    size = np.array([h.size[:2] for h in halls])
    for a, b in clashes(corner + size / 2, size):
        ledger.complain(
            ("layout", "halls", b),
            f"{halls[a].name!r} and {halls[b].name!r} in the same place",
            "halls that do not overlap; `at` moves them, the `pitch` of a block its copies",
        )
    corner = (
        np.array([(*halls[p.hall].at, p.x_m, p.y_m) for p in places]).reshape(-1, 2, 2).sum(axis=1)
    )
    size = np.array([(p.type.width_m, p.type.depth_m) for p in places]).reshape(-1, 2)
    for a, b in clashes(corner + size / 2, size):
        ledger.complain(
            ("layout", "halls", places[b].hall),
            f"{places[a].id} and {places[b].id} in the same place",
            "racks that do not overlap",
        )


def _override(ledger: Ledger, name: str, rack: Position | None) -> None:
    """What an override says that its component does not have."""
    entry = ledger.entries[ledger.row[name]]
    can = ["rating"] if entry.system == "power" else []
    if rack is not None:
        can = ["type", "rating", "position"] + ["recirculation"] * (rack.type.liquid_heat_frac == 0)
    override = ledger.scenario.plan.overrides[name]
    says = {key for key in OVERRIDES if getattr(override, key) is not None}
    for key in sorted(says - set(can)):
        kind = "liquid-cooled rack" if rack is not None else entry.kind
        ledger.complain(
            ("layout", "overrides", name, key),
            f"{key} of a {kind}",
            f"{', '.join([*can, 'numbers of its catalogue row'])} for a {kind}",
        )


def targets(ledger: Ledger) -> None:
    """Faults, drills and actions on nothing, workloads of unknown models."""
    scenario = ledger.scenario
    check_faults(ledger)
    for i, drill in enumerate(scenario.drills):
        if drill.kind == "isolate":
            check_target(ledger, ("drills", i, "component"), drill.component)
        if drill.kind == "sag":
            _sagging(ledger, ("drills", i, "target"), drill.target)
        _transfer_asked(ledger, ("drills", i), drill)
    kinds = sorted({entry.kind for entry in ledger.entries})
    for i, kind in enumerate(scenario.faults.rates.kinds if scenario.faults.rates else ()):
        if kind not in kinds:
            ledger.unknown(
                ("faults", "rates", "kinds", i), kind, kinds, "a kind of component of this layout"
            )
    _staff(ledger, kinds)
    control_checks.check_shedding(ledger)
    control_checks.check_relays(ledger)
    control_checks.check_demand_response(ledger)
    control_checks.check_without_utility(ledger)
    _shared(ledger)
    _maintained(ledger)
    _seasons(ledger, kinds)
    control_checks.check_set_points(ledger)
    control_checks.check_power_caps(ledger)
    control_checks.check_planned_work(ledger)
    for i, action in enumerate(scenario.controls.actions):
        if action.kind == "refuel":
            loc = ("controls", "actions", i, "generator")
            _group_of(ledger, loc, action.generator, Role.STANDBY, "a generator of this layout")
        if action.kind in ("reset_ups", "maintenance_bypass"):
            loc = ("controls", "actions", i, "ups")
            _group_of(ledger, loc, action.ups, Role.STORE, "a UPS of this layout")
    check_named_services(ledger)
    for i, work in enumerate(scenario.workload):
        for need in work.needs():
            _known(ledger, ("workload", i, *need.place), need.name, KINDS[need.kind])
    if isinstance(scenario.site.grid, str):
        _known(ledger, ("site", "grid"), scenario.site.grid, GridRegion)


def _shared(ledger: Ledger) -> None:
    """Common causes of what is there, of two at least, each component in one group only."""
    ids = [entry.id for entry in ledger.entries]
    seen: dict[str, str] = {}
    for i, cause in enumerate(ledger.scenario.plan.common_causes):
        loc = ("layout", "common_causes", i, "components")
        members = {name: [one for one in ids if is_member(one, name)] for name in cause.components}
        for k, name in enumerate(cause.components):
            if not members[name]:
                hint = did_you_mean(name, [*ledger.groups, *ids])
                ledger.complain((*loc, k), repr(name), "a component or group of this layout", hint)
        every = list(dict.fromkeys(one for some in members.values() for one in some))
        if all(members.values()) and len(every) < 2:
            found = f"{cause.name} of {every[0]} alone"
            ledger.complain(loc, found, "at least two components: one shares no cause with itself")
        for one in every:
            if seen.setdefault(one, cause.name) != cause.name:
                found = f"{one} in both {seen[one]} and {cause.name}"
                ledger.complain(loc, found, "one common cause for each component")


def _maintained(ledger: Ledger) -> None:
    """Planned work on what is there."""
    ids = [entry.id for entry in ledger.entries]
    for i, plan in enumerate(ledger.scenario.plan.maintenance):
        for k, name in enumerate(plan.components):
            if not any(is_member(one, name) for one in ids):
                loc = ("layout", "maintenance", i, "components", k)
                hint = did_you_mean(name, [*ledger.groups, *ids])
                ledger.complain(loc, repr(name), "a component or group of this layout", hint)


def _seasons(ledger: Ledger, kinds: list[str]) -> None:
    """Seasons of kinds that are here, one for each."""
    rates = ledger.scenario.faults.rates
    seen: set[str] = set()
    for i, season in enumerate(rates.seasons if rates else ()):
        for k, kind in enumerate(season.kinds):
            loc = ("faults", "rates", "seasons", i, "kinds", k)
            if kind not in kinds:
                ledger.unknown(loc, kind, kinds, "a kind of component of this layout")
            elif kind in seen:
                ledger.complain(loc, f"{kind} a second time", "one season for each kind")
            seen.add(kind)


def _staff(ledger: Ledger, kinds: list[str]) -> None:
    """Crews of kinds that are not here, or two of one kind; spares that fit nothing."""
    plan = ledger.scenario.plan
    seen: dict[str, str] = {}
    for i, crew in enumerate(plan.crews):
        for k, kind in enumerate(crew.kinds or ("",)):
            loc = ("layout", "crews", i, "kinds", *((k,) if crew.kinds else ()))
            if kind and kind not in kinds:
                ledger.unknown(loc, kind, kinds, "a kind of component of this layout")
            elif kind in seen:
                found = f"{kind or 'everything else'} for both {seen[kind]} and {crew.name}"
                ledger.complain(loc, found, "one class of crew for each kind of component")
            seen.setdefault(kind, crew.name)
    types = sorted({entry.type for entry in ledger.entries if entry.type})
    for i, spare in enumerate(plan.spares):
        if spare.type not in types:
            loc = ("layout", "spares", i, "type")
            ledger.unknown(loc, spare.type, types, "a type of component of this layout")


def _group_of(ledger: Ledger, loc: Loc, name: str, wanted: Role, allowed: str) -> None:
    """A component of a role, or a group of them."""
    those = {e.id for e in ledger.entries if role(e.kind) is wanted}
    known = sorted(g for g, all_ in ledger.groups.items() if those.issuperset(all_))
    if name not in known:
        ledger.unknown(loc, name, known, allowed)


def _sagging(ledger: Ledger, loc: Loc, name: str) -> None:
    """A sag has voltage only where power is carried."""
    power = [e.id for e in ledger.entries if e.system == "power"]
    if name not in power:
        ledger.unknown(loc, name, power, "a power component of this layout")


def _transfer_asked(ledger: Ledger, loc: Loc, drill: Drill) -> None:
    """What only a planned transfer can be asked."""
    if drill.kind == "planned_transfer" or drill.expect is None:
        return
    for field in ("on_generators", "back_on_utility"):
        if getattr(drill.expect, field) is not None:
            ledger.complain((*loc, "expect", field), drill.kind, "a planned_transfer")


def _known(ledger: Ledger, loc: Loc, name: str, kind: type[CatalogueRow]) -> None:
    known = ledger.scenario.catalogue.rows(kind)
    if name not in known:
        ledger.unknown(loc, name, known, f"one of the catalogue's {kind_of(kind)}")


def carries(ledger: Ledger, facility: Facility) -> None:
    """Refuse what cannot carry its peak load, in watts of power or of heat."""
    _breakers(ledger, facility)
    _transferring(ledger, facility)
    _heat(ledger, facility)
    control_checks.check_governors(ledger, facility)
    ledger.raise_problems()


def _transferring(ledger: Ledger, facility: Facility) -> None:
    """Planned transfers of boards that have both a utility and generators."""
    boards = [facility.power.id[node] for node in transfer_boards(facility).tolist()]
    for i, drill in enumerate(ledger.scenario.drills):
        if drill.kind != "planned_transfer":
            continue
        if not boards:
            ledger.complain(("drills", i), drill.kind, "a layout with a board on both supplies")
        for k, name in enumerate(drill.boards if boards else ()):
            if not any(is_member(board, name) for board in boards):
                loc = ("drills", i, "boards", k)
                ledger.unknown(loc, name, boards, "a board that utility and generators feed")


def _breakers(ledger: Ledger, facility: Facility) -> None:
    """A rating smaller than what hangs on it with every load at its peak."""
    tree = facility.power
    for over in overloads(facility, loading(facility)):
        ledger.complain(
            facility.components.stated_at[tree.component[over.node]],
            f"{tree.id[over.node]} rated {tree.rating_w[over.node] / 1e3:,.6g} kW under a peak "
            f"load of {over.load_w / 1e3:,.6g} kW",
            "a rating at or above the peak load",
        )


def _heat(ledger: Ledger, facility: Facility) -> None:
    """More heat than a loop, a hall's air handlers or a plant can carry."""
    cooling = facility.cooling
    units = facility.cooling.units
    loop_w, hall_w, plant_w = heat_w(facility)
    for does, ids, heat, key in (
        (Role.LOOP_COOLING, cooling.loop_id, loop_w, "loops"),
        (Role.HALL_COOLING, cooling.hall_id, hall_w, "air"),
    ):
        mine = of_role(units.kind, does)
        capacity = np.bincount(units.zone[mine], weights=units.capacity_w[mine], minlength=len(ids))
        for z in np.flatnonzero(heat > capacity * (1 + 1e-9)):
            ledger.complain(
                ("layout", "cooling", key),
                f"{heat[z] / 1e3:,.0f} kW of heat on {ids[z]!r} with "
                f"{capacity[z] / 1e3:,.0f} kW of cooling",
                "no more heat than the units can carry",
            )
    for i, plant in enumerate(cooling.plants):
        limit = float(units.capacity_w[plant.units].sum())
        if plant_w[i] > limit * (1 + 1e-9):
            ledger.complain(
                ("layout", "cooling", "plant", i),
                f"{plant_w[i] / 1e3:,.0f} kW of heat on {plant.id!r} with {limit / 1e3:,.0f} kW",
                "no more heat than the plant can carry",
            )
