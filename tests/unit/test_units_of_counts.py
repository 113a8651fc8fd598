"""Claim: a rate of events is read in units that count events, and in no other.

pint takes radians and bits for plain numbers (findings/units_of_counts.sh): 60 rpm would be 6.28 a
second, and 600 rpm is how a planner may write 600 requests a minute.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planner import asked, chat, loaded
from twin import InputError
from twin.units import quantity


@pytest.mark.parametrize(
    ("text", "per_s"),
    [
        ("950 / s", 950.0),
        ("950/s", 950.0),
        ("600 / min", 10.0),
        ("600 1/min", 10.0),
        ("7200 / h", 2.0),
        ("1.5 kHz", 1500.0),
        ("86400 / d", 1.0),
        ("3 Hz", 3.0),
        ("0.5 / s", 0.5),
    ],
)
def test_rates_of_events(text: str, per_s: float) -> None:
    assert quantity(text, "1/s") == pytest.approx(per_s, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["60 rpm", "400 Gbit/s", "360 deg/s", "2 rad/s", "8 byte/s", "1 W", "3 km"]
)
def test_what_does_not_count_events_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate of events"):
        quantity(text, "1/s")


def test_a_service_asked_in_rpm_is_told_how_to_write_it() -> None:
    work = chat()
    work["requests"] = {"rate": "600 rpm"}
    with pytest.raises(InputError) as caught:
        loaded(asked(workload=[work]))
    text = str(caught.value)
    assert "600 rpm" in text
    assert "/ min" in text


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("8 Gbit/s", "byte/s", 1e9),
        ("1 TB", "byte", 1e12),
        ("39 deg", "deg", 39.0),
        ("77 °F", "degC", 25.0),
        ("60 L/min", "m**3/s", 1e-3),
        ("1 MWh", "J", 3.6e9),
        ("380 g/kWh", "kg/J", 0.38 / 3.6e6),
    ],
)
def test_bits_and_angles_are_read_where_they_are_meant(text: str, unit: str, value: float) -> None:
    assert quantity(text, unit) == pytest.approx(value, rel=1e-9)


@given(
    st.floats(1e-6, 1e9, allow_nan=False),
    st.sampled_from([("s", 1), ("min", 60), ("h", 3600), ("d", 86400)]),
)
def test_so_many_a_span_is_that_many_over_its_seconds(count: float, span: tuple[str, int]) -> None:
    name, seconds = span
    number = f"{count:.6g}"
    assert quantity(f"{number} / {name}", "1/s") == pytest.approx(
        float(number) / seconds, rel=1e-12
    )
    assert math.isfinite(quantity(f"{number} / {name}", "1/s"))


@pytest.mark.parametrize(
    ("text", "unit", "cure", "meant"),
    [
        ("100 MBtu/h", "W", "kBtu", "100 kBtu/h"),
        ("5 USD/MBTU", "USD/J", "kBtu", "5 USD/kBtu"),
        ("1.2 mt", "kg", "write t,", "1.2 t"),
        ("380 mt/GWh", "kg/J", "write t,", "380 t/GWh"),
        ("2 tons", "kg", "2000 lb", "4000 lb"),
    ],
)
def test_words_of_two_meanings_are_refused_with_one_that_has_one(
    text: str, unit: str, cure: str, meant: str
) -> None:
    """For pint an mt is a thousandth of a tonne, and an MBtu a thousand times what a chiller's data
    sheet means by it.
    """
    with pytest.raises(ValueError, match="two readings") as said:
        quantity(text, unit)
    assert cure in str(said.value)
    assert quantity(meant, unit) > 0
