"""Switches and storage systems."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import CatalogueRow, Positive, Reliability, rises


class Switch(CatalogueRow, Reliability):
    """One network switch."""

    ports: Annotated[int, Field(ge=1)]
    """Ports at full rate."""
    port_bandwidth_b_s: Positive
    """One port, one direction, bytes a second."""
    power_typical_w: Positive
    """With passive cables."""
    power_max_w: Positive
    """With active modules in every port."""
    height_m: Positive
    """Rack height taken."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "power_typical_w", "power_max_w")
        return self


class StorageSystem(CatalogueRow):
    """One storage system for a scalable unit."""

    read_b_s: Positive
    """Sustained reads, bytes a second."""
    write_b_s: Positive
    """Sustained writes, bytes a second."""
    node_read_b_s: Positive
    """What one node's link and client read, bytes a second."""
    node_write_b_s: Positive
    """What one node's link and client write, bytes a second."""
    capacity_bytes: Positive
    """Usable."""
