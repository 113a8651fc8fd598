"""Random facilities for property tests: any of what a layout may say, small enough to run at once.

`facilities()` draws a layout as plain data; `components(layout)` names what may fail in it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

LIQUID = "gb200_nvl72"
AIR = "dgx_b200_x2"
PLANTS = ("dry_cooler_1000", "dry_cooler_adiabatic_1000", "chiller_air_430", "chiller_water_1055")


def members(name: str, count: int) -> list[str]:
    """Component names of a group."""
    return [name] if count == 1 else [f"{name}_{n + 1}" for n in range(count)]


def feed(draw: st.DrawFn, source: str) -> Any:
    """One supply in any of the forms that a file may give it."""
    pairing = draw(st.sampled_from([None, "all", "spread"]))
    return source if pairing is None else {"source": source, "pairing": pairing}


def power(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Utility, perhaps a transformer and a generator, boards, perhaps UPS, panels."""
    groups: list[dict[str, Any]] = [{"name": "utility", "type": "utility_feed"}]
    top = "utility"
    if draw(st.booleans()):
        groups.append({"name": "trafo", "type": "transformer_2500", "fed_by": "utility"})
        top = "trafo"
    supplies = [top]
    if draw(st.booleans()):
        groups.append({"name": "genset", "type": "genset_2500"})
        supplies.append("genset")
    groups.append(
        {"name": "board", "type": "switchboard_4000", "mode": "priority", "fed_by": supplies}
    )
    source = "board"
    if draw(st.booleans()):
        count = draw(st.integers(2, 3))
        groups.append({"name": "ups", "type": "ups_500", "count": count, "fed_by": "board"})
        source = "ups"
    mode = draw(st.sampled_from(["share", "priority"]))
    panels = {"name": "panel", "type": "rpp_500", "count": draw(st.integers(2, 4)), "mode": mode}
    groups.append(panels | {"fed_by": feed(draw, source)})
    return groups


def hall(draw: st.DrawFn, liquid: int, air: int) -> dict[str, Any]:
    """A room with a row of each kind of rack."""
    rows = []
    for name, count, kind, y in (("wet", liquid, LIQUID, "2 m"), ("dry", air, AIR, "6 m")):
        if count:
            rows.append(
                {"name": name, "racks": f"{count} x {kind}", "at": ["2 m", y], "fed_by": "panel"}
            )
    return {
        "name": "hall",
        "size": ["16 m", "11 m", "4 m"],
        "containment": draw(st.sampled_from(["none", "cold_aisle", "hot_aisle"])),
        "rows": rows,
    }


def plant(draw: st.DrawFn, name: str, kinds: tuple[str, ...], supply: float) -> dict[str, Any]:
    """A group of coolers or chillers with room to spare."""
    return {
        "name": name,
        "type": draw(st.sampled_from(kinds)),
        "count": draw(st.integers(1, 2)),
        "fed_by": "board",
        "supply_temperature": f"{supply} °C",
        "volume": f"{draw(st.integers(2, 12))} m^3",
        "pump_power": f"{draw(st.integers(0, 8))} kW",
    }


@st.composite
def facilities(draw: st.DrawFn) -> dict[str, Any]:
    """A layout that can be built: up to four liquid and three air racks behind any power tree."""
    liquid = draw(st.integers(0, 4))
    air = draw(st.integers(0 if liquid else 1, 3))
    plants = [plant(draw, "cold", PLANTS[2:], 16.0)]
    loops = []
    if liquid:
        plants.append(plant(draw, "warm", PLANTS[:2], 41.8))
        header = draw(st.sampled_from(["separate", "common"]))
        loops.append(
            {
                "name": "cdu",
                "type": "cdu_600",
                "count": draw(st.integers(1, min(2, liquid))),
                "serves": "wet",
                "header": header,
                "fed_by": "panel",
                "plant": "warm",
                "volume": f"{draw(st.integers(2, 9))}00 L",
            }
        )
    handlers = {
        "name": "crah",
        "type": "crah_100",
        "count": draw(st.integers(2, 3)),
        "hall": "hall",
    }
    return {
        "name": "drawn",
        "halls": [hall(draw, liquid, air)],
        "power": power(draw),
        "cooling": {
            "loops": loops,
            "air": [handlers | {"fed_by": "board", "plant": "cold"}],
            "plant": plants,
        },
    }


def nodes_of(layout: dict[str, Any]) -> dict[str, int]:
    """Compute nodes of the liquid and of the air row."""
    found = {"wet": 0, "dry": 0}
    for row in layout["halls"][0]["rows"]:
        count = int(row["racks"].split(" x ")[0])
        found[row["name"]] = count * (18 if row["name"] == "wet" else 2)
    return found


def components(layout: dict[str, Any]) -> list[str]:
    """Everything that may fail: power, cooling, pumps, racks and a node."""
    groups = [
        *layout["power"],
        *layout["cooling"]["loops"],
        *layout["cooling"]["air"],
        *layout["cooling"]["plant"],
    ]
    names = [name for group in groups for name in members(group["name"], group.get("count", 1))]
    pumps = [f"{unit}_pump_{n}" for unit in names if unit.startswith("cdu") for n in (1, 2)]
    racks, nodes = [], []
    for row in layout["halls"][0]["rows"]:
        count = int(row["racks"].split(" x ")[0])
        racks += [f"{row['name']}_r{n + 1}" for n in range(count)]
        nodes.append(f"{row['name']}_r1/node_1")
    return names + pumps + racks + nodes


@st.composite
def air_of(draw: st.DrawFn) -> dict[str, Any]:
    """Weather that stands still, from frost to heat."""
    dry = draw(st.floats(-5.0, 42.0).map(lambda value: round(value, 2)))
    gap = draw(st.floats(0.0, 12.0).map(lambda value: round(value, 2)))
    return {"climate": {"dry_bulb": f"{dry} °C", "wet_bulb": f"{dry - gap} °C"}, "grid": "virginia"}
