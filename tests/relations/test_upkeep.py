"""Planned work and spare parts of a layout: what they do to availability, computed by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only
from twin.analysis.upkeep import mean_wait_h, stock_out
from twin.errors import InputError
from twin.facility.dependency import dependency


def two_sides(**more: Any) -> twin.Facility:
    """Two UPS, either of which carries the racks, on feeds of their own."""
    parts = [
        *(part(f"feed_{s}", "utility_feed") for s in "ab"),
        *(part(f"ups_{s}", "ups_1500", f"feed_{s}") for s in "ab"),
    ]
    layout = power_only(parts, [load("racks", 300.0, "ups_a", "ups_b")]) | more
    return twin.build(loaded(asked(layout)))


def study(**more: Any) -> dict[str, Any]:
    return twin.redundancy(two_sides(**more)).as_dict()


def test_work_on_one_side_is_as_risky_as_the_other_side() -> None:
    plan = {"components": ["ups_a", "ups_b"], "time_per_year": "8 h"}
    found = study(maintenance=[plan])["maintenance"]
    gates = dependency(two_sides())
    q = {name: float(gates.unavailability[gates.index[name]]) for name in ("feed_b", "ups_b")}
    other = 1 - (1 - q["feed_b"]) * (1 - q["ups_b"])
    row = next(row for row in found["rows"] if row["component"] == "ups_a")
    rest = found["unavailability_without"] - other**2
    assert row["unavailability_while_out"] == pytest.approx(other + rest, rel=1e-3)
    added = 2 * 8.0 / 8760.0 * (row["unavailability_while_out"] - found["unavailability_without"])
    more = found["unavailability"] - found["unavailability_without"]
    assert more == pytest.approx(added, rel=1e-3)
    assert found["exposure_h_per_year"] == pytest.approx(16.0)


def test_without_a_plan_nothing_is_added_and_the_risk_is_told() -> None:
    found = study()["maintenance"]
    assert found["unavailability"] == found["unavailability_without"]
    assert any(row["component"] == "ups_a" and row["risk_increase"] > 1 for row in found["rows"])


def test_more_spares_never_hurt_and_a_full_store_is_no_wait() -> None:
    spare = {"type": "ups_1500", "count": 1, "lead_time": "60 days"}
    found = study(spares=[spare])
    rows = found["spares"]
    each = [row["unavailability"] for row in rows]
    assert [row["stock"] for row in rows] == [0, 1, 2, 3]
    assert [row["stock"] for row in rows if row["stated"]] == [1]
    assert each == sorted(each, reverse=True)
    whole = found["availability_exact"]["unavailability"]
    assert each[-1] == pytest.approx(whole, rel=1e-6)
    assert each[0] > 1.2 * whole
    assert rows[0]["mean_wait_h"] == pytest.approx(60 * 24.0)


@pytest.mark.parametrize("stock", [0, 1, 3])
def test_waits_are_the_sum_over_the_poisson_count(stock: int) -> None:
    rate, lead = 1e-3, 1500.0
    mean = rate * lead
    chance = [math.exp(-mean) * mean**n / math.factorial(n) for n in range(60)]
    short = sum((n - stock) * p for n, p in enumerate(chance) if n > stock)
    assert mean_wait_h(rate, lead, stock) == pytest.approx(short / rate, rel=1e-9)
    assert stock_out(rate, lead, stock) == pytest.approx(sum(chance[stock:]), rel=1e-9)


def test_work_on_what_is_not_there_is_refused_kindly() -> None:
    with pytest.raises(InputError, match="did you mean 'ups_a'"):
        two_sides(maintenance=[{"components": ["ups_aa"], "time_per_year": "8 h"}])
