"""What a facility is: frozen arrays and graphs, one row a component. No rule of building is
here.
"""

from __future__ import annotations

from twin.arrays import Array, Index, Mask
from twin.facility.model.air import RoomAir
from twin.facility.model.common_pipe import CommonPipe
from twin.facility.model.components import Components, Halls, Place
from twin.facility.model.cooling import Cooling, FreeCooling, Plant, Units
from twin.facility.model.facility import Facility
from twin.facility.model.power import PowerTree
from twin.facility.model.racks import Racks
from twin.facility.model.weather import Weather

__all__ = [
    "Array",
    "CommonPipe",
    "Components",
    "Cooling",
    "Facility",
    "FreeCooling",
    "Halls",
    "Index",
    "Mask",
    "Place",
    "Plant",
    "PowerTree",
    "Racks",
    "RoomAir",
    "Units",
    "Weather",
]
