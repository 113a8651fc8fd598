"""Claim: the life of a model, as graphs of jobs, takes the time that a sum on paper says.

Pipelines by bytes over rates; searches by asynchronous successive halving (Li et al., MLSys 2020);
retraining by drift, gate and canaries; the data flywheel by the law of Hoffmann et al. 2022. On a
cool room of eight nodes, through scenario files.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.sources import DATA
from twin.physics import data_quality

MINI = DATA / "cases" / "job_power" / "mini.yaml"
STAGES = [
    {"name": "ingest", "nodes": 2, "rate": "4 GB/s", "keep": 0.8},
    {"name": "clean", "nodes": 4, "rate": "2 GB/s", "keep": 0.5},
    {"name": "tokenise", "nodes": 8, "rate": "0.5 GB/s", "keep": 0.75},
    {"name": "pack", "nodes": 1, "rate": "5 GB/s"},
]
DATA_PIPELINE = {"kind": "pipeline", "name": "data", "input": "20 TB", "stages": STAGES}
STAGE_S = [20e12 / 8e9, 16e12 / 8e9, 8e12 / 4e9, 6e12 / 5e9]
SEARCH = {"kind": "search", "name": "tune", "configurations": 16, "first_rung": "5 min"}
RETRAINING = {
    "kind": "retraining", "name": "fresh", "rounds": 2, "nodes": 4, "train": "1 h",
    "evaluate": "30 min", "canary_time": "10 min", "cool_down": "2 h",
}  # fmt: skip
ROUND_S = 3600.0 + 1800.0 + 3 * 600.0
FLYWHEEL = {
    "kind": "flywheel", "name": "wheel", "generations": 3, "parameters": 8e9,
    "seed_tokens": 1e12, "good_tokens": 2e10, "served_per_s": 5e7, "kept": 0.1,
    "curate_nodes": 2, "curate_rate": "50 GB/s", "train_nodes": 4, "train_rate": 1e7,
}  # fmt: skip


def lived(folder: Path, *work: dict[str, Any], horizon: str = "48 h", **keys: Any) -> twin.Result:
    (folder / "mini.yaml").write_text(MINI.read_text())
    scenario = {
        "version": 1, "name": "life", "layout": "mini.yaml", "horizon": horizon,
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": list(work), "outputs": {"period": "1 h"}, **keys,
    }  # fmt: skip
    (folder / "life.yaml").write_text(json.dumps(scenario))
    return twin.simulate(twin.build(twin.load(folder / "life.yaml")))


def jobs(result: twin.Result) -> pd.DataFrame:
    return result.tables["jobs"].set_index("job")


def test_a_pipeline_takes_the_bytes_of_each_stage_over_its_rate(tmp_path: Path) -> None:
    table = jobs(lived(tmp_path, DATA_PIPELINE))
    ends = [sum(STAGE_S[: n + 1]) for n in range(4)]
    assert table["finished_s"].tolist() == pytest.approx(ends, abs=1e-6)
    assert table["started_s"].tolist() == pytest.approx([0.0, *ends[:-1]], abs=1e-6)
    assert (table["wait_s"] == 0).all()


def test_a_pipeline_of_cpus_draws_no_power_of_gpus(tmp_path: Path) -> None:
    idle = [stage | {"cpu_activity": 0} for stage in STAGES]
    result = lived(tmp_path, DATA_PIPELINE | {"stages": idle}, horizon="2 h")
    racks = result.tables["racks"]
    assert racks[racks["rack"].str.startswith("pod")]["power_w"].to_numpy() == pytest.approx(5940.0)


def test_rounds_of_a_pipeline_begin_every_so_often(tmp_path: Path) -> None:
    watch = {
        "kind": "pipeline", "name": "watch", "input": "1 TB", "every": "2 h", "times": 3,
        "stages": [{"name": "drift", "nodes": 1, "rate": "1 GB/s"}],
    }  # fmt: skip
    table = jobs(lived(tmp_path, watch, horizon="8 h"))
    assert table["started_s"].to_dict() == {
        "watch_drift_1": 0.0, "watch_drift_2": 7200.0, "watch_drift_3": 14_400.0,
    }  # fmt: skip


def test_training_begins_when_its_data_are_there(tmp_path: Path) -> None:
    train = {
        "kind": "training", "name": "base", "model": "Llama-3.1-8B", "nodes": 8,
        "global_batch_sequences": 256, "after": ["data"], "submit": "5 min",
    }  # fmt: skip
    table = jobs(lived(tmp_path, DATA_PIPELINE, train, horizon="4 h"))
    assert table.loc["base", "submitted_s"] == pytest.approx(sum(STAGE_S) + 300.0, abs=1e-6)
    assert table.loc["base", "started_s"] == pytest.approx(sum(STAGE_S) + 300.0, abs=1e-6)


def test_nobody_follows_what_failed(tmp_path: Path) -> None:
    """A gate that nobody passes: no canary, and nothing after the first training but the next."""
    table = jobs(lived(tmp_path, RETRAINING | {"passes": 0, "every": "3 h"}))
    assert table.loc["fresh_evaluate_1", "state"] == "failed"
    canaries = table[table.index.str.contains("canary|roll_back")]
    assert (canaries["state"] == "never_eligible").all()
    assert canaries["submitted_s"].isna().all()
    asked_s = table.loc["fresh_evaluate_1", "finished_s"] + 3 * 3600
    assert table.loc["fresh_train_2", "started_s"] == pytest.approx(asked_s, abs=1e-6)


def test_a_failed_canary_is_rolled_back_and_the_next_round_waits_to_cool_down(
    tmp_path: Path,
) -> None:
    table = jobs(lived(tmp_path, RETRAINING | {"canary_passes": 0, "drift_per_day": 2.0}))
    first = table.loc["fresh_canary_1pc_1"]
    assert first["state"] == "failed"
    assert table.loc["fresh_roll_back_1", "started_s"] == first["finished_s"]
    assert table.loc["fresh_canary_10pc_1", "state"] == "never_eligible"
    next_s = first["finished_s"] + 7200.0
    assert table.loc["fresh_train_2", "started_s"] == pytest.approx(next_s, abs=1e-6)


def test_drift_asks_for_training_when_its_index_reaches_the_limit(tmp_path: Path) -> None:
    """0.2 at 0.96 a day is five hours after each deployment, and the rounds themselves."""
    table = jobs(lived(tmp_path, RETRAINING | {"drift_per_day": 0.96}))
    assert table.loc["fresh_train_1", "started_s"] == pytest.approx(5 * 3600, abs=1e-6)
    deployed_s = 5 * 3600 + ROUND_S
    assert table.loc["fresh_canary_100pc_1", "finished_s"] == pytest.approx(deployed_s, abs=1e-6)
    again_s = deployed_s + 5 * 3600
    assert table.loc["fresh_train_2", "started_s"] == pytest.approx(again_s, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_search_promotes_the_best_of_each_rung_and_trains_as_long_as_its_rungs(
    tmp_path: Path, seed: int
) -> None:
    search = SEARCH | {"eta": 2, "rungs": 3, "noise": 0.5}
    result = lived(tmp_path, search, seed=seed, horizon="12 h")
    table = jobs(result)
    scenario = twin.load(tmp_path / "life.yaml")
    asked = {job.name: job for job in scenario.workload[0].jobs(seed)}
    ran = table[table["state"] == "completed"]
    seconds = (ran["finished_s"] - ran["started_s"]).groupby(ran.index.str[-1]).mean()
    assert seconds.to_dict() == pytest.approx({"1": 300.0, "2": 300.0, "3": 600.0}, abs=1e-6)
    for name in table.index[table.index.str.contains("rung_[23]")]:
        rule = asked[name].promotion
        assert rule is not None
        done = ran[ran.index.isin(list(rule.scores))]
        best = sorted(done.index, key=lambda one: rule.scores[one])
        if rule.own in best[: len(best) // 2]:
            assert table.loc[name, "state"] == "completed"
        if name in ran.index:
            then = done[done["finished_s"] <= table.loc[name, "submitted_s"]]
            best = sorted(then.index, key=lambda one: rule.scores[one])
            assert rule.own in best[: len(best) // 2]
    least_s = 16 * 300 + 8 * 300 + 4 * 600
    assert (ran["finished_s"] - ran["started_s"]).sum() >= least_s - 1e-6
    assert least_s == 16 * 300 * (1 + 2 * (1 - 1 / 2))


@pytest.mark.parametrize("nodes", [1, 4, 8])
def test_a_search_trains_as_long_however_many_trials_run_at_once(
    tmp_path: Path, nodes: int
) -> None:
    """8, 2 and 1 at once; optuna's rules stop nobody in a search that is as wide as it is long
    (findings/the_search_that_stops_nobody.sh).
    """
    search = SEARCH | {"nodes": nodes, "eta": 4, "rungs": 3, "noise": 0.5}
    table = jobs(lived(tmp_path, search))
    ran = table[table["state"] == "completed"]
    assert (ran["started_s"] < 1.0).sum() == 8 // nodes
    least_s = 16 * 300 * (1 + 2 * (1 - 1 / 4))
    nobody_stopped_s = 16 * 300 * 4**2
    trained_s = (ran["finished_s"] - ran["started_s"]).sum()
    assert least_s - 1e-6 <= trained_s <= 1.2 * least_s < nobody_stopped_s / 4


def test_what_follows_a_search_waits_until_nothing_of_it_can_come(tmp_path: Path) -> None:
    then = DATA_PIPELINE | {"after": ["tune"], "input": "1 GB"}
    table = jobs(lived(tmp_path, SEARCH | {"rungs": 3}, then, horizon="24 h"))
    searched = table[table.index.str.startswith("tune")]
    assert table.loc["data_ingest", "started_s"] == searched["finished_s"].max()
    assert "tune_" in searched["finished_s"].idxmax()


def test_a_flywheel_turns_as_the_closed_form_says(tmp_path: Path) -> None:
    result = lived(tmp_path, FLYWHEEL | {"elasticity": 40}, horizon="100 h")
    turns = result.tables["generations"]
    served = 5e7
    end_s = 0.0
    before = data_quality.loss(8e9, 1e12)
    for n, row in enumerate(turns.itertuples(), start=1):
        assert row.served_per_s == pytest.approx(served, rel=1e-12)
        curate_s = 2e10 / 0.1 * 4.0 / (2 * 50e9)
        end_s += 2e10 / (0.1 * served) + curate_s + 2e10 / 1e7
        assert row.finished_s == pytest.approx(end_s, rel=1e-9)
        loss = 1.69 + 406.4 / 8e9**0.34 + 410.7 / (1e12 + n * 2e10) ** 0.28
        assert row.loss == pytest.approx(loss, rel=1e-12)
        served *= math.exp(40 * (before - loss))
        assert row.asked_per_s == pytest.approx(served, rel=1e-12)
        before = loss
    assert served > 5e7


@pytest.mark.parametrize("bad", [0.2, 0.5])
def test_bad_data_cost_time_tokens_and_energy_for_the_same_loss(tmp_path: Path, bad: float) -> None:
    clean = lived(tmp_path, FLYWHEEL, horizon="100 h").tables["generations"]
    dirty = lived(tmp_path, FLYWHEEL | {"bad": bad}, horizon="100 h").tables["generations"]
    assert dirty["loss"].tolist() == pytest.approx(clean["loss"].tolist(), rel=1e-12)
    more = 1 / (1 - bad)
    for column in ("curated_tokens", "collect_s", "gpu_hours", "energy_j", "finished_s"):
        ratio = (dirty[column] / clean[column]).tolist()
        assert ratio == pytest.approx([more] * 3, rel=1e-6), column
    harmed = lived(tmp_path, FLYWHEEL | {"bad": 0.2, "harm": 1.5}, horizon="200 h")
    tokens = harmed.tables["generations"]["curated_tokens"]
    assert tokens.tolist() == pytest.approx([2e10 / (1 - 2.5 * 0.2)] * 3)


def test_worth_of_repeats_is_nearly_whole_up_to_four_epochs() -> None:
    """Muennighoff et al. 2023: four epochs are worth nearly as much as fresh data, forty little
    more than fifteen.
    """
    fresh = data_quality.worth(1.0, 0.0)
    assert fresh == 1.0
    assert data_quality.worth(1.0, 0.0, epochs=4.0) == pytest.approx(3.73, abs=0.01)
    assert data_quality.worth(1.0, 0.0, epochs=1000.0) == pytest.approx(16.39, abs=0.01)
    assert data_quality.loss(70e9, 1.4e12) == pytest.approx(1.94, abs=0.02)


def test_following_what_is_not_there_or_in_a_circle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(twin.InputError, match=r"not .dta.; did you mean .data."):
        lived(tmp_path, DATA_PIPELINE, SEARCH | {"after": ["dta"]})
    with pytest.raises(twin.InputError, match="do not wait for"):
        lived(tmp_path, DATA_PIPELINE | {"after": ["tune"]}, SEARCH | {"after": ["data"]})


def test_a_stopped_run_of_a_graph_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole = lived(tmp_path, DATA_PIPELINE, SEARCH | {"after": ["data"]}, horizon="6 h")
    run = twin.start(twin.build(twin.load(tmp_path / "life.yaml")))
    run.until(6000.0)
    run.save(tmp_path / "run.twin")
    rest = twin.resume(tmp_path / "run.twin")
    rest.until(6 * 3600.0)
    pd.testing.assert_frame_equal(rest.result().tables["jobs"], whole.tables["jobs"])
