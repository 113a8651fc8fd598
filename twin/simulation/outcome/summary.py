"""The headline numbers of a run, and what a reader should know before trusting them."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.analysis.prices import (
    J_PER_KWH,
    diesel_carbon_kg,
    diesel_usd,
    gas_carbon_kg,
    gas_usd,
    water_usd,
)
from twin.physics.humidity_control import power_w
from twin.quantities import percent
from twin.simulation.disciplines import Disciplines
from twin.simulation.jobs.phase import Phase
from twin.simulation.outcome.job_metrics import queue_metrics
from twin.simulation.outcome.tables import HOUR_S, losses
from twin.simulation.outcome.token_balance import token_residual_frac

RESIDUAL_MAX = 1e-9
"""A balance that leaves more than rounding is not an answer."""


def summary(run: Disciplines, wall_s: float) -> dict[str, Any]:
    """The headline numbers, SI with the unit in the key."""
    return {
        **_tokens(run),
        **_energy(run),
        **_work(run),
        **_costs(run),
        **_gas(run),
        **_bess(run),
        **_solar(run),
        **_moisture(run),
        "rack_hours_above_inlet_limit": run.inlet_air.own.rack_hours,
        "events": len(run.world.log),
        "instants": run.world.events,
        "simulated_s": run.world.now_s,
        "wall_s": wall_s,
        **residuals(run),
    }


def _tokens(run: Disciplines) -> dict[str, float]:
    served = run.serving.tokens()
    trained = run.jobs.tokens()
    return {
        "tokens_total": served + trained,
        "tokens_inference": served,
        "tokens_training": trained,
        "tokens_per_s_mean": _ratio(served + trained, run.world.now_s),
        "joules_per_token_facility": _ratio(_used_j(run), served + trained),
    }


def _used_j(run: Disciplines) -> float:
    """Energy that the facility used, whatever its source."""
    site = run.accounts.site_totals()
    fed = site["utility"] + site["generator"] + site["solar"] - site["export"]
    return fed + site["battery_out"] - site["battery_in"]


def _energy(run: Disciplines) -> dict[str, float]:
    site = run.accounts.site_totals()
    return {
        "energy_utility_j": site["utility"],
        "energy_generator_j": site["generator"],
        "fuel_m3": site["fuel_m3"],
        "energy_it_j": site["it"],
        "energy_cooling_j": site["cooling"],
        "energy_loss_j": site["loss"],
        "energy_facility_j": _used_j(run),
        "power_it_mean_w": _ratio(site["it"], run.world.now_s),
        "pue": _ratio(_used_j(run), site["it"]),
        "wue_l_per_kwh": _ratio(site["water_kg"], site["it"] / J_PER_KWH),
        **_other(run),
        **_reuse(run, site["it"]),
    }


def _other(run: Disciplines) -> dict[str, float]:
    """Energy of other loads of boards; nothing where a layout states none."""
    if not run.world.facility.power.load_of_other.size:
        return {}
    return {"energy_other_j": run.accounts.site_totals()["other"]}


def _reuse(run: Disciplines, it_j: float) -> dict[str, float]:
    """Heat used again, and ERE: energy less that heat, over IT's; nothing without takers."""
    if not any(plant.reuse for plant in run.world.facility.cooling.plants):
        return {}
    reused_j = run.units.own.reused_j
    return {"heat_reused_j": reused_j, "ere": _ratio(_used_j(run) - reused_j, it_j)}


def _work(run: Disciplines) -> dict[str, float]:
    site = run.accounts.site_totals()
    return {
        "jobs_completed": int((run.jobs.own.phase == Phase.COMPLETED).sum()),
        "jobs_submitted": len(run.jobs.jobs),
        **queue_metrics(run),
        "gpu_hours_busy": site["gpus_busy"] / HOUR_S,
        "gpu_hours_throttled": site["gpus_throttled"] / HOUR_S,
        "tokens_lost_by_fault": run.losses.total_tokens,
        "usd_lost_by_fault": float(losses(run)["usd"].sum()),
        "requests": sum(s.total("requests") for s in run.serving.services),
        "tokens_dropped": sum(s.total("dropped") for s in run.serving.services),
    }


def _costs(run: Disciplines) -> dict[str, float]:
    site = run.accounts.site_totals()
    water = water_usd(site["water_kg"], run.world.facility.scenario.site.water_price)
    demand = run.billing.demand_usd()
    gas_j = site["gas"]
    fuel = diesel_usd(site["fuel_m3"]) + gas_usd(gas_j)
    fuel_kg = diesel_carbon_kg(site["fuel_m3"]) + gas_carbon_kg(gas_j)
    return {
        "cost_usd": run.billing.energy_usd() + fuel + water + demand - _sold_usd(run),
        "cost_energy_usd": run.billing.energy_usd(),
        "cost_fuel_usd": fuel,
        "cost_demand_usd": demand,
        **{f"cost_demand_{k}_usd": v for k, v in run.billing.demand_windows_usd().items()},
        "peak_demand_w": run.billing.peak_demand_w(),
        "carbon_kg": run.billing.carbon_kg() + fuel_kg,
        "carbon_fuel_kg": fuel_kg,
    }


def _gas(run: Disciplines) -> dict[str, float]:
    """What prime generators burn, and their heat rate: gas over what they gave; nothing without."""
    prime = run.accounts.prime
    if not prime.size:
        return {}
    gas_j = run.accounts.site_totals()["gas"]
    given_j = float(run.accounts.own.power[1, prime].sum())
    return {"gas_j": gas_j, "heat_rate_j_per_j": _ratio(gas_j, given_j)}


def _bess(run: Disciplines) -> dict[str, float]:
    """What BESS took, gave and lost, and their wear by the rules that price it; nothing without."""
    bess = run.world.facility.power.bess
    if not bess.node.size:
        return {}
    taken = run.accounts.own.power[0, bess.node]
    given = run.accounts.own.power[1, bess.node]
    lost = run.accounts.own.power[3, bess.node]
    rules = run.world.facility.scenario.controls.storage
    wear = np.array([*(getattr(rule, "degradation", 0.0) for rule in rules), 0.0])
    return {
        "bess_taken_j": float(taken.sum()),
        "bess_given_j": float(given.sum()),
        "bess_loss_j": float(lost.sum()),
        "bess_wear_usd": float(given @ wear[bess.rule]),
    }


def _sold_usd(run: Disciplines) -> float:
    """What the utility pays for what left the site."""
    export = run.world.facility.scenario.site.export
    return 0.0 if export is None else run.accounts.site_totals()["export"] * export.price


def _solar(run: Disciplines) -> dict[str, float]:
    """What solar arrays gave, what of it left, and what was held back; nothing without any. Where
    they gave nothing, as at night, nothing left.
    """
    site = run.accounts.site_totals()
    if not run.world.facility.power.solar.node.size:
        return {}
    return {
        "energy_solar_j": site["solar"],
        "energy_export_j": site["export"],
        "solar_held_back_j": site["solar_held_back"],
        "solar_self_consumption_frac": 1.0
        - (_ratio(site["export"], site["solar"]) if site["solar"] > 0 else 0.0),
        "income_export_usd": _sold_usd(run),
    }


def _moisture(run: Disciplines) -> dict[str, float]:
    """Water that coils, humidifiers and dehumidifiers moved, and their power; nothing where no hall
    states its moisture.
    """
    if not run.moisture.followed:
        return {}
    halls = run.moisture.halls
    _, humidified, dehumidified, condensed = run.moisture.own.water_kg
    drawn_j = power_w(humidified, dehumidified, halls.humidifier_j_kg)
    return {
        "condensate_kg": float(condensed.sum()),
        "humidifier_kg": float(humidified.sum()),
        "humidifier_bleed_kg": float(humidified @ halls.bleed_frac),
        "dehumidifier_kg": float(dehumidified.sum()),
        "energy_humidity_j": float(drawn_j.sum()),
    }


def residuals(run: Disciplines) -> dict[str, float]:
    """What the balances of energy, heat, tokens and water leave open, as shares."""
    water = {"moisture_balance_residual_frac": run.moisture.residual_frac()}
    return (water if run.moisture.followed else {}) | {
        "energy_balance_residual_frac": run.accounts.electrical_residual_frac(),
        "heat_balance_residual_frac": run.heat.residual_frac(),
        "token_balance_residual_frac": token_residual_frac(run),
    }


def unbalanced(run: Disciplines) -> str:
    """Why a run's numbers are no answer; empty where its balances close."""
    open_ = {k: v for k, v in residuals(run).items() if not abs(v) <= RESIDUAL_MAX}
    return ", ".join(f"{name} is {value:.2g}" for name, value in open_.items())


def warnings(run: Disciplines) -> list[str]:
    """What a reader should know about this run before trusting it."""
    units = run.units.own
    texts = list(run.world.facility.notices)
    for count, what in (
        (units.outside, "hotter air or colder water than they know: they may carry less than said"),
        (units.safely_outside, "milder air or warmer water than they know"),
    ):
        if count:
            share = f"{percent(count / units.settings, 0)} of the scans"
            texts.append(
                f"chillers worked outside their curves in {share}, by the lift from the nearest "
                f"point, with {what}"
            )
    hours = run.inlet_air.own.rack_hours
    if hours:
        texts.append(f"racks stood {hours:,.1f} rack hours in air above their inlet limit")
    return texts


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else float("nan")
