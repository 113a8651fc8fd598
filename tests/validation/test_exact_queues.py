"""Closed forms of queues against their published values, which simulations of them must meet."""

from __future__ import annotations

import math

import pytest

from tests.sources import by
from twin.physics.queueing import mean_wait_mg1_s

CASES = by("planner/statistics_cases.csv", "case_id")


def expected(case: str) -> list[float]:
    return [float(text) for text in CASES[case]["expected"].split("/")]


def test_one_server() -> None:
    assert mean_wait_mg1_s(0.8, 1.0, 1.0) == pytest.approx(expected("mm1")[0], rel=1e-12)
    assert mean_wait_mg1_s(0.8, 1.0, 0.0) == pytest.approx(expected("md1")[0], rel=1e-12)
    assert mean_wait_mg1_s(0.8, 1.0, 4.0) == pytest.approx(expected("mg1_cv2_4")[0], rel=1e-12)


def test_more_than_the_server_carries_waits_for_ever() -> None:
    assert math.isinf(mean_wait_mg1_s(1.0, 1.0, 1.0))
