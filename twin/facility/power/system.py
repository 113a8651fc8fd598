"""A facility's power tree as a system that is followed through failures, alike loads merged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twin.catalogue.equipment_kinds import MAINS, Role, of_role
from twin.facility.model import Facility, Index, PowerTree
from twin.facility.model.ups import UpsArrays
from twin.facility.power.autonomy import certain_j, counted_stores
from twin.facility.power.loading import peak_loads_w
from twin.physics.power_system import PowerSystem


@dataclass(frozen=True, eq=False)
class System:
    """The system, and which power node each of its nodes is."""

    flow: PowerSystem
    tree_node: Index
    """(node,) power node of the tree; of merged loads the first."""


def system(facility: Facility) -> System:
    """Equipment and loads at their peak in order of feed; loads with the same supplies are one."""
    tree = facility.power
    supplies = _supplies(tree)
    load_w = peak_loads_w(facility)
    merged: dict[tuple[int, ...], int] = {}
    kept: list[int] = []
    for level in reversed(tree.levels):
        for node in level.tolist():
            if node < tree.equipment:
                kept.append(node)
            elif load_w[node] > 0:
                first = merged.setdefault(tuple(sorted(supplies[node])), node)
                if first == node:
                    kept.append(node)
                else:
                    load_w[first] += load_w[node]
    ordered = sorted(kept, key=lambda node: node >= tree.equipment)
    nodes = np.array(ordered, dtype=np.int64)
    flow = _compiled(tree, nodes, supplies, load_w)
    return System(replace(flow, **_stores(facility, nodes)), nodes)


def _supplies(tree: PowerTree) -> list[list[int]]:
    named: list[list[int]] = [[] for _ in tree.id]
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        named[taker].append(supply)
    return named


def _feeds(tree: PowerTree) -> list[list[tuple[int, float]]]:
    """Rank and weight of the supplies of every node, in their order."""
    found: list[list[tuple[int, float]]] = [[] for _ in tree.id]
    edges = zip(tree.taker.tolist(), tree.rank.tolist(), tree.weight.tolist(), strict=True)
    for taker, rank, weight in edges:
        found[taker].append((rank, weight))
    return found


def _compiled(
    tree: PowerTree, kept: Index, supplies: list[list[int]], load_w: np.ndarray
) -> PowerSystem:
    place = {node: row for row, node in enumerate(kept.tolist())}
    feeds = _feeds(tree)
    return PowerSystem(
        supplies=tuple(tuple(place[s] for s in supplies[node]) for node in kept.tolist()),
        feeds=tuple(tuple(feeds[node]) for node in kept.tolist()),
        over=_over(tree, kept.tolist(), place),
        priority=tree.priority[kept],
        utility=of_role(tree.kind, *MAINS)[kept],
        generator=of_role(tree.kind, Role.STANDBY)[kept],
        load_w=load_w[kept],
        rating_w=tree.rating_w[kept],
        loss=(tree.loss_idle_frac[kept], tree.loss_linear_frac[kept], tree.loss_square_frac[kept]),
        trip_rating_w=tree.trip_rating_w[kept],
        trip_pickup_frac=tree.trip_pickup_frac[kept],
        trip_constant_s=tree.trip_constant_s[kept],
        trip_instantaneous_frac=tree.trip_instantaneous_frac[kept],
        minimum_w=tree.minimum_supply_w[kept],
        **_overloads(tree.ups, kept),
    )


def _stores(facility: Facility, kept: Index) -> dict[str, Any]:
    """Stores that count towards the least supply of the board that they stand at."""
    bess = facility.power.bess
    counted = np.flatnonzero(counted_stores(facility))
    if not counted.size:
        return {}
    place = {node: row for row, node in enumerate(kept.tolist())}
    stores: list[list[int]] = [[] for _ in kept]
    store_j = np.zeros(kept.size)
    given_j = certain_j(facility) * facility.power.battery_discharge_frac[bess.node]
    for k in counted.tolist():
        own = place[int(bess.node[k])]
        stores[place[int(bess.board[k])]].append(own)
        store_j[own] = given_j[k]
    return {"stores": tuple(map(tuple, stores)), "store_j": store_j}


def _over(
    tree: PowerTree, kept: list[int], place: dict[int, int]
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Of the supplies of every node, what they give by way of; empty where all do so straight."""
    if not np.any(tree.over >= 0):
        return ()
    found: list[list[tuple[int, ...]]] = [[] for _ in tree.id]
    for taker, ways in zip(tree.taker.tolist(), tree.over.tolist(), strict=True):
        found[taker].append(tuple(place[way] for way in ways if way >= 0))
    return tuple(tuple(found[node]) for node in kept)


def _overloads(ups: UpsArrays, kept: Index) -> dict[str, Any]:
    """How UPS among the kept nodes bear overloads."""
    stepped = np.flatnonzero(ups.has_steps[kept])
    node = kept[stepped]
    return {
        "stepped": stepped,
        "inverter": ups.inverter.at(node),
        "bypass": ups.bypass.at(node),
        "has_bypass": ups.has_bypass[node],
        "bypass_loss": (ups.bypass_loss_idle_frac[node], ups.bypass_loss_square_frac[node]),
    }
