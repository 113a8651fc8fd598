"""Closed forms of queues against their published values, which simulations of them must meet."""

from __future__ import annotations

import math

import pytest

from tests.sources import by
from twin.physics.queueing import erlang_b, erlang_c, mean_wait_mg1_s, mean_wait_mmc_s

CASES = by("planner/statistics_cases.csv", "case_id")


def expected(case: str) -> list[float]:
    return [float(text) for text in CASES[case]["expected"].split("/")]


@pytest.mark.parametrize(("case", "arrivals", "servers"), [("mm8", 7.2, 8), ("mm32", 28.8, 32)])
def test_many_servers(case: str, arrivals: float, servers: int) -> None:
    found = [mean_wait_mmc_s(arrivals, 1.0, servers), erlang_c(arrivals, servers)]
    assert found == pytest.approx(expected(case), abs=1e-6)


def test_one_server() -> None:
    assert mean_wait_mmc_s(0.8, 1.0, 1) == pytest.approx(expected("mm1")[0], rel=1e-12)
    assert mean_wait_mg1_s(0.8, 1.0, 1.0) == pytest.approx(expected("mm1")[0], rel=1e-12)
    assert mean_wait_mg1_s(0.8, 1.0, 0.0) == pytest.approx(expected("md1")[0], rel=1e-12)
    assert mean_wait_mg1_s(0.8, 1.0, 4.0) == pytest.approx(expected("mg1_cv2_4")[0], rel=1e-12)


def test_nobody_can_wait() -> None:
    assert erlang_b(8.0, 10) == pytest.approx(expected("erlang_b")[0], abs=1e-6)


def test_more_than_the_servers_carry_waits_for_ever() -> None:
    assert math.isinf(mean_wait_mmc_s(8.0, 1.0, 8))
    assert math.isinf(mean_wait_mg1_s(1.0, 1.0, 1.0))
    assert erlang_c(9.0, 8) == 1.0
