"""Claim: a store that a least supply counts keeps its board closed for good where it is never asked
to give, and opens it once it is empty where it is: graph, availability, loading and run alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planned import dark_in_the_end, losses
from tests.planner import asked, faults, ran
from tests.power_layouts import facility, load, part, power_only
from twin.facility.dependency import dependency
from twin.facility.power.loading import loading, single_losses
from twin.physics.reliability.contingency import down_nodes

RATES = {"t_1": (1e4, 24.0), "t_2": (1e4, 24.0), "bess": (2e4, 48.0)}
T = 24.0 / (1e4 + 24.0)
B = 48.0 / (2e4 + 48.0)


def site(row_kw: float, bess_kw: float = 500.0, **keys: Any) -> dict[str, Any]:
    """A board that asks for 800 kW, two transformers of 500 kW and a store of 1 kWh at it."""
    parts = [
        part("u", "utility_feed"),
        part("t", "transformer_2500", "u", kw=500.0, count=2),
        part("board", "switchboard_4000", "t", kw=2000.0, minimum_supply="800 kW"),
        part("bess", "bess_1000_2h", "board", kw=bess_kw) | keys,
    ]
    parts[-1].setdefault("overrides", {"battery_energy": "1 kWh"})
    return power_only(parts, [load("row", row_kw, "board")])


def down(built: twin.Facility, *lost: str) -> bool:
    gates = dependency(built)
    return bool(down_nodes(gates, [[gates.index[name] for name in lost]])[gates.loads].any())


UNASKED = T * (T + 2 * B * (1 - T))
"""Both transformers, or one and the store."""
ASKED = 1 - (1 - T) ** 2
"""Either transformer: the store that makes up for it ends."""


@pytest.mark.parametrize(
    ("layout", "unavailability"),
    [
        (site(400.0), UNASKED),
        (site(480.0), UNASKED),
        (site(600.0), ASKED),
        (site(400.0, bess_kw=299.0), ASKED),
        (site(400.0, bess_kw=900.0), UNASKED),
        (site(400.0, type="bess_1000_2h_following"), ASKED),
        (site(400.0, overrides={"battery_energy": "0.0002 Wh"}), ASKED),
    ],
    ids=["less", "near", "more", "small", "large", "following", "empty"],
)
def test_unavailability_by_hand(layout: dict[str, Any], unavailability: float) -> None:
    """Of two transformers of which one is enough with the store, or of both together."""
    report = twin.redundancy(facility(layout, RATES))
    assert report.availability_exact["unavailability"] == pytest.approx(unavailability, rel=1e-9)
    low, high = report.interval
    assert low <= unavailability <= high


@pytest.mark.parametrize("row_kw", [480.0, 494.0, 496.0, 600.0])
def test_the_last_kilowatts(row_kw: float) -> None:
    """What the store draws for itself (1 %, 5 kW) and the board loses count towards the 500 kW."""
    built = facility(site(row_kw))
    run = twin.start(built)
    run.until(60.0)
    board = built.power.id.index("board")
    left = loading(built, built.power.id.index("t_1")).live[board]
    assert left == (not down(built, "t_1")) == (not dark_in_the_end(run, ("t_1",)))
    assert left == (float(loading(built).input_w[board]) < 500e3)


def test_reserves_and_rules() -> None:
    """A rule may empty it: its reserve alone is sure to be there, and counts."""
    for reserve, lost in (("0 %", True), ("30 %", False)):
        rule = {"kind": "peak_shave", "bess": "bess", "limit": "300 kW", "reserve": reserve}
        built = facility(site(400.0))
        changed = built.scenario.with_(controls__storage=[rule])
        assert down(twin.build(changed), "t_1") == lost


def test_racks_that_move_over_empty_the_store_of_the_other_board() -> None:
    """Racks on two boards, each short of a transformer: fine while both stand, dark once one opens
    and the store of the other is empty.
    """
    parts = [part("u", "utility_feed")]
    for n in "ab":
        parts.append(part(f"t{n}", "transformer_2500", "u", kw=500.0, count=2))
        least = {"minimum_supply": "800 kW"}
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}", kw=2000.0, **least))
        numbers = {"battery_energy": "20 kWh"}
        parts.append(part(f"s{n}", "bess_1000_2h", f"b{n}", kw=500.0, overrides=numbers))
    built = facility(power_only(parts, [load("dual", 700.0, "ba", "bb")]))
    run = twin.start(built)
    run.until(60.0)
    pairs = {("ta_1", "tb_1"): False, ("ta_1", "bb"): True, ("ta_1", "sa"): False}
    for lost, dark in {**pairs, ("ta_1", "ta_2"): False, ("tb_1", "ba"): True}.items():
        assert down(built, *lost) == dark == bool(dark_in_the_end(run, lost)), lost


def test_the_loading_of_a_design_has_what_stores_draw_for_themselves() -> None:
    """791 kW and 10 of a store of 1 MW on one of two transformers of 800: 100.1 % in the loading
    that is read before a run, in what is found, and in the run.
    """
    parts = [
        part("u", "utility_feed"),
        part("t", "transformer_2500", "u", kw=800.0, count=2),
        part("board", "switchboard_4000", "t"),
        part("bess", "bess_1000_2h", "board", kw=1000.0),
    ]
    made = power_only(parts, [load("row", 791.0, "board")])
    built = facility(made)
    left = built.power.id.index("t_2")
    design_w = loading(built, built.power.id.index("t_1")).output_w[left]
    assert design_w / 800e3 == pytest.approx(1.001, abs=5e-4)
    over = {(each.lost, each.node) for each in single_losses(built).overloads}
    assert (built.power.id.index("t_1"), left) in over
    power = ran(asked(made, horizon="20 min", faults=faults((300.0, "t_1", 600.0)))).frame("power")
    most = power[power.component == "t_2"].load_max_frac.max()
    assert most * 800e3 == pytest.approx(design_w, rel=1e-9)


@pytest.mark.parametrize(("bess_kw", "dark"), [(50.0, False), (1000.0, True)])
def test_what_a_store_draws_for_itself_may_trip_what_is_left(bess_kw: float, dark: bool) -> None:
    """993 kW on one of two transformers of 800 that trip from 1,000 kW on: 10 kW of standby are too
    much, and were not counted: the graph said survivable, and the run went dark.
    """
    parts = [
        part("u", "utility_feed"),
        part("t", "transformer_2500", "u", kw=800.0, count=2),
        part("board", "switchboard_4000", "t"),
        part("bess", "bess_1000_2h", "board", kw=bess_kw),
    ]
    parts[-1]["overrides"] = {"battery_energy": "1 kWh"}
    built = facility(power_only(parts, [load("row", 993.0, "board")]))
    board = built.power.id.index("board")
    drawn_w = float(loading(built).input_w[board])
    assert (drawn_w > 1.25 * 800e3) == dark
    run = twin.start(built)
    run.until(60.0)
    assert down(built, "t_1") == dark == bool(dark_in_the_end(run, ("t_1",)))


def test_a_board_that_only_lends_by_a_tie_brings_its_stores() -> None:
    """Three boards: one beside a second by a row of two cords, the third behind a tie of that. Its
    store decides whether it may lend: every loss and pair by the graph as at the ends of runs.
    """
    parts = [part("u", "utility_feed"), part("v", "utility_feed")]
    for n, (feed, kw, count, store_kw) in enumerate(
        (("u", 600.0, 1, 100.0), ("v", 800.0, 1, 600.0), ("u", 800.0, 2, 700.0))
    ):
        parts.append(part(f"t{n}", "transformer_2500", feed, kw=kw, count=count))
        keys = {"minimum_supply": f"{count * kw} kW"}
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}", kw=3000.0, **keys))
        small = {"battery_energy": "5 kWh"}
        parts.append(part(f"s{n}", "bess_1000_2h", f"b{n}", kw=store_kw, overrides=small))
    parts.append({"name": "tie", "type": "ats_4000", "tie": ["b1", "b2"], "rating": "1500 kW"})
    rows = [load(f"l{n}", kw, f"b{n}") for n, kw in enumerate((405.0, 495.0, 180.0))]
    built = facility(power_only(parts, [*rows, load("dual", 225.0, "b0", "b1")]))
    run = twin.start(built)
    run.until(60.0)
    for case, said in losses(built, np.random.default_rng(7)):
        assert dark_in_the_end(run, case) == said, case
