"""Cooling chapter: how warm racks and loops became, for how long, and with what flow."""

from __future__ import annotations

import pandas as pd

from twin.present.blocks import Grid, Section, grid, spaced, words
from twin.present.figures.floor_scale import RECOMMENDED_DEGC, slowdown_degc
from twin.present.figures.style import periods_s
from twin.present.report.hall_air import hall_grid
from twin.present.report.hall_moisture import moisture_grids
from twin.quantities import NONE, clock, counted, degrees, duration, percent, power, short
from twin.results import Result

STEADY_K = 0.5
"""A loop whose warmest moment is this near its mean has none worth a time."""


def section(result: Result) -> Section:
    """The warmest racks, the air of every hall, and every loop."""
    racks = _racks(result)
    hot = _rack_grid(racks, slowdown_degc(result))
    air = [hall_grid(result), *moisture_grids(result)]
    return Section("Cooling", _says(racks), [hot, *air, _loop_grid(_loops(result))])


def _racks(result: Result) -> pd.DataFrame:
    """One row a rack, hottest GPU first, with the time its inlet spent above the recommended
    band.
    """
    held = result.frame("racks")
    ends = pd.Series(sorted(set(held["time_s"])), dtype=float)
    length_s = (
        held["time_s"].map(dict(zip(ends, periods_s(ends.to_numpy()), strict=True))).astype(float)
    )
    above_s = length_s.where(held["inlet_air_degc"] > RECOMMENDED_DEGC[1], 0.0)
    frame = held.groupby("rack", sort=False).agg(
        inlet=("inlet_air_degc", "max"),
        coldest=("inlet_air_degc", "min"),
        coolant=("coolant_degc", "max"),
        junction=("junction_max_degc", "max"),
        clock=("clock_frac", "min"),
    )
    held_gpus = result.frame("components")
    frame.loc[~frame.index.isin(held_gpus.loc[held_gpus["gpus"] > 0, "id"]), "junction"] = float(
        "nan"
    )
    frame["above_s"] = above_s.groupby(held["rack"], sort=False).sum()
    return frame.reset_index().sort_values("junction", ascending=False, kind="stable")


def _says(racks: pd.DataFrame) -> list[str]:
    if racks.empty or racks["junction"].isna().all():
        return ["No rack temperature was recorded."]
    low, high = RECOMMENDED_DEGC
    warm = int((racks["above_s"] > 0).sum())
    cold = int((racks["coldest"] < low).sum())
    of_all = f"of {counted(len(racks), 'rack')} drew air"
    band = f"ASHRAE's recommended {low:.0f} to {high:.0f} °C"
    above = f"{warm:,} {of_all} above {band}" if warm else f"No rack drew air above {band}"
    below = f"{cold:,} {of_all} below it, down to {degrees(racks['coldest'].min())}"
    hottest = racks.iloc[0]
    return [
        f"The hottest GPU was in {short(hottest['rack'])}, at {degrees(hottest['junction'])}.",
        f"{above}; {below}." if cold else f"{above}, and none below it.",
    ]


def _rack_grid(racks: pd.DataFrame, limit_degc: float) -> Grid:
    racks = racks.assign(left=[_kelvins(limit_degc - held) for held in racks["junction"]])
    columns = {
        "Rack": ("rack", words),
        "Hottest GPU": ("junction", degrees),
        "below its limit by": ("left", words),
        "Warmest coolant or exhaust": ("coolant", degrees),
        "Warmest inlet air": ("inlet", degrees),
        "Inlet above 27 °C for": ("above_s", duration),
        "Lowest clock": ("clock", percent),
    }
    return grid("Racks, hottest GPU first", racks, columns, most=20, table="racks", fold=True)


def _kelvins(left_k: float) -> str:
    return f"{round(left_k, 1) + 0.0:.1f} K" if left_k == left_k else NONE


def _loops(result: Result) -> pd.DataFrame:
    held = result.frame("loops")
    frame = held.groupby(["kind", "loop"], sort=False).agg(
        highest=("temperature_degc", "max"),
        mean=("temperature_degc", "mean"),
        heat=("heat_w", "mean"),
        doors=("doors_w", "mean"),
        flow=("flow_frac", "min"),
    )
    hottest = (
        held["temperature_degc"]
        .fillna(-1e9)
        .groupby([held["kind"], held["loop"]], sort=False)
        .idxmax()
    )
    frame["when"] = held["time_s"].reindex(hottest).to_numpy()
    frame.loc[frame["highest"] - frame["mean"] < STEADY_K, "when"] = float("nan")
    return frame.reset_index()


def _loop_grid(loops: pd.DataFrame) -> Grid:
    columns = {
        "Loop": ("loop", words), "Kind": ("kind", spaced), "Mean supply": ("mean", degrees),
        "Warmest supply": ("highest", degrees), "at": ("when", clock), "Mean heat": ("heat", power),
        "Lowest flow": ("flow", percent),
    }  # fmt: skip
    if (loops["doors"] > 0).any():
        columns["Rear doors ahead of it"] = ("doors", power)
    if loops["when"].isna().all():
        del columns["at"]
    return grid("Loops", loops, columns, most=30, table="loops", fold=True)
