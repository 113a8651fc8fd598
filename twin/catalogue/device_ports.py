"""Ports of a device type in the form of the NetBox library: supplies, outlets, interfaces and
bays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from twin.stated import Stated

_GBIT = re.compile(r"(\d+(?:\.\d+)?)g(?:base|fc|-)")
"""Ethernet, Fibre Channel and passive optical networks; `4g` and `5g` are radio."""
_MBIT = re.compile(r"(\d+)base")
LANES_MAX = 8
"""Most ports that one splits into: the electrical lanes of an OSFP or QSFP-DD cage."""
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

    @model_validator(mode="after")
    def _within_its_nameplate(self) -> Self:
        if (self.allocated_draw or 0.0) > (self.maximum_draw or float("inf")):
            raise ValueError(f"an allocated_draw up to the maximum_draw, {self.maximum_draw:g} W")
        return self


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
        if match:
            return float(match[1])
        slow = _MBIT.match(self.type)
        return float(slow[1]) / 1e3 if slow else 0.0


class Bay(Stated):
    """A place for a module or a device that has a file of its own."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    name: str = ""
    """Its name."""


@dataclass(frozen=True)
class OneRate:
    """Ports of several rates as ports of one."""

    count: int
    gbit_s: float
    said: str = ""
    """How they were counted; empty where all have one rate."""


def of_one_rate(ports: Iterable[Port]) -> OneRate:
    """Ports that carry traffic, at the rate of most of them (of as many, those that carry more).

    A faster port counts as those that it splits into, LANES_MAX at most; slower ones are left out.
    """
    rates = Counter(port.gbit_s for port in ports if port.carries_traffic and port.gbit_s > 0)
    if not rates:
        return OneRate(0, 0.0)
    base = max(rates, key=lambda rate: (rates[rate], rate))
    split = {rate: min(int(rate / base), LANES_MAX) for rate in rates if rate > base}
    count = rates[base] + sum(rates[rate] * lanes for rate, lanes in split.items())
    said = [f"{rates[base]} ports of {base:g} Gbit/s"] if len(rates) > 1 else []
    for rate, lanes in sorted(split.items()):
        whole = f"each taken as {lanes}" if lanes > 1 else "each taken as one"
        said.append(f"{rates[rate]} of {rate:g} Gbit/s, {whole}")
    slower = sorted(rate for rate in rates if rate < base)
    said += [f"{rates[rate]} of {rate:g} Gbit/s left out" for rate in slower]
    return OneRate(count, base, "; ".join(said))
