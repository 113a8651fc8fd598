"""Claim: charges for the demand of summer afternoons, of nights and of coincident hours are billed
as on paper: from a planner's file to the bill, to a year's, and to what a store is worth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import lived, small, small_layout, training

import twin
from twin.errors import InputError
from twin.physics.demand_price import DemandPrice, WindowPrice
from twin.physics.dispatch import Store, cheapest

AIR = {"dry_bulb": "15 °C", "wet_bulb": "10 °C"}
SUMMER = {
    "name": "summer_peak",
    "price": "20 USD/kW/month",
    "months": [6, 7, 8, 9],
    "begins": "16:00",
    "ends": "21:00",
    "days": "weekdays",
}


def ran(start: str, horizon: str, *windows: dict[str, Any], **grid: Any) -> twin.Result:
    """Training from 18:30 on; racks idle before."""
    told = {"price": "0.08 USD/kWh", "carbon": "380 g/kWh", "demand_charge": "10 USD/kW/month"}
    site = {"climate": AIR, "grid": told | grid | {"demand_windows": list(windows)}}
    work = [training("train", 72, submit="18.5 h")]
    asked = {"site": site, "start": start, "horizon": horizon, "workload": work}
    return lived(small(small_layout(4, 0), outputs={"period": "15 min"}, **asked))


def year(result: twin.Result) -> float:
    costs = result.frame("costs").set_index("block")
    return float(costs.annual_usd["demand charge"])


def test_a_summer_afternoon_is_billed_beside_the_month() -> None:
    """Wednesday 15 July: the day's peak at 10 USD, and the highest of 16:00 to 21:00 at 20."""
    result = ran("2026-07-15T00:00:00Z", "24 h", SUMMER)
    site = result.frame("site").set_index("time_s").utility_power_w / 1e3
    afternoon = site[(site.index > 16 * 3600) & (site.index <= 21 * 3600)].max()
    told = result.summary
    assert told["cost_demand_summer_peak_usd"] == pytest.approx(20 * afternoon / 31)
    both = (10 * site.max() + 20 * afternoon) / 31
    assert told["cost_demand_usd"] == pytest.approx(both)
    assert year(result) == pytest.approx(12 * 10 * site.max() + 4 * 20 * afternoon)
    parts = ("cost_energy_usd", "cost_fuel_usd", "cost_demand_usd")
    assert told["cost_usd"] == pytest.approx(sum(told[one] for one in parts))


def test_what_is_drawn_outside_the_window_is_not_in_it() -> None:
    """Training begins at 18:30: racks are idle until 18:00, and are not from 22:00 to 02:00."""
    early = SUMMER | {"name": "early", "ends": "18:00"}
    night = SUMMER | {"name": "night", "begins": "22:00", "ends": "02:00", "days": "all"}
    result = ran("2026-07-15T00:00:00Z", "24 h", early, night)
    site = result.frame("site").set_index("time_s").utility_power_w / 1e3
    idle = site[(site.index > 16 * 3600) & (site.index <= 18 * 3600)].max()
    dark = max(site[site.index <= 2 * 3600].max(), site[site.index > 22 * 3600].max())
    assert dark > 2 * idle
    assert result.summary["cost_demand_early_usd"] == pytest.approx(20 * idle / 31)
    assert result.summary["cost_demand_night_usd"] == pytest.approx(20 * dark / 31)


@pytest.mark.parametrize("start", ["2026-07-18T00:00:00Z", "2026-05-13T00:00:00Z"])
def test_a_saturday_or_a_day_of_may_meets_no_summer_weekday(start: str) -> None:
    """Nothing is billed, and what the year lacks is said with its line."""
    result = ran(start, "24 h", SUMMER)
    assert result.summary["cost_demand_summer_peak_usd"] == 0
    (told,) = [one for one in result.meta["findings"] if one["component"] == "summer_peak"]
    assert told["code"] == "never_happens"
    assert "nor in a year's" in told["says"]


def test_hours_behind_midnight_are_of_the_next_day() -> None:
    """Of nights of weekdays a Saturday has none, not those that Friday's began; Sunday has none
    either, and Monday has those from 00:00.
    """
    nights = SUMMER | {"begins": "22:00", "ends": "02:00"}
    weekend = ran("2026-07-18T00:00:00Z", "48 h", nights)
    assert weekend.summary["cost_demand_summer_peak_usd"] == 0
    monday = ran("2026-07-20T00:00:00Z", "3 h", nights)
    site = monday.frame("site").set_index("time_s").utility_power_w / 1e3
    told = monday.summary["cost_demand_summer_peak_usd"]
    assert told == pytest.approx(20 * site[site.index <= 2 * 3600].max() / 248, rel=1e-6)


def test_a_month_that_ends_begins_another_peak() -> None:
    """Tuesday 30 June and Wednesday 1 July: each month its own, at a 30th and a 31st."""
    result = ran("2026-06-30T00:00:00Z", "48 h", SUMMER)
    site = result.frame("site").set_index("time_s").utility_power_w / 1e3
    hours = (site.index % 86400 > 16 * 3600) & (site.index % 86400 <= 21 * 3600)
    june = site[hours & (site.index <= 86400)].max()
    july = site[hours & (site.index > 86400)].max()
    by_hand = 20 * (june / 30 + july / 31)
    assert result.summary["cost_demand_summer_peak_usd"] == pytest.approx(by_hand)
    months = 1 / 30 + 1 / 31
    base = result.summary["cost_demand_usd"] - by_hand
    assert year(result) == pytest.approx(12 / months * base + 4 / months * by_hand)


def test_a_store_shaves_where_the_window_is_dear() -> None:
    """Hours of 60, 100, 100 and 60 kW, an empty store of 30 kWh without losses: with a charge on
    the third alone that hour is brought to 70 kW; with one on all, what the first is raised by is
    what the next two are lowered by: all three to 260/3.
    """
    store = Store(60e3, 60e3, 1.0, 1.0, 0.0, 30 * 3.6e6, 0.0)
    load_w = np.array([60e3, 100e3, 100e3, 60e3])
    span_s = np.full(4, 3600.0)
    price = np.full(4, 0.1 / 3.6e6)
    month = np.zeros(4, dtype=np.int64)
    third = np.array([False, False, True, False])

    def drawn_w(base: float, window: float) -> np.ndarray:
        windows = (WindowPrice(np.array([window]), third),)
        demand = DemandPrice(np.array([base]), month, windows=windows)
        found = cheapest(price, span_s, store, 1e-12, load_w, demand)
        return load_w + found.charge_w - found.discharge_w

    assert drawn_w(0.0, 1e-2)[2] == pytest.approx(70e3)
    assert drawn_w(1e-2, 0.0).max() == pytest.approx(260e3 / 3)
    both = drawn_w(1e-3, 1e-2)
    assert both[2] == pytest.approx(70e3)
    assert both.max() == pytest.approx(100e3)


def test_windows_that_say_nothing_are_refused_at_their_line() -> None:
    for wrong, word in (({"begins": "16:00", "ends": "16:00"}, "begins and ends apart"),
                        ({"months": [7, 7]}, "each of months once"), ({"months": [13]}, "12"),
                        ({"begins": "25:00"}, "00:00 to 24:00")):  # fmt: skip
        with pytest.raises(ValueError, match=word):
            ran("2026-07-15T00:00:00Z", "1 h", SUMMER | wrong)
    with pytest.raises(InputError, match="a name of its own"):
        ran("2026-07-15T00:00:00Z", "1 h", SUMMER, SUMMER)
