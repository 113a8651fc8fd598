"""What each fault costs against the same run without it: the table says what the paired runs
say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.planner import asked, batch, chat, faults, job, loaded, number, ran, written
from twin import Result, RunError, Scenario
from twin.simulation import Run
from twin.study.counterfactuals import cases

PUMP = (1500.0, "cdu_pump_1", 1200.0)
NODE = (3000.0, "liquid_r2/node_3", 600.0)
RACK = (5000.0, "liquid_r1", 300.0)
DRILL = {"kind": "utility_outage", "at": "4000 s", "duration": "3 min"}
SPENT = {"energy_j": "energy_facility_j", "cost_usd": "cost_usd", "carbon_kg": "carbon_kg"}


def day(
    *listed: tuple[float, str, float], drills: Sequence[dict[str, Any]] = (), **changes: Any
) -> dict[str, Any]:
    """Two hours of a gang that writes checkpoints and of a service, in the small hall."""
    work = [job(nodes=54, checkpoint_interval="10 min"), chat(nodes=10, rate=900.0)]
    keys = {"horizon": "2 h", "faults": faults(*listed), "drills": list(drills)}
    return asked(**{"workload": work, **keys, **changes})


def compared(scenario: dict[str, Any]) -> Result:
    """The run and its counterfactuals."""
    return twin.counterfactuals(loaded(scenario))


def costs(result: Result) -> pd.DataFrame:
    return result.frame("counterfactuals").set_index("fault")


def missing(hurt: Result, spared: Result) -> float:
    return number(spared, "tokens_total") - number(hurt, "tokens_total")


@pytest.fixture(scope="module")
def eventful() -> Result:
    return compared(day(PUMP, NODE, RACK, drills=[DRILL]))


WITHOUT = {
    "cdu_pump_1": day(NODE, RACK, drills=[DRILL]),
    "liquid_r2/node_3": day(PUMP, RACK, drills=[DRILL]),
    "liquid_r1": day(PUMP, NODE, drills=[DRILL]),
    "utility_outage": day(PUMP, NODE, RACK),
    "all": day(),
}


@pytest.mark.parametrize("fault", WITHOUT)
def test_each_cost_is_that_of_a_run_which_never_had_the_fault(eventful: Result, fault: str) -> None:
    spared = ran(WITHOUT[fault])
    row = costs(eventful).loc[fault]
    whole = number(eventful, "tokens_total")
    assert row.tokens_lost_counterfactual == pytest.approx(
        missing(eventful, spared), abs=1e-9 * whole
    )
    for column, key in SPENT.items():
        more = number(eventful, key) - number(spared, key)
        assert row[column] == pytest.approx(more, rel=1e-9, abs=1e-9 * number(spared, key)), key


def test_a_stretch_that_two_forks_share_is_lived_through_once_to_the_same_bytes(
    eventful: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without all faults, and without the first, until the second begins."""
    monkeypatch.setattr(cases, "_first_alone", lambda found: (-1.0, float("inf")))
    apart = compared(day(PUMP, NODE, RACK, drills=[DRILL]))
    for table in ("counterfactuals", "counterfactual_causes"):
        pd.testing.assert_frame_equal(eventful.frame(table), apart.frame(table), check_exact=True)


def test_the_run_itself_is_the_one_without_counterfactuals(eventful: Result) -> None:
    plain = ran(day(PUMP, NODE, RACK, drills=[DRILL]))
    for name, frame in plain.tables.items():
        if not name.startswith("counterfactual"):
            assert frame.equals(eventful.frame(name)), name
    assert plain.frame("counterfactuals").empty


def test_causes_add_up_to_the_cost_of_their_fault(eventful: Result) -> None:
    summed = eventful.frame("counterfactual_causes").groupby("fault").tokens.sum()
    for fault, row in costs(eventful).iterrows():
        assert summed.get(fault, 0.0) == pytest.approx(
            row.tokens_lost_counterfactual, rel=1e-9, abs=1e-9 * number(eventful, "tokens_total")
        )


def test_what_is_attributed_adds_up_to_what_is_booked(eventful: Result) -> None:
    table = costs(eventful)
    booked = number(eventful, "tokens_lost_by_fault")
    assert table.loc["all", "tokens_lost_attributed"] == pytest.approx(booked, rel=1e-12)
    single = table.drop("all").tokens_lost_attributed
    assert single.sum() == pytest.approx(booked, rel=1e-9)
    assert (single >= 0).all()


def test_the_difference_and_its_reason(eventful: Result) -> None:
    table = costs(eventful)
    difference = table.tokens_lost_counterfactual - table.tokens_lost_attributed
    assert table.difference_tokens.to_numpy() == pytest.approx(difference.to_numpy(), abs=1e-6)
    far = table.difference_tokens.abs() > 1e-9 * number(eventful, "tokens_total")
    assert (table.reason[far] != "same").all()
    assert (table.reason[~far] == "same").all()
    assert far.any()


def test_money_is_lost_at_the_token_price() -> None:
    row = costs(compared(day(NODE))).iloc[0]
    price = 0.10 / 1e6
    assert row.lost_usd == pytest.approx(row.tokens_lost_counterfactual * price, rel=1e-9)
    assert row.lost_usd > 0


def reason(*listed: tuple[float, str, float], **changes: Any) -> dict[str, str]:
    return costs(compared(day(*listed, **changes))).reason.to_dict()


def test_a_gang_that_stands_still_writes_fewer_checkpoints() -> None:
    assert reason((1500.0, "liquid_r2/node_3", 3000.0)) == {"liquid_r2/node_3": "checkpointing"}


def test_a_job_that_ends_in_time_all_the_same_has_lost_nothing() -> None:
    short = job(nodes=54, tokens=int(1e9))
    found = costs(compared(day((60.0, "liquid_r2/node_3", 300.0), workload=[short])))
    row = found.loc["liquid_r2/node_3"]
    assert row.tokens_lost_attributed > 0
    assert row.tokens_lost_counterfactual == pytest.approx(0.0, abs=1.0)
    assert row.reason == "finished"


def test_a_job_that_starts_later_behind_one_that_was_hit_is_said() -> None:
    """The first job counts no tokens: all that is missing is missed by the one that waits."""
    first = batch("first", 1, span="1 s", nodes_median=54.0, nodes_sigma=1e-6, nodes_max=54)
    first |= {"runtime_sigma": 1e-6, "runtime_median": "20 min"}
    second = job("second", 54) | {"submit": "1 min"}
    hurt = compared(day((600.0, "liquid_r2/node_3", 60.0), workload=[first, second]))
    row = costs(hurt).iloc[0]
    assert row.tokens_lost_attributed == 0.0
    assert row.tokens_lost_counterfactual > 0.05 * number(hurt, "tokens_total")
    assert row.reason == "queued"


def test_requests_that_still_wait_at_the_end_are_said() -> None:
    """Two of ten nodes are lost near the end of an hour in which ten can just serve."""
    service = chat(nodes=10, rate=4300.0, patience="20 min", window="10 min")
    lost = [(2400.0, f"liquid_r1/node_{n}", 1100.0) for n in (1, 2)]
    hurt = compared(day(*lost, workload=[service], horizon="1 h"))
    assert costs(hurt).loc["all", "reason"] == "waiting"


def test_a_fault_inside_another_one_would_have_been_lost_anyway() -> None:
    """The rack is out when one of its nodes fails, and for longer."""
    found = reason((1500.0, "liquid_r1", 3000.0), (1800.0, "liquid_r1/node_1", 60.0))
    assert found["liquid_r1/node_1"] == "lost_anyway"
    assert found["liquid_r1"] == "booked_later"


def test_faults_that_begin_together_share_what_is_booked() -> None:
    both = compared(day((1500.0, "liquid_r1", 900.0), (1500.0, "liquid_r2", 900.0)))
    table = costs(both)
    assert table.tokens_lost_attributed.nunique() == 1
    assert table.loc["liquid_r1", "reason"] == "lost_anyway"


def test_a_fault_of_the_first_instant_has_a_counterfactual_too() -> None:
    hurt = compared(day((0.0, "liquid_r1", 900.0)))
    row = costs(hurt).loc["liquid_r1"]
    assert row.tokens_lost_counterfactual == pytest.approx(
        missing(hurt, ran(day())), abs=1e-9 * number(hurt, "tokens_total")
    )
    assert row.tokens_lost_attributed == number(hurt, "tokens_lost_by_fault") > 0


def test_what_never_happens_gets_no_row() -> None:
    late = {"kind": "utility_outage", "at": "3 h", "duration": "3 min"}
    assert list(costs(compared(day(NODE, (9000.0, "cdu", 60.0), drills=[late]))).index) == [NODE[1]]
    assert costs(compared(day())).empty


def asks(which: str) -> Scenario:
    return loaded(day(PUMP, NODE, outputs={"period": "5 min", "counterfactuals": which}))


def test_a_scenario_says_whether_they_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(twin.run(asks("always")).frame("counterfactuals")) == 3
    assert twin.run(asks("never")).frame("counterfactuals").empty
    assert len(twin.run(asks("when_cheap")).frame("counterfactuals")) == 3
    monkeypatch.setattr(cases, "CHEAP_S", 0.01)
    assert twin.run(asks("when_cheap")).frame("counterfactuals").empty
    assert len(twin.run(asks("always")).frame("counterfactuals")) == 3


def test_only_the_first_faults_are_run_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is attributed to the last of them still ends where the next fault begins."""
    whole = compared(day(PUMP, NODE, RACK))
    monkeypatch.setattr(cases, "MOST", 2)
    first = compared(day(PUMP, NODE, RACK))
    assert list(costs(first).index) == ["all", PUMP[1], NODE[1]]
    assert costs(first).equals(costs(whole).drop(RACK[1]))
    (said,) = [text for text in first.meta["warnings"] if "counterfactuals" in text]
    assert said == "counterfactuals: the first 2 of 3 faults and drills were run without"


def test_a_run_without_a_fault_that_cannot_go_on_is_a_row_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Run.until

    def until(run: Run, *moment: Any, **keys: Any) -> Run:
        if not run.facility.scenario.faults.timeline:
            raise RunError("stuck")
        return real(run, *moment, **keys)

    monkeypatch.setattr(Run, "until", until)
    row = costs(compared(day(NODE))).loc[NODE[1]]
    assert row.reason == "not_run"
    assert row.tokens_lost_attributed > 0
    assert row[["tokens_lost_counterfactual", "energy_j", "lost_usd"]].isna().all()


def test_a_run_with_checkpoints_has_the_same_rows(tmp_path: Path) -> None:
    scenario = asks("always")
    plain = twin.run(scenario)
    stored = twin.run(scenario, tmp_path / "out", checkpoint_every_s=900.0)
    for name in ("counterfactuals", "counterfactual_causes"):
        pd.testing.assert_frame_equal(plain.frame(name), stored.frame(name))
    assert (
        twin.Result.load(tmp_path / "out")
        .frame("counterfactuals")
        .equals(stored.frame("counterfactuals"))
    )


def test_progress_covers_all_runs_and_never_goes_back() -> None:
    told: list[float] = []
    twin.run(asks("always"), progress=lambda done, _: told.append(done))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0, abs=1e-9)


def read(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<img[^>]*>", "", page)).split())


def test_the_command_runs_them_and_the_report_says_why_they_differ(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from twin.cli.app import app

    path = written(day((1500.0, "liquid_r2/node_3", 3000.0)), tmp_path)
    out = tmp_path / "out"
    ran_ = CliRunner().invoke(app, ["run", str(path), "--out", str(out), "--counterfactuals"])
    assert ran_.exit_code == 0, ran_.output
    text = read((out / "report.html").read_text(encoding="utf-8"))
    assert "What each fault cost" in text
    assert "checkpoints fell at other times" in text
    assert json.loads((out / "meta.json").read_text())["counterfactuals"]["run"] == 1


def test_a_report_without_them_says_how_to_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from twin.present.report import render

    monkeypatch.setattr(cases, "CHEAP_S", 0.01)
    text = read(render(twin.run(asks("when_cheap"))))
    assert "What each of its 2 faults and drills cost was not found" in text
    assert "twin run --counterfactuals" in text
