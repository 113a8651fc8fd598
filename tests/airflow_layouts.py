"""A small hall in air for tests of airflow: four racks in two rows, two handlers."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

ROW = {"racks": "2 x dgx_b200_x2", "fed_by": "panel"}
HALL: dict[str, Any] = {
    "name": "hall",
    "size": ["6 m", "8 m", "3 m"],
    "containment": "none",
    "rows": [
        {"name": "front", "at": ["2.4 m", "2 m"], "facing": "south", **ROW},
        {"name": "rear", "at": ["2.4 m", "4.8 m"], "facing": "north", **ROW},
    ],
}
AIR: dict[str, Any] = {
    "name": "crah",
    "type": "crah_100",
    "count": 2,
    "hall": "hall",
    "fed_by": "board",
    "plant": "cold",
    "places": [
        {"at": ["1.725 m", "0 m"], "blows": "north"},
        {"at": ["1.725 m", "7.11 m"], "blows": "south"},
    ],
}
LAYOUT: dict[str, Any] = {
    "version": 1,
    "name": "small_air",
    "halls": [HALL],
    "power": [
        {"name": "utility", "type": "utility_feed"},
        {"name": "board", "type": "switchboard_4000", "fed_by": "utility"},
        {"name": "panel", "type": "rpp_500", "at": [-3, 1], "fed_by": "board"},
    ],
    "cooling": {
        "air": [AIR],
        "plant": [
            {
                "name": "cold",
                "type": "chiller_air_430",
                "fed_by": "board",
                "supply_temperature": "12 °C",
            }
        ],
    },
}


def air_layout(hall: dict[str, Any] | None = None, air: dict[str, Any] | None = None) -> Any:
    """The layout as plain data; keys of the hall and of its handlers replaced."""
    layout = deepcopy(LAYOUT)
    layout["halls"][0] |= deepcopy(hall or {})
    layout["cooling"]["air"][0] |= deepcopy(air or {})
    return layout


def written_layout(folder: Path, layout: Any) -> Path:
    """The layout as a file with a key a line; JSON is YAML too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small_air.yaml"
    path.write_text(json.dumps(layout, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def line_after(path: Path, *words: str) -> int:
    """Line of the last word, each found behind the one before it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    at = 0
    for word in words:
        at = next(n for n in range(at, len(lines)) if word in lines[n])
    return at + 1


def measured_layout() -> Any:
    """The small hall with what the invented measurements of `data/airflow/small_room` name."""
    layout = air_layout()
    hall = layout["halls"][0]
    for row, labels in zip(hall["rows"], (["a1", "a2"], ["b1", "b2"]), strict=True):
        row |= {"labels": labels, "fan_speed_rated_rpm": 9000, "film_w_k": 400}
    hall["sensors"] = [
        {"name": f"strip_{row}_{side}_{height}", "at": ["3 m", f"{y} m", f"{z} m"]}
        for row, front, back in (("a", 1.9, 3.4), ("b", 6.1, 4.6))
        for side, y in (("front", front), ("rear", back))
        for height, z in (("bottom", 0.4), ("top", 1.6))
    ]
    return layout
