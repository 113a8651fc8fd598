"""A design at full load: its scenario's own work, or a job on every GPU; nothing else happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.errors import InputError
from twin.facility import build
from twin.facility.model import Facility
from twin.simulation import start

Row = dict[str, Any]


def full_load(
    facility: Facility, horizon_s: float, period_s: float, rated: bool = False
) -> tuple[Facility, str]:
    """The design with the scenario's own work, or with a job on every GPU where it has none, and
    words for which; no other faults, drills or actions.

    rated   the job holds racks at their rating, where training leaves them some 20 to 30 % below:
            for questions of heat, whose answer must hold for any work
    Raises InputError where the design cannot be run.
    """
    scenario = facility.scenario
    plain: dict[str, Any] = {
        "horizon": f"{horizon_s:.3f} s",
        "faults": {},
        "drills": [],
        "controls__actions": [],
        "outputs": {"period": f"{period_s} s", "counterfactuals": "never"},
    }
    if scenario.workload:
        return build(scenario.with_(**plain)), "the scenario's own"
    for work, said in _every_gpu(facility, rated):
        try:
            busy = build(scenario.with_(**plain, workload=[work]))
            start(busy)
        except InputError:
            continue
        return busy, said
    return build(scenario.with_(**plain)), "none: the racks stand idle"


def _every_gpu(facility: Facility, rated: bool) -> Iterator[tuple[Row, str]]:
    """A job on every node with GPUs: a training job, or where none fits, one of plain activity."""
    racks = facility.racks
    nodes = int(racks.nodes[racks.gpus_per_node > 0].sum())
    if not nodes:
        return
    train = {"kind": "training", "name": "full_load", "model": "Llama-3.1-8B", "nodes": nodes}
    if not rated:
        yield (
            {**train, "global_batch_sequences": 2 * racks.gpu_count},
            "a training job on every GPU",
        )
    batch = {"kind": "batch", "name": "full_load", "count": 1, "span": "1 s", "nodes_max": nodes}
    steady = {"nodes_median": 1e6, "runtime_median": "366 d", "gpu_activity": 1.0}
    yield {**batch, **steady, "cpu_activity": 1.0}, "a job of full activity on every GPU"
