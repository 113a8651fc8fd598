"""The air of each hall at the period in which a rack's inlet was warmest."""

from __future__ import annotations

import pandas as pd

from twin.analysis.airflow.measures import AIR_CLASSES, rack_cooling_index
from twin.present.blocks import Grid, grid, words
from twin.quantities import clock, degrees, percent
from twin.results import Result


def hall_grid(result: Result) -> Grid:
    """One row a hall: inlets at its warmest period, and the rack cooling indices then."""
    columns = {
        "Hall": ("hall", words), "Warmest period ends": ("when", clock),
        "Coldest inlet": ("coldest", degrees), "Mean inlet": ("mean", degrees),
        "Warmest inlet": ("warmest", degrees), "RCI high": ("high", percent),
        "RCI low": ("low", percent),
    }  # fmt: skip
    return grid("Air of the halls", _halls(result), columns, most=30, table="racks", fold=True)


def _halls(result: Result) -> pd.DataFrame:
    held = result.frame("racks")[["time_s", "rack", "inlet_air_degc"]].dropna()
    places = result.frame("components").set_index("id")["parent"]
    held = held.assign(hall=held["rack"].map(places))
    rows = [_row(str(hall), found) for hall, found in held.groupby("hall", sort=False)]
    names = ["hall", "when", "coldest", "mean", "warmest", "high", "low"]
    return pd.DataFrame(rows, columns=names)


def _row(hall: str, held: pd.DataFrame) -> tuple[str, float, float, float, float, float, float]:
    times_s = held["time_s"].to_numpy(dtype=float)
    degc = held["inlet_air_degc"].to_numpy(dtype=float)
    when = float(times_s[degc.argmax()])
    inlet = degc[times_s == when]
    high, low = rack_cooling_index(inlet, AIR_CLASSES[0])
    return hall, when, float(inlet.min()), float(inlet.mean()), float(inlet.max()), high, low
