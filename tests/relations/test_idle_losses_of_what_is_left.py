"""What still draws its idle losses behind a failure counts in what trips: from a file to the run.

Four UPS of 500 kW on two boards of 1,200 kW, each with a panel; 1,218 kW of racks on all four.
One board alone carries 1,254 kW, below the 1,260 kW that trip it. With a panel lost too, the other
three UPS carry 406.7 kW each with 13.3 kW of loss, 1,259.9 kW in all; the UPS whose panel is gone
stays on and draws 2.9 kW: 1,262.8 kW, and the board opens. With the UPS itself lost it does not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.planner import answer, asked, faults, racks_that_fell, written
from tests.power_layouts import load, part, power_only
from twin.cli import main

EVEN = {"mtbf": "3000 h", "mttr": "15 h"}


def layout() -> dict[str, Any]:
    either = [{"source": "board", "pairing": "spread"}, {"source": "board", "pairing": "all"}]
    own = {"source": "ups", "pairing": "matched"}
    parts = [
        part("grid", "utility_feed"),
        part("board", "switchboard_4000", "grid", kw=1200.0, count=2, overrides=EVEN),
        part("ups", "ups_500", kw=500.0, count=4, mode="priority", overrides=EVEN)
        | {"fed_by": either},
        part("panel", "rpp_500", count=4, overrides=EVEN) | {"fed_by": own},
    ]
    return power_only(parts, [load("row", 1218.0, "panel")])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer of the command, from a file."""
    folder = tmp_path_factory.mktemp("idle")
    path = written(asked(layout()), folder)
    main(["redundancy", str(path), "--out", str(folder / "out")])
    found: dict[str, Any] = json.loads((folder / "out" / "redundancy.json").read_text())
    return found


def pairs(told: dict[str, Any], part: str) -> set[frozenset[str]]:
    boards = ("board_1", "board_2")
    cuts = {frozenset(cut) for cut in told["cut_sets"] if len(cut) == 2}
    return {c for c in cuts if c & set(boards) and any(name.startswith(part) for name in c)}


def test_a_panel_lost_beside_a_board_is_fatal_and_a_ups_is_not(told: dict[str, Any]) -> None:
    assert len(pairs(told, "panel")) == 8
    assert not pairs(told, "ups")


@pytest.mark.parametrize(("lost", "dark"), [("panel_3", True), ("ups_3", False)])
def test_runs_say_the_same(lost: str, dark: bool) -> None:
    both = faults((60, lost, 7200), (60, "board_2", 7200))
    run = answer(layout(), faults=both, horizon="100 min")
    assert bool(racks_that_fell(run)) is dark


def test_unavailability_is_that_of_the_enumeration(told: dict[str, Any]) -> None:
    """Boards, panels and UPS are as likely; what lies elsewhere is read from its own rows."""
    q = 15.0 / 3015.0
    rows = {r["component"]: r["unavailability"] for r in told["component_reliability"]}
    up = 1.0
    for name in ("grid", "mech_feed", "mech_board"):
        up *= 1.0 - rows[name]
    assert told["availability_exact"]["unavailability"] == pytest.approx(
        1.0 - up * working(q), rel=1e-7
    )


def working(q: float) -> float:
    """Probability that the racks stay on: three ways at least, and not one board with a panel
    out. That the UPS above the panel may be out as well, which would help, is not counted on.
    """
    p = 1.0 - q
    way = p * p
    three = 4 * way**3 * (1.0 - way)
    with_panel = 4 * way**3 * q
    both = p * p * (way**4 + three)
    one = 2 * p * q * (way**4 + three - with_panel)
    return both + one
