"""Halls without containment on a slab, as an engineer writes them, for tests of airflow."""

from __future__ import annotations

from typing import Any

FAN_WALL: dict[str, Any] = {
    "version": 1,
    "name": "fan_wall",
    "halls": [
        {
            "name": "hall",
            "size": ["26 m", "14 m", "5 m"],
            "containment": "none",
            "rows": [
                {
                    "name": "a",
                    "racks": "2 x 12 x dgx_h100_x4",
                    "at": ["6 m", "4 m"],
                    "facing": "south",
                    "row_pitch": "3 m",
                    "fed_by": {"source": "panel", "pairing": "spread"},
                }
            ],
        }
    ],
    "power": [
        {"name": "utility", "type": "utility_feed"},
        {"name": "board", "type": "switchboard_4000", "fed_by": "utility"},
        {"name": "panel", "type": "rpp_500", "count": 4, "at": [-6, 1], "fed_by": "board"},
    ],
    "cooling": {
        "air": [
            {
                "name": "wall",
                "type": "fanwall_500",
                "count": 3,
                "hall": "hall",
                "fed_by": "board",
                "plant": "cold",
                "supply_temperature": "22 °C",
                "places": [
                    {"at": ["0.1 m", f"{0.5 + 4.2 * k} m"], "blows": "east"} for k in range(3)
                ],
            }
        ],
        "plant": [
            {
                "name": "cold",
                "type": "chiller_air_1500",
                "count": 2,
                "fed_by": "board",
                "supply_temperature": "14 °C",
            }
        ],
    },
}
"""Three fan walls at the west end of two rows of H100 racks that stand back to back."""
