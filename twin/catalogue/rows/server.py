"""One server, as its data sheet describes it; a rack may be stated as so many of them."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from twin.catalogue.rows.base import (
    AtLeastZero,
    CatalogueRow,
    Count,
    Positive,
    Reliability,
    Share,
    Size,
    Temperature,
    refuse,
    rises,
)


class Server(CatalogueRow, Size, Reliability):
    """One server: its chips, what it draws, and how its heat leaves; a rack may hold several."""

    vendor: str = ""
    """Maker."""
    gpu: str = ""
    """GPU row; empty where it has none."""
    gpus: Count
    """GPUs in it."""
    cpus: Count
    """CPUs in it."""
    cpu_idle_w: AtLeastZero
    """One CPU without work."""
    cpu_max_w: AtLeastZero
    """One CPU at full work."""
    power_idle_w: AtLeastZero
    """AC input without work."""
    power_rated_w: Positive
    """AC input at full work: the load, not the sum of redundant supplies."""
    liquid_heat_frac: Share
    """Share of heat that leaves in the coolant."""
    coolant_flow_m3_s: AtLeastZero
    """Rated coolant flow."""
    air_flow_m3_s: AtLeastZero
    """Rated air flow."""
    heat_capacity_j_k: Positive
    """What the junction-side lump stores: the server, or its cold plates and coolant."""
    junction_to_coolant_k_w: AtLeastZero
    """GPU junction above the coolant or air that leaves the server, for each watt of one GPU."""
    coolant_supply_max_degc: Temperature | None = None
    """Warmest coolant allowed in."""
    inlet_air_max_degc: Temperature
    """Warmest air allowed in."""
    mass_kg: Positive
    """Weight."""
    nics: Count
    """Network ports on the compute fabric."""
    nic_bandwidth_b_s: AtLeastZero
    """One port, one direction, bytes a second."""
    boot_s: AtLeastZero
    """From power to ready for work."""
    price_usd: Positive | None = None
    """For one."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "power_idle_w", "power_rated_w")
        rises(self, "cpu_idle_w", "cpu_max_w")
        refuse(bool(self.gpu) != bool(self.gpus), "a gpu needs gpus, and the reverse")
        refuse(
            bool(self.liquid_heat_frac) != bool(self.coolant_flow_m3_s),
            "liquid heat needs coolant flow",
        )
        refuse(self.liquid_heat_frac < 1 and not self.air_flow_m3_s, "heat to air needs air flow")
        return self
