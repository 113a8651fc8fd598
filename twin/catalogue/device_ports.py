"""Ports of a device type in the form of the NetBox library: supplies, outlets and interfaces."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import ConfigDict, Field

from twin.stated import Stated

_GBIT = re.compile(r"(\d+(?:\.\d+)?)g(?:base|fc)?")
_INFINIBAND = {
    "sdr": 8,
    "ddr": 16,
    "qdr": 32,
    "fdr10": 40,
    "fdr": 56,
    "edr": 100,
    "hdr": 200,
    "ndr": 400,
    "xdr": 800,
}
"""Gbit/s of a port of four lanes."""


class PowerPort(Stated):
    """One supply of a device."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    name: str = ""
    """Its name."""
    maximum_draw: Annotated[float, Field(gt=0, le=1e8)] | None = None
    """Nameplate, W."""
    allocated_draw: Annotated[float, Field(gt=0, le=1e8)] | None = None
    """Share of the load that is planned on it, W."""


class Port(Stated):
    """An outlet or an interface."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    name: str = ""
    """Its name."""
    type: str = ""
    """Connector and speed, such as `400gbase-x-qsfp112`."""
    mgmt_only: bool = False
    """Whether it carries management only."""
    description: str = ""
    """A sentence, which is where a port for the fabric's own management says so."""

    @property
    def carries_traffic(self) -> bool:
        """Whether jobs send through it."""
        return not self.mgmt_only and "management" not in self.description.lower()

    @property
    def gbit_s(self) -> float:
        """Rate of an interface; 0 where its type tells none."""
        word = self.type.removeprefix("infiniband-")
        if word != self.type:
            return float(_INFINIBAND.get(word, 0))
        match = _GBIT.match(self.type)
        return float(match[1]) if match else 0.0
