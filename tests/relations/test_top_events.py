"""Top events that a planner names, against what each single failure and each pair takes down."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only
from twin.errors import InputError
from twin.facility.dependency import dependency
from twin.facility.dependency.top_events import of_top_event
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.contingency import down_nodes

LAYOUT = Path(__file__).parents[2] / "layouts" / "gb200_su.yaml"
FACILITY = twin.build(twin.load(LAYOUT))
GATES = dependency(FACILITY)


def unavailability(top: str) -> float:
    gates = of_top_event(GATES, FACILITY, top)
    return exact(gates, failure_diagram(gates)).unavailability


def cut_sets(top: str) -> set[frozenset[str]]:
    return {frozenset(names) for names in twin.redundancy(FACILITY, top).cut_sets}


def minimal(least: int, column: str) -> set[frozenset[str]]:
    """Single failures and pairs that lose so much, tried one by one."""
    loads = GATES.loads
    weight = getattr(GATES, column)[loads]
    parts = GATES.components.tolist()
    cases = [(part,) for part in parts] + list(combinations(parts, 2))
    lost = weight @ down_nodes(GATES, cases)[loads]
    failing = [frozenset(c) for c, n in zip(cases, lost, strict=True) if n >= least]
    alone = {case for case in failing if len(case) == 1}
    kept = [case for case in failing if len(case) == 1 or not any(one <= case for one in alone)]
    return {frozenset(GATES.names[node] for node in case) for case in kept}


@pytest.mark.parametrize("racks", [1, 4, 5, 8, 16])
def test_so_many_racks_are_lost_by_what_takes_down_so_many(racks: int) -> None:
    assert cut_sets(f"racks:{racks}") == minimal(racks, "racks")


@pytest.mark.parametrize(("share", "lost"), [("1", 1), ("0.5", 289), ("50%", 289), ("0.4", 346)])
def test_a_share_of_gpus(share: str, lost: int) -> None:
    assert cut_sets(f"gpus:{share}") == minimal(lost, "gpus")


def test_events_that_say_the_same_are_as_likely() -> None:
    whole = unavailability("load")
    assert unavailability("racks:1") == pytest.approx(whole, rel=1e-12)
    assert unavailability("hall:hall") == pytest.approx(whole, rel=1e-12)


def test_more_racks_are_lost_less_often() -> None:
    each = [unavailability(f"racks:{n}") for n in range(1, 17)]
    assert np.all(np.diff(each) <= 0)
    assert 0 < each[-1] < each[0]


def test_one_rack_is_less_than_all_and_the_largest_bounds_them() -> None:
    racks = [unavailability(f"rack:{name}") for name in FACILITY.racks.id]
    assert max(racks) <= unavailability("load") <= sum(racks)


@pytest.mark.parametrize(
    ("top", "says"),
    [
        ("rack:compute_r", "did you mean 'compute_r"),
        ("hall:hal", "did you mean 'hall'"),
        ("racks:17", "from 1 to 16"),
        ("racks:-1", "from 1 to 16"),
        ("gpus:1.2", "SHARE above 0"),
        ("gpus:none", "SHARE above 0"),
        ("gpu:0.5", "did you mean 'gpus'"),
    ],
)
def test_an_event_that_there_is_not_is_refused_kindly(top: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        twin.redundancy(FACILITY, top)


def test_the_command_line_says_the_event() -> None:
    command = [sys.executable, "-m", "twin", "redundancy", str(LAYOUT), "--top", "racks:8"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "At least 8 racks are not served" in text
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["top_event"]["asked"] == "racks:8"
    assert found["availability_exact"]["unavailability"] == pytest.approx(
        unavailability("racks:8"), rel=1e-12
    )
    assert found["cut_sets"]
    assert found["importance"]


def split(count: int, kw: float) -> float:
    """Unavailability of so many racks on two UPS of 600 kW each."""
    parts = [
        *(part(f"feed_{s}", "utility_feed") for s in "ab"),
        *(part(f"ups_{s}", "ups_1500", f"feed_{s}", kw=600.0) for s in "ab"),
    ]
    row = load("racks", 300.0, "ups_a", "ups_b") | {"racks": f"{count} x support_rack"}
    row |= {"power_rated": f"{kw} kW", "power_idle": f"{kw} kW"}
    gates = dependency(twin.build(loaded(asked(power_only(parts, [row])))))
    return exact(gates, failure_diagram(gates)).unavailability


def test_racks_split_in_halves_leave_the_facility_as_it_is() -> None:
    assert split(40, 7.5) == pytest.approx(split(20, 15.0), rel=1e-12)
