"""Claim: a demand charge with a ratchet is billed as a utility bills it: from a planner's file to
the bill, to the answer of `twin cost`, and to what a store is worth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import lived, small, small_layout, training
from test_bess import layout

import twin
from twin.analysis.economics.named import figures
from twin.facility.dispatch import planned
from twin.physics.demand_price import DemandPrice
from twin.physics.dispatch import Store, cheapest
from twin.physics.tariff import Ratchet

USD_PER_KW = 15.0
GRID = {
    "price": "0.08 USD/kWh",
    "carbon": "380 g/kWh",
    "demand_charge": f"{USD_PER_KW} USD/kW/month",
}
AIR = {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}


def ran(
    horizon: str,
    start: str,
    work: list[dict[str, Any]],
    dark: list[dict[str, Any]] | None = None,
    **ratchet: Any,
) -> twin.Result:
    site = {"climate": AIR, "grid": GRID | ratchet}
    asked: dict[str, Any] = {"site": site, "start": start, "horizon": horizon, "workload": work}
    asked["faults"] = {"timeline": dark or []}
    return lived(small(small_layout(4, 0), outputs={"period": "1 h"}, **asked))


def test_a_month_is_billed_for_what_was_drawn_before_it() -> None:
    """Four hours of a January of 744: 80 % of 2 MW, for the part of the month that is covered."""
    before = {"demand_ratchet": "80 %", "demand_before": "2 MW"}
    billed = ran("4 h", "2026-01-10T05:00:00Z", [], **before)
    plain = ran("4 h", "2026-01-10T05:00:00Z", [])
    assert billed.summary["peak_demand_w"] == plain.summary["peak_demand_w"] < 1.6e6
    assert billed.summary["cost_demand_usd"] == pytest.approx(1600 * USD_PER_KW * 4 / 744)
    told = [figures(one)["annual_energy_usd"] for one in (billed, plain)]
    assert told[0] == told[1]
    more = figures(billed)["annual_operating_usd"] - figures(plain)["annual_operating_usd"]
    by_hand = billed.summary["cost_demand_usd"] - plain.summary["cost_demand_usd"]
    assert more == pytest.approx(by_hand * 12 * 744 / 4)


def test_a_peak_of_january_is_paid_in_february() -> None:
    """Training on the last day of January; without power for work on the first of February, which
    pays 70 % of that peak for a day of its 28.
    """
    days: dict[str, Any] = {"horizon": "2 d", "start": "2026-01-31T00:00:00Z"}
    days["work"] = [training("train", 72)]
    dark = {"at": "22 h", "repair_after": "30 h"}
    days["dark"] = [dark | {"component": f"panel_{k}"} for k in (1, 2)]
    plain, held = ran(**days), ran(**days, demand_ratchet="70 %")
    site = plain.frame("site").set_index("time_s").utility_power_w
    peak_w = plain.summary["peak_demand_w"]
    rest_w = site[site.index > 90000].max()
    assert rest_w < 0.5 * peak_w
    more = held.summary["cost_demand_usd"] - plain.summary["cost_demand_usd"]
    assert more == pytest.approx((0.7 * peak_w - rest_w) / 1e3 * USD_PER_KW / 28, rel=0.01)


def test_a_month_that_has_not_begun_is_billed_for_nothing() -> None:
    """Stopped at noon of the last day of January, with February to come: the bill is January's."""

    def stopped(horizon: str) -> dict[str, Any]:
        ratchet = {"demand_ratchet": "80 %", "demand_before": "2 MW"}
        site = {"climate": AIR, "grid": GRID | ratchet}
        asked = small(
            small_layout(4, 0),
            site=site,
            start="2026-01-31T00:00:00Z",
            horizon=horizon,
            workload=[],
        )
        return twin.start(twin.build(asked)).until(12 * 3600.0).result().summary

    alone = stopped("24 h")["cost_demand_usd"]
    assert alone == pytest.approx(1600 * USD_PER_KW / 31)
    assert stopped("48 h")["cost_demand_usd"] == alone


def test_nothing_is_shaved_below_what_is_billed_anyway() -> None:
    """One hour of 100 kW among three of 40 kW, and a store of 60 kWh without losses: without a
    ratchet it brings all to 55 kW, with 80 kW billed in any case to 80 kW and no further.
    """
    store = Store(60e3, 60e3, 1.0, 1.0, 0.0, 60 * 3.6e6, 0.0)
    load_w = np.array([40e3, 40e3, 40e3, 100e3])
    span_s = np.full(4, 3600.0)
    price = np.full(4, 0.1 / 3.6e6)
    month = np.zeros(4, dtype=np.int64)

    def drawn(ratchet: Ratchet) -> np.ndarray:
        demand = DemandPrice(np.array([1e-2]), month, ratchet)
        found = cheapest(price, span_s, store, 1e-9, load_w, demand)
        return load_w + found.charge_w - found.discharge_w

    assert drawn(Ratchet()).max() == pytest.approx(55e3)
    assert drawn(Ratchet(0.8, 100e3)).max() == pytest.approx(80e3)


def test_a_peak_of_this_month_is_worth_shaving_for_the_next_as_well() -> None:
    """A store that wears at 0.2 USD/kWh against a charge that saves 0.15 in one month alone."""
    store = Store(30e3, 30e3, 1.0, 1.0, 0.0, 30 * 3.6e6, 30 * 3.6e6)
    load_w = np.array([100e3, 40e3, 40e3, 40e3])
    span_s = np.full(4, 3600.0)
    price = np.full(4, 0.1 / 3.6e6)
    month = np.array([0, 0, 1, 1])
    for share, peak_w in ((0.0, 100e3), (1.0, 70e3)):
        demand = DemandPrice(np.full(2, 0.15e-3), month, Ratchet(share))
        found = cheapest(price, span_s, store, 0.2 / 3.6e6, load_w, demand)
        drawn_w = load_w + found.charge_w - found.discharge_w
        assert drawn_w.max() == pytest.approx(peak_w)


def test_a_dispatch_of_a_scenario_knows_its_ratchet() -> None:
    rule = {"kind": "arbitrage", "bess": "bess", "expected_load": "200 kW", "step": "1 h"}
    held = {"demand_ratchet": "90 %", "demand_before": "1 MW"}
    site = {"climate": AIR, "grid": GRID | held}
    scenario = small(layout(), horizon="6 h", site=site, controls={"storage": [rule]})
    facility = twin.build(scenario)
    (stated,) = scenario.controls.storage
    found = planned(facility, 0, stated)  # type: ignore[arg-type]
    assert found.discharge_w.max() == pytest.approx(0.0, abs=1e-6)


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="demand_ratchet"):
        ran("1 h", "2026-01-10T05:00:00Z", [], demand_ratchet="130 %")
