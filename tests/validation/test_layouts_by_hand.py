"""Claim: five small sites, each worked out on paper by rules that an engineer knows, come out as
`twin redundancy`, the loading after each loss, batteries and runs say: unavailability, minimal cut
sets, kilowatts after the worst loss, and how long racks ride through.

The rules here know nothing of the program's graph or flow: each site has its own few lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import twin
from tests.planned import dark_in_the_end
from tests.power_layouts import facility, island, load, part, power_only
from twin.analysis.review import review
from twin.facility.power.autonomy import lasts_s
from twin.facility.power.loading import loading, single_losses

RATES = {
    "u": (4380.0, 0.5), "t": (796_364.0, 5.0), "b": (2_024_500.0, 16.0), "p": (125_000.0, 12.0),
    "x": (250_143.0, 7.89), "g": (3582.77, 30.7), "r": (2_024_500.0, 16.0),
}  # fmt: skip
"""MTBF and MTTR in h by the first letter of a component's name."""
UPS_IDLE, UPS_SQUARE = 0.0058, 0.03143
"""Losses of the shipped UPS rows, of rating."""
BATTERY_S = 300.0
"""At rated load."""
Rule = Callable[[frozenset[str]], bool]
Plain = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A layout, what of it may fail, and when all racks are served, by a rule on paper."""

    layout: Plain
    parts: tuple[str, ...]
    serves: Rule
    """Of what is lost."""


def two_n() -> Site:
    """Two sides of two modules of 300 kW; three rows of 150 kW on static switches, two of them on
    side a and one on side b while both are there.

    A side carries what its modules that are left carry: one of them 300 kW, two 450 and more.
    """
    parts = []
    for n in "ab":
        parts.append(part(f"u{n}", "utility_feed"))
        parts.append(part(f"t{n}", "transformer_2500", f"u{n}", kw=800.0))
        parts.append(part(f"p{n}", "ups_1250", f"t{n}", kw=310.0, count=2))
        parts.append(part(f"b{n}", "switchboard_4000", f"p{n}", kw=900.0))
    rows = []
    for n, order in enumerate((("ba", "bb"), ("ba", "bb"), ("bb", "ba"))):
        parts.append(part(f"x{n}", "sts_1000", *order, kw=200.0, mode="priority"))
        rows.append(load(f"row{n}", 150.0, f"x{n}"))

    def serves(lost: frozenset[str]) -> bool:
        if lost & {"x0", "x1", "x2"}:
            return False
        whole = {n: not lost & {f"u{n}", f"t{n}", f"b{n}"} for n in "ab"}
        left = {n: whole[n] * (2 - len(lost & {f"p{n}_1", f"p{n}_2"})) for n in "ab"}
        if left["a"] and left["b"]:
            return True
        return max(left.values()) == 2

    named = [f"{k}{n}" for n in "ab" for k in "utb"] + [f"p{n}_{m}" for n in "ab" for m in (1, 2)]
    return Site(power_only(parts, rows), (*named, "x0", "x1", "x2"), serves)


def catcher() -> Site:
    """Three blocks of 400 kW on modules of 500, a reserve of 500 behind static switches: it carries
    one block and trips on two, and then both are dark.
    """
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    parts.append(part("bm", "mv_switchgear_30mw", "ua", "ub"))
    rows = []
    for n in "123r":
        parts.append(part(f"t{n}", "transformer_2500", "bm", kw=700.0))
        parts.append(part(f"p{n}", "ups_1250", f"t{n}", kw=500.0))
    for n in "123":
        parts.append(part(f"x{n}", "sts_1000", f"p{n}", "pr", kw=600.0, mode="priority"))
        rows.append(load(f"row{n}", 400.0, f"x{n}"))

    def serves(lost: frozenset[str]) -> bool:
        if lost & {"bm", "x1", "x2", "x3"} or {"ua", "ub"} <= lost:
            return False
        out = sum(bool(lost & {f"t{n}", f"p{n}"}) for n in "123")
        return out == 0 or (out == 1 and not lost & {"tr", "pr"})

    named = ["ua", "ub", "bm", *(f"{k}{n}" for n in "123r" for k in "tp"), "x1", "x2", "x3"]
    return Site(power_only(parts, rows), tuple(named), serves)


def four_to_make_three() -> Site:
    """Four blocks of 600 kW; six rows of 270 kW, one on each pair: 405 kW a block, 540 with one
    lost. With two lost one row has nothing, and each of the two left has 675 kW: past 1.05 for a
    minute its inverter gives up, and its bypass after 10 min, so that nothing is left.
    """
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    parts.append(part("bm", "mv_switchgear_30mw", "ua", "ub"))
    for n in "1234":
        parts.append(part(f"t{n}", "transformer_2500", "bm", kw=900.0))
        parts.append(part(f"p{n}", "ups_1250", f"t{n}", kw=600.0))
    rows = [load(f"row{x}{y}", 270.0, f"p{x}", f"p{y}") for x, y in combinations("1234", 2)]

    def serves(lost: frozenset[str]) -> bool:
        if "bm" in lost or {"ua", "ub"} <= lost:
            return False
        return sum(bool(lost & {f"t{n}", f"p{n}"}) for n in "1234") <= 1

    named = ["ua", "ub", "bm", *(f"{k}{n}" for n in "1234" for k in "tp")]
    return Site(power_only(parts, rows), tuple(named), serves)


def engine_island() -> Site:
    """Four gas engines of 500 kW, of which three carry 1,350 kW and what cools them; no utility."""
    parts = [part("g", "gas_engine_2500", kw=550.0, count=4), part("b", "switchboard_4000", "g")]
    made = island(parts, [load("row", 1350.0, "b")], "b")
    engines = [f"g_{n}" for n in (1, 2, 3, 4)]

    def serves(lost: frozenset[str]) -> bool:
        return "b" not in lost and len(lost & set(engines)) <= 1

    return Site(made, (*engines, "b"), serves)


def ring_and_shared_board() -> Site:
    """A ring of three boards between two feeders, open at its third section; a shared board below
    takes from the first and the last by transformers of 500 kW, either of which carries its 420.

    A row at the middle board has that alone.
    """
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    parts.append(part("ba", "mv_switchgear_30mw", "ua"))
    parts.append(part("bb", "mv_switchgear_30mw", "ub"))
    parts += [part(f"m{n}", "mv_switchgear_30mw") for n in (1, 2, 3)]
    stated = {"ends": ["ba", "bb"], "boards": ["m1", "m2", "m3"], "open": 3, "switching": "60 s"}
    parts.append({"name": "r", "type": "mv_switchgear_30mw", "count": 4, "ring": stated})
    parts += [part(f"t{n}", "transformer_2500", f"m{n}", kw=500.0) for n in (1, 2, 3)]
    parts.append(part("bs", "switchboard_4000", "t1", "t3"))
    rows = [load("shared", 420.0, "bs"), load("alone", 240.0, "t2")]

    def fed(board: int, lost: frozenset[str]) -> bool:
        def way(points: list[str]) -> bool:
            return not lost & set(points)

        left = ["ua", "ba"] + [p for n in range(1, board + 1) for p in (f"r_{n}", f"m{n}")]
        right = ["ub", "bb", f"m{board}"] + [
            p for n in range(board, 4) for p in (f"r_{n + 1}", *((f"m{n + 1}",) if n < 3 else ()))
        ]
        return way(left) or way(right)

    def serves(lost: frozenset[str]) -> bool:
        live = {n: fed(n, lost) and f"t{n}" not in lost for n in (1, 2, 3)}
        return "bs" not in lost and (live[1] or live[3]) and live[2]

    named = ["ua", "ub", "ba", "bb", "bs", "m1", "m2", "m3", "t1", "t2", "t3"]
    return Site(power_only(parts, rows), (*named, *(f"r_{n}" for n in (1, 2, 3, 4))), serves)


SITES = (two_n, catcher, four_to_make_three, engine_island, ring_and_shared_board)


def rates(site: Site) -> dict[str, tuple[float, float]]:
    return {name: RATES["r" if name[0] == "m" else name[0]] for name in site.parts}


def on_paper(site: Site) -> tuple[float, float, set[frozenset[str]]]:
    """Unavailability and failures a year by all states; minimal cut sets up to three."""
    held = rates(site)
    q = {name: mttr / (mtbf + mttr) for name, (mtbf, mttr) in held.items()}
    down = 0.0
    often = 0.0
    few = [frozenset(c) for n in range(6) for c in combinations(site.parts, n)]
    for lost in few:
        chance = np.prod([q[n] if n in lost else 1.0 - q[n] for n in site.parts])
        if site.serves(lost):
            ends = [n for n in site.parts if n not in lost and not site.serves(lost | {n})]
            often += float(chance) * sum(8760.0 / held[n][0] for n in ends)
        else:
            down += float(chance)
    cuts: set[frozenset[str]] = set()
    for lost in sorted(few, key=len):
        if len(lost) <= 3 and not site.serves(lost) and not any(c < lost for c in cuts):
            cuts.add(lost)
    return down, often, cuts


@pytest.mark.parametrize("made", SITES)
def test_unavailability_frequency_and_cut_sets(made: Callable[[], Site]) -> None:
    """Six failures at once and more are left out on paper: less than 1e-10 of U here."""
    site = made()
    found = twin.redundancy(facility(site.layout, rates(site)), order=3).as_dict()
    down, often, cuts = on_paper(site)
    mine = {frozenset(c) for c in found["cut_sets"] if not any(n.startswith("mech") for n in c)}
    assert mine == cuts
    exact = found["availability_exact"]
    assert exact["unavailability"] == pytest.approx(down, rel=1e-8)
    assert exact["frequency_per_year"] == pytest.approx(often, rel=1e-6)


def board_kw(load_kw: float, rating_kw: float) -> float:
    """Into a switchboard: 0.05 % of its rating at full load."""
    return load_kw + 0.0005 * rating_kw * (load_kw / rating_kw) ** 2


def transformer_kw(load_kw: float, rating_kw: float) -> float:
    return load_kw + rating_kw * (0.00118 + 0.00472 * (load_kw / rating_kw) ** 2)


def ups_kw(load_kw: float, rating_kw: float) -> float:
    return load_kw + rating_kw * (UPS_IDLE + UPS_SQUARE * (load_kw / rating_kw) ** 2)


def loads_kw(site: Site) -> tuple[dict[str, float], dict[str, float], dict[str, str]]:
    """What each carries, after the worst single loss, and which that is."""
    built = facility(site.layout)
    held = single_losses(built)
    names = built.power.id
    worst = {names[n]: names[lost] for n, lost in enumerate(held.worst_lost) if lost >= 0}
    normal = dict(zip(names, held.normal_w / 1e3, strict=False))
    return normal, dict(zip(names, held.worst_w / 1e3, strict=False)), worst


def test_loads_of_two_sides() -> None:
    """A static switch loses half a percent of what it carries; after a side is lost the other has
    all three rows, 226 kW on each module of 310.
    """
    normal, worst, lost = loads_kw(two_n())
    row = 150.0 * 1.005
    assert normal["pa_1"] == pytest.approx(board_kw(2 * row, 900.0) / 2, rel=1e-9)
    assert normal["pb_1"] == pytest.approx(board_kw(row, 900.0) / 2, rel=1e-9)
    each = board_kw(3 * row, 900.0) / 2
    assert worst["ta"] == pytest.approx(2 * ups_kw(each, 310.0), rel=1e-9)
    assert lost["ta"] in ("ub", "tb", "bb")
    alone = board_kw(2 * row, 900.0)
    assert worst["pa_1"] == pytest.approx(max(each, alone), rel=1e-9)
    assert lost["pa_1"] == "pa_2"


def test_loads_of_blocks_and_their_reserve() -> None:
    normal, worst, lost = loads_kw(catcher())
    assert (normal["pr"], worst["pr"]) == (pytest.approx(0.0), pytest.approx(402.0, rel=1e-9))
    assert lost["pr"] in {f"{k}{n}" for n in "123" for k in "tp"}
    idle = transformer_kw(ups_kw(0.0, 500.0), 700.0)
    loaded = transformer_kw(ups_kw(402.0, 500.0), 700.0)
    assert normal["bm"] == pytest.approx(3 * loaded + idle, rel=1e-9)


def test_loads_of_four_to_make_three() -> None:
    normal, worst, lost = loads_kw(four_to_make_three())
    assert (normal["p1"], worst["p1"]) == (pytest.approx(405.0), pytest.approx(540.0))
    assert lost["p1"][1] in "234"
    assert worst["t1"] == pytest.approx(ups_kw(540.0, 600.0), rel=1e-9)


def test_loads_of_engines_and_the_step_when_one_is_lost() -> None:
    """A quarter becomes a third; the step of a quarter is within 3 x 24 % of 550 kW."""
    site = engine_island()
    normal, worst, _ = loads_kw(site)
    assert worst["g_1"] == pytest.approx(normal["g_1"] * 4 / 3, rel=1e-9)
    assert normal["g_1"] < 3 * 0.24 * 550.0
    assert 1350.0 / 4 < normal["g_1"] < 550.0 * 3 / 4


def test_loads_of_a_ring_and_what_hangs_on_two_of_its_boards() -> None:
    """With one transformer gone the other has it all, and the section before it more than with one
    feeder gone.
    """
    normal, worst, lost = loads_kw(ring_and_shared_board())
    shared = board_kw(420.0, 4000.0)
    assert normal["t1"] == pytest.approx(shared / 2, rel=1e-9)
    assert worst["t1"] == pytest.approx(shared, rel=1e-9)
    assert lost["t1"] in ("t3", "m3")
    left = transformer_kw(shared / 2, 500.0) + transformer_kw(240.0, 500.0)
    assert normal["r_1"] == pytest.approx(left, rel=1e-4)  # boards and sections lose a little
    assert normal["r_4"] == pytest.approx(transformer_kw(shared / 2, 500.0), rel=1e-4)
    halves = 2 * transformer_kw(shared / 2, 500.0) + transformer_kw(240.0, 500.0)
    one = transformer_kw(shared, 500.0) + transformer_kw(240.0, 500.0)
    assert one > halves  # one transformer loses more than two at half of it
    assert worst["r_1"] == pytest.approx(one, rel=1e-4)
    assert lost["r_1"] in ("m3", "t3")
    assert worst["r_4"] == pytest.approx(one, rel=1e-4)
    assert lost["r_4"] == "m1"  # t1 is dark with it, and m2 comes over to this side


@pytest.mark.parametrize("made", SITES)
def test_check_says_which_single_losses_darken_racks(made: Callable[[], Site]) -> None:
    """Findings of `twin check` are the cut sets of one, and no single loss overloads anything."""
    site = made()
    found = review(facility(site.layout))
    dark = {one.component for one in found if one.code.value == "dark_after_loss"}
    singles = {name for name in site.parts if not site.serves(frozenset({name}))}
    assert {name for name in dark if not name.startswith("mech")} == singles
    assert not [one for one in found if one.code.value == "overload_after_loss"]
    assert not [one for one in found if one.code.value == "load_step_beyond_machines"]


def test_two_sides_ride_through_on_what_is_left_of_the_second() -> None:
    """Both utilities go at 61 s. Each module holds 310 kW for 300 s at its output: those of side a
    end first, then side b has all rows on the rest of its energy, and the third ends with it.
    """
    site = two_n()
    row = 150.0 * 1.005
    side_a, side_b, both = (board_kw(n * row, 900.0) / 2 for n in (2, 1, 3))
    first_s = BATTERY_S * 310.0 / side_a
    rest_s = (BATTERY_S * 310.0 - first_s * side_b) / both
    built = facility(site.layout)
    told_s = lasts_s(built, loading(built).output_w)
    assert told_s[built.power.id.index("pa_1")] == pytest.approx(first_s, rel=1e-6)
    run = twin.start(built)
    run.until(60.0)
    gone = [{"at": "61 s", "component": u, "repair_after": "3 h"} for u in ("ua", "ub")]
    fork = run.fork(faults=gone)
    fork.until(3000.0)
    events = fork.result().frame("events")
    off = events[events.component.str.startswith("row") & (events.what == "off")]
    assert off.time_s.min() == pytest.approx(61.0 + first_s + rest_s, abs=0.1)
    ended = events[(events.component == "pa_1") & (events.what == "off battery")]
    assert ended.time_s.min() == pytest.approx(61.0 + first_s, abs=0.1)


def test_two_blocks_lost_take_the_reserve_and_the_rest_of_four_to_make_three_down() -> None:
    """The cascades of the rules above, in runs: both rows of the catcher and its third not; all of
    four to make three, the bypass of whose units gives up at 1.125 after a minute and ten.
    """
    for made, lost, dark in (
        (catcher, ("p1", "p2"), {"row1", "row2"}),
        (four_to_make_three, ("p1", "p2"), {f"row{x}{y}" for x, y in combinations("1234", 2)}),
        (engine_island, ("g_1", "g_2"), {"row"}),
        (ring_and_shared_board, ("m2", "t1"), {"alone"}),
    ):
        run = twin.start(facility(made().layout))
        run.until(60.0)
        found = {rack.rsplit("_r", 1)[0] for rack in dark_in_the_end(run, lost)}
        assert found == dark, made.__name__
