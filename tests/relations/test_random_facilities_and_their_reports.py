"""Claim: on any facility, what the failure analysis, the check and the plan say is what a run with
that failure shows and what stands in the layout.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import twin
from tests.factories import facilities, members
from tests.planner import asked, faults, loaded, ran
from twin import Facility
from twin.analysis.redundancy import consequence
from twin.facility.dependency import dependency

QUICK = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def built(layout: dict[str, Any]) -> Facility:
    try:
        return twin.build(loaded(asked(layout)))
    except twin.InputError:
        assume(False)
        raise


def electric(layout: dict[str, Any]) -> list[str]:
    """Power components below the sources: no batteries and no generator stand in for them."""
    groups = [
        group for group in layout["power"] if group["name"] in ("board", "ups", "panel", "trafo")
    ]
    return [name for group in groups for name in members(group["name"], group.get("count", 1))]


def dark_racks(layout: dict[str, Any], lost: str) -> set[str]:
    """Racks off in a run from a fault that lasts past every battery."""
    run = ran(
        asked(
            layout, faults=faults((60, lost, 7000)), horizon="110 min", outputs={"period": "10 min"}
        )
    )
    events = run.frame("events")
    racks = set(run.frame("racks").rack)
    off = events[(events.what == "off") & events.detail.str.contains("power")].component
    return set(off) & racks


@QUICK
@given(facilities(), st.data())
def test_racks_dark_in_a_run_are_among_the_loads_of_its_contingency(
    layout: dict[str, Any], data: st.DataObject
) -> None:
    facility = built(layout)
    lost = data.draw(st.sampled_from(electric(layout)))
    gates = dependency(facility)
    said = set(consequence(gates, [lost])["loads"])
    assert dark_racks(layout, lost) <= said


@QUICK
@given(facilities())
def test_the_engines_agree_on_a_random_facility(layout: dict[str, Any]) -> None:
    found = twin.redundancy(built(layout))
    singles = {point["component"] for point in found.single_points_of_failure}
    assert singles == {cut[0] for cut in found.cut_sets if len(cut) == 1}
    assert found.n_minus_1["failing"] == len(singles)
    assert found.concurrently_maintainable["verdict"] == (not singles)
    exact = found.availability_exact["unavailability"]
    assert 0 <= exact <= 1
    for point in found.single_points_of_failure:
        assert point["loads"], "a single point of failure leaves somebody without"


@QUICK
@given(facilities())
def test_adding_a_panel_never_adds_a_single_point(layout: dict[str, Any]) -> None:
    def singles(plan: dict[str, Any]) -> set[str]:
        found = twin.redundancy(built(plan))
        return {point["component"] for point in found.single_points_of_failure}

    before = singles(layout)
    panels = layout["power"][-1]
    more = layout | {"power": [*layout["power"][:-1], panels | {"count": panels["count"] + 1}]}
    after = singles(more)
    assert {name for name in after if not name.startswith("panel")} <= before


@QUICK
@given(facilities())
def test_racks_stand_in_their_hall_and_not_in_one_another(layout: dict[str, Any]) -> None:
    parts = built(layout).components
    racks = [i for i, kind in enumerate(parts.kind) if kind == "rack"]
    low = parts.position_m[racks, :2] - parts.size_m[racks, :2] / 2
    high = low + parts.size_m[racks, :2]
    assert (low >= -1e-9).all()
    assert (high <= np.array([16.0, 11.0]) + 1e-9).all()
    for i in range(len(racks)):
        for j in range(i):
            apart = (low[i] >= high[j] - 1e-9) | (low[j] >= high[i] - 1e-9)
            assert apart.any(), (parts.id[racks[i]], parts.id[racks[j]])


@QUICK
@given(facilities())
def test_a_facility_built_twice_is_the_same(layout: dict[str, Any]) -> None:
    one, other = built(layout), built(layout)
    assert one.components.id == other.components.id
    assert np.array_equal(one.components.position_m, other.components.position_m)
    assert np.array_equal(one.racks.rated_w, other.racks.rated_w)


@QUICK
@given(facilities())
def test_a_check_and_a_plan_agree_on_the_loads(layout: dict[str, Any]) -> None:
    facility = built(layout)
    found = twin.check(facility)
    racks_w = float(facility.racks.rated_w.sum())
    assert found["it_rated_w"] == pytest.approx(racks_w, rel=1e-9)
    assert found["heat_liquid_w"] + found["heat_air_w"] == pytest.approx(racks_w, rel=1e-9)
    assert found["cooling_rated_w"] >= racks_w, "what the plants cannot carry is refused"
