"""What a design costs each year to run, and what it earns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.analysis.economics.blocks import (
    IT,
    LAND,
    PLANT,
    AnnualBlock,
    CapitalBlock,
    added,
    total_usd,
)
from twin.analysis.economics.lived import Lived
from twin.analysis.economics.price_list import PriceList
from twin.arrays import Array
from twin.facility.crews import crew_classes
from twin.scenario.schema import Scenario

LEAST_ON_DUTY = 2
"""Nobody works on live equipment alone."""
RUN = "the run"
"""What a yearly cost stands on that is the run's own, repeated over the year."""


def running(scenario: Scenario, run: Lived, prices: PriceList) -> list[AnnualBlock]:
    """Energy, fuel, demand charge and water of the run over a year, and the staff."""
    asked = scenario.economics
    factor = run.year_factor
    energy = factor * asked.year_energy_factor
    told = _demand_stands_on(scenario)
    paid = (("export", run.export_usd), ("demand response", run.response_usd))
    return [
        _of_run("energy", energy, _energy_usd(scenario, run), "energy_usd"),
        _of_run("generator fuel", factor, run.fuel_usd, "energy_usd"),
        AnnualBlock(
            "demand charge", run.demand_factor, "of the run",
            None if told else _same(run.demand_factor * run.demand_usd), told or RUN,
            "demand_charge_usd",
        ),
        _of_run("water", factor * asked.year_water_factor, run.water_usd, "water_usd"),
        *(_of_run(name, factor, -usd, "grid_income_usd") for name, usd in paid if usd),
        *_staff(on_duty(scenario), run.gpus, prices),
    ]  # fmt: skip


def _energy_usd(scenario: Scenario, run: Lived) -> float:
    """Of the run's energy, a share at the price of a contract where one states it."""
    contract = scenario.economics.power_contract
    if contract.price is None:
        return run.energy_usd
    return (1.0 - contract.share) * run.energy_usd + contract.share * run.bought_j * contract.price


def _of_run(name: str, factor: float, usd: float, line: str) -> AnnualBlock:
    return AnnualBlock(name, factor, "of the run", _same(factor * usd), RUN, line)


def _same(value: float) -> Array:
    return np.full(1, value)


def _demand_stands_on(scenario: Scenario) -> str:
    """Why there is no demand charge; empty where the scenario states its grid itself."""
    named = isinstance(scenario.site.grid, str)
    return "no price: a grid of the catalogue states no demand charge" if named else ""


def on_duty(scenario: Scenario) -> int:
    """People at the site at all hours: as stated, else one a crew, and two at least."""
    stated = scenario.economics.people_on_duty
    crews = sum(crew.count for crew in crew_classes(scenario))
    return max(crews, LEAST_ON_DUTY) if stated is None else stated


def _staff(people: int, gpus: int, prices: PriceList) -> list[AnnualBlock]:
    """Crews around the clock and people who see to the GPUs."""
    each = prices.value("staff")
    site = prices.value("fte_24x7") * (people / 2.0)
    racks = prices.value("it_fte_per_1000_gpus") * (gpus / 1000.0)
    crews = (
        ("staff on duty", site, "fte_24x7"),
        ("staff for racks", racks, "it_fte_per_1000_gpus"),
    )
    return [
        AnnualBlock(name, float(fte[0]), "FTE", fte * each, price, "staff_usd")
        for name, fte, price in crews
    ]


def upkeep(bought: Sequence[CapitalBlock], prices: PriceList) -> list[AnnualBlock]:
    """Maintenance of racks and of plant, insurance and taxes, as shares of what was paid."""
    racks = total_usd(bought, IT)
    plant = total_usd(bought, PLANT)
    whole = added(block.usd for block in bought if block.group != LAND)
    shares = (
        ("maintenance of racks", racks, "maintenance_it", "maintenance_usd"),
        ("maintenance of plant", plant, "maintenance_facility", "maintenance_usd"),
        ("insurance and tax", whole, "insurance_and_tax", "insurance_usd"),
    )
    return [
        AnnualBlock(name, float(usd[0]), "USD", usd * prices.value(price), price, line)
        for name, usd, price, line in shares
    ]


def earned_usd(scenario: Scenario, run: Lived) -> float:
    """What a year like the run earns: its tokens, and GPU hours of work without tokens."""
    hours = run.gpu_hours_other * scenario.economics.usd_per_gpu_hour
    return (run.token_usd + hours) * run.year_factor
