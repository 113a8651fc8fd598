"""Rules of a grid for large loads, as `twin check` tells them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only

AIR = {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}


def site(megawatts: float, grid: Any = "texas", **limits: Any) -> dict[str, Any]:
    """Racks of 1.5 MW each that draw a third of it at rest."""
    count = round(megawatts / 1.5)
    row = load("load", 15.0 * count, "board")
    row |= {"power_rated": "1.5 MW", "power_idle": "0.5 MW"}
    board = part("board", "mv_switchgear_30mw", "utility", kw=200e3)
    layout = power_only([part("utility", "utility_feed"), board], [row])
    layout["cooling"]["air"][0]["count"] = 2 + int(megawatts * 3)
    layout["cooling"]["plant"][0]["count"] = 2 + int(megawatts * 3)
    stated = {"climate": AIR, "grid": grid} | ({"limits": limits} if limits else {})
    return asked(layout, site=stated)


def found(scenario: dict[str, Any]) -> dict[str, str]:
    rows = twin.check(loaded(scenario))["findings"]
    return {row["code"]: row["says"] for row in rows}


@pytest.mark.parametrize(
    ("megawatts", "said"), [(12.0, None), (30.0, "PGRR115"), (90.0, "NOGRR282")]
)
def test_duties_grow_with_the_site(megawatts: float, said: str | None) -> None:
    findings = found(site(megawatts))
    if said is None:
        assert "large_load" not in findings
    else:
        assert said in findings["large_load"]
    assert ("ramp_beyond_limit" in findings) == (megawatts > 75)


def test_other_grids_have_other_rules() -> None:
    grid = {"price": "0.1 USD/kWh", "carbon": 0}
    assert "large_load" not in found(site(90.0, grid))
    assert "large_load" in found(site(90.0, grid, rules="ercot"))


def test_a_stated_ramp_counts_at_any_size_until_a_store_takes_it() -> None:
    layout = small_layout(4, 0)
    stated = {"climate": AIR, "grid": "virginia", "limits": {"ramp_per_minute": "100 kW"}}
    assert "ramp_beyond_limit" in found(asked(layout, site=stated))
    layout["power"].append({"name": "bess", "type": "bess_1000_2h", "fed_by": "board"})
    rule = {"storage": [{"kind": "ramp_limit", "bess": "bess"}]}
    assert "ramp_beyond_limit" not in found(asked(layout, site=stated, controls=rule))
