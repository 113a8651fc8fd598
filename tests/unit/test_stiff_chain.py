"""A transfer of milliseconds beside repairs of hours: what is dark keeps its digits."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest

from twin.physics.reliability.markov import State, steady_state

FAIL = Fraction(1, 50_000)
MEND = Fraction(1, 8)
"""An hour, of two feeds behind a static switch."""


def _rates(over: Fraction) -> dict[str, dict[str, Fraction]]:
    return {
        "both": {"going over": FAIL, "one": FAIL},
        "going over": {"one": over, "none": FAIL},
        "one": {"both": MEND, "none": FAIL},
        "none": {"one": 2 * MEND},
    }


def _exact_dark(over: Fraction) -> Fraction:
    """By cuts: what leaves `both` comes back from `one`; what leaves `none` came into it."""
    going = FAIL / (over + FAIL)
    one = 2 * FAIL / MEND
    none = (going * FAIL + one * FAIL) / (2 * MEND)
    return (going + none) / (1 + going + one + none)


@pytest.mark.parametrize("transfer_s", [Fraction(4, 1000), Fraction(1, 1_000_000), Fraction(60)])
def test_what_is_dark_for_milliseconds_is_exact(transfer_s: Fraction) -> None:
    over = 3600 / transfer_s
    rates = _rates(over)

    def moves(state: State) -> Iterable[tuple[State, float]]:
        return ((there, float(rate)) for there, rate in rates[str(state)].items())

    exact = float(_exact_dark(over))
    found = steady_state("both", moves, lambda state: state in ("going over", "none"))
    assert found.unavailability == pytest.approx(exact, rel=1e-13)
    entered_per_h = FAIL * (1 - _exact_dark(over))
    assert found.frequency_per_year == pytest.approx(8760 * float(entered_per_h), rel=1e-12)
