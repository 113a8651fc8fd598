"""What a run made of each component: the numbers by which two runs differ, component by component.

Powers and loads are the highest of any period, energies sums, temperatures the warmest.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.results import Result

WORDS = {
    "tokens_lost": "tokens lost",
    "off_s": "time off",
    "clock_least_frac": "lowest GPU clock",
    "junction_max_degc": "hottest GPU",
    "inlet_air_max_degc": "warmest inlet air",
    "power_max_w": "highest power",
    "energy_j": "energy taken",
    "dark_s": "time without voltage",
    "load_max_frac": "highest load over rating",
    "energy_out_j": "energy given",
    "supply_max_degc": "warmest supply",
    "flow_least_frac": "lowest flow",
    "heat_max_w": "highest heat",
}
"""In the order in which they matter."""


def component_results(result: Result) -> dict[str, dict[str, float]]:
    """Numbers of each rack, power component and loop, by name; those alone that were recorded."""
    out: dict[str, dict[str, float]] = {}
    for table in (_racks(result), _power(result), _loops(result)):
        for name, row in zip(table.index, table.to_dict("records"), strict=True):
            held = {str(key): float(value) for key, value in row.items() if np.isfinite(value)}
            out.setdefault(str(name), {}).update(held)
    return out


def lengths_s(table: pd.DataFrame, name: str) -> pd.Series[float]:
    """Of the periods of a table with a row for each of `name`, s; the last may be shorter."""
    return table.groupby(name, sort=False)["time_s"].diff().fillna(table["time_s"])


def _racks(result: Result) -> pd.DataFrame:
    """The hottest GPU and the clock only of racks that have GPUs."""
    held = result.frame("racks")
    length_s = lengths_s(held, "rack")
    rows = held.assign(
        energy_j=held["power_w"] * length_s, off_s=length_s * (1.0 - held["on_frac"])
    )
    found = rows.groupby("rack", sort=False).agg(
        tokens_lost=("tokens_lost", "sum"),
        off_s=("off_s", "sum"),
        clock_least_frac=("clock_frac", "min"),
        junction_max_degc=("junction_max_degc", "max"),
        inlet_air_max_degc=("inlet_air_degc", "max"),
        power_max_w=("power_max_w", "max"),
        energy_j=("energy_j", "sum"),
    )
    components = result.frame("components")
    without = ~found.index.isin(components.loc[components["gpus"] > 0, "id"])
    found.loc[without, ["clock_least_frac", "junction_max_degc"]] = np.nan
    return found


def _power(result: Result) -> pd.DataFrame:
    held = result.frame("power")
    length_s = lengths_s(held, "component")
    rows = held.assign(
        energy_out_j=held["power_out_w"] * length_s,
        dark_s=length_s * (1.0 - held["energised_frac"]),
    )
    return rows.groupby("component", sort=False).agg(
        dark_s=("dark_s", "sum"),
        load_max_frac=("load_max_frac", "max"),
        energy_out_j=("energy_out_j", "sum"),
    )


def _loops(result: Result) -> pd.DataFrame:
    return (
        result.frame("loops")
        .groupby("loop", sort=False)
        .agg(
            supply_max_degc=("temperature_degc", "max"),
            flow_least_frac=("flow_frac", "min"),
            heat_max_w=("heat_w", "max"),
        )
    )
