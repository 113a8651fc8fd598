"""Runs to stop and take up again: every shipped scenario, and what planners bring of their own."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from conftest import small_layout  # noqa: E402

SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
START = "2026-07-15T00:00:00+00:00"


def shipped(name: str) -> Path:
    """The file of a shipped scenario."""
    return ROOT / "scenarios" / f"{name}.yaml"


def _grid(folder: Path) -> None:
    rows = [f"{3600 * hour},{0.05 + 0.01 * (hour % 5)},{200 + 40 * hour}" for hour in range(8)]
    text = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n" + "\n".join(rows) + "\n"
    (folder / "grid.csv").write_text(text)


def _weather(folder: Path) -> None:
    degc = [24 + 9 * math.sin(quarter / 5) for quarter in range(32)]
    rows = [f"{900 * n},{dry:.2f},{dry - 8:.2f}" for n, dry in enumerate(degc)]
    (folder / "air.csv").write_text("time_s,dry_bulb_degc,wet_bulb_degc\n" + "\n".join(rows) + "\n")


def _epw(folder: Path) -> None:
    heads = [
        "LOCATION,Somewhere,-,-,TMY,0,52.0,5.0,0.0,2.0",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,",
        "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Wednesday, 7/14, 7/16",
    ]
    rows = [
        f"2005,7,{day},{hour},60,?9?9,{24 + hour / 2},99.9,{60 - hour},100950" + ",0" * 25
        for day in (14, 15, 16)
        for hour in range(1, 25)
    ]
    (folder / "site.epw").write_text("\n".join([*heads, *rows]) + "\n")


def _profile(folder: Path) -> None:
    """A profile as a measurement leaves it: the shipped one, slower by a fifth in all it does."""
    profile = json.loads((files("twin") / "data" / "profiles" / "B200-SXM-180GB.json").read_text())
    for rate in profile["rates"]:
        rate["flop_s"] *= 0.8
    (folder / "b200.json").write_text(json.dumps(profile))


def _layout() -> dict[str, Any]:
    """The small hall with a rack, a server and a UPS that the catalogue does not ship."""
    layout = small_layout(liquid=3, air=2)
    server = {
        "name": "nx8", "source": "invented", "gpu": "B200-SXM-180GB", "gpus": 8,
        "power_rated": "12 kW", "power_idle": "2.6 kW", "height": "0.356 m", "mass": "130 kg",
        "nics": 8, "nic_bandwidth": "400 Gbit/s",
    }  # fmt: skip
    ups = {"name": "our_ups", "like": "ups_500", "battery_energy": "30 kWh", "source": "invented"}
    layout["equipment"] = {
        "servers": [server],
        "racks": [{"name": "nx8_x2", "holds": "2 x nx8"}],
        "power": [ups],
    }
    air_row = layout["halls"][0]["rows"][1]
    air_row["racks"] = "2 x nx8_x2"
    next(group for group in layout["power"] if group["name"] == "ups")["type"] = "our_ups"
    return layout


def _work() -> list[dict[str, Any]]:
    return [
        {
            "kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 4,
            "requests": {"rate": "60 / s"}, "patience": "20 s",
        },
        {
            "kind": "training", "name": "train", "model": "Llama-3.1-8B", "nodes": 18,
            "checkpoint_interval": "13 min", "global_batch_sequences": 144,
        },
        {
            "kind": "batch", "name": "job", "count": 40, "span": "3 h", "runtime_median": "12 min",
            "nodes_median": 3.0, "nodes_max": 16,
        },
    ]  # fmt: skip


def _water(at: str, temperature: str) -> dict[str, str]:
    kind = "facility_water_supply"
    return {"kind": kind, "at": at, "plant": "warm", "temperature": temperature}


def _asked(climate: object, grid: object) -> dict[str, Any]:
    return {
        "version": 1,
        "name": "own",
        "layout": _layout(),
        "start": START,
        "horizon": "4 h",
        "site": {"climate": climate, "grid": grid, "water_price": "2 USD/m^3"},
        "workload": _work(),
        "profiles": {"B200-SXM-180GB": "b200.json"},
        "controls": {
            "placement": "spread",
            "actions": [
                {"kind": "clock_ceiling", "at": "50 min", "clock": 0.7},
                _water("80 min", "38 °C"),
                {"kind": "clock_ceiling", "at": "2 h", "clock": 1.0},
                {"kind": "clock_ceiling", "at": "9 h", "clock": 0.5},
            ],
        },
        "drills": [
            {"kind": "utility_outage", "at": "40 min", "duration": "12 min"},
            {"kind": "isolate", "at": "2 h", "duration": "20 min", "component": "crah_1"},
        ],
        "faults": {
            "timeline": [{"at": "100 min", "component": "liquid_r1", "repair_after": "25 min"}],
            "rates": {"scale": 2e4, "nodes": True},
            "crews": 1,
        },
        "outputs": {"period": "5 min"},
    }


def csv_project(folder: Path) -> Path:
    """Weather as CSV, hourly grid, own rows, a profile, controls, drills and random faults."""
    _weather(folder)
    _grid(folder)
    _profile(folder)
    grid = {"file": "grid.csv", "demand_charge": "14 USD/kW/month"}
    return _written(folder, _asked({"file": "air.csv"}, grid))


def epw_project(folder: Path) -> Path:
    """The same with weather as EPW."""
    _epw(folder)
    _profile(folder)
    return _written(folder, _asked({"file": "site.epw"}, "virginia"))


OWN: dict[str, Callable[[Path], Path]] = {"own_csv": csv_project, "own_epw": epw_project}
"""Projects of a planner, by name; each writes its files into a folder and gives the scenario's."""


def _written(folder: Path, asked: dict[str, Any]) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(json.dumps(asked, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def scenario_file(name: str, folder: Path) -> Path:
    """The scenario of a case; a planner's own is written into the folder."""
    if name in OWN:
        folder.mkdir(parents=True, exist_ok=True)
        return OWN[name](folder)
    return shipped(name)
