"""Layouts about power alone: supplies and loads as stated, cooling and what feeds it never short.

Racks draw the same at rest and at work, so that what a run carries is what the static view assumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from conftest import small_layout

import twin
from tests.planner import asked, loaded

RACK_KW = 15.0


def load(name: str, kw: float, *fed_by: str) -> dict[str, Any]:
    """A row of racks that draws so much, whatever it does."""
    count = max(1, round(kw / RACK_KW))
    each = f"{kw / count!r} kW"
    return {
        "name": name,
        "racks": f"{count} x support_rack",
        "power_rated": each,
        "power_idle": each,
        "fed_by": list(fed_by),
    }


def part(
    name: str, kind: str, *fed_by: str, kw: float | None = None, **keys: Any
) -> dict[str, Any]:
    """A power group."""
    stated = {} if kw is None else {"rating": f"{kw!r} kW"}
    feeds = {"fed_by": list(fed_by)} if fed_by else {}
    return {"name": name, "type": kind, **stated, **feeds, **keys}


def power_only(parts: Sequence[dict[str, Any]], loads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A layout of these power groups and rows, with cooling on a supply of its own."""
    rows = [row | {"at": ["2 m", f"{2 + 3 * place} m"]} for place, row in enumerate(loads)]
    heat_kw = sum(
        float(row["power_rated"].split()[0]) * int(row["racks"].split()[0]) for row in loads
    )
    cooling = [
        part("mech_feed", "utility_feed"),
        part("mech_board", "mv_switchgear_30mw", "mech_feed"),
    ]
    air = {
        "name": "crah",
        "type": "fanwall_500",
        "count": int(heat_kw // 400) + 2,
        "hall": "hall",
        "fed_by": "mech_board",
        "plant": "cooler",
    }
    plant = {
        "name": "cooler",
        "type": "dry_cooler_1000",
        "count": int(heat_kw // 600) + 2,
        "fed_by": "mech_board",
        "supply_temperature": "20 °C",
        "volume": "200 m^3",
    }
    size = ["220 m", f"{8 + 3 * len(rows)} m", "4.5 m"]
    return {
        "name": "power_only",
        "halls": [{"name": "hall", "size": size, "rows": rows}],
        "power": [*parts, *cooling],
        "cooling": {"air": [air], "plant": [plant]},
        "fabric": {"kind": "none"},
    }


def island(
    parts: Sequence[dict[str, Any]], loads: Sequence[dict[str, Any]], *feeds: str
) -> dict[str, Any]:
    """The same without a utility: what cools hangs on these too."""
    made = power_only(parts, loads)
    kept = [group for group in made["power"] if group["name"] != "mech_feed"]
    kept[-1]["fed_by"] = list(feeds)
    return made | {"power": kept}


def facility(
    layout: dict[str, Any], rates: dict[str, tuple[float, float]] | None = None
) -> twin.Facility:
    """The facility of a layout; with rates, only the components named fail, by (MTBF, MTTR) in
    h.
    """
    cool = {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}
    built = twin.build(
        loaded(asked(layout, horizon="100 min", site={"climate": cool, "grid": "virginia"}))
    )
    if rates is not None:
        table = built.components
        table.mtbf_h[:] = np.nan
        table.mttr_h[:] = np.nan
        built.power.start_failure_probability[:] = 0.0
        for name, (mtbf_h, mttr_h) in rates.items():
            table.mtbf_h[table.row[name]] = mtbf_h
            table.mttr_h[table.row[name]] = mttr_h
    return built


def steady_load(load_kw: float, ups: bool = False) -> dict[str, Any]:
    """Twenty racks that always draw the same, behind two panels of 500 kW."""
    out = small_layout(liquid=0, air=1, ups=ups)
    each = f"{load_kw / 20} kW"
    out["halls"][0]["rows"] = [
        {
            "name": "load",
            "racks": "20 x support_rack",
            "at": ["0 m", "2 m"],
            "fed_by": "panel",
            "power_rated": each,
            "power_idle": each,
        }
    ]
    out["cooling"]["air"][0]["count"] = 8
    out["cooling"]["plant"][1]["count"] = 2
    return out
