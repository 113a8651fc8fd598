"""Page one: the verdict and the numbers that decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.present.figures.style import periods_s
from twin.quantities import (
    NONE,
    clock,
    count,
    degrees,
    energy,
    figures,
    mass,
    money,
    number,
    percent,
    short,
    tokens,
)  # fmt: skip
from twin.results import Result


@dataclass(frozen=True)
class Tile:
    """One headline number: what it is, its value, and the line below it."""

    label: str
    value: str
    below: str
    mood: str = "plain"
    """plain, good or bad."""


def marks(result: Result) -> list[str]:
    """What stands above the verdict: why the numbers are no answer, and that a run ended early."""
    stopped = str(result.meta.get("stopped") or "")
    return [
        *([f"Not valid: {result.invalid}. Do not use these numbers."] if result.invalid else []),
        *([f"This run did not reach its end: it {stopped}."] if stopped else []),
    ]


def headline(result: Result) -> tuple[str, str]:
    """The verdict in one line and its mood: how much of the undisturbed output was made."""
    made = number(result.summary.get("tokens_total"))
    lost = lost_tokens(result)
    if not np.isfinite(made + lost) or made + lost <= 0:
        return _without_tokens(result)
    share = made / (made + lost)
    if lost <= 0:
        return "No token was lost to a fault or to throttling.", "good"
    mood = "good" if share >= 0.999 else "bad"
    return (
        f"{percent(share, 2)} of the undisturbed tokens were made; {tokens(lost)} were lost.",
        mood,
    )


def _without_tokens(result: Result) -> tuple[str, str]:
    """The verdict of a run whose work is not counted in tokens, or that had none."""
    jobs = result.frame("jobs")
    hours = float(result.frame("losses")["gpu_hours"].sum())
    if jobs.empty:
        return ("No workload ran: this is the facility at rest." if len(result.frame("site"))
                else "No tokens were recorded in this run."), "plain"  # fmt: skip
    busy = number(result.summary.get("gpu_hours_busy"))
    done = f"{count((jobs['state'] == 'completed').sum())} of {count(len(jobs))} jobs completed"
    if hours <= 0:
        return f"{done}; no GPU hour was lost to a fault or to throttling.", "good"
    return (
        f"{done}; {figures(hours)} GPU hours were lost, {percent(hours / (busy + hours), 2)} "
        f"of all.",
        "bad",
    )


def tiles(result: Result) -> list[Tile]:
    """Eight numbers, in the order a planner asks for them."""
    held = result.summary
    it_kwh = number(held.get("energy_it_j")) / 3.6e6
    bought_j = number(held.get("energy_utility_j"))
    diesel_j = float(np.nan_to_num(number(held.get("energy_generator_j"))))
    joules = figures(held.get("joules_per_token_facility"))
    carbon_per_kwh = number(held.get("carbon_kg")) * 1e3 / ((bought_j + diesel_j) / 3.6e6 or np.nan)
    each = (
        f"{joules} J a token"
        if joules != NONE
        else f"{energy(held.get('energy_cooling_j'))} of it for cooling"
    )
    return [
        *_output(result),
        Tile("Energy bought", energy(bought_j), f"{each}{_diesel(held, diesel_j)}"),
        _worst(result),
        Tile(
            "PUE",
            _decimals(held.get("pue"), 3),
            f"{energy(held.get('energy_it_j'))} reached the racks",
        ),
        Tile("WUE", _with_unit(held.get("wue_l_per_kwh"), "L/kWh"), _water(held, it_kwh)),
        Tile("Cost of running", money(held.get("cost_usd")), _per_million(held)),
        Tile("Carbon", mass(held.get("carbon_kg")), f"{figures(carbon_per_kwh)} g a kWh"),
    ]


def _diesel(held: Mapping[str, Any], diesel_j: float) -> str:
    """What generators gave beside it, and the fuel they burnt; nothing where they stood still."""
    if diesel_j <= 0:
        return ""
    litres = number(held.get("fuel_m3")) * 1e3
    return f"; beside it {energy(diesel_j)} from generators, {litres:,.0f} L of diesel"


def _output(result: Result) -> list[Tile]:
    """What was made and lost, in tokens where there are any, else in GPU hours."""
    held = result.summary
    losses = result.frame("losses")
    lost = lost_tokens(result)
    hours = float(losses["gpu_hours"].sum())
    if number(held.get("tokens_total")) == 0 and lost == 0:
        return [
            Tile(
                "GPU hours at work", count(held.get("gpu_hours_busy")), "no work counted in tokens"
            ),
            Tile("GPU hours lost", figures(hours), "to faults and throttling", _mood(hours)),
        ]
    rate = tokens(held.get("tokens_per_s_mean"))
    return [Tile("Tokens made", tokens(held.get("tokens_total")), f"{rate}/s on average"),
            Tile("Tokens lost", tokens(lost), f"{money(losses['usd'].sum())} at the token price",
                 _mood(lost))]  # fmt: skip


def _mood(lost: float) -> str:
    return "bad" if lost > 0 else "good" if lost == 0 else "plain"


def lost_tokens(result: Result) -> float:
    """Tokens that faults and throttling cost, from the summary or else the losses table."""
    told = number(result.summary.get("tokens_lost_by_fault"))
    losses = result.frame("losses")
    return told if np.isfinite(told) or losses.empty else float(losses["tokens"].sum())


def _decimals(value: Any, places: int) -> str:
    held = number(value)
    return f"{held:.{places}f}" if np.isfinite(held) else NONE


def _with_unit(value: Any, unit: str) -> str:
    text = _decimals(value, 2)
    return text if text == NONE else f"{text} {unit}"


def _water(held: dict[str, Any], it_kwh: float) -> str:
    litres = number(held.get("wue_l_per_kwh")) * it_kwh
    return (
        "water not recorded" if not np.isfinite(litres) else f"{figures(litres / 1e3)} m³ of water"
    )


def _per_million(held: dict[str, Any]) -> str:
    made = number(held.get("tokens_total"))
    cost = number(held.get("cost_usd"))
    if not np.isfinite(made + cost):
        return "cost not recorded"
    return f"{money(cost / made * 1e9)} per billion tokens" if made > 0 else "electricity and water"


def _worst(result: Result) -> Tile:
    """The period that lost tokens fastest; where none did, the hottest GPU's."""
    site = result.frame("site")
    racks = result.frame("racks")
    if not site.empty and site["tokens_lost"].max() > 0:
        rate = (site["tokens_lost"] / periods_s(site["time_s"].to_numpy())).fillna(0.0)
        return Tile(
            "Worst moment",
            clock(site["time_s"][rate.idxmax()]),
            f"{tokens(rate.max())} tokens/s lost",
            "bad",
        )
    if racks["junction_max_degc"].notna().any():
        hottest = racks.loc[int(str(racks["junction_max_degc"].idxmax()))]
        return Tile("Hottest GPU", degrees(hottest["junction_max_degc"]),
                    f"{short(hottest['rack'])} at {clock(hottest['time_s'])}")  # fmt: skip
    return Tile("Worst moment", NONE, "no period was recorded")
