"""Claim: prices, carbon and units of writing change what they name and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, asked, assert_same, chat, faults, job, number, ran, site
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)
HURT = faults((900, "liquid_r1", 900))
MONEY = ("cost_usd", "usd_lost_by_fault", "carbon_kg")


def priced(price: str = "0.08 USD/kWh", carbon: str = "400 g/kWh", **site_keys: Any) -> Result:
    place = site(grid={"price": price, "carbon": carbon}, **site_keys)
    return answer(TWO_RACKS, site=place, workload=[job()], faults=HURT)


def equal(one: Result, two: Result, key: str) -> bool:
    return number(one, key) == pytest.approx(number(two, key), rel=1e-12, abs=0, nan_ok=True)


def assert_only(one: Result, two: Result, changed: set[str]) -> None:
    """The two summaries differ in these keys alone."""
    keys = [key for key in one.summary if key not in ("wall_s",)]
    differing = {key for key in keys if not equal(one, two, key)}
    assert differing == changed
    assert_same(one, two, tables=("site", "racks", "power", "loops", "jobs", "events"))


def test_the_price_of_energy_changes_the_cost_alone_and_in_proportion() -> None:
    cheap = priced("0.05 USD/kWh")
    dear = priced("0.15 USD/kWh")
    assert_only(cheap, dear, {"cost_usd", "cost_energy_usd"})
    energy_kwh = number(cheap, "energy_utility_j") / 3.6e6
    assert number(dear, "cost_usd") - number(cheap, "cost_usd") == pytest.approx(
        0.10 * energy_kwh, rel=1e-9
    )


def test_carbon_is_the_utility_energy_times_the_intensity() -> None:
    clean = priced(carbon="20 g/kWh")
    dirty = priced(carbon="820 g/kWh")
    assert_only(clean, dirty, {"carbon_kg"})
    for result, kg_per_kwh in ((clean, 0.02), (dirty, 0.82)):
        energy_kwh = number(result, "energy_utility_j") / 3.6e6
        assert number(result, "carbon_kg") == pytest.approx(kg_per_kwh * energy_kwh, rel=1e-9)


def test_the_price_of_water_is_paid_for_water_alone() -> None:
    dry = priced(water_price="9 USD/m^3")
    assert_only(dry, priced(water_price="1 USD/m^3"), set())
    layout = small_layout(liquid=2, air=0)
    layout["cooling"]["plant"][0]["type"] = "dry_cooler_adiabatic_1000"
    wet = [
        answer(layout, site=site(46.0, 24.0, water_price=f"{usd} USD/m^3"), workload=[job()])
        for usd in (1, 4)
    ]
    water_m3 = wet[0].frame("site").water_kg.sum() / 1000
    assert water_m3 > 0
    assert number(wet[1], "cost_usd") - number(wet[0], "cost_usd") == pytest.approx(
        3 * water_m3, rel=0.01
    )


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_the_price_of_a_token_prices_lost_tokens(kind: str) -> None:
    def work(usd: float) -> list[dict[str, Any]]:
        price = {"token_price": f"{usd} USD/Mtok"}
        full = chat(nodes=36, rate=10_000.0, patience="5 s", **price)
        return [job(**price) if kind == "training" else full]

    cheap = answer(TWO_RACKS, workload=work(0.5), faults=HURT)
    dear = answer(TWO_RACKS, workload=work(2.0), faults=HURT)
    assert number(cheap, "usd_lost_by_fault") > 0
    assert number(dear, "usd_lost_by_fault") == pytest.approx(
        4 * number(cheap, "usd_lost_by_fault"), rel=1e-9
    )
    losses = cheap.frame("losses")
    assert losses.usd.sum() == pytest.approx(losses.tokens.sum() * 0.5e-6, rel=1e-9)


SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("horizon", {"horizon": "1 h"}, {"horizon": "3600 s"}),
    ("horizon in minutes", {"horizon": "1 h"}, {"horizon": "60 min"}),
    (
        "period",
        {"outputs": {"period": "5 min"}},
        {"outputs": {"period": "0.0833333333333333333 h"}},
    ),
    (
        "kelvin",
        {"site": site(25.0, 18.0)},
        {"site": {"climate": {"dry_bulb": "298.15 K", "wet_bulb": "291.15 K"}, "grid": "virginia"}},
    ),
    (
        "fahrenheit",
        {"site": site(25.0, 15.0)},
        {"site": {"climate": {"dry_bulb": "77 °F", "wet_bulb": "59 °F"}, "grid": "virginia"}},
    ),
    (
        "degC",
        {"site": site(25.0, 18.0)},
        {"site": {"climate": {"dry_bulb": "25 degC", "wet_bulb": "18 degC"}, "grid": "virginia"}},
    ),
]


@pytest.mark.parametrize(("what", "one", "other"), SAME, ids=[row[0] for row in SAME])
def test_the_same_quantity_in_another_unit(
    what: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    left = answer(TWO_RACKS, **one)
    right = answer(TWO_RACKS, **other)
    for key in ("energy_utility_j", "energy_cooling_j", "pue", "simulated_s"):
        assert number(left, key) == pytest.approx(number(right, key), rel=1e-9), (what, key)


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("volume", ["8 m^3", "8000 L", "8000 dm^3"]),
        ("pump_power", ["5 kW", "5000 W", "0.005 MW"]),
        ("supply_temperature", ["41.8 °C", "314.95 K"]),
    ],
)
def test_a_plant_written_in_another_unit(key: str, texts: list[str]) -> None:
    found = []
    for text in texts:
        scenario = asked(TWO_RACKS)
        scenario["layout"]["cooling"]["plant"][0][key] = text
        result = ran(scenario)
        found.append([number(result, name) for name in ("energy_utility_j", "energy_cooling_j")])
    for values in found[1:]:
        assert values == pytest.approx(found[0], rel=1e-9)


@pytest.mark.parametrize(
    "texts", [["500 kW", "0.5 MW", "500000 W", "5e5 W"]], ids=["rating of a panel"]
)
def test_a_rating_written_in_another_unit(texts: list[str]) -> None:
    loads = []
    for text in texts:
        scenario = asked(TWO_RACKS)
        scenario["layout"]["power"][-1]["rating"] = text
        power = ran(scenario).frame("power")
        loads.append(power[power.component == "panel_1"].load_max_frac.iloc[-1])
    assert loads == pytest.approx([loads[0]] * len(loads), rel=1e-12)


def test_a_moment_as_a_clock_time_or_as_seconds() -> None:
    lost = {"at": "00:10", "component": "ups_1", "repair_at": "00:20"}
    clock = answer(TWO_RACKS, workload=[job()], faults={"timeline": [lost]})
    spans = answer(TWO_RACKS, workload=[job()], faults=faults((600, "ups_1", 600)))
    assert_same(clock, spans, tables=("site", "racks", "power", "events", "jobs"))
