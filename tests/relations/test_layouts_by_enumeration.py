"""Layouts as planners draw them, through the command, against every state followed by hand's rules.

Ideal cooling on a supply of its own that hardly ever fails. Unavailability and frequency to 1e-9,
cut sets up to three components exactly.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.enumerated import Plan
from tests.every_state import HOURS, Enumerated
from tests.planner import asked, written
from tests.power_layouts import load, part, power_only
from twin.cli import main

NEVER = {"mtbf": "1e9 h", "mttr": "0.01 h"}
Made = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def grid(*names: str) -> list[dict[str, Any]]:
    return [part(name, "utility_feed") for name in names or ("u",)]


def modules_of_2n() -> Made:
    parts = grid("ua", "ub")
    for side in "ab":
        parts += [
            part(f"tx{side}", "transformer_2500", f"u{side}", kw=2000.0),
            part(f"ups{side}", "ups_1250", f"tx{side}", kw=1000.0, count=2),
            part(f"bus{side}", "switchboard_4000", f"ups{side}", kw=2000.0),
        ]
    return parts, [load("row", 1755.0, "busa", "busb")]


def overlapping_ring_of_five() -> Made:
    ratings = dict(zip("abcde", (500.0, 500.0, 400.0, 500.0, 450.0), strict=True))
    parts = grid() + [part(f"ups_{n}", "ups_500", "u", kw=kw) for n, kw in ratings.items()]
    pairs = {"ab": 240.0, "bc": 220.0, "cd": 180.0, "de": 260.0, "ea": 200.0}
    return parts, [load(f"r{x}{y}", kw, f"ups_{x}", f"ups_{y}") for (x, y), kw in pairs.items()]


def catcher_of_unlike_blocks() -> Made:
    parts = grid("u1", "u2")
    parts += [part(f"p{n}", "ups_1250", "u1", kw=1000.0) for n in (1, 2, 3)]
    parts.append(part("r", "ups_1250", "u2", kw=1000.0))
    parts += [part(f"s{n}", "sts_1000", f"p{n}", "r", mode="priority") for n in (1, 2, 3)]
    return parts, [load(f"l{n}", kw, f"s{n}") for n, kw in ((1, 700.0), (2, 420.0), (3, 392.0))]


def swing_unit() -> Made:
    parts = grid() + [part(f"m{n}", "ups_1250", "u", kw=700.0) for n in "abs"]
    parts += [
        part(f"b{n}", "switchboard_4000", f"m{n}", "ms", kw=1400.0, mode="priority") for n in "ab"
    ]
    rows = [load("la", 400.0, "ba"), load("lb", 400.0, "bb"), load("lab", 360.0, "ba", "bb")]
    return parts, rows


def four_to_make_three() -> Made:
    parts = grid("u1", "u2")
    for n in "abcd":
        parts.append(part(f"tx{n}", "transformer_2500", "u1" if n in "ab" else "u2", kw=1300.0))
        parts.append(part(f"ups{n}", "ups_1250", f"tx{n}", kw=1000.0))
    return parts, [
        load(f"l{x}{y}", 465.0, f"ups{x}", f"ups{y}") for x, y in combinations("abcd", 2)
    ]


def boards_behind_small_transformers() -> Made:
    parts = grid()
    for n in "ab":
        parts.append(part(f"tx{n}", "transformer_2500", "u", kw=800.0))
        parts.append(part(f"b{n}", "switchboard_4000", f"tx{n}", kw=2000.0))
        parts.append(part(f"p{n}", "rpp_500", f"b{n}", kw=450.0))
    return parts, [load("one", 420.0, "pa", "pb"), load("two", 700.0, "ba", "bb")]


def switches_behind_two_cords() -> Made:
    parts = grid() + [part(f"ups{n}", "ups_500", "u") for n in "abc"]
    parts.append(part("s1", "sts_1000", "upsa", "upsc", kw=500.0, mode="priority"))
    parts.append(part("s2", "sts_1000", "upsb", "upsc", kw=500.0, mode="priority"))
    return parts, [load("both", 440.0, "s1", "s2"), load("one", 110.0, "s1")]


def uneven_cords() -> Made:
    parts = grid() + [part(name, "rpp_500", "u", kw=300.0) for name in ("a1", "a2", "b")]
    return parts, [load("x", 560.0, "a1", "a2", "b"), load("y", 90.0, "b")]


def taps_of_busways() -> Made:
    parts = grid()
    for n in "ab":
        parts.append(part(f"ups{n}", "ups_500", "u"))
        parts.append(part(f"way{n}", "busway_800a", f"ups{n}"))
        parts += [part(f"tap{n}{k}", "rpp_500", f"way{n}", kw=150.0) for k in (1, 2)]
    return parts, [load(f"r{k}", 140.0, f"tapa{k}", f"tapb{k}") for k in (1, 2)]


def reserve_of_two_modules() -> Made:
    parts = [*grid(), part("res", "ups_500", "u", count=2)]
    parts.append(part("rb", "switchboard_4000", "res", kw=1200.0))
    for n in (1, 2, 3):
        parts.append(part(f"p{n}", "ups_500", "u"))
        parts.append(part(f"s{n}", "sts_1000", f"p{n}", "rb", kw=600.0, mode="priority"))
    return parts, [load(f"r{n}", 432.0, f"s{n}") for n in (1, 2, 3)]


def shelves_of_a_rack() -> Made:
    parts = [*grid(), part("pa", "rpp_500", "u"), part("pb", "rpp_500", "u")]
    parts += [part(f"sh{n}", "pdu_450", f"p{n}", kw=5.5, count=3) for n in "ab"]
    return parts, [load("rack", 26.0, "sha", "shb")]


def main_tie_main_with_least_supplies() -> Made:
    """Two transformers a board; one alone is not taken, nor counted beside the tie."""
    parts = grid("u1", "u2")
    for n, kw in (("a", 600.0), ("b", 700.0)):
        parts.append(part(f"t{n}", "transformer_2500", f"u{'12'['ab'.index(n)]}", kw=kw, count=2))
        least = {"minimum_supply": f"{1.5 * kw} kW"}
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}", kw=2000.0, **least))
    tie = {"name": "tie", "type": "ats_4000", "tie": ["ba", "bb"], "rating": "1100 kW"}
    return [*parts, tie], [load("la", 450.0, "ba"), load("lb", 360.0, "bb")]


def tie_of_a_weak_board() -> Made:
    """Over the tie the strong board stands in for the weak one; the other way round it cannot."""
    parts = [*grid(), part("ta", "transformer_2500", "u", kw=1500.0, count=2)]
    parts.append(part("tb", "transformer_2500", "u", kw=500.0))
    parts.append(part("ba", "switchboard_4000", "ta", kw=3000.0, minimum_supply="1500 kW"))
    parts.append(part("bb", "switchboard_4000", "tb", kw=1000.0))
    parts.append(part("tr", "transformer_2500", "u", kw=600.0))
    parts.append(part("br", "switchboard_4000", "tr", kw=1000.0))
    parts.append({"name": "t1", "type": "ats_4000", "tie": ["ba", "bb"], "rating": "1600 kW"})
    parts.append({"name": "t2", "type": "ats_4000", "tie": ["bb", "br"], "rating": "400 kW"})
    return parts, [load("la", 900.0, "ba"), load("lb", 300.0, "bb"), load("lab", 150.0, "ba", "br")]


def swing_behind_a_least_supply() -> Made:
    """The preferred pair must be whole; else the reserve takes over, alone."""
    parts = [*grid("u1", "u2"), part("m", "ups_500", "u1", count=2), part("r", "ups_1250", "u2")]
    least = {"mode": "priority", "minimum_supply": "800 kW"}
    parts.append(part("bus", "switchboard_4000", "m", "r", kw=2000.0, **least))
    return parts, [load("row", 750.0, "bus")]


LAYOUTS = (
    main_tie_main_with_least_supplies,
    tie_of_a_weak_board,
    swing_behind_a_least_supply,
    modules_of_2n,
    overlapping_ring_of_five,
    catcher_of_unlike_blocks,
    swing_unit,
    four_to_make_three,
    boards_behind_small_transformers,
    switches_behind_two_cords,
    uneven_cords,
    taps_of_busways,
    reserve_of_two_modules,
    shelves_of_a_rack,
)


def rated(made: Made) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """The layout with a rate of its own for every group, and those of its members."""
    layout = power_only(*made)
    rates: dict[str, tuple[float, float]] = {}
    for place, group in enumerate(layout["power"]):
        if group["name"].startswith("mech"):
            group["overrides"] = NEVER
            continue
        rate = (2000.0 + 137.0 * place, 10.0 + place)
        group["overrides"] = {"mtbf": f"{rate[0]} h", "mttr": f"{rate[1]} h"}
        rates |= dict.fromkeys(Plan({"power": [group], "halls": [{"rows": []}]}).part, rate)
    for group in (*layout["cooling"]["air"], *layout["cooling"]["plant"]):
        group["overrides"] = NEVER
        group["count"] += 1
    return layout, rates


@pytest.mark.parametrize("made", LAYOUTS, ids=lambda made: str(made.__name__))
def test_every_state(made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layout, rates = rated(made())
    assert (
        main(["redundancy", str(written(asked(layout), tmp_path)), "--json", "--order", "3"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    mine = Enumerated(Plan(layout), rates)
    cuts = {frozenset(cut) for cut in told["cut_sets"]}
    assert {cut for cut in cuts if cut <= rates.keys()} == mine.cut_sets(3)
    other = 1e9 + 0.01
    rest = 1.0 - (1.0 - 0.01 / other) ** 2
    down = mine.unavailability
    exact = told["availability_exact"]
    assert exact["unavailability"] == pytest.approx(down + rest * (1.0 - down), rel=1e-9)
    often = mine.frequency_per_year * (1.0 - rest) + 2.0 / other * HOURS * (1.0 - down)
    assert exact["frequency_per_year"] == pytest.approx(often, rel=1e-9)
