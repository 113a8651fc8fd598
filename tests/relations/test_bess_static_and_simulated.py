"""Claim: a BESS that forms grid is a store of its minutes in every view: what continuity says of
racks at its board is what a run shows, for its energy, rating, trip, speed and reserve alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import asked, faults, happened, loaded, ran
from tests.power_layouts import load, part, power_only
from twin.analysis.continuity import continuity, interruptions
from twin.analysis.review import review

AT_S = 900.0
OUT_S = 600.0
KWH_J = 3.6e6


def site(
    kw: float = 300.0, board: str = "switchboard_4000", bess: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Racks that always draw so much at a board with a utility, a generator and a store."""
    starts = {"start_failure_probability": 0.0}
    genset = part("genset", "genset_2000", overrides=starts)
    fed = part("board", board, "utility", "genset", mode="priority")
    panel = part("panel", "rpp_500", "board", kw=1000.0)
    store = [] if bess is None else [part("bess", "bess_1000_2h", "board") | bess]
    racks = [load("row", kw, "panel")]
    return power_only([part("utility", "utility_feed"), genset, fed, panel, *store], racks)


def interrupted(layout: dict[str, Any], lost: str, **changes: Any) -> tuple[bool, bool]:
    """Whether racks go off when it is lost: by the layout, and in a run."""
    scenario = asked(layout, horizon="1 h", faults=faults((AT_S, lost, OUT_S)), **changes)
    facility = twin.build(loaded(scenario))
    found = interruptions(facility)
    p = facility.power.id.index(lost)
    static = found.at_loss[p] | found.for_good[p] | found.at_return[p]
    off = {who for _, who, what in happened(ran(scenario)) if what == "off"}
    lived = np.array([rack in off for rack in facility.racks.id])
    assert static.all() == static.any()
    assert lived.all() == lived.any()
    return bool(static.any()), bool(lived.any())


BESS = {
    "none": (None, True),
    "carries": ({}, False),
    "follows the grid": ({"type": "bess_1000_2h_following"}, True),
    "slower than power supplies hold up": ({"overrides": {"grid_forming": "50 ms"}}, True),
    "above its rating until a generator is there": ({"rating": "265 kW"}, False),
    "trips at once": ({"rating": "120 kW"}, True),
    "empty before a generator is there": ({"overrides": {"battery_energy": "0.9 kWh"}}, True),
    "just long enough": ({"overrides": {"battery_energy": "1.5 kWh"}}, False),
}


@pytest.mark.parametrize("case", BESS)
def test_the_loss_of_the_utility(case: str) -> None:
    bess, expected = BESS[case]
    assert interrupted(site(bess=bess), "utility") == (expected, expected)


@pytest.mark.parametrize(
    ("board", "lost", "expected"),
    [
        ("ats_4000", "utility", False),
        ("switchboard_4000", "bess", False),
        ("switchboard_4000", "board", True),
    ],
)
def test_what_it_helps_against(board: str, lost: str, expected: bool) -> None:
    """It carries a switch that is open on its way; a lost board is lost with it."""
    assert interrupted(site(board=board, bess={}), lost) == (expected, expected)


@pytest.mark.parametrize(("reserve", "expected"), [("50 %", False), ("0 %", True)])
def test_only_what_no_rule_takes_out_counts(reserve: str, expected: bool) -> None:
    """Empty down to its reserve long before the loss: it has given what it may all the time."""
    rule = {"kind": "peak_shave", "bess": "bess", "limit": "1 W", "recharge_below": "1 W"}
    rule |= {"reserve": reserve}
    small = {"overrides": {"battery_energy": "10 kWh"}}
    controls = {"storage": [rule]}
    found = interrupted(site(bess=small), "utility", controls=controls)
    assert found == (expected, expected)


def test_sites_drawn_at_random() -> None:
    found = [drawn(seed) for seed in range(12)]
    assert all(static == lived for static, lived in found)
    assert 2 < sum(lived for _, lived in found) < 10


def drawn(seed: int) -> tuple[bool, bool]:
    rng = np.random.default_rng([seed, 9])
    kw = float(rng.uniform(100, 600))
    overrides = {
        "battery_energy": f"{10 ** rng.uniform(-0.3, 1.7):.3f} kWh",
        "grid_forming": f"{rng.choice([5, 5, 5, 50])} ms",
    }
    bess = {"rating": f"{kw * rng.uniform(0.5, 2.5):.1f} kW", "overrides": overrides}
    board = str(rng.choice(["switchboard_4000", "switchboard_4000", "ats_4000"]))
    return interrupted(site(kw, board, bess), "utility")


def test_reports_and_findings_follow() -> None:
    """Fault tolerance and restarts a year; racks behind it are no racks without a store."""
    without = twin.build(loaded(asked(site())))
    behind = twin.build(loaded(asked(site(bess={}))))
    assert continuity(without)["interruptions_per_year"] > 1.0
    assert "utility" not in [row["component"] for row in continuity(behind)["single_points"]]
    assert "racks_without_ups" in [finding.code for finding in review(without)]
    assert "racks_without_ups" not in [finding.code for finding in review(behind)]
