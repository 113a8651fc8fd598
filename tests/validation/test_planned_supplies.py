"""Claim: stores, ties, rings, generators that boards share or swing between, reserves on them and
unequal transformers beside them end as they are judged.

As `test_planned_topologies.py`: random numbers in topologies as planners draw them, every single
loss and pair by a load flow and rules written apart, and single losses and pairs in a run of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import twin
from tests.enumerated import Plan
from tests.planned import Draw, Made, dark_in_the_end, judged, kw, losses
from tests.power_layouts import facility, load, part, power_only
from twin.errors import InputError

GRID = [part("ua", "utility_feed"), part("ub", "utility_feed")]
STARTS = {"start_failure_probability": 1e-9, "run_failure_first_hour_probability": 1e-12}
"""Generators fail where a case says so, and hardly ever by themselves."""
LIVED = 2


def generators(draw: Draw, name: str, kw_each: float, most: int = 1) -> dict[str, Any]:
    count = int(draw.integers(1, most + 1))
    return part(name, "genset_2000", kw=kw_each, count=count, overrides=STARTS)


def store(draw: Draw, board: str) -> dict[str, Any]:
    """A BESS that is empty long before a run ends."""
    numbers = {"battery_energy": f"{draw.uniform(1, 30):.2f} kWh"}
    return part(f"bess_{board}", "bess_1000_2h", board, kw=kw(draw, 1, 9, 100.0), overrides=numbers)


def least(draw: Draw, *choices: float) -> dict[str, Any]:
    if draw.random() < 0.6:
        return {"minimum_supply": f"{float(draw.choice(choices))} kW"}
    return {}


def tie(draw: Draw, name: str, one: str, other: str) -> dict[str, Any]:
    rating = f"{kw(draw, 4, 20, 100.0)} kW"
    return {"name": name, "type": "ats_4000", "tie": [one, other], "rating": rating}


def sides_with_stores(draw: Draw) -> Made:
    """2N of modules, least supplies, BESS, perhaps a tie; both cords of a row on one board."""
    parts = list(GRID)
    for n in "ab":
        count = int(draw.integers(1, 4))
        each = kw(draw, 3, 8, 100.0)
        asked = least(draw, each, count * each, max(count - 1, 1) * each)
        parts.append(part(f"t{n}", "transformer_2500", f"u{n}", kw=kw(draw, 8, 20, 100.0)))
        parts.append(part(f"m{n}", "ups_1250", f"t{n}", kw=each, count=count))
        parts.append(part(f"b{n}", "switchboard_4000", f"m{n}", kw=3000.0, **asked))
        panels = [part(f"p{n}{k}", "rpp_500", f"b{n}", kw=kw(draw, 5, 10, 50.0)) for k in (1, 2)]
        parts += [*panels, *([store(draw, f"b{n}")] if draw.random() < 0.7 else [])]
    parts += [tie(draw, "tie", "ba", "bb")] if draw.random() < 0.5 else []
    rows = [load("dual", kw(draw, 4, 10, 45.0), "pa1", "pb1")]
    rows.append(load("same", kw(draw, 3, 10, 45.0), "pa1", "pa2"))
    return parts, [*rows, load("one", kw(draw, 2, 5, 45.0), "pb2")]


def generators_and_ties(draw: Draw) -> Made:
    """Boards that share or prefer among a utility and a common generator bus, and ties."""
    count = int(draw.integers(2, 4))
    parts = [*GRID, generators(draw, "gen", kw(draw, 3, 9, 100.0), most=3)]
    parts.append(part("bus", "switchboard_4000", "gen"))
    rows = []
    for n in range(count):
        modules = int(draw.integers(1, 3))
        each = kw(draw, 4, 9, 100.0)
        parts.append(part(f"t{n}", "transformer_2500", ("ua", "ub")[n % 2], kw=each, count=modules))
        feeds = [[f"t{n}", "bus"], ["bus", f"t{n}"], [f"t{n}"]][
            int(draw.choice(3, p=[0.6, 0.2, 0.2]))
        ]
        keys = least(draw, each, 0.5 * each, modules * each)
        keys |= {"mode": "priority"} if len(feeds) > 1 and draw.random() < 0.5 else {}
        parts.append(part(f"b{n}", "switchboard_4000", *feeds, kw=3000.0, **keys))
        parts += [store(draw, f"b{n}")] if draw.random() < 0.4 else []
        rows.append(load(f"l{n}", kw(draw, 3, 12, 45.0), f"b{n}"))
    for n in range(count - 1):
        parts += [tie(draw, f"tie{n}", f"b{n}", f"b{n + 1}")] if draw.random() < 0.6 else []
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "b0", "b1")]


def swing_generators(draw: Draw) -> Made:
    """A generator a board and one that swings between them; modules with static bypass below."""
    parts = [*GRID, generators(draw, "gs", kw(draw, 4, 10, 100.0))]
    rows = []
    for n in range(int(draw.integers(2, 4))):
        mode = str(draw.choice(["priority", "share"]))
        size = {"kw": kw(draw, 4, 8, 100.0), "count": int(draw.integers(1, 4))}
        parts.append(generators(draw, f"g{n}", kw(draw, 4, 10, 100.0)))
        rating = kw(draw, 8, 16, 100.0)
        parts.append(part(f"t{n}", "transformer_2500", ("ua", "ub")[n % 2], kw=rating))
        feeds = (f"t{n}", f"g{n}", "gs")
        parts.append(part(f"b{n}", "switchboard_4000", *feeds, mode=mode, kw=3000.0))
        parts.append(part(f"ups{n}", "ups_500", f"b{n}", **size))
        parts.append(part(f"d{n}", "switchboard_4000", f"ups{n}", kw=3000.0))
        rows.append(load(f"l{n}", kw(draw, 4, 13, 45.0), f"d{n}"))
    return parts, [*rows, load("dual", kw(draw, 2, 8, 45.0), "d0", "d1")]


def catcher_on_generators(draw: Draw) -> Made:
    """Blocks of modules on static switches to a reserve; both sides share one set of generators."""
    parts = [*GRID, generators(draw, "gen", kw(draw, 8, 20, 100.0), most=2)]
    for n, feed in (("p", "ua"), ("r", "ub")):
        parts.append(part(f"t{n}", "transformer_2500", feed, kw=kw(draw, 12, 25, 100.0)))
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}", "gen", kw=4000.0))
    reserve = {"kw": kw(draw, 2, 6, 100.0), "count": int(draw.integers(1, 4))}
    parts.append(part("res", "ups_500", "br", **reserve))
    parts.append(part("rb", "switchboard_4000", "res", kw=3000.0))
    rows = []
    for n in range(int(draw.integers(2, 5))):
        size = {"kw": kw(draw, 2, 6, 100.0), "count": int(draw.integers(1, 3))}
        parts.append(part(f"m{n}", "ups_500", "bp", **size))
        parts.append(part(f"pb{n}", "switchboard_4000", f"m{n}", kw=2000.0))
        parts.append(part(f"s{n}", "sts_1000", f"pb{n}", "rb", mode="priority"))
        rows.append(load(f"l{n}", kw(draw, 4, 11, 45.0), f"s{n}"))
    return parts, [*rows, load("dual", kw(draw, 2, 5, 45.0), "s0", "s1")]


def ring_of_medium_voltage(draw: Draw) -> Made:
    """Two feeders into switchgear in a row each, joined at the far ends by an open switch."""
    parts = list(GRID)
    rows = []
    for side, before in (("w", "ua"), ("e", "ub")):
        for k in range(int(draw.integers(1, 4))):
            name = f"{side}{k}"
            parts.append(part(name, "mv_switchgear_30mw", before, kw=kw(draw, 8, 30, 100.0)))
            before = name
            below = [f"t{name}{i}" for i in range(int(draw.integers(1, 3)))]
            for t in below:
                row = str(draw.choice(["transformer_2500", "transformer_4000"]))
                parts.append(part(t, row, name, kw=kw(draw, 4, 10, 100.0)))
            parts.append(part(f"b{name}", "switchboard_4000", *below, kw=2000.0))
            rows.append(load(f"l{name}", kw(draw, 3, 9, 45.0), f"b{name}"))
    ends = [max(p["name"] for p in parts if p["name"][0] == side) for side in "we"]
    parts.append(tie(draw, "open", *ends))
    return parts, [*rows, load("dual", kw(draw, 2, 8, 45.0), "bw0", "be0")]


def transformers_and_generators(draw: Draw) -> Made:
    """Unequal transformers side by side, generators and a store on one board, two panels."""
    parts = list(GRID)
    mains = [f"t{n}" for n in range(int(draw.integers(2, 4)))]
    for n, name in enumerate(mains):
        row = str(draw.choice(["transformer_2500", "transformer_4000"]))
        parts.append(part(name, row, "ua" if n else "ub", kw=kw(draw, 4, 10, 100.0)))
    parts.append(generators(draw, "gen", kw(draw, 4, 10, 100.0), most=2))
    parts.append(part("board", "switchboard_4000", *mains, "gen", **least(draw, 500.0, 700.0)))
    parts += [store(draw, "board")] if draw.random() < 0.5 else []
    parts += [part(f"p{n}", "rpp_500", "board", kw=kw(draw, 5, 10, 100.0)) for n in range(2)]
    rows = [load("two", kw(draw, 5, 15, 45.0), "p0", "p1")]
    return parts, [*rows, load("one", kw(draw, 2, 8, 30.0), "p0")]


TOPOLOGIES: tuple[Callable[[Draw], Made], ...] = (
    sides_with_stores, generators_and_ties, swing_generators, catcher_on_generators,
    ring_of_medium_voltage, transformers_and_generators,
)  # fmt: skip
named = pytest.mark.parametrize("made", TOPOLOGIES, ids=lambda made: str(made.__name__))


@named
@pytest.mark.parametrize("first", range(2000, 2060, 20))
def test_every_loss_and_pair_by_hand(made: Callable[[Draw], Made], first: int) -> None:
    """Of 360 layouts, those without an overload as built."""
    tried = 0
    for seed in range(first, first + 20):
        layout = power_only(*made(np.random.default_rng(seed)))
        try:
            _, said = judged(facility(layout))
        except InputError:
            continue
        plan = Plan(layout)
        for lost, racks in said.items():
            if len(lost) == 1 or not any(said[(name,)] for name in lost):
                assert plan.dark(lost) == bool(racks), (seed, lost)
                tried += 1
    assert tried


@named
@pytest.mark.parametrize("seed", range(LIVED))
def test_who_has_power_in_the_end(made: Callable[[Draw], Made], seed: int) -> None:
    """A store that a least supply counts keeps its board for good where it is never asked to give,
    and opens it once it is empty where it is.
    """
    draw = np.random.default_rng(3000 + seed)
    while True:
        try:
            built = facility(power_only(*made(draw)))
            break
        except InputError:
            continue
    run = twin.start(built)
    run.until(60.0)
    for lost, racks in losses(built, draw):
        assert dark_in_the_end(run, lost) == racks, lost
