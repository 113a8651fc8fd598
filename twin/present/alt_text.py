"""What one sees on a report's figures, for those who do not: extremes with their moments and names,
and where it ends, from the tables behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from twin.present.drill_spans import drill_spans
from twin.present.figures.floor_scale import RECOMMENDED_DEGC, Scale, inlet_scale, margin_scale
from twin.present.figures.halls import halls, standing
from twin.present.figures.losses import whose
from twin.present.figures.power_boxes import worst_moment
from twin.present.figures.sankey import energy_graph, staged
from twin.present.study import part
from twin.present.year_words import MODES, MONTHS, year_of
from twin.quantities import (
    clock,
    count,
    counted,
    degrees,
    duration,
    energy,
    figures,
    number,
    percent,
    power,
    short,
    span,
    tokens,
)
from twin.results import Result

Write = Callable[[float], str]
HOUR_S = 3600.0
MOST_NAMED = 4
"""Parts of a whole that are named, the largest first."""


def alt_text(result: Result, name: str) -> str:
    """What the figure of that name shows of this result; empty for a figure without numbers."""
    tell = _TOLD.get(name)
    return " ".join(filter(None, tell(result))) if tell else ""


def course(what: str, along: pd.Series[float], write: Write) -> str:
    """Lowest, highest and last of a series by seconds; empty where it holds no number."""
    held = along.dropna()
    if held.empty:
        return ""
    low = number(held.min())
    high = number(held.max())
    if write(low) == write(high):
        return f"{what}: {write(high)} throughout."
    lowest = f"{write(low)} at {clock(held.idxmin())}"
    highest = f"{write(high)} at {clock(held.idxmax())}"
    return f"{what}: lowest {lowest}, highest {highest}, {write(number(held.iloc[-1]))} at the end."


def parts(what: str, held: pd.Series[float], write: Write) -> str:
    """The largest parts of a whole with their shares; empty where there is none."""
    ranked = held[held > 0].sort_values(ascending=False, kind="stable")
    if ranked.empty:
        return ""
    total = float(ranked.sum())
    told = [
        f"{short(name, 40)} {write(float(size))} ({percent(float(size) / total)})"
        for name, size in ranked.iloc[:MOST_NAMED].items()
    ]
    more = len(ranked) - len(told)
    others = f" and {counted(more, 'other')}" if more else ""
    return f"{what}: {', '.join(told)}{others}."


def _timeline(result: Result) -> Iterator[str]:
    site = result.frame("site").set_index("time_s")
    yield course("Power of racks", site["it_power_w"], power)
    yield course("Power of cooling", site["cooling_power_w"], power)
    if (site["other_power_w"] > 0).any():
        yield course("Power of other loads", site["other_power_w"], power)
    yield from _made(site)
    racks = result.frame("racks").groupby("time_s")
    yield course("Hottest GPU", racks["junction_max_degc"].max(), degrees)
    yield course("Warmest inlet", racks["inlet_air_degc"].max(), degrees)
    yield course("Outdoor air", site["dry_bulb_degc"], degrees)
    drills = drill_spans(result)
    if drills:
        yield f"{counted(len(drills), 'drill')}: {span([one.name for one in drills])}."


def _made(site: pd.DataFrame) -> Iterator[str]:
    """By the hour, as the table has them; what was lost as a whole and when most."""
    hours = (np.ceil(site.index.to_numpy(dtype=float) / HOUR_S - 1e-9) - 1) * HOUR_S
    by = site.groupby(hours)[
        ["tokens_inference", "tokens_training", "tokens_rolled_back", "tokens_lost"]
    ].sum()
    made = {
        "served": by["tokens_inference"],
        "trained": by["tokens_training"] + by["tokens_rolled_back"],
    }
    for what, held in made.items():
        if held.max() > 0:
            yield course(f"Tokens {what} by the hour", held, tokens)
    back = by["tokens_rolled_back"]
    if back.max() > 0:
        most = f"most in the hour from {clock(back.idxmax())}, {tokens(number(back.max()))}"
        yield f"Tokens rolled back: {tokens(float(back.sum()))}, {most}."
    lost = by["tokens_lost"]
    if lost.max() > 0:
        most = f"most in the hour from {clock(lost.idxmax())}, {tokens(number(lost.max()))}"
        yield f"Tokens lost: {tokens(float(lost.sum()))}, {most}."
    elif len(by):
        yield "No token was lost."


def _oneline(result: Result) -> Iterator[str]:
    time_s, why = worst_moment(result)
    held = result.frame("power")
    now = held[held["time_s"] == time_s].set_index("component")
    if now.empty:
        return
    yield f"At {clock(time_s)}, {why}."
    loads = now["load_max_frac"].dropna()
    if len(loads):
        first = f"{short(loads.idxmax(), 40)} at {percent(number(loads.max()))} of its rating"
        yield f"Loaded highest: {first}."
    ever = held.groupby("component")["energised_frac"].max()
    at_rest = set(ever.index[ever <= 0.0])
    dark = [name for name in now.index[now["energised_frac"] < 1.0] if name not in at_rest]
    yield f"Without voltage for some or all of the period: {span(dark)}." if len(dark) else ""


def _sankey(result: Result) -> Iterator[str]:
    graph = energy_graph(staged(result.frame("energy")))
    sources = [name for name in graph if not graph.predecessors(name)]
    ends = [name for name in graph if not graph.successors(name)]
    given = {name: graph.total_out(name, "energy_j") for name in sources}
    taken = {name: graph.total_in(name, "energy_j") for name in ends}
    yield parts("From", pd.Series(given, dtype=float), energy)
    yield parts("To", pd.Series(taken, dtype=float), energy)


def _plan(scale: Scale, write: Write, extremes: tuple[str, str]) -> Iterator[str]:
    """Both ends of a plan's colours, and who is in trouble."""
    held = scale.value.dropna()
    if held.empty:
        return
    low, high = extremes
    yield f"{low}: {short(held.idxmin(), 40)}, {write(number(held.min()))}."
    yield f"{high}: {short(held.idxmax(), 40)}, {write(number(held.max()))}."
    beyond = scale.trouble.index[scale.trouble]
    known = f"{count(len(beyond))} of {counted(len(held), 'rack')}"
    yield f"{known} {scale.beyond}: {span(beyond)}." if len(beyond) else f"No rack {scale.beyond}."


def _floor(result: Result) -> Iterator[str]:
    yield from _plan(inlet_scale(result), degrees, ("Coolest inlet", "Warmest inlet"))
    if len(result.frame("racks")):
        low, high = RECOMMENDED_DEGC
        yield f"Recommended are {low:.0f} to {high:.0f} °C."


def _slowdown(result: Result) -> Iterator[str]:
    scale = margin_scale(result)
    if scale.label.startswith("K "):
        yield from _plan(scale, lambda left_k: f"{left_k:.1f} K", ("Least left", "Most left"))
    else:
        yield from _plan(scale, degrees, ("Coolest GPU", "Hottest GPU"))


def _coolant(result: Result) -> Iterator[str]:
    loops = result.frame("loops")
    for kind, what in (
        ("liquid", "Liquid loops"), ("room", "Rooms"), ("facility_water", "Facility water"),
    ):  # fmt: skip
        held = loops[loops["kind"] == kind].dropna(subset=["temperature_degc"])
        if len(held):
            ranked = held.sort_values("temperature_degc", kind="stable")
            coolest = degrees(ranked["temperature_degc"].iloc[0])
            warmest = degrees(ranked["temperature_degc"].iloc[-1])
            yield f"{what}: {coolest} to {warmest}, warmest {_where(ranked.iloc[-1:])}."
    moved = loops[loops["kind"] != "room"].dropna(subset=["flow_frac"])
    if len(moved):
        least = moved.sort_values("flow_frac", kind="stable").iloc[:1]
        share = percent(number(least["flow_frac"].iloc[0]))
        yield f"Lowest flow: {share} of rated, {_where(least)}."


def _where(row: pd.DataFrame) -> str:
    return f"in {short(row['loop'].iloc[0], 40)} at {clock(row['time_s'].iloc[0])}"


def _site(result: Result) -> Iterator[str]:
    rooms = halls(result)
    kit = standing(result)
    inside = {name for room in rooms for name in room.inside["id"]}
    yard = kit.loc[~kit["id"].isin(inside), "id"]
    sizes = [f"{short(room.name)} {room.width_m:.3g} × {room.depth_m:.3g} m" for room in rooms]
    if sizes:
        yield f"{counted(len(rooms), 'hall')}: {', '.join(sizes[:MOST_NAMED])}."
    yield f"Outside: {span(yard, 12)}." if len(yard) else ""


def _year(result: Result) -> Iterator[str]:
    rated = part(year_of(result), "rated")
    months = pd.DataFrame(rated.get("months") or [])
    for what, column, write in (("PUE", "pue", _ratio), ("WUE", "wue_l_per_kwh", _litres)):
        if column in months and months[column].max() > 0:
            each = [number(value) for value in months[column]]
            known = [n for n, value in enumerate(each) if value == value]
            low = min(known, key=each.__getitem__)
            high = max(known, key=each.__getitem__)
            least = f"{write(each[low])} in {MONTHS[low]}"
            yield f"{what}: {least} to {write(each[high])} in {MONTHS[high]}."
    for plant, held in list(part(rated, "modes").items())[:MOST_NAMED]:
        hours = {MODES.get(mode, mode): sum(map(number, each)) for mode, each in held.items()}
        yield parts(f"Hours of {short(plant, 40)}", pd.Series(hours, dtype=float), count)


def _ratio(value: float) -> str:
    return figures(value, 4)


def _litres(value: float) -> str:
    return f"{figures(value)} L/kWh"


def _throttling(result: Result) -> Iterator[str]:
    racks = result.frame("racks")
    length_s = racks.groupby("rack", sort=False)["time_s"].diff().fillna(racks["time_s"])
    slow = length_s.where((racks["clock_frac"] < 0.9995) & (racks["on_frac"] > 0), 0.0)
    by = pd.DataFrame({"slow": slow, "off": length_s * (1.0 - racks["on_frac"])})
    held = by.groupby(racks["rack"], sort=False).sum()
    for column, what in (("slow", "Below full clock"), ("off", "Off")):
        found = held[column][held[column] > 0]
        if len(found):
            longest = f"{duration(number(found.max()))} in {short(found.idxmax(), 40)}"
            yield f"{what}: {counted(len(found), 'rack')} ({span(found.index)}), longest {longest}."
    lowest = racks.loc[racks["on_frac"] > 0, "clock_frac"].min()
    yield f"Lowest clock: {percent(number(lowest))}." if lowest < 0.9995 else ""


def _losses(result: Result) -> Iterable[str]:
    losses = result.frame("losses")
    by, write = ("tokens", tokens) if losses["tokens"].sum() > 0 else ("gpu_hours", figures)
    what = "Tokens" if by == "tokens" else "GPU hours"
    cause = losses.groupby(losses["cause"].str.replace("_", " "))[by].sum()
    yield parts(f"{what} lost by cause", cause, write)
    yield parts(f"{what} lost by rack", losses.groupby(whose(result, losses))[by].sum(), write)


_TOLD: dict[str, Callable[[Result], Iterable[str]]] = {
    "timeline": _timeline,
    "oneline": _oneline,
    "sankey": _sankey,
    "floor": _floor,
    "slowdown": _slowdown,
    "coolant": _coolant,
    "site": _site,
    "year": _year,
    "throttling": _throttling,
    "losses": _losses,
}
