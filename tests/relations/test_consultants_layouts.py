"""Layouts as consultants draw them: what the graph says of a loss is what a run shows, and the
single points are those that one counts on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import twin
from tests.power_layouts import facility, load, part, power_only
from tests.relations.test_static_and_simulated import fell
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes

BATTERY = {"battery_energy": "40 kWh"}
FIRST: dict[str, Any] = {"mode": "priority"}
PAIRS = 3
"""Survivable ones of a layout, and as many fatal ones."""


def block_redundant() -> dict[str, Any]:
    """Three blocks and a reserve UPS behind static switches, single-corded racks."""
    parts = [part("u1", "utility_feed"), part("u2", "utility_feed")]
    parts.append(part("g", "genset_2000", kw=1400.0, count=2))
    for n in (1, 2, 3, 4):
        feed = "u1" if n % 2 else "u2"
        parts.append(part(f"t{n}", "transformer_4000", feed, kw=1000.0))
        parts.append(part(f"m{n}", "switchboard_4000", f"t{n}", "g", kw=1000.0, **FIRST))
        parts.append(part(f"ups{n}", "ups_1250", f"m{n}", kw=800.0, overrides=BATTERY))
    parts.append(part("reserve", "switchboard_4000", "ups4", kw=800.0))
    parts += [
        part(f"sts{n}", "sts_1000", f"ups{n}", "reserve", kw=800.0, **FIRST) for n in (1, 2, 3)
    ]
    return power_only(parts, [load(f"r{n}", 600.0, f"sts{n}") for n in (1, 2, 3)])


def medium_voltage_ups() -> dict[str, Any]:
    """UPS above two buses with a tie of less than either carries, two transformers below each."""
    parts = []
    for n in (1, 2):
        parts.append(part(f"u{n}", "utility_feed"))
        parts.append(part(f"f{n}", "mv_switchgear_30mw", f"u{n}", kw=4000.0))
        parts.append(part(f"ups{n}", "ups_1250", f"f{n}", kw=1500.0, overrides=BATTERY))
        parts.append(part(f"bus{n}", "mv_switchgear_30mw", f"ups{n}", kw=2500.0))
        parts.append(part(f"t{n}", "transformer_2500", f"bus{n}", kw=700.0, count=2))
    tie = {"name": "tie", "type": "mv_switchgear_30mw", "rating": "1000 kW"}
    parts.append(tie | {"tie": ["bus1", "bus2"]})
    dual = [load("x", 480.0, "t1_1", "t2_1"), load("y", 600.0, "t1_2", "t2_2")]
    return power_only(parts, [*dual, load("z", 180.0, "t1_2")])


SITES: dict[str, tuple[Callable[[], dict[str, Any]], set[str]]] = {
    "block redundant": (block_redundant, {"sts1", "sts2", "sts3"}),
    "UPS at medium voltage": (medium_voltage_ups, {"bus1", "t1_2"}),
}


@pytest.mark.parametrize("name", SITES)
def test_single_points_are_those_on_paper_and_runs_lose_what_is_said(name: str) -> None:
    make, on_paper = SITES[name]
    built = facility(make())
    gates = dependency(built)
    named = [n for n in built.power.id[: built.power.equipment] if not n.startswith("mech")]
    lost = [*((one,) for one in named), *combinations(named, 2)]
    down = down_nodes(gates, [[gates.index[one] for one in case] for case in lost])
    racks = down[[gates.index[rack] for rack in built.racks.id]].T
    said = {
        c: {built.racks.id[r] for r in np.flatnonzero(d)} for c, d in zip(lost, racks, strict=True)
    }
    assert {case[0] for case in lost if len(case) == 1 and said[case]} == on_paper
    pairs = [c for c in lost if len(c) == 2 and not any(said[(one,)] for one in c)]
    run = twin.start(built)
    run.until(60.0)
    draw = np.random.default_rng(7)
    for fatal in (True, False):
        kind = [case for case in pairs if bool(said[case]) is fatal]
        for place in draw.permutation(len(kind))[:PAIRS].tolist():
            assert fell(run, kind[place]) == said[kind[place]], kind[place]
