"""State of the record: integrals, losses and time tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility

SITE = (
    "utility", "generator", "battery_out", "battery_in", "it", "loss", "cooling", "water_kg",
    "gpus_busy", "gpus_throttled", "solar", "export", "solar_held_back", "gas",
    "other", "fuel_m3",
)  # fmt: skip
"""Integrals over the site: joules, of gas those of its heat, kilograms, GPU seconds, and cubic
metres of fuel."""
Key = tuple[str, str, str]
"""(cause, rack or nothing, workload)"""


@dataclass(slots=True)
class AccountState:
    """Rates that hold now, their integrals, and extremes since they were last asked for."""

    site_rate: Array
    site: Array
    """(SITE,)"""
    rack_rate: Array
    rack: Array
    """(power, on, clock; rack)"""
    power_rate: Array
    power: Array
    """(input, output, live, lost; power node)"""
    unit_j: Array
    """(unit,)"""
    rack_peak_w: Array
    junction_peak_degc: Array
    """(rack,)"""
    load_peak_frac: Array
    """(power node,) output over rating."""
    battery_least_j: Array
    """(power node,) lowest energy in its battery."""


def fresh_accounts(facility: Facility) -> AccountState:
    """Nothing counted."""
    racks = len(facility.racks.id)
    nodes = len(facility.power.id)
    return AccountState(
        site_rate=np.zeros(len(SITE)),
        site=np.zeros(len(SITE)),
        rack_rate=np.zeros((3, racks)),
        rack=np.zeros((3, racks)),
        power_rate=np.zeros((4, nodes)),
        power=np.zeros((4, nodes)),
        unit_j=np.zeros(len(facility.cooling.units.id)),
        rack_peak_w=np.zeros(racks),
        junction_peak_degc=np.full(racks, -np.inf),
        load_peak_frac=np.zeros(nodes),
        battery_least_j=facility.power.start_j(),
    )


@dataclass(slots=True)
class BillingState:
    """What the utility's meter has counted."""

    metered_j: Array
    """(interval,) energy of each interval of the demand meter."""
    energy_usd: float = 0.0
    """Energy bought so far, at the price of its time."""
    carbon_kg: float = 0.0
    """Its carbon, at the intensity of its time."""


def fresh_billing(facility: Facility) -> BillingState:
    """Nothing metered."""
    return BillingState(np.zeros(facility.tariff.meter.count))


@dataclass(slots=True)
class LossState:
    """What is being lost, and was: tokens and GPU seconds by key."""

    rack_tokens: Array
    """(rack,)"""
    token_rate: dict[Key, float] = field(default_factory=dict)
    gpu_rate: dict[Key, float] = field(default_factory=dict)
    tokens: dict[Key, float] = field(default_factory=dict)
    gpu_s: dict[Key, float] = field(default_factory=dict)
    usual_rate: dict[Key, float] = field(default_factory=dict)
    usual: dict[Key, float] = field(default_factory=dict)
    """Tokens not made for causes that are no fault."""


@dataclass(slots=True)
class RecorderState:
    """Samples of integrals and of what held, one a period and one at the start."""

    rows: dict[str, Array] = field(default_factory=dict)
    """By quantity, (sample, member); filled up to `samples`."""
    samples: int = 0
    last_s: float = 0.0
    """When the last sample was taken."""
    due: bool = False
    """A period ends at this instant; it is closed when the instant has settled."""
