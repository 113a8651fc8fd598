"""The front door for tests: a file as a planner writes it, run, and the numbers they read.

`conftest.small_layout` describes the small hall that most of them change.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
from conftest import small_layout
from pandas.testing import assert_frame_equal

import twin
from twin import Result

STILL_AIR = {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}


def asked(layout: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An idle hour of the small hall in still air, as plain data; changes replace whole keys."""
    base = {
        "version": 1,
        "name": "asked",
        "layout": layout or small_layout(),
        "horizon": "1 h",
        "outputs": {"period": "5 min"},
        "site": {"climate": STILL_AIR, "grid": "virginia"},
    }
    return deepcopy(base | changes)


def site(dry_bulb: float = 25.0, wet_bulb: float | None = None, **keys: Any) -> dict[str, Any]:
    """A site in still air."""
    wet = dry_bulb - 7.0 if wet_bulb is None else wet_bulb
    air = {"dry_bulb": f"{dry_bulb} °C", "wet_bulb": f"{wet} °C"}
    return {"climate": air, "grid": "virginia"} | keys


def written(scenario: dict[str, Any], folder: Path) -> Path:
    """The scenario as a file; JSON is YAML too."""
    path = folder / "scenario.yaml"
    path.write_text(json.dumps(scenario, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def loaded(scenario: dict[str, Any]) -> twin.Scenario:
    """What twin reads of the scenario's file."""
    with tempfile.TemporaryDirectory() as folder:
        return twin.load(written(scenario, Path(folder)))


def answer(layout: dict[str, Any] | None = None, **changes: Any) -> Result:
    """The result of `asked(...)`, through a file."""
    return ran(asked(layout, **changes))


def ran(scenario: dict[str, Any]) -> Result:
    """The result of a scenario given as plain data, through a file."""
    return twin.simulate(twin.build(loaded(scenario)))


def batch(name: str = "job", count: int = 12, **changes: Any) -> dict[str, Any]:
    """Short jobs that arrive within the first half hour."""
    return {
        "kind": "batch",
        "name": name,
        "count": count,
        "span": "30 min",
        "runtime_median": "10 min",
        "nodes_median": 4.0,
        "nodes_max": 18,
    } | changes


def chat(
    name: str = "chat", nodes: int = 10, rate: float = 100.0, **changes: Any
) -> dict[str, Any]:
    """A service that is far from full."""
    return {
        "kind": "inference",
        "name": name,
        "model": "Llama-3.1-8B",
        "nodes": nodes,
        "tensor_parallel": 1,
        "requests": {"rate": f"{rate} / s"},
    } | changes


def job(name: str = "train", nodes: int = 36, **changes: Any) -> dict[str, Any]:
    """A training job that writes no checkpoint within the run unless asked to."""
    return {
        "kind": "training",
        "name": name,
        "model": "Llama-3.1-8B",
        "nodes": nodes,
        "checkpoint_interval": "9000 h",
        "global_batch_sequences": nodes * 8,
        "token_price": "0.10 USD/Mtok",
    } | changes


def busy(name: str = "busy", nodes: int = 36) -> dict[str, Any]:
    """A job that holds its racks at their rating for the whole run, as no training does."""
    return {
        "kind": "batch",
        "name": name,
        "count": 1,
        "span": "1 s",
        "nodes_median": 1e6,
        "nodes_max": nodes,
        "runtime_median": "366 d",
        "gpu_activity": 1.0,
        "cpu_activity": 1.0,
    }


def faults(*listed: tuple[float, str, float]) -> dict[str, Any]:
    """Faults as (second, component, seconds out)."""
    rows = [
        {"at": f"{at} s", "component": name, "repair_after": f"{out} s"} for at, name, out in listed
    ]
    return {"timeline": rows}


def number(result: Result, key: str) -> float:
    """A number of the summary."""
    return float(result.summary[key])


def per_rack(result: Result, column: str) -> pd.DataFrame:
    """A column of the racks table: one row a period, one column a rack."""
    return result.frame("racks").pivot(index="time_s", columns="rack", values=column)


def happened(result: Result) -> list[tuple[float, str, str]]:
    """Events as (second, component, what)."""
    events = result.frame("events")
    return list(zip(events.time_s, events.component, events.what, strict=True))


def racks_that_fell(result: Result) -> set[str]:
    """Racks that were off at some time."""
    racks = result.frame("racks")
    return set(racks.rack[racks.on_frac < 1.0])


def assert_same(
    one: Result, other: Result, tables: Iterable[str] = (), besides: Iterable[str] = ()
) -> None:
    """Every table (or those named) equal to the last bit, but for the columns in `besides`."""
    drop = list(besides)
    for name in tables or one.tables:
        left = one.frame(name).drop(columns=drop, errors="ignore")
        right = other.frame(name).drop(columns=drop, errors="ignore")
        assert_frame_equal(left, right, check_exact=True, obj=name)
