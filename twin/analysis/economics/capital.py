"""What a design costs to build, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.blocks import BUILDING, IT, LAND, PLANT, CapitalBlock, added
from twin.analysis.economics.price_list import PriceList
from twin.arrays import Array
from twin.catalogue.equipment_kinds import COOLING_ROLES, POWER_ROLES, Role, role
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack, StorageSystem, Switch
from twin.facility.model import Facility
from twin.results import Columns

NO_PRICE = "no price"


def capital(facility: Facility, loading: Columns, prices: PriceList) -> list[CapitalBlock]:
    """Every block: racks, network, storage, power chain and cooling by kind, their installation,
    building, land.

    loading   the table of that name, for what the site draws at its peak
    """
    standing = _standing(facility)
    racks = list(_racks(standing, facility, prices))
    plant = list(_plant(standing, site_peak_w(facility, loading), prices))
    bought = [*racks, *_network(standing, facility, racks, prices), *_storage(facility, prices)]
    bought += plant
    bought += _installation(plant, prices)
    if facility.scenario.economics.building == "new":
        bought += _building(facility, prices)
    return bought


@dataclass
class _Alike:
    """Components of one kind and type: how many, and their ratings and GPUs added up."""

    count: int = 0
    rating_w: float = 0.0
    gpus: int = 0


Standing = dict[tuple[str, str], _Alike]
"""By kind and type, in build order."""


def _standing(facility: Facility) -> Standing:
    found: Standing = {}
    held = facility.components
    rows = (held.kind, held.type, held.rating_w.tolist(), held.gpus.tolist())
    for kind, type_, rating_w, gpus in zip(*rows, strict=True):
        alike = found.setdefault((kind, type_), _Alike())
        alike.count += 1
        alike.rating_w += rating_w
        alike.gpus += gpus
    return found


def site_peak_w(facility: Facility, loading: Columns) -> float:
    """What the utilities give with every load at its peak, W."""
    kinds = dict(zip(facility.components.id, facility.components.kind, strict=True))
    outside = [role(kinds[str(name)]) is Role.SUPPLY for name in loading["component"]]
    return float(loading["load_w"][outside].sum())


def _racks(standing: Standing, facility: Facility, prices: PriceList) -> Iterator[CapitalBlock]:
    gpu_of = dict(
        zip(
            (facility.components.type[c] for c in facility.racks.component),
            facility.racks.gpu_type,
            strict=True,
        )
    )
    for (kind, name), held in standing.items():
        if role(kind) is not Role.RACK:
            continue
        each, price = _rack_price(name, held.gpus / held.count, gpu_of.get(name, ""), prices)
        capex = None if each is None else each * held.count
        what = f"racks {name}" if held.gpus else f"support racks {name}"
        yield CapitalBlock(what, IT, held.count, "racks", capex, price)


def _rack_price(name: str, gpus: float, gpu: str, prices: PriceList) -> tuple[Array | None, str]:
    """USD of one rack and the price that it stands on: its own, or that of its GPUs."""
    whole = prices.catalogue(Rack, name)
    if whole is None:
        whole = prices.find(name)
    if whole is not None:
        return whole, name
    if not gpus:
        return prices.value("rack_without_gpus"), "rack_without_gpus"
    each = prices.find(gpu) if gpu else None
    if each is None:
        return None, f"{NO_PRICE} of {name} or its {gpu or 'GPUs'}"
    return each * gpus * prices.value("server_overhead"), gpu


def _network(
    standing: Standing, facility: Facility, racks: list[CapitalBlock], prices: PriceList
) -> Iterator[CapitalBlock]:
    """Switches and links by their prices; where a switch has none, as a share of the cluster."""
    counts = {t: held.count for (kind, t), held in standing.items() if role(kind) is Role.SWITCH}
    each = {type_: prices.catalogue(Switch, type_) for type_ in counts}
    if not each:
        return
    if any(price is None for price in each.values()):
        share = prices.value("interconnect_share")
        servers = added(block.usd for block in racks if "support" not in block.name)
        capex = servers * share / (1.0 - share)
        priced = bool(np.any(servers))
        why = "interconnect_share" if priced else f"{NO_PRICE} of {', '.join(each)}"
        yield CapitalBlock(
            "network", IT, sum(counts.values()), "switches", capex if priced else None, why
        )
        return
    for type_, price in each.items():
        assert price is not None
        count = counts[type_]
        yield CapitalBlock(f"switches {type_}", IT, count, "switches", price * count, type_)
    links = _links(facility)
    yield CapitalBlock("links", IT, links, "links", prices.value("link") * links, "link")


def _links(facility: Facility) -> int:
    """Cables between nodes and switches, and between switches."""
    fabric = facility.fabric
    ports = int((fabric.leaf_of_node_rail >= 0).sum())
    leaves = int((fabric.tier == 1).sum())
    return ports + leaves * fabric.uplinks_per_leaf


def _storage(facility: Facility, prices: PriceList) -> Iterator[CapitalBlock]:
    asked = facility.scenario.plan.storage
    row = facility.scenario.catalogue.get(StorageSystem, asked.type)
    terabytes = asked.count * row.capacity_bytes / 1e12
    capex = prices.value("storage") * terabytes
    yield CapitalBlock(f"storage {asked.type}", IT, terabytes, "TB", capex, "storage")


def _plant(standing: Standing, peak_w: float, prices: PriceList) -> Iterator[CapitalBlock]:
    """Power chain and cooling by kind and type, bare."""
    for (kind, type_), some in standing.items():
        if role(kind) not in POWER_ROLES | COOLING_ROLES:
            continue
        watts = peak_w * some.count if role(kind) is Role.SUPPLY else some.rating_w
        if watts <= 0 and role(kind) is Role.PUMP:
            continue  # part of the unit that it moves the coolant of
        capex, price = _plant_price(kind, type_, watts, prices)
        yield CapitalBlock(f"{kind} {type_}", PLANT, watts, "W", capex, price)


def _plant_price(
    kind: str, type_: str, watts: float, prices: PriceList
) -> tuple[Array | None, str]:
    """USD of equipment of one type: by its own price in proportion to the rating, or by its kind's
    price a watt.
    """
    by_watt = prices.stated(kind)
    if by_watt is not None and prices.stated(type_) is None:
        return by_watt * watts, kind
    system = PowerEquipment if role(kind) in POWER_ROLES else CoolingEquipment
    each = prices.catalogue(system, type_)
    rated_w = _rated_w(prices, system, type_)
    if each is not None and rated_w:
        return each * (watts / rated_w), type_
    shipped = prices.find(kind)
    return (None, f"{NO_PRICE} of {type_}") if shipped is None else (shipped * watts, kind)


def _rated_w(
    prices: PriceList, system: type[PowerEquipment | CoolingEquipment], name: str
) -> float:
    row = prices.catalogue_row(system, name)
    return float(getattr(row, "rating_w", None) or getattr(row, "capacity_w", None) or 0.0)


def _installation(plant: list[CapitalBlock], prices: PriceList) -> Iterator[CapitalBlock]:
    bare = added(block.usd for block in plant)
    share = prices.value("installation")
    yield CapitalBlock(
        "installation of power and cooling", PLANT, float(share[0]), "of bare plant",
        bare * share, "installation",
    )  # fmt: skip


def _building(facility: Facility, prices: PriceList) -> Iterator[CapitalBlock]:
    """Shell, site and rooms by the racks' rated power, without the plant; ground by floor."""
    watts = float(facility.racks.rated_w.sum())
    name = facility.scenario.economics.construction
    shell = prices.value(name) * (1.0 - prices.value("critical_plant_share"))
    yield CapitalBlock("building", BUILDING, watts, "W", shell * watts, name)
    ground_m2 = floor_m2(facility) * prices.value("site_area")
    yield CapitalBlock(
        "land", LAND, float(ground_m2[0]), "m2", prices.value("land") * ground_m2, "land"
    )


def floor_m2(facility: Facility) -> float:
    """Floor of all halls."""
    return float(facility.halls.size_m[:, :2].prod(axis=1).sum())
