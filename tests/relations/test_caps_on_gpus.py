"""Relation: a cap on GPUs holds those it names, from when to when it says, and what it costs is
booked to it.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, chat, job, loaded, number, per_rack
from twin import Result
from twin.analysis.verdict import judgements
from twin.errors import InputError
from twin.present.report.story.cost import what_it_cost
from twin.results.enums import FAULT_CAUSES

LAYOUT = small_layout(liquid=2, air=0)
"""GB200, two racks of 18 nodes: GPUs of 200 to 1,200 W."""
LATER = {"at": "30 min", "duration": "15 min"}


def held(*caps: dict[str, Any], **changes: Any) -> Result:
    """An hour under caps; of two jobs, one a rack, where no other work is asked."""
    actions = [{"kind": "gpu_power_cap"} | cap for cap in caps]
    work = [job("one", 18), job("two", 18)]
    return answer(LAYOUT, **({"workload": work, "controls": {"actions": actions}} | changes))


def clocks(result: Result) -> tuple[float, float]:
    """Lowest clock of each rack in the hour."""
    low = per_rack(result, "clock_frac").min()
    return float(low["liquid_r1"]), float(low["liquid_r2"])


def test_a_window_costs_its_own_tokens_and_no_others() -> None:
    """Demand response by caps: 800 W for a quarter of an hour. Racks draw less in it and the same
    before and after; all that is missing is booked as capped, nothing as a fault.
    """
    free = held()
    drill = held({"power": "800 W"} | LATER)
    power, usual = (per_rack(one, "power_w").sum(axis=1) for one in (drill, free))
    inside = (power.index > 1800) & (power.index <= 2700)
    assert (power[inside] < 0.8 * usual[inside]).all()
    assert power[power.index <= 1800].tolist() == usual[power.index <= 1800].tolist()
    assert power.iloc[-1] == pytest.approx(usual.iloc[-1], rel=1e-6)
    balance = drill.frame("token_balance").groupby("entry").tokens.sum()
    missing = number(free, "tokens_total") - number(drill, "tokens_total")
    assert balance["capped"] == pytest.approx(missing, rel=1e-9)
    assert missing > 0
    assert not (drill.frame("losses").tokens > 0).any()
    events = drill.frame("events").query("what == 'power cap'")
    assert events.time_s.tolist() == [1800.0, 2700.0]
    assert events.detail.tolist() == ["GPUs at 800 W at most", "lifted"]


def test_the_report_holds_a_cap_against_no_limit_and_says_what_it_costs() -> None:
    """GPUs of 68 °C missed a limit of 89 °C, for their clock was held down; that a tenth of the
    tokens were not made stood in the token balance alone. The share is that of the balance.
    """
    drill = held({"power": "800 W"} | LATER)
    verdicts = {one.what: one.verdict for one in judgements(drill)}
    assert verdicts["GPUs below their slowdown limit"] == "meets"
    balance = drill.frame("token_balance").groupby("entry").tokens.sum()
    share = 100 * balance["capped"] / balance["possible"]
    assert 1 < share < 20
    assert f" tokens unmade, {share:.3g} % of what could" in what_it_cost(drill)
    assert "Clocks held down" not in what_it_cost(held())


def test_a_loss_beside_a_cap_is_explained_by_it() -> None:
    """A rack that fails under a cap to the end: without the failure some of its tokens had fallen
    to the cap, which no reason could say; causes of faults alone add up to what was lost.
    """
    broken = {"timeline": [{"at": "20 min", "component": "liquid_r1", "repair_at": "50 min"}]}
    run = held({"power": "800 W"}, faults=broken)
    balance = run.frame("token_balance").groupby("entry").tokens.sum()
    assert balance["capped"] > 0
    lost = run.frame("losses").tokens.sum()
    assert balance.reindex([*FAULT_CAUSES]).sum() == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize(
    ("names", "first", "second"),
    [
        ([], True, True),
        (["liquid_r1"], True, False),
        (["liquid"], True, True),
        (["GB200-NVL72-GPU"], True, True),
        (["two"], False, True),
        (["one", "liquid_r2"], True, True),
    ],
)
def test_whom_it_names(names: list[str], first: bool, second: bool) -> None:
    low = clocks(held({"power": "800 W", "of": names}))
    assert (low[0] < 1.0, low[1] < 1.0) == (first, second)


def test_the_lowest_of_several_holds_and_a_share_is_of_the_highest_power() -> None:
    both = held({"power": "900 W"}, {"share": "60 %", "of": ["one"]})
    one = held({"power": "720 W", "of": ["one"]}, {"power": "900 W", "of": ["two"]})
    assert clocks(both) == clocks(one)
    assert clocks(both)[0] < clocks(both)[1] < 1.0


def test_a_cap_above_what_work_draws_changes_nothing() -> None:
    free = held()
    assert number(held({"share": "100 %"}), "tokens_total") == number(free, "tokens_total")


def test_jobs_that_state_their_activity_draw_the_cap() -> None:
    """At full activity 200 W and 0.6 of 1,000 W of span: the clock of the law of the chip."""
    work = [busy()]
    low = clocks(held({"power": "800 W"}, workload=work))
    assert low[0] == pytest.approx(0.78, abs=0.03)


def test_a_service_that_falls_short_under_a_cap_lost_its_requests_to_it() -> None:
    """What is given up is no fault: entry `capped` of the balance, beside that of want of room."""
    work = [chat(nodes=36, rate=30_000.0, patience="5 s")]
    run = held({"power": "500 W"}, workload=work)
    balance = run.frame("token_balance").groupby("entry").tokens.sum()
    assert balance["capped"] > 0
    assert not (run.frame("losses").tokens > 0).any()
    assert abs(number(run, "token_balance_residual_frac")) < 1e-9


def test_a_fork_lifts_a_cap_when_the_past_said() -> None:
    """Actions that have yet to come are given anew; one in force ends as it was ordered."""
    late = {"kind": "clock_ceiling", "at": "50 min", "clock": 0.9}
    cap = {"kind": "gpu_power_cap", "power": "800 W", "at": "10 min", "duration": "20 min"}
    scenario = asked(LAYOUT, workload=[job()], controls={"actions": [late, cap]})
    run = twin.start(twin.build(loaded(scenario)))
    run.until("20 min")
    forked = run.fork(controls=[]).until().result()
    alone = answer(LAYOUT, workload=[job()], controls={"actions": [cap]})
    assert forked.summary["tokens_total"] == alone.summary["tokens_total"]
    assert per_rack(forked, "clock_frac").iloc[-1].min() == 1.0


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ({}, "state power"),
        ({"power": "500 W", "share": 0.5}, "state power"),
        ({"power": "500 W", "of": ["liquit"]}, "liquid"),
        ({"power": "500 W", "of": ["nobody"]}, "a type of GPU or a workload"),
        ({"power": "250 W"}, "at least 332 W"),
        ({"share": "20 %", "of": ["one"]}, "at least 332 W"),
        ({"power": "50 kW"}, "10 kW"),
        ({"power": "500 W", "duration": "0 s"}, "1 s"),
    ],
)
def test_what_no_board_could_hold_or_nobody_is_called_is_refused(
    cap: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        held(cap)
