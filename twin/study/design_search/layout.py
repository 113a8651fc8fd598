"""The layout of a design as plain data, as its file would hold it, and as text."""

from __future__ import annotations

import yaml

from twin.catalogue import shipped
from twin.catalogue.rows import Switch
from twin.study.design_search import equipment as kit
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.power_layout import Data, power_of, rack_feeds, unit, utility
from twin.study.design_search.scheme import Scheme

HOT_AISLE_M = 1.8
COLD_AISLE_M = 2.4
BESIDE_M = 4.1
"""Free floor beside the lines, for gear along the walls and a way round."""
BEYOND_M = 4.4
"""From the walls to the first and the last line: gear along the wall, and a cold aisle."""
ROW_DEPTH_M = 1.2
BETWEEN_HALLS_M = 4.0
SWITCHES = {"GB200-NVL72-GPU": "q3400", "GB300-NVL72-GPU": "q3400", "B300-SXM-288GB": "q3400"}
"""By GPU, for fabrics of 800 Gb/s; `SWITCH` for all others."""
SWITCH = "qm9700"


def layout_of(name: str, scheme: Scheme, halls: list[SizedHall], growth_m: float = 0.0) -> Data:
    """The layout of some halls, as its file would hold it.

    growth_m   metres by which every hall is larger each way than its lines need
    """
    power = utility(scheme)
    loops: list[Data] = []
    air: list[Data] = []
    plant: list[Data] = []
    rooms = []
    at_m = 0.0
    for number, hall in enumerate(halls, 1):
        room = _room(hall, number, at_m, growth_m)
        rooms.append(room)
        at_m = round(at_m + room["size"][0] + BETWEEN_HALLS_M, 2)
        power += power_of(hall, number)
        loops += _loops(hall, number)
        air += _air(hall, number)
        plant += _plant(hall, number)
    return _with_units(
        {
            "version": 1,
            "name": name,
            "description": f"Proposed by a design search: {scheme.words}.",
            "halls": rooms,
            "power": power,
            "cooling": {"loops": loops, "air": air, "plant": plant},
            "fabric": _fabric(halls[0]),
            "storage": {"type": "superpod_better"},
        }
    )


def _room(hall: SizedHall, number: int, at_m: float, growth_m: float) -> Data:
    longest = max(racks + hall.supports(racks) for racks in hall.lines)
    rows: list[Data] = []
    for place, racks in enumerate(hall.lines):
        rows += _line(hall, f"{number}{place + 1}", racks, place, growth_m / 2)
    deep_m = 2 * BEYOND_M + _line_y_m(len(hall.lines) - 1) + ROW_DEPTH_M
    wide_m = 2 * BESIDE_M + longest * hall.rack.width_m
    return {
        "name": f"hall_{number}",
        "size": [round(wide_m + growth_m, 2), round(deep_m + growth_m, 2), 5.0],
        "at": [at_m, 0.0],
        "containment": "hot_aisle",
        "rows": rows,
    }


def _line_y_m(place: int) -> float:
    """How far north of the first line's south side a line begins: pairs share a hot aisle."""
    pair = place // 2 * (2 * ROW_DEPTH_M + HOT_AISLE_M + COLD_AISLE_M)
    return pair + place % 2 * (ROW_DEPTH_M + HOT_AISLE_M)


def _line(hall: SizedHall, name: str, racks: int, place: int, shift_m: float) -> list[Data]:
    x_m = BESIDE_M + shift_m
    y_m = BEYOND_M + shift_m + _line_y_m(place)
    facing = "north" if place % 2 else "south"
    support_x_m = x_m + racks * hall.rack.width_m
    shared: Data = {"facing": facing, "fed_by": rack_feeds(hall, name)}
    return [
        {
            "name": f"compute_{name}",
            "racks": f"{racks} x {hall.scheme.rack}",
            "at": [round(x_m, 2), round(y_m, 2)],
            **shared,
        },
        {
            "name": f"support_{name}",
            "racks": f"{hall.supports(racks)} x {kit.SUPPORT_RACK}",
            "at": [round(support_x_m, 2), round(y_m, 2)],
            **shared,
        },
    ]


def _loops(hall: SizedHall, number: int) -> list[Data]:
    if not hall.liquid_w:
        return []
    loops = []
    for place, racks in enumerate(hall.lines):
        line = f"{number}{place + 1}"
        kind, count = hall.cdu(racks)
        units = count + hall.spare
        loop = unit("cdu", line, kind, units)
        loop |= {"header": "common"} if units > 1 else {}
        loops.append(
            loop
            | {
                "serves": f"compute_{line}",
                "fed_by": rack_feeds(hall, line),
                "plant": f"warm_water_{number}",
                "volume": f"{0.1 * racks:g} m^3",
            }
        )
    return loops


def _air(hall: SizedHall, number: int) -> list[Data]:
    handlers = unit("handler", number, hall.handler, hall.handlers)
    return [
        handlers
        | {
            "hall": f"hall_{number}",
            "fed_by": f"mechanical_{number}",
            "plant": f"chilled_water_{number}",
        }
    ]


def _plant(hall: SizedHall, number: int) -> list[Data]:
    chilled = unit("chilled_water", number, hall.chiller, hall.chillers)
    plants = [chilled | _water(hall, number, 15.0, hall.air_w, 25.0)]
    if hall.liquid_w:
        warm = unit("warm_water", number, hall.dry_cooler, hall.dry_coolers)
        plants.append(warm | _water(hall, number, hall.loop_degc, hall.liquid_w, 8.0))
    return plants


def _water(hall: SizedHall, number: int, degc: float, heat_w: float, litres_a_kw: float) -> Data:
    volume_m3 = max(1.0, heat_w / 1e3 * litres_a_kw / 1e3)
    return {
        "fed_by": f"mechanical_{number}",
        "supply_temperature": f"{degc:.1f} °C",
        "volume": f"{volume_m3:.1f} m^3",
        "pump_power": f"{hall.pump_w(heat_w) / 1e3:.1f} kW",
    }


def _fabric(hall: SizedHall) -> Data:
    """Leaves for as many nodes as half their ports take: the other half goes to spines."""
    switch = SWITCHES.get(hall.rack.gpu, SWITCH)
    most = shipped().get(Switch, switch).ports // 2
    return {
        "kind": "rail_optimised",
        "switch": switch,
        "nodes_per_su": min(max(hall.lines) * hall.rack.nodes_per_rack, most),
        "fed_by_racks": True,
    }


def _with_units(layout: Data) -> Data:
    """Lengths as text with their unit, as a file states them."""
    for hall in layout["halls"]:
        for key in ("size", "at"):
            hall[key] = [f"{value:g} m" for value in hall[key]]
        for line in hall["rows"]:
            line["at"] = [f"{value:g} m" for value in line["at"]]
    return layout


def as_text(data: Data, head: str) -> str:
    """YAML with a comment before it."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
    return comment + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
