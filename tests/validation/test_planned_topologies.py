"""Claim: ties, catchers, swing units, boards in parallel or on generators end as they are judged.

Random numbers in topologies as planners draw them, each from a layout: every single loss of each,
and some pairs, in the graph of `twin redundancy` and in a run of that loss. Gaps are judged by
continuity and not here: what counts is who has power in the end.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

import twin
from tests.enumerated import Plan
from tests.planned import Draw, Made, dark_in_the_end, judged, kw, losses
from tests.power_layouts import facility, load, part, power_only
from twin.errors import InputError

SEEDS = 4
GRID = [part("ua", "utility_feed"), part("ub", "utility_feed")]


def main_tie_main(draw: Draw) -> Made:
    """Two or three boards, some with a least supply, with a tie or a ring with one left open."""
    count = int(draw.integers(2, 4))
    parts = list(GRID)
    rows = []
    for n in range(count):
        modules = int(draw.integers(1, 4))
        each = kw(draw, 4, 9, 100.0)
        least = f"{each * float(draw.choice([0.6, 1.0, modules]))} kW"
        asked = {"minimum_supply": least} if draw.random() < 0.6 else {}
        parts.append(part(f"t{n}", "transformer_2500", ("ua", "ub")[n % 2], kw=each))
        parts[-1]["count"] = modules
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}", kw=3 * each, **asked))
        rows.append(load(f"l{n}", kw(draw, 2, 8, 45.0), f"b{n}"))
    for n in range(count - 1):
        tie = {"name": f"tie{n}", "type": "ats_4000", "tie": [f"b{n}", f"b{n + 1}"]}
        parts.append(tie | {"rating": f"{kw(draw, 4, 16, 100.0)} kW"})
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "b0", "b1")]


def catcher(draw: Draw) -> Made:
    """Blocks on static switches to one reserve, in modules or one; some rows on two switches."""
    blocks = int(draw.integers(2, 5))
    parts = [*GRID, part("res", "ups_1250", "ub", kw=kw(draw, 4, 10, 100.0))]
    for n in range(blocks):
        parts.append(part(f"p{n}", "ups_1250", "ua", kw=kw(draw, 6, 10, 100.0)))
        parts.append(part(f"s{n}", "sts_1000", f"p{n}", "res", mode="priority"))
    rows = [load(f"l{n}", kw(draw, 4, 11, 45.0), f"s{n}") for n in range(blocks)]
    return parts, [*rows, load("dual", kw(draw, 2, 5, 45.0), "s0", "s1")]


def four_to_make_three(draw: Draw) -> Made:
    parts = list(GRID)
    for n in "abcd":
        parts.append(part(f"tx{n}", "transformer_2500", "ua" if n in "ab" else "ub"))
        parts.append(part(f"ups{n}", "ups_1250", f"tx{n}", kw=kw(draw, 8, 12, 100.0)))
    pairs = list(combinations("abcd", 2))
    return parts, [load(f"l{x}{y}", kw(draw, 5, 9, 45.0), f"ups{x}", f"ups{y}") for x, y in pairs]


def swing_unit(draw: Draw) -> Made:
    """Boards on their own modules, or on a swing module where those no longer reach the least."""
    parts = [*GRID, part("swing", "ups_1250", "ub", kw=kw(draw, 5, 11, 100.0))]
    rows = []
    for n in range(int(draw.integers(2, 4))):
        each = kw(draw, 3, 7, 100.0)
        parts.append(part(f"m{n}", "ups_1250", "ua", kw=each, count=2))
        feeds = part(f"b{n}", "switchboard_4000", f"m{n}", "swing", mode="priority")
        least = min(float(draw.choice([1.0, 1.5, 2.0])) * each, 500.0)
        parts.append(feeds | ({"minimum_supply": f"{least} kW"} if draw.random() < 0.7 else {}))
        rows.append(load(f"l{n}", kw(draw, 4, 10, 45.0), f"b{n}"))
    return parts, rows


def unequal_transformers(draw: Draw) -> Made:
    """Side by side on one board, sharing by impedance; panels below, both cords of a row on one."""
    parts = list(GRID)
    for n in range(3):
        row = str(draw.choice(["transformer_2500", "transformer_4000"]))
        parts.append(part(f"t{n}", row, "ua" if n else "ub", kw=kw(draw, 4, 10, 100.0)))
    parts.append(part("board", "switchboard_4000", "t0", "t1", "t2"))
    parts += [part(f"p{n}", "rpp_500", "board") for n in range(2)]
    rows = [load("two", kw(draw, 5, 12, 45.0), "p0", "p1")]
    return parts, [*rows, load("one", kw(draw, 2, 8, 30.0), "p0")]


def boards_on_generators(draw: Draw) -> Made:
    """Each board on its own feed, or on generators of a bus that all share; UPS over the start."""
    parts = [*GRID, part("gen", "genset_2000", count=3, kw=kw(draw, 3, 8, 100.0))]
    parts.append(part("bus", "switchboard_4000", "gen"))
    rows = []
    for n in range(3):
        parts.append(part(f"t{n}", "transformer_2500", "ua" if n < 2 else "ub", kw=900.0))
        feeds = (f"t{n}", "bus")
        parts.append(part(f"b{n}", "ats_4000", *feeds, mode="priority", kw=900.0))
        rows.append(load(f"l{n}", kw(draw, 5, 12, 45.0), f"b{n}"))
    return parts, [*rows, load("dual", kw(draw, 2, 5, 45.0), "b0", "b2")]


TOPOLOGIES: tuple[Callable[[Draw], Made], ...] = (
    main_tie_main, catcher, four_to_make_three, swing_unit, unequal_transformers,
    boards_on_generators,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("made", TOPOLOGIES, ids=lambda made: str(made.__name__))
def test_who_has_power_in_the_end(made: Callable[[Draw], Made], seed: int) -> None:
    draw = np.random.default_rng(seed)
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


@pytest.mark.parametrize("first", range(1000, 1050, 10))
@pytest.mark.parametrize("made", TOPOLOGIES[:4], ids=lambda made: str(made.__name__))
def test_every_loss_and_pair_by_hand(made: Callable[[Draw], Made], first: int) -> None:
    """Two hundred layouts, by a load flow and rules that know nothing of the program."""
    tried = 0
    for seed in range(first, first + 10):
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
