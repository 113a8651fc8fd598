"""Relation: jobs that state no time limit have that of the scheduler, as by Slurm's `DefaultTime`;
what that changes beside a reservation, to the minute.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, batch, job, loaded, ran, written
from tests.stepwise import assert_same, event_by_event
from twin.analysis.review import review

LAYOUT = small_layout(liquid=2, air=0)
"""Two racks of 18 nodes."""
FROM_TWO = {"of": ["liquid_r1"], "at": "2 h", "duration": "1 h"}
RULES = ("fifo", "easy", "conservative", "priority", "fair_share")
TOLD = "it has no time limit, and so no node of reservation (2 h to 3 h) before that is over"
Row = tuple[int, int, int | None, int]


def jobs(*rows: Row) -> list[dict[str, Any]]:
    """Of (submit, run, limit, nodes), times in minutes."""
    return [
        {"kind": "job", "name": f"j{k}", "submit": f"{at} min", "run": f"{run} min", "nodes": nodes}
        | ({} if limit is None else {"limit": f"{limit} min"})
        for k, (at, run, limit, nodes) in enumerate(rows)
    ]


def keys(work: list[dict[str, Any]], **rule: Any) -> dict[str, Any]:
    return {"workload": work, "controls": {"scheduler": rule}, "horizon": "8 h"}


def lived(work: list[dict[str, Any]], **rule: Any) -> list[tuple[float, float, str]]:
    """Start, end and state of each job, in minutes; -1 for never."""
    table = answer(LAYOUT, **keys(work, **rule)).frame("jobs").sort_values("job")
    minutes = (table[["started_s", "finished_s"]].fillna(-60.0) / 60).round(2)
    return list(zip(minutes.started_s, minutes.finished_s, table.state, strict=True))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("limit", "second"),
    [
        (None, (60.0, 120.0, "completed")),
        ("120 min", (0.0, 60.0, "completed")),
        ("121 min", (60.0, 120.0, "completed")),
        ("50 min", (0.0, 50.0, "timed_out")),
    ],
)
def test_two_jobs_of_a_rack_beside_a_reserved_one(
    rule: str, limit: str | None, second: tuple[float, float, str]
) -> None:
    """An hour each. The reserved rack is empty from 02:00: it is for who ends by then."""
    asked_for = {} if limit is None else {"default_limit": limit}
    found = lived(jobs((0, 60, None, 18), (0, 60, None, 18)), policy=rule, **asked_for, **once())
    assert found[1] == second


def once() -> dict[str, Any]:
    return {"reservations": [FROM_TWO]}


def test_who_states_a_limit_keeps_it_and_training_without_an_end_has_none() -> None:
    work = [*jobs((0, 60, 90, 9), (0, 60, None, 9)), job("endless", nodes=9)]
    work += [batch("many", count=1, span="1 s", nodes_max=9, runtime_median="10 h")]
    found = lived(work, policy="easy", default_limit="30 min")
    assert [(end, state) for _, end, state in found] == [
        (-1.0, "running"),
        (60.0, "completed"),
        (30.0, "timed_out"),
        (30.0, "timed_out"),
    ]


def test_rows_of_a_list_that_state_none_have_it(tmp_path: Path) -> None:
    """In the Standard Workload Format -1 is none: of two jobs of an hour one is stopped."""
    rows = (
        f"{n} 0 -1 3600 9 -1 -1 9 {asks} -1 1 1 1 1 1 1 -1 -1" for n, asks in ((1, -1), (2, 7200))
    )
    (tmp_path / "list.swf").write_text("\n".join(rows) + "\n")
    work = [{"kind": "jobs", "name": "list", "file": "list.swf", "processors_per_node": 1}]
    rule = {"policy": "easy", "default_limit": "20 min"}
    path = written(asked(LAYOUT, **keys(work, **rule)), tmp_path)
    table = twin.simulate(twin.build(twin.load(path))).frame("jobs").sort_values("job")
    assert table.finished_s.to_list() == [1200.0, 3600.0]
    assert table.state.to_list() == ["timed_out", "completed"]


def test_who_waits_for_what_the_limit_stops_never_comes() -> None:
    work = jobs((0, 60, None, 9), (0, 10, None, 9))
    work[1] |= {"after": "afterok:j0"}
    facility = twin.build(loaded(asked(LAYOUT, **keys(work, default_limit="30 min"))))
    says = [one.says for one in review(facility) if one.code == "never_comes"]
    assert says == ["it can never come: afterok of j0, which is stopped at its time limit"]
    assert lived(work, default_limit="30 min")[1][2] == "never_eligible"


def test_a_retraining_that_the_limit_stops_is_told_before_the_run() -> None:
    """Forty minutes of training in thirty: no round is ever evaluated."""
    fresh = {"kind": "retraining", "name": "fresh", "rounds": 1, "nodes": 4, "train": "40 min"}
    work = [fresh | {"every": "20 min", "evaluate": "10 min", "canary_time": "5 min"}]
    facility = twin.build(loaded(asked(LAYOUT, **keys(work, default_limit="30 min"))))
    says = [one.says for one in review(facility) if one.code == "never_comes"]
    assert len(says) == 1
    assert "fresh_train_1, which is stopped at its time limit" in says[0]
    begun = lived(work, default_limit="30 min")
    assert sum(start >= 0 for start, _, _ in begun) == 1
    facility = twin.build(loaded(asked(LAYOUT, **keys(work, default_limit="41 min"))))
    assert not [one for one in review(facility) if one.code == "never_comes"]


@pytest.mark.parametrize(("rows", "told"), [
    ([(0, 60, None, 18)], TOLD),
    ([(0, 60, 90, 18)], ""),
])  # fmt: skip
def test_check_tells_who_has_none_beside_a_reservation(rows: list[Row], told: str) -> None:
    facility = twin.build(loaded(asked(LAYOUT, **keys(jobs(*rows), **once()))))
    says = [one.says for one in review(facility) if one.code == "no_time_limit"]
    assert says == [told] * bool(told)


def test_check_counts_them_and_is_silent_with_a_limit_for_all() -> None:
    work = [batch("many", count=7)]
    facility = twin.build(loaded(asked(LAYOUT, **keys(work, **once()))))
    says = [one.says for one in review(facility) if one.code == "no_time_limit"]
    assert len(says) == 1
    assert says[0].startswith("7 of its 7 jobs have no time limit")
    limited = keys(work, default_limit="30 min", **once())
    facility = twin.build(loaded(asked(LAYOUT, **limited)))
    assert not [one for one in review(facility) if one.code == "no_time_limit"]


def draws(seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    rows = []
    for _ in range(40):
        run = draw.randrange(5, 90)
        limit = run + draw.randrange(0, 60)
        rows.append((draw.randrange(0, 200), run, limit, draw.choice([1, 2, 5, 9, 14, 18])))
    return jobs(*rows)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_window_that_nobody_can_meet_moves_no_start(seed: int) -> None:
    """The run ends at 8 h, limits are 149 minutes at most: one at 10.5 h is met by nobody."""
    far = FROM_TWO | {"at": "10.5 h"}
    work = draws(seed)
    without = lived(work, policy="conservative")
    assert lived(work, policy="conservative", reservations=[far]) == without
    assert lived(work, policy="conservative", reservations=[far | {"at": "7 h"}]) != without


def test_the_same_bytes_event_by_event_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = [*draws(5), batch("many", count=9)]
    rule = {"policy": "easy", "default_limit": "8 min"} | once()
    scenario = asked(LAYOUT, **keys(work, **rule))
    whole = ran(scenario)
    assert (whole.frame("jobs").state == "timed_out").any()
    assert_same(whole, event_by_event(loaded(scenario), monkeypatch))
    run = twin.start(twin.build(loaded(scenario))).until(4000.0)
    run.save(tmp_path / "half")
    assert_same(whole, run.fork().until().result())
    assert_same(whole, twin.resume(tmp_path / "half").until().result())
