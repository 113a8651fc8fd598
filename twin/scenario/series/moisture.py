"""Where a weather file states its wet bulb and its moisture as well, and the two part."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from twin.errors import InputError
from twin.physics import psychrometrics
from twin.scenario.series.csv_rows import Array, Quantity, read_rows

APART_K = 0.5
"""Humidity in whole per cent and a wet bulb in tenths of a kelvin are this close together."""

OF_NORMAND = "Normand's rule is lower in hot, dry air"
OF_SEA_LEVEL = "a formula of sea level (Stull's) is higher at height"


def parting(
    content: bytes,
    path: Path,
    start: datetime,
    dry: Quantity,
    moisture: Quantity,
    wet_degc: Array,
    pressure_pa: Array,
) -> tuple[str, ...]:
    """A warning with the row where a stated wet bulb is furthest from what moisture gives; or none.

    dry, moisture  the columns that the second answer is made of
    wet_degc       (row,) as stated
    pressure_pa    (row,)
    A second column with gaps is no cause to refuse a file, and is not compared.
    """
    try:
        rows = read_rows(content, path, start, (dry, moisture))
    except InputError:
        return ()
    made = wet_bulb_degc(rows.columns[dry.name], moisture, rows.columns[moisture.name], pressure_pa)
    worst = int(np.argmax(np.abs(made - wet_degc)))
    apart_k = wet_degc[worst] - made[worst]
    if abs(apart_k) <= APART_K:
        return ()
    other = OF_SEA_LEVEL if apart_k > 0 else OF_NORMAND
    return (
        f"{path.name}:{rows.lines[worst]}: a wet bulb of {wet_degc[worst]:g} °C where "
        f"{moisture.name} at {pressure_pa[worst]:,.0f} Pa gives {made[worst]:.2f} °C; the stated "
        f"one is taken. It has to be psychrometric, at the pressure of the place: {other}",
    )


def wet_bulb_degc(dry_degc: Array, moisture: Quantity, value: Array, pressure_pa: Array) -> Array:
    """Wet bulbs of dew points (°C) or relative humidities (fractions), (row,), both over water at
    every temperature, as weather services and sensors state them.
    """
    if moisture.name == "dew_point_degc":
        vapour_pa = psychrometrics.saturation_over_water_pa(value)
    else:
        vapour_pa = value * psychrometrics.saturation_over_water_pa(dry_degc)
    return np.minimum(psychrometrics.wet_bulb_degc(dry_degc, vapour_pa, pressure_pa), dry_degc)
