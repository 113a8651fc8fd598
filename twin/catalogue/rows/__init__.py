"""What a catalogue row holds: one frozen model a kind, plain SI floats, refused where it cannot be
true.

Every field carries its unit in its name; a field that may be unknown is `None` in the row and an
empty cell in the CSV. One file a family; look-ups are in `twin.catalogue`.
"""

from __future__ import annotations

from twin.catalogue.rows.base import CatalogueRow, Reliability, Size, Status
from twin.catalogue.rows.compute import Gpu, Rack
from twin.catalogue.rows.cooling import Chiller, CoolingEquipment, biquadratic
from twin.catalogue.rows.instance import GpuInstance
from twin.catalogue.rows.network import StorageSystem, Switch
from twin.catalogue.rows.power import PowerEquipment
from twin.catalogue.rows.server import Server
from twin.catalogue.rows.site import Climate, GridRegion
from twin.catalogue.rows.ups import OverloadCurve
from twin.catalogue.rows.work import Model, RequestLengths, ServingSoftware

__all__ = [
    "CatalogueRow",
    "Chiller",
    "Climate",
    "CoolingEquipment",
    "Gpu",
    "GpuInstance",
    "GridRegion",
    "Model",
    "OverloadCurve",
    "PowerEquipment",
    "Rack",
    "Reliability",
    "RequestLengths",
    "Server",
    "ServingSoftware",
    "Size",
    "Status",
    "StorageSystem",
    "Switch",
    "biquadratic",
]
