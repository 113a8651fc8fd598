"""A pool that is lost whole for a while: as a fluid, beside its requests one by one.

Callers wait for their patience; those who asked within it are served when servers are back.
"""

from __future__ import annotations

import pytest
from conftest import small_layout

from tests.planner import answer, chat, faults
from twin import Result

PATIENCE_S = 30.0
BACK_S = 900.0


def lost_for(out_s: float, detail: str, per_s: float = 20.0, nodes: int = 4) -> Result:
    """A service on four nodes, of which some fail at once."""
    large = {"model": "Llama-3.1-70B", "tensor_parallel": 4, "dtype": "fp8"}
    service = chat("chat", 4, per_s, patience=f"{PATIENCE_S} s", detail=detail, **large)
    out = [(BACK_S, f"liquid_r1/node_{n + 1}", out_s) for n in range(nodes)]
    return answer(small_layout(4, 0), workload=[service], faults=faults(*out), horizon="40 min")


def dropped(run: Result) -> float:
    return float(run.frame("services").tokens_dropped.sum())


@pytest.mark.parametrize("out_s", [10.0, 30.0])
def test_nobody_is_lost_to_an_outage_as_short_as_the_patience(out_s: float) -> None:
    assert dropped(lost_for(out_s, "fluid")) == pytest.approx(0.0, abs=1e-3)


def test_those_are_lost_whose_patience_ends_before_servers_are_back() -> None:
    run = lost_for(180.0, "fluid")
    rows = run.frame("services").query("time_s == 1200.0")
    asked_per_s = float(rows.tokens_asked.iloc[0]) / 300.0
    assert dropped(run) == pytest.approx(asked_per_s * (180.0 - PATIENCE_S), rel=1e-6)


@pytest.mark.parametrize(("out_s", "within"), [(60.0, 0.10), (180.0, 0.07)])
def test_as_many_as_one_by_one(out_s: float, within: float) -> None:
    """+7.7 and -5.6 %; +115 and +13 % where all was given up at once."""
    one_by_one = dropped(lost_for(out_s, "requests"))
    assert dropped(lost_for(out_s, "fluid")) == pytest.approx(one_by_one, rel=within)


def test_what_waits_is_served_when_servers_are_back() -> None:
    run = lost_for(30.0, "fluid")
    balance = run.frame("token_balance").set_index("entry").tokens
    assert balance["made"] == pytest.approx(balance["possible"], rel=1e-9)
