"""Runs that several tests read, made once a session, and a small facility to change."""

from __future__ import annotations

import os
import signal

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # as the command line does, before numpy is loaded

# pytest's workers have it at 80; tables are read here as a pipe gets them.
os.environ.pop("COLUMNS", None)

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import twin
from twin import Facility, Result, Scenario

# The same examples in every clone and every run: what passed, passes again. A busy core is no
# defect.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A shell that runs the suite in the background has it ignore Ctrl-C, and all that it starts; the
# tests that press it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
SHIPPED = (
    "first_factory",
    "superpod_day",
    "chiller_loss",
    "utility_outage",
    "frontier_idle",
    "frontier_day",
    "model_life",
    "peak_shaving",
    "dr_phoenix",
    "solar_day",
    "monthly_exercise",
    "model_pipeline",
)


def small_layout(liquid: int = 4, air: int = 1, ups: bool = True) -> dict[str, Any]:
    """A hall of GB200 racks on one CDU and of DGX racks in air, behind a switchboard with or
    without a UPS.
    """
    asked = (("liquid", liquid, "gb200_nvl72", "2 m"), ("air", air, "dgx_b200_x2", "5 m"))
    rows = [
        {"name": name, "racks": f"{count} x {type_}", "at": ["2 m", y], "fed_by": "panel"}
        for name, count, type_, y in asked
        if count
    ]
    loop = {
        "name": "cdu",
        "type": "cdu_600",
        "serves": "liquid",
        "fed_by": "panel",
        "plant": "warm",
        "volume": "0.4 m^3",
    }
    return {
        "name": "small",
        "halls": [{"name": "hall", "size": ["12 m", "9 m", "4 m"], "rows": rows}],
        "power": [
            {"name": "utility", "type": "utility_feed"},
            {"name": "genset", "type": "genset_2000"},
            {
                "name": "board",
                "type": "switchboard_4000",
                "mode": "priority",
                "fed_by": ["utility", "genset"],
            },
            *([{"name": "ups", "type": "ups_500", "count": 2, "fed_by": "board"}] if ups else []),
            {"name": "panel", "type": "rpp_500", "count": 2, "fed_by": "ups" if ups else "board"},
        ],
        "cooling": {
            "loops": [loop] if liquid else [],
            "air": [
                {
                    "name": "crah",
                    "type": "crah_100",
                    "count": 2,
                    "hall": "hall",
                    "fed_by": "board",
                    "plant": "chilled",
                }
            ],
            "plant": [
                {
                    "name": "warm",
                    "type": "dry_cooler_1000",
                    "fed_by": "board",
                    "supply_temperature": "41.8 °C",
                    "volume": "8 m^3",
                    "pump_power": "5 kW",
                },
                {
                    "name": "chilled",
                    "type": "chiller_air_430",
                    "fed_by": "board",
                    "supply_temperature": "16 °C",
                    "volume": "6 m^3",
                    "pump_power": "3 kW",
                },
            ],
        },
    }


def training(name: str = "train", nodes: int = 72, **changes: Any) -> dict[str, Any]:
    """A training job that writes no checkpoint unless asked to."""
    return {
        "kind": "training",
        "name": name,
        "model": "Llama-3.1-8B",
        "nodes": nodes,
        "checkpoint_interval": "9000 h",
        "global_batch_sequences": nodes * 8,
    } | changes


def small(layout: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """An idle hour of the small facility in still air; changes replace whole keys."""
    base = {
        "name": "small",
        "layout": layout or small_layout(),
        "horizon": "1 h",
        "outputs": {"period": "1 min"},
        "site": {"climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}, "grid": "virginia"},
    }
    return Scenario.model_validate(base | changes)


def failing(*faults: tuple[float, str, float]) -> dict[str, Any]:
    """Faults as (second, component, seconds out)."""
    return {
        "timeline": [
            {"at": f"{at} s", "component": name, "repair_after": f"{out} s"}
            for at, name, out in faults
        ]
    }


@cache
def shipped_facility(name: str) -> Facility:
    """A shipped scenario, built."""
    return twin.build(twin.load(ROOT / "scenarios" / f"{name}.yaml"))


@cache
def shipped_result(name: str) -> Result:
    """A shipped scenario, run."""
    return twin.simulate(shipped_facility(name))


def lived(scenario: Scenario) -> Result:
    """A scenario built and run."""
    return twin.simulate(twin.build(scenario))


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Result]:
    """Shipped scenarios as run, each once a session."""
    return shipped_result
