"""An iteration reads the experts that its tokens find: two of eight for one answer, all for many.

A public library reads two however many ask, and is below the time of its own bandwidth
(findings/the_experts_that_are_not_read.sh).
"""

from __future__ import annotations

import pytest

from twin import predict_inference

GPU = "H100-SXM5-80GB"
BANDWIDTH_B_S = 4 * 3.35e12
ALL_S = 2 * 46.7e9 / BANDWIDTH_B_S
ACTIVE_S = 2 * 12.9e9 / BANDWIDTH_B_S


@pytest.mark.parametrize(
    ("answers", "least_s", "most_s"), [(1, ACTIVE_S, ALL_S), (8, ALL_S, 2 * ALL_S), (128, ALL_S, 1)]
)
def test_time_between_tokens_is_no_less_than_that_of_the_weights_that_are_read(
    answers: int, least_s: float, most_s: float
) -> None:
    found = predict_inference(
        "Mixtral-8x7B", GPU, 1000, 200, concurrency=answers, parallelism="TP4"
    )
    assert least_s < found.tpot_s < most_s
