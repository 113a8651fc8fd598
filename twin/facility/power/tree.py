"""From power groups in a layout to the power tree."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from twin.catalogue.rating import ElectricalRating
from twin.catalogue.rows import PowerEquipment
from twin.facility.ledger import Entry, Ledger
from twin.facility.model import PowerTree, Weather
from twin.facility.model.power import GovernorArrays
from twin.facility.power.bess import bess_arrays, check_rules, check_takers
from twin.facility.power.fuel import check_autonomy, standby_numbers, with_autonomy
from twin.facility.power.node import PowerNode
from twin.facility.power.other_loads import check_other_load, component_of, other_loads
from twin.facility.power.parallel import reactance_per_va, share_by_impedance, with_length
from twin.facility.power.preferences import generators_alone, generators_last
from twin.facility.power.refusals import (
    check_feeds,
    check_hall,
    check_length,
    check_minimum_supplies,
    check_transfers,
    refuse_cycles,
)
from twin.facility.power.rings import add_rings
from twin.facility.power.solar import check_solar, solar_arrays
from twin.facility.power.ties import add_ties
from twin.facility.power.ups import check_mode, in_mode, ups_arrays
from twin.facility.space.rack import Position
from twin.facility.space.stated_places import members
from twin.facility.stated_numbers import for_group, for_member, rerated
from twin.scenario.schema.power_group import PowerGroup


def equipment(ledger: Ledger) -> list[PowerNode]:
    """Members of all power groups, with their supplies resolved and entered in the ledger."""
    groups = ledger.scenario.plan.power
    typed = [(_type(ledger, i, group), group) for i, group in enumerate(groups)]
    for i, group in enumerate(groups):
        ledger.power_group(
            ("layout", "power", i, "name"), group.name, members(group.name, group.count)
        )
    out: list[PowerNode] = []
    for i, (row, group) in enumerate(typed):
        if row is not None:
            out += _group(ledger, i, row, group)
    add_rings(ledger, out)
    add_ties(ledger, out)
    refuse_cycles(ledger, out)
    generators_last(out, generators_alone(out))
    check_minimum_supplies(ledger, out)
    check_transfers(ledger, out)
    check_takers(ledger, out)
    check_rules(ledger)
    check_solar(ledger, out)
    share_by_impedance(out)
    return out


def rack_loads(ledger: Ledger, places: list[Position]) -> list[PowerNode]:
    """Racks as loads of the power tree, row by row so that spread feeds are dealt through a row."""
    out: list[PowerNode] = []
    blocks: dict[int, list[Position]] = {}
    for place in places:
        blocks.setdefault(id(place.row), []).append(place)
    for h, hall in enumerate(ledger.scenario.plan.halls):
        for r, row in enumerate(hall.rows):
            loc = ("layout", "halls", h, "rows", r)
            block = blocks.get(id(row), [])
            if not row.fed_by:
                ledger.complain(
                    loc, f"racks of {row.name!r} without fed_by", "a power feed for every rack"
                )
            supplies = ledger.feeds((*loc, "fed_by"), row.fed_by, len(block))
            out += [
                PowerNode(p.id, "rack", None, np.inf, supplies=s)
                for p, s in zip(block, supplies, strict=True)
            ]
    return out


def _type(ledger: Ledger, i: int, group: PowerGroup) -> PowerEquipment | None:
    known = ledger.scenario.catalogue.rows(PowerEquipment)
    if group.type not in known:
        ledger.unknown(
            ("layout", "power", i, "type"), group.type, known, "a power row of the catalogue"
        )
        return None
    loc = ("layout", "power", i)
    own = {"rating_w": group.rating, "length_m": group.length}
    row = for_group(ledger, loc, rerated(known[group.type], group.rating), group.overrides, own)
    check_mode(ledger, (*loc, "ups_mode"), row, group)
    return in_mode(row, group.ups_mode)


def _group(ledger: Ledger, i: int, row: PowerEquipment, group: PowerGroup) -> list[PowerNode]:
    loc = ("layout", "power", i)
    check_hall(ledger, loc, row, group)
    supplies = ledger.entries_of((*loc, "fed_by"), group.fed_by, group.count)
    check_feeds(ledger, loc, row, group)
    check_autonomy(ledger, loc, row, group)
    check_length(ledger, loc, row, group)
    check_other_load(ledger, loc, row, group)
    out = []
    for k, name in enumerate(members(group.name, group.count)):
        mine = for_member(ledger, name, rerated(row, _own_rating(ledger, name)))
        mine = with_length(with_autonomy(mine, group.autonomy), group.length)
        ledger.add(loc, _entry(ledger, name, mine))
        ledger.edges += [(s, name, "power", group.mode) for s in supplies[k]]
        out.append(
            PowerNode(
                name,
                row.kind,
                mine,
                np.inf if mine.rating_w is None else mine.rating_w,
                group.mode == "priority",
                group.minimum_supply or 0.0,
                list(supplies[k]),
                list(supplies[k].values()) if group.mode == "priority" else [],
                eco=group.ups_mode == "eco",
            )
        )
    return out


def _entry(ledger: Ledger, name: str, row: PowerEquipment) -> Entry:
    """A member as the table of components has it."""
    place = ledger.places[name]
    return Entry(
        name,
        row.kind,
        row.name,
        place.hall,
        "power",
        place.centre_m,
        place.size_m,
        row.rating_w or 0.0,
        mtbf_h=row.mtbf_h,
        mttr_h=row.mttr_h,
        facing_deg=place.facing_deg,
    )


def _own_rating(ledger: Ledger, name: str) -> float | ElectricalRating | None:
    """The rating that the override of one member states."""
    override = ledger.scenario.plan.overrides.get(name)
    return None if override is None else override.rating


def freeze(
    ledger: Ledger,
    nodes: list[PowerNode],
    racks: list[PowerNode],
    units: list[PowerNode],
    air: Weather,
) -> PowerTree:
    """The tree's arrays; racks and units hang on it as loads."""
    others = other_loads(ledger)
    every = [*nodes, *generators_last([*racks, *others, *units], generators_alone(nodes))]
    row = {n.id: i for i, n in enumerate(every)}
    ledger.edges += [(s, n.id, "power", "share") for n in (*racks, *units) for s in n.supplies]

    def column(name: str, default: float) -> np.ndarray:
        values = [getattr(n.row, name, None) if n.row else None for n in every]
        return np.array([default if v is None else v for v in values], dtype=float)

    rating = np.array([n.rating_w for n in every], dtype=float)
    ups = ups_arrays(ledger.scenario.catalogue, [(n.row, n.eco) for n in every])
    return PowerTree(
        id=tuple(n.id for n in every),
        component=np.array([ledger.row[component_of(n)] for n in every], dtype=np.int64),
        kind=tuple(n.kind for n in every),
        rating_w=rating,
        loss_idle_frac=column("loss_idle_frac", 0.0),
        loss_linear_frac=column("loss_linear_frac", 0.0),
        loss_square_frac=column("loss_square_frac", 0.0),
        trip_rating_w=rating / column("continuous_frac", 1.0),
        trip_pickup_frac=np.minimum(column("trip_pickup_frac", np.inf), ups.inverter.first_frac),
        trip_constant_s=column("trip_constant_s", 1.0),
        trip_instantaneous_frac=column("instantaneous_trip_frac", np.inf),
        minimum_supply_w=np.array([n.minimum_supply_w for n in every], dtype=float),
        priority=np.array([n.priority for n in every], dtype=bool),
        battery_j=column("battery_energy_j", 0.0) * column("state_of_health_frac", 1.0),
        battery_discharge_frac=column("battery_discharge_efficiency_frac", 1.0),
        battery_charge_frac=column("battery_charge_efficiency_frac", 1.0),
        recharge_w=column("recharge_frac", 0.0) * np.where(np.isfinite(rating), rating, 0.0),
        start_s=column("start_s", 0.0),
        start_failure_probability=column("start_failure_probability", 0.0),
        common_cause_frac=column("common_cause_frac", 0.0),
        standby=standby_numbers(column),
        switching_error_probability=column("switching_error_probability", 0.0),
        transfer_s=column("transfer_s", 0.0),
        ups=ups,
        bess=bess_arrays(ledger, every, row),
        solar=solar_arrays(ledger, nodes, row, air),
        **_where_loads_are(len(nodes), racks, others, units),
        **(_edges(every, row) | _electrical(every, column) | _machines(every, column)),
        levels=_levels(len(every), [(row[s], i) for i, n in enumerate(every) for s in n.supplies]),
    )


def _electrical(
    nodes: list[PowerNode], column: Callable[[str, float], np.ndarray]
) -> dict[str, np.ndarray]:
    """Nominal voltage, reactances and fault current of every node; NaN where no row states one."""
    stated = (
        "voltage_v",
        "subtransient_reactance_frac",
        "inverter_fault_frac",
        "short_circuit_rating_a",
    )
    return {
        **{name: column(name, np.nan) for name in stated},
        "reactance_per_va": np.array([reactance_per_va(n.row) for n in nodes], dtype=float),
    }


def _where_loads_are(
    first: int, racks: list[PowerNode], others: list[PowerNode], units: list[PowerNode]
) -> dict[str, Any]:
    """Loads stand behind equipment: racks, other loads, units."""
    ends = first + np.cumsum([len(racks), len(others), len(units)])
    return {
        "load_of_rack": np.arange(first, ends[0]),
        "load_of_other": np.arange(ends[0], ends[1]),
        "load_of_unit": np.arange(ends[1], ends[2]),
        "other_load_w": np.array([n.draws_w for n in others], dtype=float),
    }


def _machines(nodes: list[PowerNode], column: Callable[[str, float], np.ndarray]) -> dict[str, Any]:
    """What machines run on at least, and their class; their efficiency at full load and parts of
    it, that at full load where no row states the others.
    """
    rating_w = np.array([n.rating_w if np.isfinite(n.rating_w) else 0.0 for n in nodes])
    full = column("gas_efficiency_frac", np.nan)
    parts = ("gas_efficiency_three_quarters_frac", "gas_efficiency_half_frac")
    stated = {name: column(name, np.nan) for name in parts}
    return {
        "least_load_w": column("least_load_frac", 0.0) * rating_w,
        "performance_class": tuple(n.row.performance_class if n.row else "" for n in nodes),
        "governor": GovernorArrays(
            inertia_s=column("inertia_s", np.nan),
            droop_frac=column("governor_droop_frac", np.nan),
            lag_s=column("governor_lag_s", np.nan),
        ),
        "gas_efficiency_frac": full,
        **{name: np.where(np.isnan(held), full, held) for name, held in stated.items()},
    }


def _edges(nodes: list[PowerNode], row: dict[str, int]) -> dict[str, np.ndarray]:
    """Edges by taker and preference, as the tree has them."""
    feeds = [(feed, i) for i, node in enumerate(nodes) for feed in node.feeds()]
    ways = [nodes[i].over.get(name, ()) for (name, _, _), i in feeds]
    over = np.full((len(ways), max(map(len, ways), default=0) or 1), -1, dtype=np.int64)
    for edge, names in enumerate(ways):
        over[edge, : len(names)] = [row[name] for name in names]
    return {
        "over": over,
        "ring_board": np.array([node.in_ring for node in nodes], dtype=bool),
        "clears_half": np.array([node.clears_half for node in nodes], dtype=bool),
        "supply": np.array([row[name] for (name, _, _), _ in feeds], dtype=np.int64),
        "taker": np.array([i for _, i in feeds], dtype=np.int64),
        "rank": np.array([rank for (_, rank, _), _ in feeds], dtype=np.int64),
        "weight": np.array([abs(weight) for (_, _, weight), _ in feeds], dtype=float),
        "admittance": np.array([weight for (_, _, weight), _ in feeds], dtype=complex),
    }


def _levels(count: int, edges: list[tuple[int, int]]) -> tuple[np.ndarray, ...]:
    """Nodes by height: 0 feeds nobody, and each node stands above all it feeds."""
    takers: dict[int, list[int]] = {i: [] for i in range(count)}
    for supply, taker in edges:
        takers[supply].append(taker)
    height = np.zeros(count, dtype=np.int64)
    for node in TopologicalSorter(takers).static_order():
        height[node] = 1 + max((height[t] for t in takers[node]), default=-1)
    return tuple(np.flatnonzero(height == h) for h in range(int(height.max(initial=0)) + 1))
