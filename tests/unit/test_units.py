"""Are quantities read as people write them, and is everything else refused with a ValueError?"""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.units import FACTORS, customary, quantity, registry

READ = [
    ("132 kW", "W", 132e3),
    ("0.132 MW", "W", 132e3),
    ("132kW", "W", 132e3),
    ("1e3 W", "W", 1000.0),
    ("+5 W", "W", 5.0),
    (".5 W", "W", 0.5),
    ("5. W", "W", 5.0),
    ("-5 W", "W", -5.0),
    ("18 °C", "degC", 18.0),
    ("18 degC", "degC", 18.0),
    ("291.15 K", "degC", 18.0),
    ("64.4 degF", "degC", 18.0),
    ("4 K", "delta_degC", 4.0),
    ("2.5 MWh", "J", 9e9),
    ("10 min", "s", 600.0),
    ("2 h", "s", 7200.0),
    ("1 day", "s", 86400.0),
    ("1200 L/min", "m**3/s", 0.02),
    ("1200 lpm", "m**3/s", 0.02),
    ("12 m^3", "m**3", 12.0),
    ("12 m³", "m**3", 12.0),
    ("0.4 m^3", "m**3", 0.4),
    ("100 TB", "byte", 1e14),
    ("1 TiB", "byte", 2.0**40),
    ("400 Gbit/s", "byte/s", 5e10),
    ("50 GB/s", "byte/s", 5e10),
    ("0.08 USD/kWh", "USD/J", 0.08 / 3.6e6),
    ("380 g/kWh", "kg/J", 0.38 / 3.6e6),
    ("0.9 USD/Mtok", "USD/token", 0.9e-6),
    ("30 / s", "1/s", 30.0),
    ("30 /s", "1/s", 30.0),
    ("2 USD/m^3", "USD/m**3", 2.0),
    ("1.2 m", "m", 1.2),
    ("2 ft", "m", 0.6096),
    ("1 km", "m", 1000.0),
]


@pytest.mark.parametrize(("text", "unit", "want"), READ)
def test_quantities(text: str, unit: str, want: float) -> None:
    assert quantity(text, unit) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "W",
        "kW 5",
        "five W",
        "5 kW 3",
        "1,5 kW",
        "5 kW; ls",
        "5*3 W",
        "9**9**9 W",
        "5 W ** 2",
        "nan W",
        "inf W",
        "0x10 W",
        "1_000 W",
        "5 kW\n6 kW",
        "5 + 5 W",
        "5 exp(W)",
        "5 __import__",
        "5 W//s",
        "5 /",
        "5 s^3^3^3^3",
        "5 s^9",
        "1" * 400 + " W",
        "5 " + "W" * 400,
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match=r"quantity|no unit|expressed"):
        quantity(text, "W")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 kW", "J"),
        ("5 m", "s"),
        ("5 °C", "W"),
        ("5 bananas", "W"),
        ("5 USD", "W"),
        ("5 byte", "s"),
        ("5 s^3", "W"),
        ("5 s² m³", "W"),
    ],
)
def test_the_wrong_dimension(text: str, unit: str) -> None:
    with pytest.raises(ValueError, match="cannot be expressed in"):
        quantity(text, unit)


def test_a_number_alone_is_asked_for_its_unit() -> None:
    with pytest.raises(ValueError, match="a number with its unit"):
        quantity("5", "W")


def test_a_difference_is_not_a_temperature() -> None:
    """4 K of difference are 4 K; as a temperature they are -269 degC."""
    assert quantity("4 K", "delta_degC") == pytest.approx(4.0)
    assert quantity("4 K", "degC") == pytest.approx(-269.15)


@pytest.mark.parametrize("text", ["1e308 MW", "1e999 W"])
def test_nothing_endless_comes_out(text: str) -> None:
    """A quantity past every float is refused here or, as infinity, by the model that reads it."""
    with contextlib.suppress(ValueError):
        assert math.isinf(quantity(text, "W"))


@given(
    st.floats(-1e12, 1e12, allow_nan=False), st.sampled_from([("kW", 1e3), ("W", 1.0), ("MW", 1e6)])
)
def test_what_is_written_is_read_back(number: float, unit: tuple[str, float]) -> None:
    assert quantity(f"{number:.17g} {unit[0]}", "W") == pytest.approx(number * unit[1], rel=1e-12)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="WkmsJhCKFLUSDdegintoayb µ°%/·^²³1235.e-+", max_size=26))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(quantity("5 " + text, "W"), float)


@pytest.mark.parametrize("unit", FACTORS)
def test_the_short_way_gives_what_pint_gives_to_the_last_bit(unit: str) -> None:
    numbers = [0.0, 1.0, 0.1, 0.9, 7 / 3, 1e-9, 123456.789, 1e12 / 7, -4.2]
    for written, factor in FACTORS[unit].items():
        pint = [registry().Quantity(number, written).to(unit).magnitude for number in numbers]
        assert [number * factor for number in numbers] == pint, written


@pytest.mark.parametrize("file", ["scenarios/first_factory.yaml", "layouts/superpod_b200.yaml"])
def test_files_of_common_units_never_load_pint(file: str) -> None:
    assert _loaded_by(f"import twin; twin.load({file!r})").isdisjoint({"pint"})


def test_a_ride_through_loads_neither_units_nor_what_reports_on_failures() -> None:
    """Each takes longer to import than the answer takes to find."""
    asked = "import twin; from twin.study.asked_of_runs import ride_through"
    slow = {"pint", "scipy.special", "scipy.sparse.linalg", "twin.study.failure_report"}
    assert _loaded_by(asked).isdisjoint(slow)


def _loaded_by(code: str) -> set[str]:
    """Names of the modules that a program has loaded at its end."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("36 C", "degC", "cannot be expressed in °C; did you mean '36 °C'?"),
        ("97 F", "degC", "did you mean '97 °F'?"),
        ("132 kw", "W", "did you mean '132 kW'?"),
        ("5 m", "s", "did you mean '5 min'?"),
        ("3 kwh", "J", "did you mean '3 kWh'?"),
        ("2 m3", "m**3", "did you mean '2 m^3'?"),
    ],
)
def test_a_unit_that_was_nearly_written_is_offered(text: str, unit: str, said: str) -> None:
    with pytest.raises(ValueError, match="did you mean") as caught:
        quantity(text, unit)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("unit", "never"), [("USD/token", "0.4 USD/token"), ("s", "24 s"), ("USD/J", "USD/J")]
)
def test_no_unit_is_guessed_for_a_bare_number(unit: str, never: str) -> None:
    with pytest.raises(ValueError, match="a number with its unit") as caught:
        quantity("24", unit)
    assert never not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("86400.0 s", "24 h"),
        ("604800.0 s", "7 d"),
        ("1800.0 s", "30 min"),
        ("90061.5 s", "90061.5 s"),
        ("0.0 s", "0 s"),
        ("132000.0 W", "132 kW"),
        ("100000.0 W", "100 kW"),
        ("4e-07 USD/token", "0.4 USD/Mtok"),
        ("2.0 USD/m^3", "2 USD/m³"),
        ("20.0 degC", "20 °C"),
        ("0.6 m", "0.6 m"),
        ("2026", "2026"),
        ("Llama 3", "Llama 3"),
    ],
)
def test_a_quantity_stands_in_the_unit_that_writes_it_shortest(text: str, said: str) -> None:
    assert customary(text) == said
