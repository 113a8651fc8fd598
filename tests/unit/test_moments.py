"""Claim: what comes again and again meets wherever its lengths say so, for a year of any step."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.simulation.kernel.moments import count_of, moment_s, steps_at

YEAR_S = 366 * 86_400
STEPS = st.decimals(min_value=1, max_value=90_000, places=4)


@given(STEPS, st.data())
def test_a_moment_is_what_a_file_would_say_of_it(step: Decimal, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, int(YEAR_S / step)))
    assert moment_s(n, float(step)) == float(n * step)


@given(STEPS, st.integers(2, 60), st.data())
def test_steps_meet_those_that_are_so_many_times_as_long(
    step: Decimal, times: int, data: st.DataObject
) -> None:
    n = data.draw(st.integers(1, max(int(YEAR_S / step / times), 1)))
    assert moment_s(n, float(step * times)) == moment_s(n * times, float(step))


@given(STEPS, st.data())
def test_who_comes_as_a_step_begins_is_in_it(step: Decimal, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, int(YEAR_S / step)))
    begins = moment_s(n, float(step))
    around = np.array([begins - 1e-6, begins, np.nextafter(begins, np.inf), begins + 1e-6])
    assert steps_at(around, float(step)).tolist() == [n - 1, n, n, n]
    assert count_of(begins, float(step)) == n
    assert count_of(begins + 1e-6, float(step)) == n + 1


def test_steps_stated_in_other_units_are_on_the_same_grid() -> None:
    """0.035 h are 126.00000000000001 s to a machine."""
    assert moment_s(1, 0.035 * 3600.0) == 126.0
    assert moment_s(7, 0.035 * 3600.0) == moment_s(245, 3.6)


def test_a_step_of_no_whole_nanoseconds_is_what_it_is() -> None:
    assert moment_s(3, 1 / 3 + 1.0) == 3 * (1 / 3 + 1.0)
