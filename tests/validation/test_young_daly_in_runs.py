"""Daly's interval of a run, by hand: what a checkpoint stops, and how often nodes fail there.

Daly (2006), doi 10.1016/j.future.2004.11.016, equation 37.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import twin
from twin.catalogue import shipped
from twin.catalogue.rows import Model, Rack, StorageSystem

LAYOUT = Path(__file__).parents[2] / "layouts" / "superpod_b200.yaml"
NODES = 32
HORIZON_S = 36 * 3600.0
BYTES_EACH = 14.0


def by_hand_s(scale: float) -> tuple[float, float]:
    """Work between checkpoints, and what one stops; s."""
    layout = twin.load(LAYOUT).plan
    store = shipped().get(StorageSystem, layout.storage.type)
    write_b_s = min(store.write_b_s, NODES * store.node_write_b_s)
    stop_s = BYTES_EACH * shipped().get(Model, "Llama-3.1-8B").parameters / write_b_s
    mean_s = shipped().get(Rack, "dgx_b200_x2").node_mtbf_h * 3600.0 / (NODES * scale)
    ratio = stop_s / (2 * mean_s)
    work_s = math.sqrt(2 * stop_s * mean_s) * (1 + math.sqrt(ratio) / 3 + ratio / 9) - stop_s
    return work_s, stop_s


@pytest.mark.parametrize("scale", [1.0, 0.04])
def test_nodes_that_fail_more_often_are_checkpointed_more_often(scale: float) -> None:
    """As many checkpoints as fit, of a run in which none of its nodes has failed."""
    work = {
        "kind": "training", "name": "train", "model": "Llama-3.1-8B", "nodes": NODES,
        "global_batch_sequences": 512, "sequence_length": 4096,
        "checkpoint_interval": "young_daly",
    }  # fmt: skip
    asked = twin.load(LAYOUT).with_(
        horizon="36 h",
        workload=[work],
        faults={"rates": {"scale": scale, "kinds": ["transformer"]}},
    )
    result = twin.simulate(twin.build(asked))
    train = result.frame("jobs").set_index("job").loc["train"]
    assert train.restarts == 0
    work_s, stop_s = by_hand_s(scale)
    assert train.checkpoints == pytest.approx(HORIZON_S / (work_s + stop_s), abs=1.01)
