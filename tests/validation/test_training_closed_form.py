"""Claim: a training run's tokens follow from its step, its checkpoints, its failures and its
clock.
"""

from __future__ import annotations

import pytest
from conftest import small_layout

from tests.planner import answer, faults, happened, job, number
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)


def tokens(run: Result) -> float:
    return number(run, "tokens_training")


def rate_per_s(**changes: object) -> float:
    """Tokens a second between checkpoints."""
    return tokens(answer(TWO_RACKS, workload=[job(**changes)])) / 3600


def write_s(interval: str, **changes: object) -> float:
    """How long one checkpoint takes, from what it costs."""
    run = answer(TWO_RACKS, workload=[job(checkpoint_interval=interval, **changes)])
    count = int(run.frame("jobs").checkpoints.iloc[0])
    return (3600 - tokens(run) / rate_per_s(**changes)) / count


def test_every_checkpoint_costs_the_same() -> None:
    assert write_s("5 min") == pytest.approx(write_s("15 min"), rel=0.05)


def test_checkpoints_take_their_bytes_over_the_bandwidth_of_the_storage() -> None:
    """14 bytes a parameter of an 8.03e9 model; better storage writes faster, and in the ratio of
    the guidance.
    """
    took = {}
    for grade in ("good", "better", "best"):
        layout = small_layout(2, 0) | {"storage": {"type": f"superpod_{grade}"}}
        run = answer(layout, workload=[job(checkpoint_interval="5 min")])
        count = int(run.frame("jobs").checkpoints.iloc[0])
        took[grade] = (3600 - tokens(run) / rate_per_s()) / count
    assert took["good"] > took["better"] > took["best"] > 0
    bytes_ = 14 * 8.03e9
    assert took["good"] == pytest.approx(bytes_ / 7e9, rel=0.15)


def test_twice_the_gang_makes_about_twice_the_tokens() -> None:
    one, two = rate_per_s(nodes=18), rate_per_s(nodes=36)
    assert 1.5 * one < two <= 2 * one * 1.01, "its optimiser is cut finer"


def test_a_larger_model_is_slower_by_about_its_parameters() -> None:
    small = rate_per_s(nodes=36)
    large = rate_per_s(nodes=36, model="Llama-3.1-70B", tensor_parallel=4)
    assert small / large == pytest.approx(70.6 / 8.03, rel=0.35)


def test_a_job_with_an_end_ends_when_its_tokens_are_made() -> None:
    rate = rate_per_s()
    wanted = int(rate * 1800)
    run = answer(TWO_RACKS, workload=[job(tokens=wanted)])
    row = run.frame("jobs").iloc[0]
    assert row.state == "completed"
    assert row.tokens == pytest.approx(wanted, rel=1e-9)
    assert row.finished_s == pytest.approx(1800.0, rel=1e-3)
    assert run.frame("site").gpus_busy.iloc[-1] == 0


def test_a_failure_costs_roll_back_outage_and_restart() -> None:
    """Without checkpoints: all before the failure, then the repair, the boot and the restart
    delay.
    """
    rate = rate_per_s()
    run = answer(
        TWO_RACKS, workload=[job(restart_delay="5 min")], faults=faults((900, "liquid_r1", 300))
    )
    events = [(at, who, what) for at, who, what in happened(run) if who == "liquid_r1"]
    up_again = max(at for at, _, what in events if what in ("on", "repaired"))
    worked_s = 3600 - up_again - 300
    assert tokens(run) == pytest.approx(rate * worked_s, rel=0.01)
    losses = run.frame("losses").groupby("cause").tokens.sum()
    assert losses["rolled_back"] == pytest.approx(rate * 900, rel=1e-6)


def test_two_jobs_on_their_own_nodes_do_not_disturb_each_other() -> None:
    alone = tokens(answer(TWO_RACKS, workload=[job("a", nodes=18)]))
    both = answer(TWO_RACKS, workload=[job("a", nodes=18), job("b", nodes=18)]).frame("jobs")
    assert both.set_index("job").tokens["a"] == pytest.approx(alone, rel=1e-9)
    assert both.set_index("job").tokens["b"] == pytest.approx(alone, rel=1e-9)


def test_a_higher_priority_goes_first_where_both_wait() -> None:
    first = job("first", nodes=36, tokens=int(rate_per_s() * 600))
    low = job("low", nodes=36, submit="1 min", priority=0)
    high = job("high", nodes=36, submit="2 min", priority=5)
    jobs = answer(TWO_RACKS, workload=[first, low, high]).frame("jobs").set_index("job")
    assert jobs.started_s["high"] == pytest.approx(600.0, rel=1e-2)
    assert jobs.started_s.isna()["low"]


@pytest.mark.parametrize("clock", [0.5, 0.7, 0.9])
def test_a_lower_clock_slows_training_by_no_more_than_the_clock(clock: float) -> None:
    action = {"kind": "clock_ceiling", "at": "0 s", "clock": clock}
    slowed = tokens(answer(TWO_RACKS, workload=[job()], controls={"actions": [action]})) / 3600
    assert clock * rate_per_s() * (1 - 0.03) <= slowed <= rate_per_s()
