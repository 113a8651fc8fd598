"""Common causes in the redundancy of a layout: what two sides share, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only
from twin.facility.dependency import dependency


def two_sides(*causes: dict[str, Any]) -> twin.Facility:
    """Two UPS, either of which carries the racks, on feeds of their own."""
    parts = [
        *(part(f"feed_{s}", "utility_feed") for s in "ab"),
        *(part(f"ups_{s}", "ups_1500", f"feed_{s}") for s in "ab"),
    ]
    layout = power_only(parts, [load("racks", 300.0, "ups_a", "ups_b")])
    layout["common_causes"] = list(causes)
    return twin.build(loaded(asked(layout)))


def test_a_shared_cause_of_two_ups_is_a_single_point() -> None:
    apart = twin.redundancy(two_sides()).as_dict()
    cause = {"name": "firmware", "components": ["ups_a", "ups_b"], "beta": 0.1}
    built = two_sides(cause)
    found = twin.redundancy(built).as_dict()
    gates = dependency(built)
    shared = float(gates.unavailability[gates.index["common cause: firmware"]])
    independent = dependency(two_sides())
    q = float(independent.unavailability[independent.index["ups_a"]])
    points = {row["component"] for row in found["single_points_of_failure"]}
    assert "common cause: firmware" in points
    assert shared == pytest.approx(0.1 * q, rel=1e-3)
    more = found["availability_exact"]["unavailability"]
    less = found["availability_independent"]["unavailability"]
    assert less == pytest.approx(apart["availability_exact"]["unavailability"], rel=1e-12)
    assert more - less == pytest.approx(shared, rel=0.01)


def test_a_whole_share_leaves_nothing_to_each_alone() -> None:
    built = two_sides({"name": "room", "components": ["ups_a", "ups_b"], "beta": 1.0})
    gates = dependency(built)
    assert not gates.mtbf_h[gates.index["ups_a"]] > 0
    found = twin.redundancy(built).as_dict()
    assert ["common cause: room"] in found["cut_sets"]
    assert not any("ups_a" in names for names in found["cut_sets"])


def test_generators_of_one_type_share_a_part_of_their_failed_starts() -> None:
    unit = twin.build(twin.load("layouts/gb200_su.yaml"))
    found = twin.redundancy(unit).as_dict()
    assert ["utility", "common cause: start of genset_2500"] in [
        sorted(names, reverse=True) for names in found["cut_sets"]
    ]
    assert (
        found["availability_exact"]["unavailability"]
        > found["availability_independent"]["unavailability"]
    )
