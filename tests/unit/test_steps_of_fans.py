"""Fans of servers: steps that do not chase one another, and flow that follows power."""

from __future__ import annotations

import numpy as np

from twin.physics import server_fans

BEGIN = np.full(7, 27.0)
WIDTH = server_fans.step_k(BEGIN, np.full(7, 39.0))
STEP = np.arange(7)


def test_six_steps_lie_evenly_between_the_first_temperature_and_the_last() -> None:
    assert WIDTH.tolist() == [2.0] * 7
    up = server_fans.faster_above_degc(STEP, BEGIN, WIDTH)
    assert up.tolist() == [29.0, 31.0, 33.0, 35.0, 37.0, 39.0, np.inf]


def test_a_fan_steps_down_half_a_step_below_where_it_stepped_up() -> None:
    down = server_fans.slower_below_degc(STEP, BEGIN, WIDTH)
    assert down.tolist() == [-np.inf, 28.0, 30.0, 32.0, 34.0, 36.0, 38.0]
    up = server_fans.faster_above_degc(STEP, BEGIN, WIDTH)
    np.testing.assert_allclose(up[:-1] - down[1:], 0.5 * WIDTH[1:])


def test_fans_that_do_not_follow_never_step() -> None:
    never = np.array([np.inf])
    width = np.zeros(1)
    assert server_fans.faster_above_degc(np.zeros(1, int), never, width) == np.inf
    assert server_fans.slower_below_degc(np.zeros(1, int), never, width) == -np.inf


def test_flow_that_follows_power_takes_the_next_twelfth_and_never_stands() -> None:
    power = np.array([0.0, 0.2, 0.25, 0.26, 0.5, 0.5 + 1e-12, 0.51, 0.999, 1.0, 1.2])
    flow = server_fans.flow_for_power_frac(power) * 12
    np.testing.assert_allclose(flow, [3, 3, 3, 4, 6, 6, 7, 12, 12, 12])


def test_fans_below_rated_flow_save_power() -> None:
    assert server_fans.extra_power_w(np.array([0.5]), np.array([80.0])).tolist() == [-70.0]
