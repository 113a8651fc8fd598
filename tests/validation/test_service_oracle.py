"""Claim: a service is a fluid queue with patience, by a second program.

In a window requests arrive evenly; a pool serves at most its capacity; who would wait longer than
the patience is turned away. The oracle takes the arrivals and the capacity of each window from the
table and must find what was served, dropped and left waiting.
"""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import small_layout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planner import answer, chat

TWO_RACKS = small_layout(liquid=2, air=0)


def oracle(services: pd.DataFrame, patience_s: float) -> pd.DataFrame:
    """Served, dropped and waiting tokens, window by window."""
    rows, queue, before = [], 0.0, 0.0
    for row in services.itertuples():
        span = row.time_s - before
        before = row.time_s
        rate = row.tokens_asked / span
        net = rate - row.capacity_tokens_per_s
        most = row.capacity_tokens_per_s * patience_s
        if net >= 0:
            filled = min(span, (most - queue) / net) if net > 0 else span
            queue += net * filled
            dropped = net * (span - filled)
        else:
            queue = max(0.0, queue + net * span)
            dropped = 0.0
        waiting_before = rows[-1][2] if rows else 0.0
        served = row.tokens_asked - dropped - (queue - waiting_before)
        rows.append((served, dropped, queue))
    return pd.DataFrame(rows, columns=["tokens_served", "tokens_dropped", "tokens_waiting"])


def served(rate: float, patience_s: float, **changes: object) -> pd.DataFrame:
    work = chat(nodes=2, rate=rate, patience=f"{patience_s} s", window="5 min")
    work["requests"] |= {"diurnal_amplitude": 0.9, "peak_hour": 3} | changes
    run = answer(TWO_RACKS, workload=[work], horizon="6 h", outputs={"period": "5 min"})
    return run.frame("services")


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(rate=st.floats(50.0, 1500.0), patience=st.sampled_from([1.0, 30.0, 600.0, 3600.0]))
def test_a_pool_serves_drops_and_queues_as_the_oracle(rate: float, patience: float) -> None:
    services = served(round(rate, 3), patience)
    wanted = oracle(services, patience)
    scale = services.tokens_asked.max()
    for column in wanted:
        assert services[column].to_numpy() == pytest.approx(
            wanted[column].to_numpy(), rel=1e-6, abs=1e-6 * scale
        ), column


def test_an_empty_pool_is_idle_and_a_full_one_is_full() -> None:
    quiet = served(10.0, 30.0)
    assert (quiet.tokens_dropped == 0).all()
    assert (quiet.tokens_waiting <= 1e-6).all()
    assert quiet.utilisation_frac.max() < 0.1
    flooded = served(5000.0, 30.0)
    assert flooded.utilisation_frac.iloc[-1] == pytest.approx(1.0, rel=1e-9)
    assert flooded.tokens_waiting.iloc[-1] == pytest.approx(
        30.0 * flooded.capacity_tokens_per_s.iloc[-1], rel=1e-6
    )


def test_arrivals_follow_the_day_and_their_mean_is_what_was_asked() -> None:
    """Over a whole day the mean is the rate asked, within four standard errors; the peak is at its
    hour.
    """
    work = chat(nodes=20, rate=200.0, window="5 min")
    work["requests"] |= {"diurnal_amplitude": 0.5, "peak_hour": 15}
    services = answer(TWO_RACKS, workload=[work], horizon="24 h", outputs={"period": "1 h"}).frame(
        "services"
    )
    asked = 200.0 * 86400
    assert services.requests.sum() == pytest.approx(asked, abs=4 * asked**0.5)
    hour = services.time_s[services.requests.idxmax()] / 3600
    assert 14 <= hour <= 17
    assert services.requests.max() / services.requests.min() == pytest.approx(1.5 / 0.5, rel=0.05)


def test_answers_have_the_length_of_the_trace() -> None:
    services = served(300.0, 60.0, lengths="azure_2023_conv")
    mean = services.tokens_asked.sum() / services.requests.sum()
    assert mean == pytest.approx(217.35, rel=0.01)
    code = served(300.0, 60.0, lengths="azure_2023_code")
    assert code.tokens_asked.sum() / code.requests.sum() < 0.3 * mean


@pytest.mark.parametrize("window", ["1 min", "5 min", "20 min"])
def test_the_window_of_the_draws_changes_no_mean(window: str) -> None:
    work = chat(nodes=20, rate=200.0, window=window)
    requests = answer(TWO_RACKS, workload=[work], horizon="6 h").frame("services").requests.sum()
    again = answer(TWO_RACKS, workload=[work | {"window": "10 min"}], horizon="6 h").frame(
        "services"
    )
    assert requests == pytest.approx(again.requests.sum(), abs=6 * (2 * requests) ** 0.5)
