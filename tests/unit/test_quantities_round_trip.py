"""Claim: a quantity written in any unit of its dimension is the same number of SI, and none of
another dimension is taken for it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.units import quantity

SCALES: dict[str, dict[str, float]] = {
    "W": {"W": 1, "kW": 1e3, "MW": 1e6, "GW": 1e9},
    "J": {"J": 1, "kJ": 1e3, "MJ": 1e6, "GJ": 1e9, "Wh": 3600, "kWh": 3.6e6, "MWh": 3.6e9},
    "s": {"s": 1, "ms": 1e-3, "min": 60, "h": 3600, "d": 86400, "day": 86400},
    "m": {"m": 1, "mm": 1e-3, "cm": 1e-2, "km": 1e3},
    "m**3": {"m^3": 1, "m³": 1, "L": 1e-3},
    "m**3/s": {"m^3/s": 1, "L/s": 1e-3, "L/min": 1e-3 / 60, "m^3/h": 1 / 3600},
    "byte/s": {"byte/s": 1, "GB/s": 1e9, "Gbit/s": 1.25e8},
    "USD/J": {"USD/kWh": 1 / 3.6e6, "USD/MWh": 1 / 3.6e9},
    "kg/J": {"g/kWh": 1e-3 / 3.6e6, "kg/kWh": 1 / 3.6e6},
    "USD/token": {"USD/Mtok": 1e-6, "USD/token": 1},
    "USD/m**3": {"USD/m^3": 1},
    "delta_degC": {"K": 1},
}
PAIRS = [(unit, text) for unit, texts in SCALES.items() for text in texts]
NUMBERS = st.floats(1e-3, 1e6, allow_nan=False).map(lambda value: float(f"{value:.6g}"))


@given(st.sampled_from(PAIRS), NUMBERS)
def test_a_quantity_is_its_number_times_its_unit(pair: tuple[str, str], number: float) -> None:
    unit, text = pair
    assert quantity(f"{number:g} {text}", unit) == pytest.approx(
        float(f"{number:g}") * SCALES[unit][text], rel=1e-9
    )


@given(st.sampled_from(PAIRS), NUMBERS)
def test_a_space_more_or_less_changes_nothing(pair: tuple[str, str], number: float) -> None:
    unit, text = pair
    one = quantity(f"{number:g} {text}", unit)
    assert quantity(f"{number:g}{text}", unit) == one
    assert quantity(f"  {number:g}  {text} ", unit) == one


@given(st.sampled_from(PAIRS), st.sampled_from(sorted(SCALES)), NUMBERS)
def test_no_unit_of_another_dimension_is_taken(
    pair: tuple[str, str], other: str, number: float
) -> None:
    unit, text = pair
    if other == unit:
        return
    with pytest.raises(ValueError, match=r"cannot be expressed|no rate|not a quantity"):
        quantity(f"{number:g} {text}", other)


@given(st.floats(-50, 120).map(lambda value: round(value, 3)))
def test_temperatures_in_three_scales(degc: float) -> None:
    assert quantity(f"{degc} °C", "degC") == pytest.approx(degc, abs=1e-9)
    assert quantity(f"{degc + 273.15:.6f} K", "degC") == pytest.approx(degc, abs=1e-5)
    assert quantity(f"{degc * 9 / 5 + 32:.6f} °F", "degC") == pytest.approx(degc, abs=1e-5)


@given(st.sampled_from(PAIRS))
def test_a_bare_number_is_told_which_units_there_are(pair: tuple[str, str]) -> None:
    unit, _ = pair
    with pytest.raises(ValueError, match="unit"):
        quantity("12", unit)


@pytest.mark.parametrize(
    "text",
    [
        "kW",
        "12 12 kW",
        "twelve kW",
        "1,000 kW",
        "1 kW + 1 kW",
        "2 * 3 kW",
        "--1 kW",
        "1 k W",
        "0x10 kW",
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"quantity|unit|cannot"):
        quantity(text, "W")
