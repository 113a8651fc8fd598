"""A campus as a planner would write it: halls of rows of 48 racks, two sides of everything.

`python -m tests.benchmarks.campus > campus.yaml` writes the layout of 1,920 racks and about 11,000
components.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml

HALLS = 10
ROWS = 4
BLOCKS = 6
SIDES = "ab"

Group = dict[str, Any]


def campus(halls: int = HALLS, rows: int = ROWS, blocks: int = BLOCKS) -> Group:
    """The layout; a row is so many blocks of eight racks, each with a UPS a side."""
    places = [(h, r) for h in range(1, halls + 1) for r in range(1, rows + 1)]
    feeds = [{"name": f"utility_{side}", "type": "utility_feed"} for side in SIDES]
    plants = [group for h in range(1, halls + 1) for group in _mechanical(h)]
    power = [group for h, r in places for s in SIDES for group in _side(h, r, s, blocks)]
    return {
        "version": 1,
        "name": f"campus_{len(places) * blocks * 8}",
        "halls": [_hall(h, rows, blocks) for h in range(1, halls + 1)],
        "power": [*feeds, *plants, *power],
        "cooling": {
            "loops": [_loop(h, r, blocks) for h, r in places],
            "air": [_air(h, rows * blocks) for h in range(1, halls + 1)],
            "plant": [p for h in range(1, halls + 1) for p in _plants(h, rows * blocks)],
        },
        "fabric": {
            "kind": "rail_optimised",
            "switch": "q3400",
            "nodes_per_su": 72,
            "fed_by_racks": True,
        },
    }


def _hall(hall: int, rows: int, blocks: int) -> Group:
    stands = [row for r in range(1, rows + 1) for row in _row(hall, r, blocks)]
    size = [f"{10 + 6.5 * blocks:.1f} m", f"{9 + 3.2 * rows:.1f} m", "5 m"]
    at = [f"{60 * (hall - 1)} m", "0 m"]
    return {"name": f"hall_{hall}", "size": size, "at": at, "containment": "hot_aisle"} | {
        "rows": stands
    }


def _row(hall: int, row: int, blocks: int) -> list[Group]:
    y_m = 3.0 + 3.2 * (row - 1)
    common = {
        "facing": "south" if row % 2 else "north",
        "fed_by": [{"source": f"rpp_{s}_{hall}_{row}", "pairing": "spread"} for s in SIDES],
    }
    compute = {"name": f"compute_{hall}_{row}", "racks": f"{8 * blocks} x gb200_nvl72"}
    support = {"name": f"support_{hall}_{row}", "racks": f"{2 * blocks} x support_rack"}
    power = {"power_rated": "16.5 kW", "power_idle": "8 kW"}
    return [
        compute | {"at": ["4 m", f"{y_m:.1f} m"]} | common,
        support | {"at": [f"{5 + 4.9 * blocks:.1f} m", f"{y_m:.1f} m"]} | power | common,
    ]


def _side(hall: int, row: int, side: str, blocks: int) -> list[Group]:
    """One side of a row: transformers, generators, boards and UPS, four panels each."""
    at = f"{side}_{hall}_{row}"
    return [
        _group("transformer", at, "transformer_2500", blocks, {"source": f"mv_{side}_{hall}"}),
        {"name": f"generator_{at}", "type": "genset_2500", "count": blocks},
        _group(
            "board",
            at,
            "switchboard_4000",
            blocks,
            _matched(f"transformer_{at}"),
            _matched(f"generator_{at}"),
        )
        | {"mode": "priority"},
        _group("ups", at, "ups_1500", blocks, _matched(f"board_{at}")),
        _group("rpp", at, "rpp_500", 4 * blocks, {"source": f"ups_{at}", "pairing": "spread"})
        | {"hall": f"hall_{hall}"},
    ]


def _group(name: str, at: str, kind: str, count: int, *feeds: Group) -> Group:
    return {"name": f"{name}_{at}", "type": kind, "count": count, "fed_by": list(feeds)}


def _matched(source: str) -> Group:
    return {"source": source, "pairing": "matched"}


def _mechanical(hall: int) -> list[Group]:
    """Medium voltage of a hall, and four boards for its plant with a generator each."""
    switchgear = [
        {"name": f"mv_{s}_{hall}", "type": "mv_switchgear_30mw", "rating": "40 MW"}
        | {"fed_by": f"utility_{s}"}
        for s in SIDES
    ]
    transformers = [
        _group(
            "plant_transformer", f"{s}_{hall}", "transformer_4000", 2, {"source": f"mv_{s}_{hall}"}
        )
        for s in SIDES
    ]
    feeds = [
        *({"source": f"plant_transformer_{s}_{hall}", "pairing": "spread"} for s in SIDES),
        _matched(f"plant_generator_{hall}"),
    ]
    generator = {"name": f"plant_generator_{hall}", "type": "genset_2500", "count": 4}
    board = _group("mechanical", str(hall), "switchboard_4000", 4, *feeds)
    return [*switchgear, *transformers, generator, board | {"mode": "priority"}]


def _loop(hall: int, row: int, blocks: int) -> Group:
    return {
        "name": f"cdu_{hall}_{row}",
        "type": "cdu_xdu1350",
        "count": 2 * blocks,
        "header": "common",
        "serves": f"compute_{hall}_{row}",
        "fed_by": [{"source": f"rpp_{s}_{hall}_{row}", "pairing": "spread"} for s in SIDES],
        "plant": f"warm_{hall}",
        "volume": "4 m^3",
    }


def _cooled(hall: int, name: str, kind: str, count: int) -> Group:
    return {"name": f"{name}_{hall}", "type": kind, "count": count, "fed_by": f"mechanical_{hall}"}


def _air(hall: int, blocks: int) -> Group:
    handlers = _cooled(hall, "fanwall", "fanwall_500", blocks // 2 + 1)
    return handlers | {"hall": f"hall_{hall}", "plant": f"chilled_{hall}"}


def _plants(hall: int, blocks: int) -> list[Group]:
    warm = {"supply_temperature": "36 °C", "volume": "100 m^3", "pump_power": "150 kW"}
    chilled = {"supply_temperature": "15 °C", "volume": "50 m^3", "pump_power": "60 kW"}
    return [
        _cooled(hall, "warm", "dry_cooler_1000", round(1.6 * blocks)) | warm,
        _cooled(hall, "chilled", "chiller_air_warm_1300", blocks // 4 + 1) | chilled,
    ]


if __name__ == "__main__":
    yaml.safe_dump(campus(), sys.stdout, sort_keys=False, allow_unicode=True)
