"""Is no air made or lost between the equipment of a hall, whatever runs?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.air_balance import balanced, first_guess


def room(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A guess, what racks want and what handlers give, of a room with some of them standing."""
    rng = np.random.default_rng(seed)
    racks = int(rng.integers(1, 30))
    handlers = int(rng.integers(1, 10))
    rack = rng.uniform(0.1, 3.0, racks) * (rng.uniform(size=racks) > 0.2)
    handler = rng.uniform(0.5, 9.0, handlers) * (rng.uniform(size=handlers) > 0.3)
    near = np.exp(-rng.uniform(0, 20, (racks, handlers)) / 6)
    exhaust = np.exp(-rng.uniform(0, 12, (racks, racks)) / 1.5)
    guess = first_guess(rack, handler, rng.uniform(0, 0.5, racks), near, exhaust)
    return guess, rack, handler


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_inlet_draws_and_every_outlet_gives_what_its_fans_move(seed: int) -> None:
    guess, rack, handler = room(seed)
    sums = np.concatenate([rack, handler])
    flows = balanced(guess, sums, sums)
    assert (flows >= 0).all()
    assert flows.sum(axis=1) == pytest.approx(sums, abs=1e-11 * max(sums.sum(), 1e-9))
    assert flows.sum(axis=0) == pytest.approx(sums, abs=1e-11 * max(sums.sum(), 1e-9))


def test_two_streams_in_closed_form() -> None:
    """One rack, one handler, recirculation x: the cross ratio of the four flows is (x/(1-x))^2,
    whatever the handler gives, and their sums are what the fans move.
    """
    back = 0.1
    one = np.ones((1, 1))
    for handler in (0.5, 1.0, 2.0):
        guess = first_guess(np.ones(1), np.array([handler]), np.array([back]), one, one)
        sums = np.array([1.0, handler])
        flows = balanced(guess, sums, sums)
        odds = guess[0, 0] * guess[1, 1] / (guess[0, 1] * guess[1, 0])
        assert odds == pytest.approx((back / (1 - back)) ** 2)
        # y (h - 1 + y) = odds (1 - y)^2 for y, the exhaust that comes back.
        y = np.roots([1 - odds, handler - 1 + 2 * odds, -odds]).max()
        assert flows[0, 0] == pytest.approx(y, rel=1e-9)


def test_air_that_nobody_supplies_is_exhaust() -> None:
    near = np.ones((2, 1))
    guess = first_guess(
        np.array([1.0, 1.0]), np.array([0.5]), np.full(2, 0.03), near, np.ones((2, 2))
    )
    sums = np.array([1.0, 1.0, 0.5])
    flows = balanced(guess, sums, sums)
    assert flows[:2, :2].sum() >= 1.5
    assert flows[:2, 2].sum() <= 0.5


def test_a_guess_that_is_balanced_stays() -> None:
    rack = np.array([1.0, 2.0])
    handler = np.array([3.0])
    guess = first_guess(rack, handler, np.full(2, 0.1), np.ones((2, 1)), np.eye(2) + 1e-9)
    sums = np.concatenate([rack, handler])
    assert balanced(guess, sums, sums) == pytest.approx(guess, abs=1e-6)


def test_what_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="inlets draw 2 and outlets give 1"):
        balanced(np.ones((1, 1)), np.array([2.0]), np.array([1.0]))
