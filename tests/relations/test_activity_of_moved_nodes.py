"""Activities are entered where nodes changed hands or what a job does; that is the same as entering
those of every node anew.
"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import failing, small, training

import twin
from twin.simulation.activity import _IDLE, Activity

JOBS = {"kind": "batch", "name": "jobs", "count": 60, "span": "5 h", "nodes_max": 40} | {
    "nodes_median": 6,
    "runtime_median": "20 min",
}
CHAT = {"kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 8} | {
    "tensor_parallel": 1,
    "requests": {"rate": "60 / s"},
}
KEPT = training(nodes=20, checkpoint_interval="10 min")


@pytest.mark.parametrize("work", [[JOBS], [KEPT, JOBS], [CHAT, JOBS]])
def test_nodes_that_moved_are_all_that_is_entered(
    monkeypatch: pytest.MonkeyPatch, work: list[dict[str, object]]
) -> None:
    """At every settling, with a node and a pump that fail meanwhile."""
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
    faults = failing((6_000.0, "liquid_r1/node_1", 900.0), (9_000.0, "cdu", 900.0))
    twin.simulate(twin.build(small(workload=work, horizon="6 h", faults=faults)))
    assert len(set(seen)) > 5
