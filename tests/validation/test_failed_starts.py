"""Claim: a failed start begins no event; it fails with the loss that calls it. By hand, and against
outages drawn one by one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.planner import asked, written
from tests.power_layouts import load, part, power_only
from twin.cli import main

HOURS = 8760.0
NEVER = {"mtbf": "1e9 h", "mttr": "0.01 h"}
UTILITY_H = (1000.0, 5.0)
BOARD_H = (9000.0, 20.0)


def site(sets: int, chance: float, shared: float) -> dict[str, Any]:
    """A board on a utility, and on sets of which one carries it."""
    starts = {"start_failure_probability": chance, "common_cause_frac": shared}
    often = {"mtbf": f"{UTILITY_H[0]} h", "mttr": f"{UTILITY_H[1]} h"}
    worn = {"mtbf": f"{BOARD_H[0]} h", "mttr": f"{BOARD_H[1]} h"}
    parts = [
        part("u", "utility_feed", overrides=often),
        part("g", "genset_2000", count=sets, overrides=starts),
        part("b", "switchboard_4000", "u", "g", mode="priority", overrides=worn),
    ]
    made = power_only(parts, [load("row", 600.0, "b")])
    for group in made["power"]:
        if group["name"].startswith("mech"):
            group["overrides"] = NEVER
    for group in (*made["cooling"]["air"], *made["cooling"]["plant"]):
        group["overrides"] = NEVER
        group["count"] += 1
    return made


def told(layout: dict[str, Any], folder: Path) -> dict[str, Any]:
    out = folder / "out"
    assert main(["redundancy", str(written(asked(layout), folder)), "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    return found


CASES = [(1, 0.2, 0.0), (2, 0.3, 0.0), (2, 0.3, 0.4), (3, 0.5, 0.1)]


def all_fail(sets: int, chance: float, shared: float) -> float:
    """That no set starts: by the cause that all share, or each alone."""
    common = shared * chance if sets > 1 else 0.0
    return common + (1.0 - common) * ((chance - common) / (1.0 - common)) ** sets


@pytest.mark.parametrize(("sets", "chance", "shared"), CASES)
def test_by_hand(sets: int, chance: float, shared: float, tmp_path: Path) -> None:
    """Down where the board is, or the utility with no set; events by either, the other up."""
    dark = all_fail(sets, chance, shared)
    q_utility = UTILITY_H[1] / sum(UTILITY_H)
    q_board = BOARD_H[1] / sum(BOARD_H)
    down = 1.0 - (1.0 - q_board) * (1.0 - q_utility * dark)
    often = HOURS / sum(UTILITY_H) * dark * (1.0 - q_board)
    often += HOURS / sum(BOARD_H) * (1.0 - q_utility * dark)
    rest = 1.0 - (1.0 - 0.01 / (1e9 + 0.01)) ** 2
    exact = told(site(sets, chance, shared), tmp_path)["availability_exact"]
    assert exact["unavailability"] == pytest.approx(down + rest * (1.0 - down), rel=1e-9)
    often = often * (1.0 - rest) + 2.0 / (1e9 + 0.01) * HOURS * (1.0 - down)
    assert exact["frequency_per_year"] == pytest.approx(often, rel=1e-9)


def test_against_outages_drawn_one_by_one(tmp_path: Path) -> None:
    """Alternating times of utility and board; starts drawn at each loss of the utility."""
    sets, chance, shared = CASES[2]
    draw = np.random.default_rng(7)
    count = 400_000
    up = draw.exponential(UTILITY_H[0], count)
    away = draw.exponential(UTILITY_H[1], count)
    begins = np.cumsum(up) + np.concatenate([[0.0], np.cumsum(away)[:-1]])
    common = draw.random(count) < shared * chance
    alone = (chance - shared * chance) / (1.0 - shared * chance)
    dark = common | (draw.random((count, sets)) < alone).all(axis=1)
    years = float(begins[-1]) / HOURS
    boards = int(years * HOURS / sum(BOARD_H))
    board_up = draw.exponential(BOARD_H[0], boards)
    board_away = draw.exponential(BOARD_H[1], boards)
    fails = np.cumsum(board_up) + np.concatenate([[0.0], np.cumsum(board_away)[:-1]])
    within = _within(begins[dark], fails, board_away)
    also = _within(fails, begins[dark], away[dark])
    events = int((~within).sum()) + int((~also).sum())
    exact = told(site(sets, chance, shared), tmp_path)["availability_exact"]
    assert events / years == pytest.approx(exact["frequency_per_year"], rel=4.0 / events**0.5)


def _within(moments: np.ndarray, begins: np.ndarray, lasts: np.ndarray) -> np.ndarray:
    """Whether each moment falls into one of some spans, which begin in order and do not overlap."""
    last = np.searchsorted(begins, moments) - 1
    known = np.maximum(last, 0)
    return np.asarray((last >= 0) & (moments < begins[known] + lasts[known]))
