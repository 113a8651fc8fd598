"""Claim: a demand on a generator fails as often as its row says; sets of a kind share causes."""

from __future__ import annotations

from typing import Any

from conftest import small_layout

from tests.planner import answer, happened
from twin import Result

OUTAGES = 60
EVERY_S = 900.0


def outages(count: int = 2, chance: float = 0.5, shared: float | None = None) -> Result:
    """An idle hall whose utility is lost for two minutes every quarter of an hour."""
    layout: dict[str, Any] = small_layout(1, 0)
    numbers = {"start_failure_probability": chance}
    if shared is not None:
        numbers["common_cause_frac"] = shared
    layout["power"][1] |= {"count": count, "overrides": numbers}
    drills = [
        {"kind": "utility_outage", "at": f"{EVERY_S * (n + 0.5)} s", "duration": "2 min"}
        for n in range(OUTAGES)
    ]
    return answer(layout, horizon=f"{EVERY_S * OUTAGES} s", drills=drills)


def failed(run: Result, who: str) -> list[int]:
    """Number of the outages in which a set was given up; each tells of three attempts."""
    at = [t for t, name, what in happened(run) if (name, what) == (who, "failed to start")]
    assert len(at) % 3 == 0
    return [int(t // EVERY_S) for t in at[::3]]


def test_a_demand_fails_as_often_as_the_row_says_with_all_its_attempts() -> None:
    """Three independent attempts would fail in an eighth of the outages."""
    run = outages()
    for who in ("genset_1", "genset_2"):
        assert 0.3 < len(failed(run, who)) / OUTAGES < 0.7


def test_sets_fail_alone_but_for_the_causes_that_they_share() -> None:
    run = outages()
    assert failed(run, "genset_1") != failed(run, "genset_2")
    together = outages(shared=1.0)
    assert failed(together, "genset_1") == failed(together, "genset_2") != []
    assert 0.3 < len(failed(together, "genset_1")) / OUTAGES < 0.7


def test_a_second_set_changes_nothing_of_the_first() -> None:
    alone = failed(outages(count=1), "genset")
    assert alone == failed(outages(), "genset_1")
