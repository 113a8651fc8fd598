"""Page one: the numbers that decide, each with the entry of the tables that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.present.figures.floor_scale import slowdown_degc
from twin.present.figures.style import periods_s
from twin.present.report.cost import each_token
from twin.present.report.redundancy import study_of
from twin.present.report.summary import beside_limit, lost_tokens
from twin.present.study import part
from twin.quantities import (
    NONE,
    available,
    count,
    degrees,
    duration,
    energy,
    figures,
    mass,
    moment,
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
    of: str = ""
    """Which entry of the result it is, such as `summary.pue`; empty where it is none."""
    number: float = float("nan")
    """That entry, in its own unit."""


def tiles(result: Result) -> list[Tile]:
    """Twelve numbers, in the order a planner asks for them; eleven where no token was made."""
    held = result.summary
    worst = [] if _is_without_tokens(result) else [_worst(result)]
    return [
        *_output(result),
        _energy(held),
        Tile("PUE", _decimals(held.get("pue"), 3), _split(held), of="summary.pue",
             number=number(held.get("pue"))),
        Tile("WUE", _with_unit(held.get("wue_l_per_kwh"), "L/kWh"), _water(held),
             of="summary.wue_l_per_kwh", number=number(held.get("wue_l_per_kwh"))),
        Tile("Cost of running", money(held.get("cost_usd")), _parts(result), of="summary.cost_usd",
             number=number(held.get("cost_usd"))),
        Tile("Carbon", mass(held.get("carbon_kg")), _carbon(held), of="summary.carbon_kg",
             number=number(held.get("carbon_kg"))),
        _available(result),
        _headroom(result),
        _hottest(result),
        *worst,
    ]  # fmt: skip


def _energy(held: Mapping[str, Any]) -> Tile:
    bought_j = number(held.get("energy_utility_j"))
    made_j = float(np.nan_to_num(number(held.get("energy_generator_j"))))
    gas_j = float(np.nan_to_num(number(held.get("gas_j"))))
    below = f"{energy(held.get('energy_cooling_j'))} of it for cooling"
    other_j = number(held.get("energy_other_j"))
    if other_j > 0:
        below += f", {energy(other_j)} for other loads"
    if made_j > 0:
        litres = number(held.get("fuel_m3")) * 1e3
        burnt = [f"{litres:,.0f} L of diesel"] * (litres > 0 or not gas_j)
        burnt += [f"{energy(gas_j)} of gas"] * (gas_j > 0)
        below += f"; beside it {energy(made_j)} from generators, {' and '.join(burnt)}"
    return Tile(
        "Energy bought", energy(bought_j), below, of="summary.energy_utility_j", number=bought_j
    )


def _output(result: Result) -> list[Tile]:
    """What was served, trained and lost, in tokens where there are any, else in GPU hours."""
    held = result.summary
    losses = result.frame("losses")
    lost = lost_tokens(result)
    hours = float(losses["gpu_hours"].sum())
    if _is_without_tokens(result):
        busy = count(held.get("gpu_hours_busy"))
        return [
            Tile("GPU hours at work", busy, "no work counted in tokens"),
            Tile("GPU hours lost", figures(hours), "to faults and throttling", _mood(hours)),
        ]
    return [
        *_made(result),
        Tile(
            "Tokens lost",
            tokens(lost),
            f"{money(losses['usd'].sum())} at the token price",
            _mood(lost),
            "summary.tokens_lost_by_fault",
            lost,
        ),
    ]


def _is_without_tokens(result: Result) -> bool:
    """Whether its work is counted in GPU hours alone."""
    return number(result.summary.get("tokens_total")) == 0 and lost_tokens(result) == 0


def _made(result: Result) -> list[Tile]:
    """Served and trained apart: a token of the one is no token of the other."""
    services = result.frame("services")
    jobs = result.frame("jobs")
    served = number(result.summary.get("tokens_inference"))
    trained = number(result.summary.get("tokens_training"))
    over_s = number(result.summary.get("simulated_s"))
    each_served = _per_joule(services["tokens_served"].sum(), services["energy_j"].sum())
    each_trained = _per_joule(jobs["tokens"].sum(), jobs["energy_j"].sum())
    return [
        Tile("Tokens served", tokens(served), f"{_rate(served, over_s)}{each_served}",
             of="summary.tokens_inference", number=served),
        Tile("Tokens trained", tokens(trained), f"{_rate(trained, over_s)}{each_trained}",
             of="summary.tokens_training", number=trained),
    ]  # fmt: skip


def _rate(made: float, over_s: float) -> str:
    return f"{tokens(made / over_s)}/s on average" if over_s > 0 and made > 0 else "nothing ran"


def _per_joule(made: Any, energy_j: Any) -> str:
    """Tokens a joule at the racks that made them; nothing where no energy was booked."""
    used_j = number(energy_j)
    return f"; {figures(number(made) / used_j)} tokens/J at its racks" if used_j > 0 else ""


def _mood(lost: float) -> str:
    return "bad" if lost > 0 else "good" if lost == 0 else "plain"


def _decimals(value: Any, places: int) -> str:
    held = number(value)
    return f"{held:.{places}f}" if np.isfinite(held) else NONE


def _with_unit(value: Any, unit: str) -> str:
    text = figures(value)
    return text if text == NONE else f"{text} {unit}"


def _split(held: Mapping[str, Any]) -> str:
    return f"{energy(held.get('energy_it_j'))} reached the racks"


def _water(held: Mapping[str, Any]) -> str:
    litres = number(held.get("wue_l_per_kwh")) * number(held.get("energy_it_j")) / 3.6e6
    if not np.isfinite(litres):
        return "water not recorded"
    return f"{figures(litres / 1e3)} m³ of water"


def _parts(result: Result) -> str:
    """What the cost is, and what a token costs with equipment in; served and trained apart."""
    if not np.isfinite(number(result.summary.get("cost_usd"))):
        return "cost not recorded"
    return each_token(result) or "energy, demand, fuel and water; no equipment"


def _carbon(held: Mapping[str, Any]) -> str:
    used_j = np.nansum([number(held.get(f"energy_{one}_j")) for one in ("utility", "generator")])
    each = number(held.get("carbon_kg")) * 1e3 / (used_j / 3.6e6 or np.nan)
    return f"{figures(each)} g a kWh"


def _available(result: Result) -> Tile:
    """All racks in service together, by the exact engine; the interval is Monte Carlo's."""
    study = study_of(result)
    down = number(part(study, "availability_exact").get("unavailability"))
    if not np.isfinite(down):
        return Tile("Availability", NONE, "no redundancy study")
    bounds = [number(one) for one in study.get("interval") or ()]
    between = f"; 95 % {available(max(bounds))} to {available(min(bounds))}" if bounds else ""
    below = f"down {duration(down * 8760 * 3600)} a year{between}"
    return Tile("Availability", available(down), below, of="redundancy.availability",
                number=1 - down)  # fmt: skip


def _headroom(result: Result) -> Tile:
    """What is left of the rating of the heaviest power element after the worst one loss."""
    loading = result.frame("loading").dropna(subset=["worst_load_frac"])
    if loading.empty:
        return Tile("Headroom at N-1", NONE, "no loading was worked out")
    worst = loading.loc[int(str(loading["worst_load_frac"].idxmax()))]
    frac = number(worst["worst_load_frac"])
    lost = f" without {short(worst['worst_lost'])}" if worst["worst_lost"] else ""
    below = f"{short(worst['component'])} at {percent(frac)}{lost}"
    mood = "bad" if frac > 1 + 1e-9 else "plain"
    return Tile(
        "Headroom at N-1", percent(1 - frac), below, mood, "loading.headroom_frac", 1 - frac
    )


def _hottest(result: Result) -> Tile:
    racks = result.frame("racks")
    held = result.frame("components")
    racks = racks[racks["rack"].isin(held.loc[held["gpus"] > 0, "id"])]
    if not racks["junction_max_degc"].notna().any():
        return Tile("Hottest GPU", NONE, "no GPU temperature was recorded")
    hottest = racks.loc[int(str(racks["junction_max_degc"].idxmax()))]
    found = number(hottest["junction_max_degc"])
    left_k = slowdown_degc(result) - found
    limit = beside_limit(found, slowdown_degc(result), "; ")
    mood = "bad" if left_k < 0.05 else "plain"
    return Tile("Hottest GPU", degrees(found), f"{short(hottest['rack'])}{limit}", mood,
                "racks.junction_max_degc", found)  # fmt: skip


def _worst(result: Result) -> Tile:
    """The period that lost most tokens. An amount and no rate: work rolled back is lost at once."""
    site = result.frame("site")
    if site.empty or not site["tokens_lost"].max() > 0:
        return Tile("Worst period", NONE, "no tokens were lost")
    row = int(str(site["tokens_lost"].idxmax()))
    length_s = periods_s(site["time_s"].to_numpy())[row]
    most = float(site["tokens_lost"][row])
    below = f"lost in the {duration(length_s)} to {moment(site['time_s'][row])}"
    return Tile("Worst period", tokens(most), below, "bad", "site.tokens_lost", most)
