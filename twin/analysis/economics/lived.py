"""What of a run its economics stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.facility.model import Facility
from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.physics.tariff import Tariff
from twin.results import Columns

HOUR_S = 3600.0
MONTHS = 12


@dataclass(frozen=True)
class Lived:
    """One run, added up."""

    hours: float
    energy_usd: float
    bought_j: float
    """Energy from the utility."""
    fuel_usd: float
    demand_usd: float
    demand_year_usd: float
    """Of the peaks like its own of a year, each charge in the months that it is made in."""
    water_usd: float
    export_usd: float
    """Paid for energy that left the site."""
    response_usd: float
    """Paid for demand responses."""
    gpus: int
    gpu_hours_busy: float
    gpu_hours_served: float
    """Held by services."""
    gpu_hours_trained: float
    """Held by jobs that make tokens."""
    gpu_hours_other: float
    """Held by jobs that make none."""
    energy_served_j: float
    """Of the services' nodes, at the AC input of their racks; the next two likewise."""
    energy_trained_j: float
    energy_other_j: float
    tokens_served: float
    tokens_trained: float
    served_usd: float
    """What the tokens served earn at the prices of their workloads."""
    trained_usd: float
    """What the tokens trained earn."""

    @property
    def token_usd(self) -> float:
        """What all tokens earn."""
        return self.served_usd + self.trained_usd

    @property
    def year_factor(self) -> float:
        """How often the run fits into a year; 0 for a run of no length."""
        return HOURS_PER_YEAR / self.hours if self.hours > 0 else 0.0

    @property
    def demand_factor(self) -> float:
        """How often its demand charge is paid in a year, which has twelve months; a day of July
        pays a 31st of one.
        """
        return self.demand_year_usd / self.demand_usd if self.demand_usd > 0 else 0.0


def lived(facility: Facility, summary: Mapping[str, Any], tables: Mapping[str, Columns]) -> Lived:
    """From a run's headline numbers and tables."""
    jobs = tables["jobs"]
    trains = jobs["tokens"] > 0
    held = jobs["gpu_hours"]
    used_j = jobs["energy_j"]
    hours = float(summary["simulated_s"]) / HOUR_S
    parts = ("cost_energy_usd", "cost_fuel_usd", "cost_demand_usd")
    energy, fuel, demand = (float(summary[part]) for part in parts)
    sold = float(summary.get("income_export_usd", 0.0))
    return Lived(
        hours=hours,
        energy_usd=energy,
        fuel_usd=fuel,
        demand_usd=demand,
        demand_year_usd=_demand_year_usd(facility.tariff, summary),
        bought_j=float(summary["energy_utility_j"]),
        water_usd=max(float(summary["cost_usd"]) + sold - energy - fuel - demand, 0.0),
        export_usd=sold,
        response_usd=float(tables["demand_response"]["payment_usd"].sum()),
        gpus=facility.racks.gpu_count,
        gpu_hours_busy=float(summary["gpu_hours_busy"]),
        gpu_hours_served=_pool_gpus(facility) * hours,
        gpu_hours_trained=float(held[trains].sum()),
        gpu_hours_other=float(held[~trains].sum()),
        energy_served_j=float(tables["services"]["energy_j"].sum()),
        energy_trained_j=float(used_j[trains].sum()),
        energy_other_j=float(used_j[~trains].sum()),
        tokens_served=float(summary["tokens_inference"]),
        tokens_trained=float(summary["tokens_training"]),
        served_usd=_token_usd(facility, tables["token_balance"], True),
        trained_usd=_token_usd(facility, tables["token_balance"], False),
    )


def _demand_year_usd(tariff: Tariff, summary: Mapping[str, Any]) -> float:
    """What the run paid for its peaks, each charge as often as its months are in a year."""
    until_s = float(summary["simulated_s"])
    base = float(summary["cost_demand_usd"])
    year = 0.0
    for one in tariff.windows:
        paid = float(summary[f"cost_demand_{one.name}_usd"])
        base -= paid
        year += _often(one.months, tariff.window_months(one, until_s)) * paid
    return year + _often(MONTHS, tariff.billed_months(until_s)) * base


def _often(months: float, billed: float) -> float:
    return months / billed if billed > 0 else 0.0


def _pool_gpus(facility: Facility) -> float:
    """GPUs of all services, which hold them for the whole run."""
    racks = facility.racks
    per_node = racks.gpus_per_node[racks.gpus_per_node > 0]
    nodes = sum(pool.all_nodes for work in facility.scenario.workload for pool in work.pools())
    return nodes * float(np.median(per_node)) if per_node.size else 0.0


def _token_usd(facility: Facility, balance: Columns, served: bool) -> float:
    """Tokens made by each workload that is a service, or is none, at its price."""
    works = facility.scenario.workload
    price = {work.name: work.usd_per_token for work in works if bool(work.pools()) is served}
    made = balance["entry"] == "made"
    of_works = zip(balance["workload"][made], balance["tokens"][made].tolist(), strict=True)
    return float(sum(tokens * price.get(name, 0.0) for name, tokens in of_works))
