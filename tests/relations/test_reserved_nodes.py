"""Relation: nodes that are reserved ahead are empty when it begins, and no job is stopped for it;
who would still be there goes elsewhere or waits, as by Slurm's `flags=maint`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests.planner import answer, asked, chat, loaded
from tests.stepwise import assert_same, event_by_event
from twin import Result, build, simulate
from twin.analysis.review import review
from twin.errors import InputError
from twin.simulation.jobs.sharing import Sharing

LAYOUT = small_layout(liquid=2, air=0)
"""Two racks of 18 nodes."""
RULES = ("fifo", "easy", "conservative", "priority", "fair_share")
FROM_TWO = {"of": ["liquid_r1"], "at": "2 h", "duration": "1 h"}
"""18 nodes from 02:00 to 03:00."""


def jobs(*rows: tuple[int, int, int | None, int]) -> list[dict[str, Any]]:
    """Of (submit, run, limit, nodes), times in minutes."""
    return [
        {"kind": "job", "name": f"j{k}", "submit": f"{at} min", "run": f"{run} min", "nodes": nodes}
        | ({} if limit is None else {"limit": f"{limit} min"})
        for k, (at, run, limit, nodes) in enumerate(rows)
    ]


def changes(work: list[dict[str, Any]], rule: str, *reserved: Any, **keys: Any) -> dict[str, Any]:
    scheduler = {"policy": rule, "reservations": list(reserved)}
    return {"workload": work, "controls": {"scheduler": scheduler}, "horizon": "8 h"} | keys


def lived(work: list[dict[str, Any]], rule: str = "fifo", *reserved: Any, **keys: Any) -> Result:
    return answer(LAYOUT, **changes(work, rule, *reserved, **keys))


def starts(run: Result) -> list[float]:
    """In minutes; -1 for never."""
    begun = run.frame("jobs").sort_values("job").started_s.fillna(-60.0) / 60
    found: list[float] = begun.tolist()
    return found


def events(run: Result) -> list[tuple[float, str, str]]:
    """What the reservation said, and in which minute."""
    table = run.frame("events")
    of = table[table.component == "reservation"]
    return list(zip((of.time_s / 60).tolist(), of.what, of.detail, strict=True))


@pytest.mark.parametrize("rule", RULES)
def test_only_who_ends_before_it_starts_there(rule: str) -> None:
    """By hand: of three jobs of a rack each the first (60 min) may have the reserved one, the
    second (150 min) the other, and the third (90 min, at 00:20) waits for 01:00: it would end at
    02:30, so it goes to where the second ends at 02:30; a fourth of 50 minutes has the reserved
    rack from 01:00 to 01:50 where somebody may overtake.
    """
    work = jobs((0, 60, 60, 18), (0, 150, 150, 18), (20, 90, 90, 18), (30, 50, 50, 18))
    found = starts(lived(work, rule, FROM_TWO))
    assert found[:3] == [0.0, 0.0, 150.0]
    assert found[3] == (180.0 if rule in ("fifo", "priority") else 60.0)


@pytest.mark.parametrize(("limit", "idle_h"), [(20, 0), (50, 6), (70, 15), (90, 9), (130, 36)])
def test_idle_node_hours_by_the_length_of_limits(limit: int, idle_h: float) -> None:
    """By hand: more jobs of one node than can run, each as long as its limit. On each of 18 nodes
    as many as fit end before 02:00, and the rest of the two hours it stands empty:
    18 (120 mod limit) minutes.
    """
    run = lived(jobs(*[(0, limit, limit, 1)] * 260), "easy", FROM_TWO)
    begun = run.frame("jobs").started_s.dropna() / 60
    before = begun[begun < 120]
    busy_h = (np.minimum(before + limit, 120) - before).sum() / 60
    assert 36 * 2 - busy_h == pytest.approx(idle_h)
    assert sum(120 <= at < 180 for at in begun) <= 18 * (60 // limit + 1)


@pytest.mark.parametrize("rule", RULES)
def test_without_a_limit_nobody_knows_the_end(rule: str) -> None:
    """By hand: a job of five minutes without a time limit waits for the end of the window where all
    nodes are reserved; stated, the limit lets it start at once.
    """
    both = FROM_TWO | {"of": ["liquid_r1", "liquid_r2"]}
    assert starts(lived(jobs((0, 5, None, 1)), rule, both)) == [180.0]
    assert starts(lived(jobs((0, 5, 5, 1)), rule, both)) == [0.0]


@pytest.mark.parametrize("rule", RULES)
def test_one_node_and_two_windows(rule: str) -> None:
    """By hand: node 1 of both racks is taken from 01:00 to 02:00 and from 03:00 to 04:00. A job of
    36 nodes and 70 minutes fits neither before, nor between: it starts at 04:00, and one of 55
    minutes at once.
    """
    first = {"of": ["liquid_r1/node_1"], "at": "1 h", "duration": "1 h"}
    again = {"of": ["liquid_r2/node_1"], "at": "3 h", "duration": "1 h"}
    assert starts(lived(jobs((0, 70, 70, 36)), rule, first, again)) == [240.0]
    assert starts(lived(jobs((0, 55, 55, 36)), rule, first, again)) == [0.0]
    assert starts(lived(jobs((61, 55, 55, 36)), rule, first, again)) == [120.0]


def test_planned_work_then_stops_nobody() -> None:
    """The rack is taken out at the moment for which it was reserved; without the reservation the
    same work stops 18 jobs.
    """
    work = jobs(*[(0, 100, 100, 1)] * 72)
    drill = {"kind": "isolate", "at": "2 h", "duration": "1 h", "component": "liquid_r1"}
    alone = lived(work, "easy", drills=[drill])
    with_it = lived(work, "easy", FROM_TWO, drills=[drill])
    assert alone.frame("jobs").restarts.sum() == 18
    assert with_it.frame("jobs").restarts.sum() == 0
    told = events(with_it)
    assert told == [
        (120.0, "reserved", "18 nodes of liquid_r1; 0 at work"),
        (180.0, "reservation ends", ""),
    ]


def test_a_service_serves_on() -> None:
    run = lived([chat(nodes=36, rate=100.0)], "fifo", FROM_TWO)
    assert "; 18 serve on" in events(run)[0][2]


@pytest.mark.parametrize("rule", sorted({*RULES} - {"conservative"}))
def test_a_reservation_after_the_end_changes_nothing(rule: str) -> None:
    """Whole nodes told one by one and counted give the same start of every job; conservative
    backfill promises nodes by name where they are told apart.
    """
    generator = np.random.default_rng(5)
    rows = [
        (int(at), int(run), int(run * over), int(nodes))
        for at, run, over, nodes in zip(
            generator.integers(0, 200, 40),
            generator.integers(5, 90, 40),
            generator.integers(1, 4, 40),
            generator.integers(1, 20, 40),
            strict=True,
        )
    ]
    late = FROM_TWO | {"at": "300 d"}
    assert starts(lived(jobs(*rows), rule, late)) == starts(lived(jobs(*rows), rule))


@pytest.mark.parametrize("rule", RULES)
def test_event_by_event_and_in_stretches(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = jobs(*[(k, 37, 50, 1 + k % 7) for k in range(60)])
    scenario = loaded(asked(LAYOUT, **changes(work, rule, FROM_TWO)))
    assert_same(simulate(build(scenario)), event_by_event(scenario, monkeypatch))


@pytest.mark.parametrize("each", [None, 1])
@pytest.mark.parametrize("rule", RULES)
def test_nobody_is_there_in_any_window(
    rule: str, each: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty jobs, whole nodes or one GPU of each, and three windows: whenever a job starts none of
    its nodes is reserved before its limit ends.
    """
    draw = np.random.default_rng(11)
    rows = [
        (int(at), int(run), int(run * over), int(nodes))
        for at, run, over, nodes in zip(
            draw.integers(0, 240, 60),
            draw.integers(5, 60, 60),
            draw.integers(1, 4, 60),
            draw.integers(1, 24, 60),
            strict=True,
        )
    ]
    part = {} if each is None else {"gpus_per_node": each}
    windows = [
        FROM_TWO,
        FROM_TWO | {"at": "5 h"},
        FROM_TWO | {"of": ["liquid_r2"], "at": "220 min"},
    ]
    starts_seen = []
    take = Sharing.take

    def watched(self: Sharing, j: int, kind: int, promised: Any) -> bool:
        given = take(self, j, kind, promised)
        if given:
            view = self.reservations.view()
            assert view is not None
            taken = view.taken(self.world.now_s, float(view.limit_s[j]))
            assert not taken[self.own.held[j]].any()
            starts_seen.append(j)
        return given

    monkeypatch.setattr(Sharing, "take", watched)
    lived([one | part for one in jobs(*rows)], rule, *windows)
    assert len(starts_seen) >= 10


@pytest.mark.parametrize("name", ["liquid_r9", "ups_1", "gpu_1/node_1"])
def test_what_has_no_nodes_is_refused(name: str) -> None:
    scenario = loaded(asked(LAYOUT, **changes([], "fifo", FROM_TWO | {"of": [name]})))
    with pytest.raises(InputError, match="a row of them, or a node such as rack/node_1"):
        build(scenario)


@pytest.mark.parametrize("node", ["node_19", "node_0", "node_01", "gpu_1", "node_1/gpu_1", ""])
def test_a_node_that_is_not_there_is_answered_with_those_that_are(node: str) -> None:
    scenario = loaded(
        asked(LAYOUT, **changes([], "fifo", FROM_TWO | {"of": [f"liquid_r1/{node}"]}))
    )
    allowed = "allowed: liquid_r1, or liquid_r1/node_1 to liquid_r1/node_18"
    with pytest.raises(InputError, match=rf"reservations\[0\].of\[0\].*{allowed}"):
        build(scenario)


def test_a_reservation_without_a_name_is_refused() -> None:
    with pytest.raises(InputError, match=r"reservations\[0\].name"):
        loaded(asked(LAYOUT, **changes([], "fifo", FROM_TWO | {"name": ""})))


def test_one_node_is_told_as_one() -> None:
    told = events(lived([], "fifo", FROM_TWO | {"of": ["liquid_r1/node_3"]}))
    assert told[0] == (120.0, "reserved", "1 node of liquid_r1/node_3; 0 at work")


@pytest.mark.parametrize(("at", "found"), [("8 h", True), ("7.99 h", False)])
def test_one_that_begins_when_the_run_is_over_is_told(at: str, found: bool) -> None:
    """It still keeps a job without a limit off the nodes: 18 of 36 are left."""
    scenario = asked(LAYOUT, **changes(jobs((0, 30, None, 36)), "fifo", FROM_TWO | {"at": at}))
    facility = build(loaded(scenario))
    says = [one.says for one in review(facility) if "the reservation" in one.says]
    told = "the reservation begins at 8 h, but the run ends at 8 h: it only keeps jobs"
    assert [one.startswith(told) for one in says] == [True] * found
    assert starts(simulate(facility)) == [-1.0]


def test_a_time_of_day_in_a_run_that_begins_later_is_told() -> None:
    reserved = FROM_TWO | {"at": "02:00"}
    scenario = asked(LAYOUT, **changes([], "fifo", reserved, start="2026-07-15T10:00:00+00:00"))
    says = " ".join(one.says for one in review(build(loaded(scenario))))
    assert "the reservation at 02:00 counts from the start at 10:00" in says
