"""A design at full load: its scenario's own work, or a job on every GPU; nothing else happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import gcd
from typing import Any

from twin.errors import InputError
from twin.facility import build
from twin.facility.model import Facility
from twin.simulation import start
from twin.stated import YEAR_S

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
    for work, said in _works(facility, rated):
        try:
            busy = build(scenario.with_(**plain, workload=work))
            start(busy)
        except InputError:
            continue
        return busy, said
    return build(scenario.with_(**plain)), "none: the racks stand idle"


def _works(facility: Facility, rated: bool) -> Iterator[tuple[list[Row], str]]:
    """What keeps every node at work, and words for it; the likeliest first."""
    racks = facility.racks
    on_cpus = _on_cpus(int(racks.nodes[racks.gpus_per_node == 0].sum()))
    for on_gpus, said in _every_gpu(facility, rated):
        yield [on_gpus, *on_cpus], f"{said}{' and every node without' if on_cpus else ''}"
    if on_cpus:
        yield on_cpus, "a job of full activity on every node; none has GPUs"


def _on_cpus(nodes: int) -> list[Row]:
    """A job of CPUs on so many nodes, for longer than anything is watched."""
    if not nodes:
        return []
    stage = {"name": "work", "nodes": nodes, "rate": "1 MB/s", "cpu_activity": 1.0}
    work = {"kind": "pipeline", "name": "full_load_cpu", "stages": [stage]}
    return [{**work, "input": f"{nodes * YEAR_S / 1e6} TB"}]


def _every_gpu(facility: Facility, rated: bool) -> Iterator[tuple[Row, str]]:
    """A job on every node with GPUs: a training job, or where none fits, one of plain activity;
    nodes of several GPU types have gangs of one size that each of them holds without a rest, for a
    gang is of one type.
    """
    racks = facility.racks
    of_type: Counter[str] = Counter()
    for gpu, nodes in zip(racks.gpu_type, racks.nodes.tolist(), strict=True):
        of_type[gpu] += nodes
    counts = [nodes for gpu, nodes in of_type.items() if gpu and nodes]
    if not counts:
        return
    gang = gcd(*counts)
    gangs = sum(counts) // gang
    train = {"kind": "training", "name": "full_load", "model": "Llama-3.1-8B", "nodes": gang}
    if not rated and gangs == 1:
        yield (
            {**train, "global_batch_sequences": 2 * racks.gpu_count},
            "a training job on every GPU",
        )
    batch = {"kind": "batch", "name": "full_load", "count": gangs, "span": "1 s"}
    steady = {"nodes_median": 1e6, "nodes_max": gang, "runtime_median": "366 d"}
    said = "a job" if gangs == 1 else f"{gangs} jobs"
    yield (
        {**batch, **steady, "gpu_activity": 1.0, "cpu_activity": 1.0},
        f"{said} of full activity on every GPU",
    )
