"""Brent's method as scipy has it, to the last bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

from twin.physics import brent


def _rise(rng: np.random.Generator) -> Callable[[float], float]:
    """A sum of decays above a limit, as a temperature on its way is; some fall, some wiggle."""
    rate = 10 ** rng.uniform(-6, 1, 4)
    weight = rng.normal(size=4) * 10 ** rng.uniform(-3, 3)
    ahead = rng.normal() * 10 ** rng.uniform(-3, 2)
    wiggle = rng.choice([0.0, rng.uniform(0, 2)])

    def above(x: float) -> float:
        moved = float(weight @ (-np.expm1(-rate * x) / rate))
        return ahead + moved + wiggle * float(np.sin(7 * x))

    return above


class _Noted:
    """A function that notes where it was asked."""

    def __init__(self, function: Callable[[float], float]) -> None:
        self.function = function
        self.at: list[float] = []

    def __call__(self, x: float) -> float:
        self.at.append(x)
        return self.function(x)


def test_roots_and_what_is_asked_on_the_way_are_those_of_scipy_to_the_last_bit() -> None:
    rng = np.random.default_rng(1)
    found = 0
    while found < 2000:
        ours = _Noted(_rise(rng))
        theirs = _Noted(ours.function)
        low, high = sorted(rng.uniform(0, 10 ** rng.uniform(-3, 4), 2).tolist())
        if theirs.function(low) * theirs.function(high) >= 0:
            continue
        root = brent.root(ours, low, high, 1e-9, 1e-14)
        assert root == brentq(theirs, low, high, xtol=1e-9, rtol=1e-14)
        assert ours.at == theirs.at
        found += 1


@pytest.mark.parametrize("power", [1, 3, 9, 21])
def test_flat_roots_are_found_as_near_as_asked(power: int) -> None:
    """Where the slope is none at the root, a line through two points leads nowhere."""
    root = brent.root(lambda x: (x - 0.3) ** power, -1.0, 2.0, 1e-9, 1e-14)
    assert root == brentq(lambda x: (x - 0.3) ** power, -1.0, 2.0, xtol=1e-9, rtol=1e-14)
    assert root == pytest.approx(0.3, abs=1e-8)


def test_a_root_at_an_end_is_that_end() -> None:
    assert brent.root(lambda x: x, 0.0, 3.0, 1e-9, 1e-14) == 0.0
    assert brent.root(lambda x: x - 3.0, 0.0, 3.0, 1e-9, 1e-14) == 3.0


def test_the_same_sign_at_both_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="the same sign at both ends: 1 and 2"):
        brent.root(lambda x: x, 1.0, 2.0, 1e-9, 1e-14)


def test_a_root_that_cannot_be_told_from_its_neighbours_is_not_made_up() -> None:
    """Nearer than the last bit nothing can come: no answer is better than a wrong one."""
    with pytest.raises(ArithmeticError, match="100 rounds"):
        brent.root(lambda x: 1.0 if x > 0 else -1.0, -1.0, 1e300, 0.0, 0.0)
