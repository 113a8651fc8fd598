"""Claim: who waits for whom is followed as Slurm's `--dependency` says it, to the second.

Every start below is worked out by hand: eight nodes, jobs of stated length, no fault, through
scenario files. https://slurm.schedmd.com/sbatch.html (`--dependency`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.sources import DATA
from twin.errors import InputError

MINI = DATA / "cases" / "job_power" / "mini.yaml"


def asked(folder: Path, *work: dict[str, Any], **keys: Any) -> Path:
    (folder / "mini.yaml").write_text(MINI.read_text())
    scenario = {
        "version": 1, "name": "chain", "layout": "mini.yaml", "horizon": "6 h",
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": list(work), "outputs": {"period": "1 h"}, **keys,
    }  # fmt: skip
    (folder / "chain.yaml").write_text(json.dumps(scenario, indent=1))
    return folder / "chain.yaml"


def lived(folder: Path, *work: dict[str, Any], **keys: Any) -> twin.Result:
    return twin.simulate(twin.build(twin.load(asked(folder, *work, **keys))))


def job(name: str, nodes: int, minutes: float, **keys: Any) -> dict[str, Any]:
    return {"kind": "job", "name": name, "nodes": nodes, "run": f"{minutes} min", **keys}


def table(result: twin.Result) -> pd.DataFrame:
    return result.tables["jobs"].set_index("job")


def starts_min(result: twin.Result) -> dict[str, float]:
    started = table(result)["started_s"].dropna() / 60.0
    return {name: round(minutes, 6) for name, minutes in started.items()}


def test_the_life_of_a_model_in_four_lines(tmp_path: Path) -> None:
    """Preparation 30, training 60, evaluation 10, deployment 5 minutes: one after another."""
    result = lived(
        tmp_path,
        job("prepare", 4, 30),
        job("train", 8, 60, after="prepare"),
        job("evaluate", 1, 10, after="train"),
        job("deploy", 2, 5, after="evaluate"),
    )
    assert starts_min(result) == {"prepare": 0, "train": 30, "evaluate": 90, "deploy": 100}
    assert table(result)["finished_s"].max() == pytest.approx(105 * 60, abs=1e-6)


@pytest.mark.parametrize(
    ("ends", "after", "starts"),
    [
        ("completed", "first", 20),
        ("completed", "afterok:first", 20),
        ("completed", "afterany:first", 20),
        ("completed", "afternotok:first", None),
        ("failed", "afterok:first", None),
        ("failed", "afterany:first", 20),
        ("failed", "afternotok:first", 20),
        ("cancelled", "afternotok:first", 20),
        ("failed", "after:first", 0),
        ("failed", "after:first+7", 7),
        ("completed", "after:first+30", 30),
        ("failed", "afterok:first?afterany:first", 20),
        ("completed", "afternotok:first?after:first+3", 3),
        ("completed", "afterok:first,after:first+25", 25),
        ("failed", "afterok:first,after:first", None),
    ],
)
def test_each_kind_of_dependency(
    tmp_path: Path, ends: str, after: str, starts: float | None
) -> None:
    """The first runs from 0 to 20 minutes on half of the nodes, and ends as it does."""
    result = lived(tmp_path, job("first", 4, 20, ends=ends), job("second", 4, 5, after=after))
    assert starts_min(result).get("second") == starts
    state = table(result).loc["second", "state"]
    assert state == ("never_eligible" if starts is None else "completed")


def test_a_job_at_its_time_limit_has_not_completed(tmp_path: Path) -> None:
    result = lived(
        tmp_path,
        job("first", 4, 20, limit="10 min"),
        job("next", 4, 5, after="first"),
        job("again", 4, 5, after="afternotok:first"),
    )
    assert starts_min(result) == {"first": 0, "again": 10}


def test_all_of_several_or_one_of_them(tmp_path: Path) -> None:
    """Ends at 10, 20 and 30 minutes: all of them at 30, one of two at 20, both texts at 30."""
    three = [job(f"one_{m}", 1, m) for m in (10, 20, 30)]
    result = lived(
        tmp_path,
        *three,
        job("all", 1, 5, after=["one_10", "afterok:one_20:one_30"]),
        job("one", 1, 5, after="one_20?one_30"),
        job("both", 1, 5, after=["one_20?one_30", "afterany:one_30"]),
    )
    found = starts_min(result)
    assert {name: found[name] for name in ("all", "one", "both")} == {
        "all": 30, "one": 20, "both": 30,
    }  # fmt: skip


def test_waiting_counts_from_when_a_job_may_run(tmp_path: Path) -> None:
    """Eligible at 20 minutes and behind another until 50: half an hour in the queue, not fifty."""
    result = lived(
        tmp_path,
        job("first", 4, 20),
        job("wide", 8, 30, submit="5 min"),
        job("second", 4, 10, after="first"),
    )
    row = table(result).loc["second"]
    assert (row["eligible_s"], row["started_s"]) == pytest.approx((1200, 3000), abs=1e-6)
    assert row["wait_s"] == pytest.approx(1800, abs=1e-6)
    assert row["slowdown"] == pytest.approx((3600 - 1200) / 600, abs=1e-6)


@pytest.mark.parametrize("policy", ["fifo", "easy", "conservative", "priority", "fair_share"])
def test_who_waits_for_others_holds_nobody_up(tmp_path: Path, policy: str) -> None:
    """A job of all nodes and the highest priority waits for one that never ends well: the small
    ones pass, and nothing is kept for it.
    """
    result = lived(
        tmp_path,
        job("first", 2, 60, ends="failed"),
        job("wide", 8, 60, after="first", priority=10),
        *[job(f"small_{n}", 3, 30, submit=f"{n} min") for n in (1, 2, 3)],
        controls={"scheduler": policy},
    )
    found = starts_min(result)
    assert found == {"first": 0, "small_1": 1, "small_2": 2, "small_3": 31}
    assert table(result).loc["wide", "state"] == "never_eligible"


def test_what_can_never_be_is_told_with_its_cause_down_the_chain(tmp_path: Path) -> None:
    result = lived(
        tmp_path,
        job("first", 4, 10, ends="failed"),
        job("second", 4, 10, after="first"),
        job("third", 4, 10, after="second"),
        job("cleanup", 1, 10, after="afternotok:first"),
        job("retry", 1, 10, after="afternotok:cleanup"),
    )
    events = result.tables["events"]
    told = events[events["what"] == "never eligible"].set_index("component")["detail"]
    assert told.to_dict() == {
        "second": "afterok of first, which is failed",
        "third": "afterok of second, which is never eligible",
    }
    states = table(result)["state"]
    assert states[["second", "third", "retry"]].eq("never_eligible").all()


@pytest.mark.parametrize(
    ("kill", "state", "starts"), [(False, "never_eligible", None), (True, "cancelled", 10)]
)
def test_slurms_option_cancels_what_can_never_be(
    tmp_path: Path, kill: bool, state: str, starts: float | None
) -> None:
    """`kill_invalid_depend`: without it the job never ends, so nobody comes after its end."""
    result = lived(
        tmp_path,
        job("first", 4, 10, ends="failed"),
        job("second", 4, 10, after="first"),
        job("third", 4, 10, after="afterany:second"),
        controls={"scheduler": {"policy": "easy", "kill_invalid_depend": kill}},
    )
    assert table(result).loc["second", "state"] == state
    assert starts_min(result).get("third") == starts


def test_rounds_of_a_pipeline_wait_for_those_before_where_they_say_so(tmp_path: Path) -> None:
    """A stage of 25 minutes every 10 minutes: side by side, or one after another."""
    watch = {
        "kind": "pipeline", "name": "watch", "input": "1.5 TB", "every": "10 min", "times": 3,
        "stages": [{"name": "read", "nodes": 1, "rate": "1 GB/s"}],
    }  # fmt: skip
    assert list(starts_min(lived(tmp_path, watch)).values()) == [0, 10, 20]
    in_turn = watch | {"after": "singleton"}
    assert list(starts_min(lived(tmp_path, in_turn)).values()) == [0, 25, 50]


def test_a_fault_of_a_node_is_no_failure_of_the_job(tmp_path: Path) -> None:
    """The job goes back to the queue and ends later, as Slurm requeues it: who waits for its end
    waits on, and who waits for its failure is never asked.
    """
    rack = twin.build(twin.load(asked(tmp_path, job("first", 8, 30)))).racks.id[0]
    result = lived(
        tmp_path,
        job("first", 8, 30, restart_delay="0 s"),
        job("next", 1, 5, after="first"),
        job("rescue", 1, 5, after="afternotok:first"),
        faults={"timeline": [{"at": "10 min", "component": rack, "repair_after": "20 min"}]},
    )
    rows = table(result)
    assert rows.loc["first", "restarts"] == 1
    assert rows.loc["first", "finished_s"] > 3600
    assert rows.loc["next", "eligible_s"] == rows.loc["first", "finished_s"]
    assert rows.loc["rescue", "state"] == "never_eligible"


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("frist", "did you mean 'first'"),
        ("second", "others that do not wait for second in turn: second after second"),
        ("afterok:first,first?first", "not both"),
        ("aftercorr:first", "afterany:NAME"),
        ("afterok:", "afterany:NAME"),
        ("after:first+9999999", "at most 525,600 minutes"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_line(tmp_path: Path, after: str, says: str) -> None:
    path = asked(tmp_path, job("first", 4, 20), job("second", 4, 5, after=after))
    with pytest.raises(InputError) as refused:
        twin.load(path)
    assert says in str(refused.value)
    assert "chain.yaml:" in str(refused.value)


def test_what_bounded_a_chain_is_told_job_by_job(tmp_path: Path) -> None:
    """Two preparations of 10 and 30 minutes; a training of 60 that waits 15 in the queue behind
    others; an evaluation that comes 5 minutes after its begin, and 5 after that; one deployment.
    """
    result = lived(
        tmp_path,
        job("short", 2, 10),
        job("long", 2, 30),
        job("busy", 4, 45),
        job("train", 8, 60, after="afterok:short:long"),
        job("check", 1, 70, after="after:train+5", submit="5 min"),
        job("deploy", 2, 5, after="train?check"),
        job("alone", 1, 5, submit="3 h"),
    )
    found = result.tables["critical_paths"]
    assert found["path"].unique().tolist() == ["check"]
    rows = found.set_index("job")
    assert rows["bounded_by"].to_dict() == {"long": "", "train": "long", "check": "train"}
    minutes = rows[["after_s", "wait_s", "held_s"]] / 60
    assert minutes.loc["long"].tolist() == pytest.approx([0, 0, 30], abs=1e-6)
    assert minutes.loc["train"].tolist() == pytest.approx([0, 15, 0], abs=1e-6)
    assert minutes.loc["check"].tolist() == pytest.approx([10, 50, 70], abs=1e-6)
    page = twin.report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "took 2.92 h to the end of check" in page


def test_a_promotion_is_bounded_by_the_trial_that_made_room_for_it(tmp_path: Path) -> None:
    """Three trials on eight nodes of which each takes four: the third waits five minutes, and by
    its end one of the three is promoted, whichever is best.
    """
    search = {
        "kind": "search", "name": "tune", "configurations": 3, "nodes": 4, "rungs": 2,
        "first_rung": "5 min", "eta": 3,
    }  # fmt: skip
    found = lived(tmp_path, search).tables["critical_paths"].set_index("place")
    assert len(found) == 2
    assert found.loc[1, "finished_s"] == pytest.approx(600.0, abs=1e-6)
    assert found.loc[1, "wait_s"] == pytest.approx(300.0, abs=1e-6)
    assert found.loc[2, "bounded_by"] == found.loc[1, "job"] == "tune_3_rung_1"
    assert found.loc[2, "after_s"] == 0.0


def test_what_is_told_of_a_text_is_the_text(tmp_path: Path) -> None:
    """A single text in place of a list is no list of its letters."""
    with pytest.raises(InputError, match="found 'aftrok:a'"):
        twin.load(asked(tmp_path, job("a", 1, 5), job("b", 1, 5, after="aftrok:a")))


SEARCH = {"kind": "search", "name": "hunt", "configurations": 4, "first_rung": "10 min", "rungs": 1}
ROUNDS = {
    "kind": "retraining", "name": "hunt", "nodes": 1, "rounds": 1, "every": "1 h",
    "train": "20 min", "evaluate": "5 min", "canary_time": "5 min",
}  # fmt: skip


@pytest.mark.parametrize(
    ("hunt", "starts"),
    [
        ({**SEARCH, "submit": "2 h"}, 130),
        ({**SEARCH, "after": "long"}, 100),
        (ROUNDS, 100),
        ({**ROUNDS, "after": "long"}, 130),
    ],
)
def test_what_has_not_begun_is_not_over(
    tmp_path: Path, hunt: dict[str, Any], starts: float
) -> None:
    """A search of 10 minutes, or a round of 40, that is to come at 120, 90 or 60 minutes: whoever
    waits for it and for something else does not come when that is done, after 30.
    """
    result = lived(
        tmp_path,
        job("prep", 1, 30),
        job("long", 1, 90),
        hunt,
        job("best", 1, 10, after="prep,hunt"),
    )
    assert starts_min(result)["best"] == starts
