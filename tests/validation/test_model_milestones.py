"""Claim: events say when a retrained model fails its gate or a canary, is put back, or deployed, at
the moments that a sum on paper gives; and the first training waits for its trigger alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

import twin
from tests.planner import asked, chat, written
from tests.stepwise import assert_same, event_by_event
from tests.validation.test_software_life import RETRAINING, ROUND_S, jobs, lived
from twin.errors import InputError

HOUR_S = 3600.0
TOLD = ("gate failed", "canary failed", "rolled back", "deployed")
TRIED_S = 3600.0 + 1800.0
"""A training and its evaluation."""
LUCK = RETRAINING | {"rounds": 5, "every": "30 min", "passes": 0.7, "canary_passes": 0.8}


def told(result: twin.Result) -> pd.DataFrame:
    events = result.frame("events")
    return events[events["what"].isin(TOLD)]


def test_a_gate_that_is_not_passed_is_told_when_its_evaluation_ends(tmp_path: Path) -> None:
    result = lived(tmp_path, RETRAINING | {"passes": 0, "every": "3 h"})
    found = told(result)
    first_s = 3 * HOUR_S + TRIED_S
    then_s = first_s + 3 * HOUR_S + TRIED_S
    assert found["time_s"].tolist() == pytest.approx([first_s, then_s], abs=1e-6)
    assert found["component"].tolist() == ["fresh", "fresh"]
    assert found["what"].tolist() == ["gate failed", "gate failed"]
    detail = "the model of round 2 fails its gate, and the old one stays in service"
    assert found["detail"].iloc[1] == detail
    others = result.frame("events")
    idle = others[others["what"] == "never eligible"]["component"].tolist()
    assert len(idle) == 6
    assert all("canary" in job for job in idle), "nothing was to be put back"


def test_a_canary_that_fails_is_told_and_so_is_the_model_that_is_put_back(tmp_path: Path) -> None:
    """0.2 at 2.0 a day is 2.4 hours; the first step fails after ten minutes."""
    asked = RETRAINING | {"rounds": 1, "canary_passes": 0, "drift_per_day": 2.0}
    found = told(lived(tmp_path, asked))
    failed_s = 2.4 * HOUR_S + TRIED_S + 600.0
    assert found["time_s"].tolist() == pytest.approx([failed_s, failed_s + 300.0], abs=1e-6)
    assert found["what"].tolist() == ["canary failed", "rolled back"]
    assert found["detail"].tolist() == [
        "the model of round 1 is worse on 1.0 % of the traffic, and the old one is put back",
        "the model before round 1 is in service again",
    ]


def two(tmp_path: Path, *services: str) -> Path:
    """Two services, and a retraining of each that is named."""
    times = {"nodes": 1, "train": "1 h", "evaluate": "30 min", "drift_per_day": 2.0}
    work = [chat(name, nodes=2, rate=1.0) for name in ("chat", "code")]
    asks = enumerate(services)
    work += [RETRAINING | times | {"name": f"new_{k}", "service": name} for k, name in asks]
    horizon = {"horizon": "8 h", "outputs": {"period": "1 h"}}
    return written(asked(small_layout(2, 0), workload=work, **horizon), tmp_path)


def test_events_tell_whose_model_it_is(tmp_path: Path) -> None:
    found = told(twin.simulate(twin.build(twin.load(two(tmp_path, "chat", "code")))))
    first = found.groupby("component")["detail"].first()
    assert first["new_0"] == "chat's model of round 1 is in service"
    assert first["new_1"] == "code's model of round 1 is in service"


def test_a_service_that_is_not_there_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        twin.build(twin.load(two(tmp_path, "caht")))
    assert "workload[2].service: found 'caht'" in str(error.value)
    assert "did you mean 'chat'?" in str(error.value)


@pytest.mark.parametrize("shares", [[0.1, 0.1, 1.0], [0.5, 0.1]])
def test_a_rollout_that_does_not_grow_is_refused(tmp_path: Path, shares: list[float]) -> None:
    """Two steps of one share had one name, and what followed waited for the second alone."""
    with pytest.raises(InputError, match=r"canary.*rise from step to step"):
        lived(tmp_path, RETRAINING | {"canary": shares})


def test_a_deployment_that_goes_through_is_told_once_a_round(tmp_path: Path) -> None:
    found = told(lived(tmp_path, RETRAINING | {"drift_per_day": 0.96}))
    first_s = 5 * HOUR_S + ROUND_S
    then_s = first_s + 5 * HOUR_S + ROUND_S
    assert found["time_s"].tolist() == pytest.approx([first_s, then_s], abs=1e-6)
    assert found["what"].tolist() == ["deployed", "deployed"]
    assert found["detail"].iloc[0] == "the model of round 1 is in service"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rounds_that_are_drawn_are_told_as_their_jobs_ended(tmp_path: Path, seed: int) -> None:
    result = lived(tmp_path, LUCK, seed=seed)
    expected = []
    for job, row in jobs(result).dropna(subset="finished_s").iterrows():
        turn = _turn(str(job).removeprefix("fresh_"), row["state"] == "failed")
        expected += [(row["finished_s"], turn)] if turn else []
    found = told(result)
    assert len(expected) >= 5
    assert sorted(expected) == list(zip(found["time_s"], found["what"], strict=True))


def _turn(job: str, failed: bool) -> str:
    if failed:
        return "gate failed" if job.startswith("evaluate") else "canary failed"
    if job.startswith("canary_100pc"):
        return "deployed"
    return "rolled back" if job.startswith("roll_back") else ""


def test_what_is_stopped_before_its_end_is_not_told(tmp_path: Path) -> None:
    """The first evaluation would end after 2.5 hours."""
    asked = RETRAINING | {"passes": 0, "every": "1 h"}
    assert told(lived(tmp_path, asked, horizon="149 min")).empty
    assert len(told(lived(tmp_path, asked, horizon="151 min"))) == 1


@pytest.mark.parametrize(
    ("trigger", "first_h"), [({"every": "1 h"}, 1.0), ({"drift_per_day": 0.96}, 5.0)]
)
@pytest.mark.parametrize("passes", [0.0, 1.0])
def test_the_first_training_has_nothing_to_cool_down_from(
    tmp_path: Path, trigger: dict[str, Any], first_h: float, passes: float
) -> None:
    """Eight hours lie between a round's end and the next training, and none before the first."""
    table = jobs(lived(tmp_path, RETRAINING | trigger | {"cool_down": "8 h", "passes": passes}))
    began_s = table.loc["fresh_train_1", "started_s"]
    assert began_s == pytest.approx(first_h * HOUR_S, abs=1e-6)
    then_s = began_s + (ROUND_S if passes else TRIED_S) + 8 * HOUR_S
    assert table.loc["fresh_train_2", "started_s"] == pytest.approx(then_s, abs=1e-6)


def test_after_others_the_first_training_waits_for_them_alone(tmp_path: Path) -> None:
    base = {"kind": "job", "name": "base", "nodes": 8, "run": "3 h"}
    asked = RETRAINING | {"after": ["base"], "every": "1 h", "cool_down": "8 h"}
    table = jobs(lived(tmp_path, base, asked))
    assert table.loc["fresh_train_1", "started_s"] == pytest.approx(3 * HOUR_S, abs=1e-6)


def test_an_evaluation_as_long_as_its_training_works_half_as_hard(tmp_path: Path) -> None:
    """On one node each; they drew the same."""
    alone = {"nodes": 1, "train": "1 h", "evaluate": "1 h", "every": "1 h", "rounds": 1}
    table = jobs(lived(tmp_path, RETRAINING | alone))
    train_j, evaluate_j = table.loc[["fresh_train_1", "fresh_evaluate_1"], "energy_j"]
    assert evaluate_j < 0.8 * train_j


def test_milestones_are_the_same_event_by_event_forked_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lived(tmp_path, LUCK, seed=2)
    scenario = twin.load(tmp_path / "life.yaml")
    assert_same(whole, event_by_event(scenario, monkeypatch))
    run = twin.start(twin.build(scenario)).until("9 h")
    run.save(tmp_path / "run.twin")
    assert 0 < len(told(run.result())) < len(told(whole))
    assert_same(whole, run.fork().until().result())
    assert_same(whole, twin.resume(tmp_path / "run.twin").until().result())
