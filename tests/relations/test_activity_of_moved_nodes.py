"""Activities are entered where nodes changed hands or what a job does, and racks and jobs summed
anew where those nodes are; that is the same as entering and summing all of them anew.
"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import failing, small, training

import twin
from twin.arrays import total_by
from twin.simulation.activity import _IDLE, Activity
from twin.simulation.compute.at_work import RackSums
from twin.simulation.compute.racks import Compute
from twin.simulation.compute.racks_ahead import RackRows, RacksAhead
from twin.simulation.jobs.job_energy import JobMeter
from twin.simulation.loop.quiet import Quiet

JOBS = {"kind": "batch", "name": "jobs", "count": 60, "span": "5 h", "nodes_max": 40} | {
    "nodes_median": 6,
    "runtime_median": "20 min",
}
CHAT = {"kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 8} | {
    "tensor_parallel": 1,
    "requests": {"rate": "60 / s"},
}
KEPT = training(nodes=20, checkpoint_interval="10 min")

WORKS = [[JOBS], [KEPT, JOBS], [CHAT, JOBS]]
FAULTS = failing((6_000.0, "liquid_r1/node_1", 900.0), (9_000.0, "cdu", 900.0))


def run(work: list[dict[str, object]]) -> twin.Result:
    """Six hours with a node and a pump that fail meanwhile."""
    return twin.simulate(twin.build(small(workload=work, horizon="6 h", faults=FAULTS)))


@pytest.mark.parametrize("work", WORKS)
def test_nodes_that_moved_are_all_that_is_entered(
    monkeypatch: pytest.MonkeyPatch, work: list[dict[str, object]]
) -> None:
    """At every settling."""
    settle = Activity.settle
    seen = []

    def checked(self: Activity) -> bool:
        found = settle(self)
        own = self.own
        stands = (own.gpu_activity, own.cpu_activity, own.gain_frac, own.gpu_busiest)
        anew = [np.full(values.size, idle) for values, idle in zip(stands, _IDLE, strict=True)]
        self.serving.enter_activity(*anew)
        self.jobs.of_nodes.enter(*anew)
        node_ok = self.world.state.faults.node_ok
        factors = (node_ok, node_ok, np.ones(node_ok.size), node_ok)
        for there, whole, factor in zip(stands, anew, factors, strict=True):
            assert there.tobytes() == (whole * factor).tobytes()
        seen.append(int((own.gpu_activity > 0).sum()))
        return found

    monkeypatch.setattr(Activity, "settle", checked)
    run(work)
    assert len(set(seen)) > 5


def bytes_of(sums: RackSums, row: int | None = None) -> list[bytes]:
    """All sums of racks, or those of one row of many."""
    parts = vars(sums).values()
    return [(values if row is None else values[row]).tobytes() for values in parts]


def whole_racks(racks: Compute) -> list[bytes]:
    """What all nodes sum up to."""
    return bytes_of(racks.nodes.summed(racks.nodes.touched(None)))


@pytest.mark.parametrize("work", WORKS)
def test_racks_are_the_sums_of_all_their_nodes(
    monkeypatch: pytest.MonkeyPatch, work: list[dict[str, object]]
) -> None:
    """At every settling, and at every set of work that moved ahead."""
    sum_activity = Compute.sum_activity
    rows_of = RacksAhead.rows
    seen = []
    ahead: dict[int, list[bytes]] = {}

    def noted(self: Compute, touched: np.ndarray | None) -> None:
        sum_activity(self, touched)
        if self.notes is not None:
            ahead[self.notes.__self__.sets] = whole_racks(self)
            return
        assert bytes_of(self.sums()) == whole_racks(self)

    def worked_out(self: RacksAhead) -> RackRows:
        found = rows_of(self)
        for row, whole in ahead.items():
            assert bytes_of(found.sums, row) == whole
        seen.extend(found.sums.busy_nodes.sum(axis=1))
        ahead.clear()
        return found

    monkeypatch.setattr(Compute, "sum_activity", noted)
    monkeypatch.setattr(RacksAhead, "rows", worked_out)
    run(work)
    assert len(set(seen)) > 5


@pytest.mark.parametrize("work", WORKS)
def test_jobs_draw_the_sum_of_all_their_nodes(
    monkeypatch: pytest.MonkeyPatch, work: list[dict[str, object]]
) -> None:
    """Over every span of a run from event to event; also of nodes that two jobs held one after the
    other. The same run ahead has the same energies.
    """
    advance = JobMeter.advance
    seen = []
    ahead = run(work)

    def checked(self: JobMeter, span_s: float) -> None:
        owner = self.own.work_of_node
        held = np.flatnonzero(owner >= 0)
        before = self.own.energy_j.copy()
        advance(self, span_s)
        racks = np.flatnonzero(self.power.racks.nodes)
        node_w = self.power.shared_w(self.power.nodes.of(racks), self.power.rack_w[racks])
        drawn_w = total_by(owner[held], node_w[held], before.size)
        assert self.own.energy_j.tobytes() == (before + drawn_w * span_s).tobytes()
        seen.append(float(drawn_w.sum()))

    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    monkeypatch.setattr(JobMeter, "advance", checked)
    stepped = run(work)
    assert len(set(seen)) > 5
    for name in ("jobs", "services"):
        assert stepped.tables[name].equals(ahead.tables[name])
