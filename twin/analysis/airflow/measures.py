"""Figures of merit of a room's air, from temperatures and flows at racks and handlers.

RCI   rack cooling index: Herrlin, ASHRAE Transactions 111(2), 2005
RTI   return temperature index: Herrlin, ASHRAE Transactions 114(2), 2008
SHI, RHI   supply and return heat index: Sharma, Bash and Patel, AIAA-2002-3091
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array


@dataclass(frozen=True)
class AirClass:
    """A class of equipment by the air it may take in."""

    name: str
    recommended_degc: tuple[float, float]
    allowable_degc: tuple[float, float]


AIR_CLASSES = (
    AirClass("A1", (18.0, 27.0), (15.0, 32.0)),
    AirClass("A2", (18.0, 27.0), (10.0, 35.0)),
    AirClass("A3", (18.0, 27.0), (5.0, 40.0)),
    AirClass("A4", (18.0, 27.0), (5.0, 45.0)),
    AirClass("H1", (18.0, 22.0), (5.0, 25.0)),
)
"""ASHRAE TC 9.9, Thermal Guidelines, 5th edition 2021, as quoted by public design guides."""


def rack_cooling_index(inlet_degc: Array, of: AirClass) -> tuple[float, float]:
    """RCI_HI and RCI_LO: 1 where no inlet leaves the recommended range, 0 where all stand at the
    edge of the allowable one on average.
    """
    low, high = of.recommended_degc
    least, most = of.allowable_degc
    over = np.maximum(inlet_degc - high, 0.0).mean() / (most - high)
    under = np.maximum(low - inlet_degc, 0.0).mean() / (low - least)
    return 1.0 - float(over), 1.0 - float(under)


def return_temperature_index(
    rack_rise_k: Array, rack_m3_s: Array, handler_drop_k: Array, handler_m3_s: Array
) -> float:
    """RTI: rise over the handlers by rise over the racks, each by flow; below 1 air goes by the
    racks, above 1 racks draw their own.
    """
    racks = float(rack_rise_k @ rack_m3_s / rack_m3_s.sum())
    handlers = float(handler_drop_k @ handler_m3_s / handler_m3_s.sum())
    return handlers / racks


def supply_heat_index(
    inlet_degc: Array, outlet_degc: Array, rack_m3_s: Array, supply_degc: float
) -> float:
    """SHI: of the heat in the racks' exhaust above the supply, the share their inlets had
    already.
    """
    before = float((inlet_degc - supply_degc) @ rack_m3_s)
    after = float((outlet_degc - supply_degc) @ rack_m3_s)
    return before / after


def allowed_classes(inlet_degc: Array) -> list[str]:
    """Classes whose allowable range holds every inlet."""
    low = float(inlet_degc.min())
    high = float(inlet_degc.max())
    return [
        one.name
        for one in AIR_CLASSES
        if one.allowable_degc[0] <= low and high <= one.allowable_degc[1]
    ]
