"""Tokens that a run books to faults are those that the same run without faults would have made.

For training the booked loss is the paired difference, but for the checkpoints of the lost hours: a
run that trains on writes them, and nobody books them. That share is at most write time over
interval, plus one write.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from conftest import SHIPPED, failing, lived, small, small_layout, training

from twin import Result

HORIZON_S = 14400.0
CASES = {
    "pump": failing((3700, "cdu_pump_1", 3600)),
    "node": failing((5000, "liquid_r2/node_3", 1800)),
    "rack": failing((5000, "liquid_r1", 2700)),
    "panels": failing((4000, "panel_1", 1200), (4300, "panel_2", 1800)),
    "coolant unit": failing((4000, "cdu", 1800)),
    "all at once": failing(
        (4000, "cdu_pump_1", 3600), (5000, "liquid_r2/node_3", 900), (9000, "cdu", 600)
    ),
}


@cache
def trained(case: str | None, interval: str) -> Result:
    faults = CASES[case] if case else {}
    layout = small_layout(air=0)
    layout["halls"][0]["rows"][0]["fed_by"] = [{"source": "panel", "pairing": "spread"}]
    work = [training(checkpoint_interval=interval)]
    return lived(small(layout, workload=work, faults=faults, horizon=f"{HORIZON_S} s"))


@pytest.mark.parametrize("interval", ["9000 h", "20 min"])
@pytest.mark.parametrize("case", CASES)
def test_booked_losses_are_the_paired_difference(case: str, interval: str) -> None:
    whole = trained(None, interval)
    hurt = trained(case, interval)
    difference = whole.summary["tokens_training"] - hurt.summary["tokens_training"]
    booked = hurt.summary["tokens_lost_by_fault"]
    assert difference > 0
    rate = undisturbed_rate()
    each_s = 0.0
    if interval == "20 min":
        each_s = (HORIZON_S - whole.summary["tokens_training"] / rate) / whole.frame(
            "jobs"
        ).checkpoints.iloc[0]
        assert 0 < each_s < 30
    allowed = 2 * each_s * rate + booked * each_s / 1200.0 + 1e-9 * booked
    assert allowed < 100 * rate
    assert booked == pytest.approx(difference, abs=allowed)


def undisturbed_rate() -> float:
    """Tokens a second of the undisturbed job between checkpoints."""
    return trained(None, "9000 h").summary["tokens_training"] / HORIZON_S


@pytest.mark.parametrize("name", SHIPPED)
def test_losses_by_rack_sum_to_the_summary(name: str, shipped: Callable[[str], Result]) -> None:
    result = shipped(name)
    losses = result.frame("losses")
    lost = result.summary["tokens_lost_by_fault"]
    assert losses.tokens.sum() == pytest.approx(lost, rel=1e-12, abs=1e-6)
    by_rack = losses[losses.rack != ""].groupby("rack").tokens.sum()
    seen = result.frame("racks").groupby("rack").tokens_lost.sum()
    assert seen[by_rack.index].to_numpy() == pytest.approx(by_rack.to_numpy(), rel=1e-9, abs=1.0)
    assert seen.sum() == pytest.approx(by_rack.sum(), rel=1e-9, abs=1.0)
    jobs = result.frame("jobs").tokens_lost.sum()
    services = set(result.frame("services").service)
    assert jobs + losses[losses.workload.isin(services)].tokens.sum() == pytest.approx(
        lost, rel=1e-9, abs=1.0
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_negative_and_goodput_is_not_above_throughput(
    name: str, shipped: Callable[[str], Result]
) -> None:
    result = shipped(name)
    services, losses, jobs = (result.frame(n) for n in ("services", "losses", "jobs"))
    assert (losses[["tokens", "gpu_hours", "usd"]] >= 0).all(axis=None)
    assert (jobs[["tokens", "tokens_lost", "gpu_hours"]] >= 0).all(axis=None)
    counts = services[
        ["requests", "tokens_asked", "tokens_served", "tokens_waiting", "tokens_dropped"]
    ]
    assert (counts >= -1e-6).all(axis=None)
    assert (services.utilisation_frac <= 1 + 1e-9).all()
    served = services.tokens_served.sum()
    asked = services.tokens_asked.sum()
    assert served <= asked * (1 + 1e-12)
    waiting = (
        services[services.time_s == services.time_s.max()].tokens_waiting.sum()
        if len(services)
        else 0.0
    )
    assert served + services.tokens_dropped.sum() + waiting == pytest.approx(asked, rel=1e-9)


@pytest.mark.parametrize("interval", ["9000 h", "20 min"])
@pytest.mark.parametrize("case", CASES)
def test_goodput_is_not_above_throughput(case: str, interval: str) -> None:
    """What was kept and what was rolled back are what ran at all: never more than the rate times
    the time.
    """
    hurt = trained(case, interval)
    losses = hurt.frame("losses")
    rolled_back = losses[losses.cause == "rolled_back"].tokens.sum()
    assert hurt.summary["tokens_training"] + rolled_back <= undisturbed_rate() * HORIZON_S * (
        1 + 1e-9
    )
    assert hurt.summary["tokens_training"] >= 0
