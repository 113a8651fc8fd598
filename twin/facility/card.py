"""What a facility shows of itself: what was built, in a screenful."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.cards import Card, card, counted, first
from twin.quantities import power

_MOST = 5
"""Lines for one kind of thing."""

Floats = NDArray[np.float64]


def facility_card(built: Any) -> Card:
    """The card of a Facility, whose module imports this one."""
    table = built.components
    return card(
        f"Facility of {built.scenario.name}, layout {built.scenario.plan.name}",
        [
            ("racks", _racks(built.racks, table.type)),
            ("load", _load(built.racks.idle_w, built.racks.rated_w)),
            ("power", _equipment(table.kind, table.system, "power")),
            ("cooling", _equipment(table.kind, table.system, "cooling")),
            ("heat", _heat(built.racks.rated_w, built.racks.liquid_frac)),
            ("plants", _plants(built.cooling.plants)),
            ("network", _equipment(table.kind, table.system, "fabric")),
            ("halls", _halls(built.halls.name, built.halls.size_m)),
            ("outdoors", _outdoors(built.weather.dry_bulb_degc, built.weather.wet_bulb_degc)),
            ("graph", f"{len(table.id):,} components, {len(built.edges):,} feeds"),
            ("findings", "twin.check(facility) reviews the design"),
        ],
    )


def _racks(racks: Any, types: Sequence[str]) -> str:
    """Racks by type, and what is in them."""
    kinds = counted(types[row] for row in racks.component)
    return f"{kinds}; {racks.gpu_count:,} GPUs in {racks.node_count:,} nodes"


def _equipment(kind: Sequence[str], system: Sequence[str], which: str) -> list[str]:
    """Components of one system, counted by kind."""
    kinds = (k for k, of in zip(kind, system, strict=True) if of == which)
    return wrap(counted(word.replace("_", " ") for word in kinds), 78)[:3]


def _load(idle_w: Floats, rated_w: Floats) -> str:
    return f"racks take {power(idle_w.sum())} idle, {power(rated_w.sum())} rated"


def _heat(rated_w: Floats, liquid_frac: Floats) -> str:
    liquid_w = float((rated_w * liquid_frac).sum())
    return (
        f"{power(liquid_w)} to liquid and {power(rated_w.sum() - liquid_w)} to air at rated power"
    )


def _plants(plants: Sequence[Any]) -> list[str]:
    told = (
        f"{plant.id}: {len(plant.units)} × {power(plant.capacity_w)}, water of "
        f"{plant.supply_degc:g} °C"
        for plant in plants
    )
    return first(told, _MOST)


def _halls(names: Sequence[str], size_m: Floats) -> list[str]:
    sizes = zip(names, size_m.tolist(), strict=True)
    told = (f"{name} {x:g} × {y:g} × {z:g} m" for name, (x, y, z) in sizes)
    return wrap(", ".join(told), 78, max_lines=2, placeholder=" …")


def _outdoors(dry_bulb_degc: Floats, wet_bulb_degc: Floats) -> str:
    return (
        f"{dry_bulb_degc.min():.1f} to {dry_bulb_degc.max():.1f} °C, "
        f"wet bulb up to {wet_bulb_degc.max():.1f} °C"
    )
