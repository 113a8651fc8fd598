"""Pieces of the cooling plant, and the curves of chillers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from twin.catalogue.equipment_kinds import CoolingKind, Role, role
from twin.catalogue.rows.base import (
    AtLeastZero,
    CatalogueRow,
    Positive,
    Reliability,
    Share,
    Six,
    Size,
    Temperature,
    refuse,
    rises,
)


class CoolingEquipment(CatalogueRow, Size, Reliability):
    """One piece of the cooling plant."""

    kind: CoolingKind
    """Family; a CDU joins liquid racks, a CRAH a room, a rear door the exhaust of one rack, to the
    facility water."""
    capacity_w: Positive
    """Rated heat."""
    approach_k: AtLeastZero
    """Served supply above its own cold side at rated heat and flow."""
    flow_m3_s: Positive
    """Rated flow on the served side: coolant for a CDU, air for a CRAH or a rear door, water for a
    plant."""
    primary_flow_m3_s: AtLeastZero
    """Rated flow on the other side: facility water; 0 where that side is outdoor air."""
    fluid: Literal["pg25", "water", "air"]
    """What the served side carries."""
    pumps_per_unit: Annotated[int, Field(ge=1)]
    """Pumps or fan groups, all running."""
    flow_per_pump_frac: Annotated[float, Field(gt=0, le=1)]
    """Share of rated flow that one of them gives alone."""
    head_pa: Positive | None = None
    """Pressure that its pumps leave for pipes and racks at rated flow; coolant units only."""
    shutoff_head_pa: Positive | None = None
    """The same without flow; a third more than at rated flow where not stated."""
    head_exponent: Annotated[float, Field(ge=1, le=5)] = 2.0
    """Power of the flow by which the pressure falls between the two."""
    power_rated_w: AtLeastZero
    """Pumps and fans at rated flow; a chiller's compressor comes from its curve instead."""
    power_floor_frac: Share
    """Lowest share of that power while on: electronics and minimum speed."""
    cop_reference: Positive | None = None
    """Rated heat over compressor power; chillers only."""
    curve: str = ""
    """Row of `chillers`; chillers only."""
    restart_s: AtLeastZero
    """From power to rated cooling after an outage."""
    evaporative_effectiveness_frac: Share | None = None
    """Of wetted pads: (dry bulb - air off pad) / (dry bulb - wet bulb); None where dry."""
    tower_fan_frac: Share = 0.47
    """Tower fans within `power_rated_w`, the rest is the condenser pump; water-cooled chillers
    only. Where not stated, that of a 1055 kW machine (assumed)."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        chiller = role(self.kind) is Role.CHILLER
        refuse(chiller != bool(self.curve), "a chiller and nothing else has a curve")
        refuse(chiller != (self.cop_reference is not None), "a chiller and nothing else has a COP")
        refuse(
            self.pumps_per_unit * self.flow_per_pump_frac < 1,
            "all pumps together miss the rated flow",
        )
        refuse(
            (self.shutoff_head_pa or np.inf) <= (self.head_pa or 0.0),
            "no more pressure without flow than at rated flow",
        )
        refuse(self.power_rated_w >= self.capacity_w, "draws more power than it moves heat")
        return self


class Chiller(CatalogueRow):
    """Curves of one chiller, EnergyPlus electric EIR form; x leaving water, y condenser entering,
    in °C.

    power = capacity * capft(x, y) / cop * eirft(x, y) * eirplr(load over available capacity).
    """

    condenser: Literal["air", "water"]
    """What y is: outdoor dry bulb, or condenser water entering."""
    capacity_w: Positive
    """At reference conditions."""
    cop_reference: Positive
    """At reference conditions."""
    leaving_degc: Temperature
    """Chilled water leaving at reference conditions."""
    entering_degc: Temperature
    """y at reference conditions."""
    capft: Six
    """Available capacity over reference capacity."""
    eirft: Six
    """Power for each watt of heat over its reference value."""
    eirplr: tuple[float, float, float]
    """Power at part load over power at full load: coefficients of 1, p, p²."""
    x_min_degc: Temperature
    """Coldest leaving water that both curves hold for."""
    x_max_degc: Temperature
    """Warmest leaving water."""
    y_min_degc: Temperature
    """Coldest condenser entering."""
    y_max_degc: Temperature
    """Warmest condenser entering."""
    load_min_frac: Share
    """Least part load without cycling."""
    unload_min_frac: Share | None = None
    """Part load below which it unloads no further and draws what it draws there; as
    `load_min_frac` where not stated."""
    load_max_frac: Positive
    """Greatest part load of the curve."""
    fan_power_frac: AtLeastZero
    """Condenser fans over capacity, included in the curves where `cop_reference` counts them; else
    0."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "x_min_degc", "leaving_degc", "x_max_degc")
        rises(self, "y_min_degc", "entering_degc", "y_max_degc")
        rises(self, "load_min_frac", "load_max_frac")
        for curve in (self.capft, self.eirft):
            value = biquadratic(curve, self.leaving_degc, self.entering_degc)
            refuse(
                not 0.8 < value < 1.3, f"a curve is {value:.3f} at reference conditions, far from 1"
            )
        refuse(not 0.9 < sum(self.eirplr) < 1.1, "the part load curve is far from 1 at full load")
        return self


def biquadratic(c: Six, x: float, y: float) -> float:
    """c1 + c2 x + c3 x² + c4 y + c5 y² + c6 x y."""
    return c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y
