"""The power path of a hall as groups of a layout file."""

from __future__ import annotations

from typing import Any

from twin.study.design_search import equipment as kit
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.scheme import Scheme

Data = dict[str, Any]
"""What a file holds."""


def rack_feeds(hall: SizedHall, line: str) -> Any:
    """Panels that feed the racks of a line."""
    if hall.scheme.power == "N+1":
        return f"rpp_{line}"
    sides = ("a", "b") if hall.scheme.power == "2N" else ("a",)
    return [{"source": f"rpp_{side}_{line}", "pairing": "spread"} for side in sides]


def utility(scheme: Scheme) -> list[Data]:
    """The feeds from outside."""
    return [{"name": "utility", "type": "utility_feed", "count": scheme.feeds}]


def power_of(hall: SizedHall, number: int) -> list[Data]:
    """Transformers, generators and boards of a hall, its UPS and panels, its mechanical boards."""
    sides = ("a", "b") if hall.scheme.power == "2N" else ("a",)
    groups: list[Data] = []
    for side in sides:
        groups += _side(hall, number, side)
    for side in sides:
        groups += _ups(hall, number, side, sides)
    return groups + _mechanical(hall, number, sides)


def _side(hall: SizedHall, number: int, side: str) -> list[Data]:
    end = f"{side}_{number}"
    feed = "spread" if hall.scheme.feeds > 1 else "all"
    return [
        {
            "name": f"transformer_{end}",
            "type": kit.TRANSFORMER,
            "count": hall.boards,
            "mode": "priority",
            "fed_by": [{"source": "utility", "pairing": feed}, *_other_feeds(hall)],
        },
        {"name": f"generator_{end}", "type": kit.GENERATOR, "count": hall.boards},
        {
            "name": f"board_{end}",
            "type": kit.BOARD,
            "count": hall.boards,
            "mode": "priority",
            "fed_by": [
                {"source": f"transformer_{end}", "pairing": "matched"},
                {"source": f"generator_{end}", "pairing": "matched"},
            ],
        },
    ]


def _other_feeds(hall: SizedHall) -> list[Data]:
    return [{"source": "utility", "pairing": "all"}] if hall.scheme.feeds > 1 else []


def _boards(hall: SizedHall, number: int, side: str, sides: tuple[str, ...]) -> list[Data]:
    """A supply from a board of one side, then from the hall's others; where nothing is to spare,
    from one board alone.
    """
    first = {"source": f"board_{side}_{number}", "pairing": "spread"}
    if hall.scheme.power == "N":
        return [first]
    if hall.scheme.power == "N+1":
        return [first, {**first, "pairing": "all"}]
    other = sides[1] if side == sides[0] else sides[0]
    return [first, {**first, "source": f"board_{other}_{number}"}]


def _ups(hall: SizedHall, number: int, side: str, sides: tuple[str, ...]) -> list[Data]:
    lines = [(f"{number}{place + 1}", racks) for place, racks in enumerate(hall.lines)]
    if hall.scheme.power == "N+1":
        shared = unit("ups", number, hall.shared_ups, hall.panels(1))
        shared |= {"mode": "priority", "fed_by": _boards(hall, number, side, sides)}
        return [
            shared,
            *(_panel(f"rpp_{line}", hall, number, racks, f"ups_{number}") for line, racks in lines),
        ]
    groups = []
    for line, racks in lines:
        end = f"{side}_{line}"
        panels = hall.panels(racks)
        kind = kit.smallest(kit.UPS_TYPES, hall.line_w(racks) / panels)
        groups.append(
            unit("ups", end, kind, panels)
            | {"mode": "priority", "fed_by": _boards(hall, number, side, sides)}
        )
        groups.append(_panel(f"rpp_{end}", hall, number, racks, f"ups_{end}"))
    return groups


def _panel(name: str, hall: SizedHall, number: int, racks: int, ups: str) -> Data:
    """Panels of a line, in its hall: without one they would stand in the first."""
    return {
        "name": name,
        "type": kit.PANEL,
        "count": hall.panels(racks),
        "hall": f"hall_{number}",
        "fed_by": [{"source": ups, "pairing": "matched"}],
    }


def _mechanical(hall: SizedHall, number: int, sides: tuple[str, ...]) -> list[Data]:
    feeds = _boards(hall, number, sides[0], sides)
    boards = unit("mechanical", number, kit.BOARD, hall.mechanical_boards)
    return [boards | {"mode": "priority", "fed_by": feeds}]


def unit(name: str, end: str | int, kind: str, count: int) -> Data:
    """A group of equal components."""
    return {"name": f"{name}_{end}", "type": kind, "count": count}
