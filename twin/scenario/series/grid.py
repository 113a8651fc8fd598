"""Grid files: price and carbon of electricity over time, each holding from its time on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from twin.scenario.series.csv_rows import Array, Quantity, read_rows
from twin.scenario.series.local_clock import went_forward

J_PER_KWH = 3.6e6
G_PER_KG = 1000.0
_PRICE = Quantity("price_usd_per_kwh", -20.0, 100.0, "USD/kWh")
"""Markets cap prices between: 5 USD/kWh in Texas, about 13 in Australia, -0.5 EUR in Europe."""
_CARBON = Quantity("carbon_g_per_kwh", 0.0, 5000.0, "g/kWh")
"""Lignite is near 1,100 g/kWh."""


@dataclass(frozen=True)
class GridRows:
    """Price and carbon by steps; seconds count from the scenario's start. Arrays are (row,)."""

    time_s: Array
    price_usd_per_j: Array
    carbon_kg_per_j: Array
    warnings: tuple[str, ...] = ()
    """Where a local clock seems to go forward within the run, each with its line."""

    @property
    def step_s(self) -> float:
        """The usual time from one row to the next."""
        return float(np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 0.0


def read_grid(content: bytes, path: Path, start: datetime, horizon_s: float = 0.0) -> GridRows:
    """The rows of a grid file; InputError with every fault at its line."""
    rows = read_rows(content, path, start, (_PRICE, _CARBON))
    said = went_forward(rows.time_s, rows.lines, path, start, horizon_s) if rows.local else ()
    return GridRows(
        rows.time_s,
        rows.columns["price_usd_per_kwh"] / J_PER_KWH,
        rows.columns["carbon_g_per_kwh"] / G_PER_KG / J_PER_KWH,
        said,
    )
