"""Page one: the numbers that decide, and three sentences written from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twin.present.figures.faults import TROUBLE, marks
from twin.present.figures.style import periods_s
from twin.present.numbers import (
    NONE,
    clock,
    degrees,
    duration,
    energy,
    figures,
    mass,
    money,
    names,
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


def headline(result: Result) -> tuple[str, str]:
    """The verdict in one line and its mood: how much of the undisturbed output was made."""
    made, lost = number(result.summary.get("tokens_total")), _lost(result)
    if not np.isfinite(made + lost) or made + lost <= 0:
        return "No tokens were recorded in this run.", "plain"
    share = made / (made + lost)
    if lost <= 0:
        return "No token was lost to a fault or to throttling.", "good"
    mood = "good" if share >= 0.999 else "bad"
    return f"{percent(share, 2)} of the undisturbed tokens were made; {tokens(lost)} were lost.", mood


def tiles(result: Result) -> list[Tile]:
    """Eight numbers, in the order a planner asks for them."""
    held = result.summary
    it_kwh = number(held.get("energy_it_j")) / 3.6e6
    lost, cost = _lost(result), float(result.frame("losses")["usd"].sum())
    bad = "bad" if lost > 0 else "good" if lost == 0 else "plain"
    worst_value, worst_below = _worst(result)
    rate = tokens(held.get("tokens_per_s_mean"))
    joules = figures(held.get("joules_per_token_facility"))
    carbon_per_kwh = number(held.get("carbon_kg")) * 1e3 / (number(held.get("energy_utility_j")) / 3.6e6 or np.nan)
    return [
        Tile("Tokens made", tokens(held.get("tokens_total")), f"{rate}/s on average"),
        Tile("Tokens lost", tokens(lost), f"{money(cost)} at the token price", bad),
        Tile("Energy from the utility", energy(held.get("energy_utility_j")), f"{joules} J a token"),
        Tile("Worst moment", worst_value, worst_below, bad),
        Tile("PUE", _decimals(held.get("pue"), 3), f"{energy(held.get('energy_it_j'))} reached the racks"),
        Tile(
            "WUE",
            f"{_decimals(held.get('wue_l_per_kwh'), 2)} L/kWh".replace(f"{NONE} L/kWh", NONE),
            _water(held, it_kwh),
        ),
        Tile("Cost of running", money(held.get("cost_usd")), _per_million(held)),
        Tile("Carbon", mass(held.get("carbon_kg")), f"{figures(carbon_per_kwh)} g a kWh drawn"),
    ]


def sentences(result: Result) -> list[str]:
    """What happened, to which racks and when, and what it cost."""
    return [_what_happened(result), _which_racks(result), _what_it_cost(result)]


def _lost(result: Result) -> float:
    told = number(result.summary.get("tokens_lost_by_fault"))
    losses = result.frame("losses")
    return told if np.isfinite(told) or losses.empty else float(losses["tokens"].sum())


def _decimals(value: Any, count: int) -> str:
    held = number(value)
    return f"{held:.{count}f}" if np.isfinite(held) else NONE


def _water(held: dict[str, Any], it_kwh: float) -> str:
    litres = number(held.get("wue_l_per_kwh")) * it_kwh
    return f"{figures(litres / 1e3)} m³ of water" if np.isfinite(litres) else "water not recorded"


def _per_million(held: dict[str, Any]) -> str:
    made = number(held.get("tokens_total"))
    each = number(held.get("cost_usd")) / made * 1e6 if made else np.nan
    return f"${each:.3f} a million tokens" if np.isfinite(each) else "cost not recorded"


def _worst(result: Result) -> tuple[str, str]:
    """The period that lost tokens fastest; where none did, the hottest GPU's."""
    site, racks = result.frame("site"), result.frame("racks")
    if not site.empty and site["tokens_lost"].max() > 0:
        rate = (site["tokens_lost"] / periods_s(site["time_s"].to_numpy())).fillna(0.0)
        return clock(site["time_s"][rate.idxmax()]), f"{tokens(rate.max())} tokens/s were lost"
    if racks["junction_max_degc"].notna().any():
        hottest = racks.loc[int(str(racks["junction_max_degc"].idxmax()))]
        return clock(hottest["time_s"]), f"hottest GPU, {degrees(hottest['junction_max_degc'])}"
    return NONE, "no period was recorded"


def _what_happened(result: Result) -> str:
    """The first trouble of each chain: a failure or trip, without what followed from it."""
    span_s = number(result.summary.get("simulated_s"))
    told = marks(result.frame("events"), span_s if np.isfinite(span_s) and span_s > 0 else 1.0)
    began = [mark for mark in told if mark.trouble and mark.text.rsplit(" ", 1)[-1] in TROUBLE[:3]]
    began = began or [mark for mark in told if mark.trouble]
    over = f"Over {duration(span_s)}" if np.isfinite(span_s) else "In this run"
    if result.frame("events").empty:
        return f"{over} no event was recorded."
    if not began:
        return f"{over} nothing failed, tripped or throttled."
    chain = [f"{mark.text} at {clock(mark.time_s)}" for mark in began[:3]]
    more = f", and {len(began) - 3} more" if len(began) > 3 else ""
    told_of = " and ".join(filter(None, [", ".join(chain[:-1]), chain[-1]])) if not more else ", ".join(chain)
    return f"{over}, {told_of}{more}."


def _which_racks(result: Result) -> str:
    racks = result.frame("racks")
    off, slow = racks[racks["on_frac"] < 0.999], racks[(racks["clock_frac"] < 0.999) & (racks["on_frac"] > 0)]
    parts = [_span(off, "without power or shut down"), _span(slow, "below full clock")]
    told = "; ".join(part for part in parts if part)
    if racks.empty:
        return "No rack was recorded."
    return f"{told}." if told else "Every rack stayed on and at full clock throughout."


def _span(held: pd.DataFrame, how: str) -> str:
    if held.empty:
        return ""
    period_s = float(held["time_s"].diff().replace(0.0, np.nan).min())
    start_s = max(0.0, float(held["time_s"].min()) - (period_s if np.isfinite(period_s) else 0.0))
    racks = list(dict.fromkeys(held["rack"]))
    verb = "was" if len(racks) == 1 else "were"
    return f"{names(racks)} {verb} {how} between {clock(start_s)} and {clock(held['time_s'].max())}"


def _what_it_cost(result: Result) -> str:
    losses, lost, made = result.frame("losses"), _lost(result), number(result.summary.get("tokens_total"))
    if not np.isfinite(lost):
        return "What was lost was not recorded."
    if losses.empty or lost <= 0:
        return "No tokens were lost."
    causes = losses.groupby("cause")["tokens"].sum().sort_values(ascending=False)
    main = short(causes.index[0]).replace("_", " ")
    hours = float(losses["gpu_hours"].sum())
    return (
        f"That cost {tokens(lost)} tokens, {percent(lost / (made + lost))} of what an undisturbed run makes: "
        f"{money(losses['usd'].sum())} at the token price and {figures(hours)} GPU hours, "
        f"{percent(causes.iloc[0] / causes.sum(), 0)} of the tokens by “{main}”."
    )
