"""Relation: a rule of the queue reads of the arrays it is lent what is kept current: of each job
that waits or runs, and of no other.

`QueueView` lends whole arrays (job,), in which only those rows are kept up, so that an event costs
what waits and not what the list holds. A rule that read another row would answer otherwise after a
run has been resumed. Here all other rows hold nothing that compares, and every start stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests.planner import answer, batch
from twin.simulation.jobs.queueing import POLICIES, Decision
from twin.simulation.jobs.turns import Turns

LAYOUT = small_layout(liquid=2, air=0)
PARTS = [{"gpus": 1, "weight": 2}, {"gpus": 4, "weight": 1}]


def _of_others_nothing(turns: Turns) -> Decision:
    """What the rule says where rows of others are NaN, and watts of them too."""
    view = turns._view()
    queued = np.zeros(view.nodes.size, dtype=bool)
    queued[view.queue] = True
    current = queued.copy()
    current[view.running] = True
    return turns.policy(
        replace(
            view,
            expected_s=np.where(queued, view.expected_s, np.nan),
            watts=np.where(current, view.watts, np.nan),
        )
    )


@pytest.mark.parametrize("rule", sorted(POLICIES))
@pytest.mark.parametrize("parts", [False, True])
def test_rows_of_other_jobs_decide_nothing(
    rule: str, parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: dict[str, Any] = {"gpus_per_node": PARTS} if parts else {}
    work = [
        batch("low", count=30, span="40 min", **shared),
        batch("high", count=6, span="40 min", priority=3, **shared),
    ]
    asked = {"workload": work, "controls": {"scheduler": {"policy": rule, "power_cap": "300 kW"}}}
    usual = answer(LAYOUT, horizon="3 h", **asked).frame("jobs")
    monkeypatch.setattr(Turns, "decide", _of_others_nothing)
    poisoned = answer(LAYOUT, horizon="3 h", **asked).frame("jobs")
    assert usual.started_s.notna().sum() > 20
    for column in ("started_s", "finished_s", "preemptions"):
        assert usual[column].equals(poisoned[column]), column
