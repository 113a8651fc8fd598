"""The few numbers of a row that a planner compares at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from twin.catalogue.rows import (
    CatalogueRow,
    Chiller,
    Climate,
    CoolingEquipment,
    Gpu,
    GridRegion,
    Model,
    PowerEquipment,
    Rack,
    RequestLengths,
    Server,
    StorageSystem,
    Switch,
)

FIGURES: Mapping[type[CatalogueRow], tuple[str, ...]] = MappingProxyType({
    Gpu: ("power_max_w", "memory_bytes", "memory_bandwidth_b_s", "bf16_flop_s"),
    Server: ("gpu", "gpus", "power_rated_w", "power_idle_w", "price_usd"),
    Rack: ("gpu", "gpus", "nodes_per_rack", "power_rated_w", "liquid_heat_frac", "price_usd"),
    PowerEquipment: ("kind", "rating_w", "mtbf_h", "price_usd"),
    CoolingEquipment: ("kind", "capacity_w", "power_rated_w", "price_usd"),
    Chiller: ("condenser", "capacity_w", "cop_reference"),
    Switch: ("ports", "port_bandwidth_b_s", "power_max_w", "price_usd"),
    StorageSystem: ("read_b_s", "write_b_s", "capacity_bytes"),
    Model: ("parameters", "layers", "hidden"),
    Climate: ("dry_bulb_mean_degc", "dry_bulb_max_degc", "wet_bulb_max_degc"),
    GridRegion: ("price_usd_per_kwh", "carbon_kg_per_kwh"),
    RequestLengths: ("input_mean_tokens", "output_mean_tokens"),
})  # fmt: skip
"""By kind, in the order in which they are shown."""


def figures(row: CatalogueRow) -> dict[str, Any]:
    """A row's figures by field; a rack's GPUs are counted through its nodes."""
    counted = {"gpus": row.nodes_per_rack * row.gpus_per_node} if isinstance(row, Rack) else {}
    return {field: counted.get(field, getattr(row, field, None)) for field in FIGURES[type(row)]}
