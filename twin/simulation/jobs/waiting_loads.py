"""Which loads will draw more than now, because work waits: asked by load shedding."""

from __future__ import annotations

import numpy as np

from twin.arrays import Mask, total_by
from twin.simulation.jobs.phase import RUNNING
from twin.simulation.kernel.world import World
from twin.simulation.state.work import holders


def waiting_loads(world: World) -> Mask:
    """(power node,) all loads but racks whose every node works; none where no job is queued,
    restarts, writes a checkpoint or is cut off.
    """
    tree = world.facility.power
    jobs = world.state.jobs
    waits = np.zeros(len(tree.id), dtype=bool)
    held_up = [j for j in jobs.running if jobs.phase[j] != RUNNING]
    if jobs.queue or held_up:
        waits[tree.load_of_rack] = ~_at_work(world, held_up)
        waits[tree.load_of_unit] = True
    return waits


def _at_work(world: World, held_up: list[int]) -> Mask:
    """(rack,) it has nodes, and somebody works on each."""
    racks = world.facility.racks
    nodes, owners = holders(world.state.jobs)
    working = np.zeros(racks.node_count)
    working[nodes[~np.isin(owners, held_up)]] = 1.0
    at_work = total_by(racks.rack_of_node, working, len(racks.id))
    return np.asarray((racks.nodes > 0) & (at_work == racks.nodes))
