"""The numbers behind figures that no other table of their chapter holds, to open below them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from twin.present.blocks import Columns, Grid, grid, words
from twin.quantities import clock, degrees, duration, percent, power, tokens
from twin.results import Result

OPENS = "The numbers behind this figure"
MOST_HOURS = 48
MOST_RACKS = 40


def behind(result: Result, name: str) -> Grid | None:
    """The table behind the figure of that name; None where its chapter has one anyway."""
    make = _TABLES.get(name)
    return make(result) if make else None


def _timeline(result: Result) -> Grid:
    """Means and sums by the hour."""
    site = result.frame("site")
    by = site.groupby((site["time_s"] - 1e-6) // 3600 * 3600)
    frame = by.agg(
        it=("it_power_w", "mean"),
        cooling=("cooling_power_w", "mean"),
        other=("other_power_w", "mean"),
        served=("tokens_inference", "sum"),
        kept=("tokens_training", "sum"),
        back=("tokens_rolled_back", "sum"),
        lost=("tokens_lost", "sum"),
        water=("facility_water_degc", "max"),
        air=("dry_bulb_degc", "mean"),
    )
    frame = frame.rename_axis("hour").reset_index()
    frame["trained"] = frame["kept"] + frame["back"]
    made = ("other", "served", "trained", "back", "lost")
    idle = [name for name in made if not (frame[name].fillna(0.0) != 0).any()]
    columns: Columns = {
        "Hour from": ("hour", clock), "Racks": ("it", power), "Cooling": ("cooling", power),
        "Other loads": ("other", power),
        "Served": ("served", tokens), "Trained": ("trained", tokens),
        "Of it or before, rolled back": ("back", tokens), "Lost": ("lost", tokens),
        "Water, warmest": ("water", degrees), "Outdoors": ("air", degrees),
    }  # fmt: skip
    shown = {head: held for head, held in columns.items() if held[0] not in idle}
    return grid("Timeline by the hour", frame, shown, MOST_HOURS, "site", closed=OPENS)


def _coolant(result: Result) -> Grid:
    """The warmest supply of every loop and its lowest flow, by the hour; hours that are written
    alike are one row, and so are loops that are alike.
    """
    loops = result.frame("loops")
    hours = ((loops["time_s"] - 1e-6) // 3600 * 3600).rename("hour")
    by = loops.groupby([hours, "loop"], sort=False)
    frame = by.agg(warmest=("temperature_degc", "max"), flow=("flow_frac", "min")).reset_index()
    frame["until"] = frame["hour"] + 3600.0
    told = frame["warmest"].map(degrees) + frame["flow"].map(percent)
    of_loop = told.groupby(frame["loop"], sort=False)
    frame["run"] = (told != of_loop.shift()).groupby(frame["loop"]).cumsum()
    runs = frame.groupby(["loop", "run"], sort=False).agg(
        hour=("hour", "first"), until=("until", "last"),
        warmest=("warmest", "max"), flow=("flow", "min"),
    )  # fmt: skip
    columns: Columns = {
        "Loop": ("loop", words), "Hours from": ("hour", clock), "to": ("until", clock),
        "Warmest supply": ("warmest", degrees), "Lowest flow": ("flow", percent),
    }  # fmt: skip
    held = runs.reset_index().sort_values("loop", kind="stable", key=_place)
    return grid(
        "Loops by the hour", held, columns, 4 * MOST_HOURS, "loops", fold=True, closed=OPENS
    )


def _place(names: pd.Series) -> pd.Series:
    """Of each name, when it first came."""
    return pd.Series(pd.factorize(names)[0], index=names.index)


def _throttling(result: Result) -> Grid:
    """How long every disturbed rack ran slow or was off."""
    racks = result.frame("racks")
    length_s = racks.groupby("rack", sort=False)["time_s"].diff().fillna(racks["time_s"])
    slow = length_s.where((racks["clock_frac"] < 0.9995) & (racks["on_frac"] > 0), 0.0)
    off = length_s * (1.0 - racks["on_frac"])
    frame = racks.assign(slow=slow, off=off).groupby("rack", sort=False)
    told = frame.agg(slow=("slow", "sum"), off=("off", "sum"), least=("clock_frac", "min"))
    told = told[(told["slow"] > 0) | (told["off"] > 0)].reset_index()
    columns: Columns = {
        "Rack": ("rack", words), "Below full clock for": ("slow", duration),
        "Off for": ("off", duration), "Lowest clock": ("least", percent),
    }  # fmt: skip
    return grid("Disturbed racks", told, columns, MOST_RACKS, "racks", fold=True, closed=OPENS)


_TABLES: dict[str, Callable[[Result], Grid]] = {
    "timeline": _timeline,
    "coolant": _coolant,
    "throttling": _throttling,
}
