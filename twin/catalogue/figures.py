"""The few numbers of a row that a planner compares at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from twin.catalogue.library import Catalogue
from twin.catalogue.rack_power import rated_w
from twin.catalogue.rows import (
    CatalogueRow,
    Chiller,
    Climate,
    CoolingEquipment,
    Gpu,
    GpuInstance,
    GridRegion,
    Model,
    OverloadCurve,
    PowerEquipment,
    Rack,
    RequestLengths,
    Server,
    ServingSoftware,
    StorageSystem,
    Switch,
)

FIGURES: Mapping[type[CatalogueRow], tuple[str, ...]] = MappingProxyType({
    Gpu: ("power_max_w", "memory_bytes", "memory_bandwidth_b_s", "bf16_flop_s"),
    GpuInstance: ("gpu", "instances", "multiprocessors", "memory_bytes"),
    Server: ("gpu", "gpus", "power_rated_w", "power_idle_w", "price_usd"),
    Rack: ("gpu", "gpus", "nodes_per_rack", "power_rated_w", "liquid_heat_frac", "price_usd"),
    PowerEquipment: ("kind", "rating_w", "mtbf_h", "price_usd"),
    OverloadCurve: ("inverter_load_frac", "inverter_time_s", "inverter_then"),
    CoolingEquipment: ("kind", "capacity_w", "power_rated_w", "price_usd"),
    Chiller: ("condenser", "capacity_w", "cop_reference"),
    Switch: ("ports", "port_bandwidth_b_s", "power_max_w", "price_usd"),
    StorageSystem: ("read_b_s", "write_b_s", "capacity_bytes"),
    Model: ("parameters", "layers", "hidden"),
    Climate: ("dry_bulb_mean_degc", "dry_bulb_max_degc", "wet_bulb_max_degc"),
    GridRegion: ("price_usd_per_kwh", "carbon_kg_per_kwh"),
    RequestLengths: ("input_mean_tokens", "output_mean_tokens"),
    ServingSoftware: ("max_sequences", "token_budget", "page_tokens", "memory_frac"),
})  # fmt: skip
"""By kind, in the order in which they are shown."""


def figures(known: Catalogue, row: CatalogueRow) -> dict[str, Any]:
    """A row's figures by field; GPUs and rated power of a rack follow from what is in it."""
    of_rack = _of_rack(known, row) if isinstance(row, Rack) else {}
    return {field: of_rack.get(field, getattr(row, field, None)) for field in FIGURES[type(row)]}


def _of_rack(known: Catalogue, rack: Rack) -> dict[str, Any]:
    gpu = known.get(Gpu, rack.gpu) if rack.gpu else None
    gpus = rack.nodes_per_rack * rack.gpus_per_node
    return {"gpus": gpus, "power_rated_w": rated_w(rack, gpu)}
