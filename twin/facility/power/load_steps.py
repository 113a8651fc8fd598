"""Steps of load on machines that carry an island: who they are, and what they accept in a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role
from twin.controls import RampLimit
from twin.facility.model import Facility, PowerTree
from twin.facility.power.autonomy import certain_j
from twin.facility.power.loading import ABOVE_FRAC, Loading, loading, wiring
from twin.physics.battery import BATTERY_EMPTY_J
from twin.physics.load_step import largest_step_w, left_for_machines_w


@dataclass(frozen=True)
class MachineIsland:
    """Generators that carry what hangs on them without a utility."""

    machines: Index
    """(machine,) power nodes."""
    share: Array
    """(machine,) of a step of the load that each takes."""
    accepted_w: Array
    """(machine,) most that each accepts in a step."""
    store_w: float
    """Rating of the stores beside them that take steps first."""

    def largest_step_w(self) -> float:
        """That none of them refuses, beyond what stores take."""
        return largest_step_w(self.share, self.accepted_w)


@dataclass(frozen=True)
class IslandStep:
    """A step of load and what machines make of it."""

    machines: Index
    """Power nodes."""
    given_w: Array
    """(machine,) what each gave before."""
    step_w: float
    """That they see, beyond what stores beside them take."""
    accepted_w: float
    """Largest of which none takes more than it accepts."""

    @property
    def accepted(self) -> bool:
        """Whether it is."""
        return self.step_w <= self.accepted_w * ABOVE_FRAC


def judged(tree: PowerTree) -> Mask:
    """(power node,) machines whose steps of load are judged: prime generators, and sets whose rows
    state what they accept, or a governor.
    """
    stated = (tree.standby.load_step_frac < 1.0) | np.isfinite(tree.governor.inertia_s)
    return of_role(tree.kind, Role.PRIME) | (of_role(tree.kind, Role.STANDBY) & stated)


def machine_islands(facility: Facility, now: Loading) -> Iterator[MachineIsland]:
    """Every island of a state of the tree that machines carry alone.

    What stands on one board with a utility, or is joined to it by live feeders, is no island: the
    grid takes the steps. A UPS parts islands, for its converter passes no frequency on; so do racks
    that hang on two of them.
    """
    tree = facility.power
    whose = _joined(facility, now)
    on_grid = np.unique(whose[of_role(tree.kind, Role.SUPPLY) & now.live & (now.output_w > 0)])
    runs = judged(tree) & now.live & (now.output_w > 0)
    stores = _taking_steps(facility)
    for island in np.setdiff1d(np.unique(whose[runs]), on_grid).tolist():
        mine = np.flatnonzero(runs & (whose == island))
        beside = stores[now.live[stores] & (whose[stores] == island)]
        yield MachineIsland(
            mine,
            now.output_w[mine] / now.output_w[mine].sum(),
            accepted_w(facility)[mine],
            float(tree.rating_w[beside].sum()),
        )


def accepted_w(facility: Facility) -> Array:
    """(power node,) most that a machine accepts in a step."""
    return np.asarray(facility.power.standby.load_step_frac * facility.power.rating_w)


def island_steps(facility: Facility, before: Loading, after: Loading) -> Iterator[IslandStep]:
    """What comes on the machines of each island between two states of the tree, where any does.

    Machines share it as they share the load after it. What one takes over from another that stays
    is no step.
    """
    more_w = after.output_w - before.output_w
    for island in machine_islands(facility, after):
        step_w = left_for_machines_w(float(more_w[island.machines].sum()), island.store_w)
        if step_w > 0:
            given_w = before.output_w[island.machines]
            yield IslandStep(island.machines, given_w, step_w, island.largest_step_w())


def worst_step(facility: Facility, before: Loading, after: Loading) -> IslandStep | None:
    """Of these the step that is furthest beyond what machines accept, or nearest to it; None where
    none comes on any.
    """
    coming = island_steps(facility, before, after)
    return max(coming, key=lambda step: step.step_w / step.accepted_w, default=None)


def swing_step(facility: Facility, swing_w: float) -> IslandStep | None:
    """The same of a swing at the racks' AC input, from below up to their rated power, over all that
    have GPUs.
    """
    racks = facility.racks
    spans_w = racks.nodes * racks.gpus_per_node * racks.gpu_span_w * racks.gpu_gain
    whole_w = float(spans_w.sum())
    if whole_w <= 0 or swing_w <= 0:
        return None
    low_w = np.maximum(racks.rated_w - spans_w * (swing_w / whole_w), 0.0)
    return worst_step(facility, loading(facility, rack_w=low_w), loading(facility))


def _joined(facility: Facility, now: Loading) -> Index:
    """(power node,) number of the island that each stands in."""
    wires = wiring(facility)
    tree = facility.power
    passes = (now.share > 0) & (wires.taker < tree.equipment)
    passes &= ~of_role(tree.kind, Role.STORE)[wires.supply]
    ends = (wires.supply[passes], wires.taker[passes])
    size = len(tree.id)
    joined = scipy.sparse.coo_array((np.ones(ends[0].size), ends), shape=(size, size))
    islands = scipy.sparse.csgraph.connected_components(joined, directed=False)[1]
    return np.asarray(islands, dtype=np.int64)


def _taking_steps(facility: Facility) -> Index:
    """Power nodes of stores that form grid and hold what a step asks: those of a ramp limit, and
    those that no rule empties.
    """
    bess = facility.power.bess
    rules = facility.scenario.controls.storage
    smooths: Mask = np.array([*(isinstance(rule, RampLimit) for rule in rules), False])[bess.rule]
    holds = smooths | (certain_j(facility) > BATTERY_EMPTY_J)
    return np.asarray(bess.node[holds & np.isfinite(bess.forming_s)])
