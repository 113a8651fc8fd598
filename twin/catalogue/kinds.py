"""The kinds of rows there are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

KINDS: Mapping[str, type[CatalogueRow]] = MappingProxyType(
    {
        "gpus": Gpu,
        "servers": Server,
        "racks": Rack,
        "power": PowerEquipment,
        "overload_curves": OverloadCurve,
        "cooling": CoolingEquipment,
        "chillers": Chiller,
        "switches": Switch,
        "storage": StorageSystem,
        "models": Model,
        "climates": Climate,
        "grids": GridRegion,
        "requests": RequestLengths,
        "engines": ServingSoftware,
        "instances": GpuInstance,
    }
)
"""Every kind by name, and the type of its rows; the shipped CSV has the kind's name."""


def kind_of(model: type[CatalogueRow]) -> str:
    """The name of the kind that a type of row belongs to."""
    return next(word for word, known in KINDS.items() if known is model)
