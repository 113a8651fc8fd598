"""Steps of load that machines which carry an island do not accept: the loss of one of them, of a
solar array, and the swing of a training job.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.job_sizes import sized
from twin.facility.model import Facility
from twin.facility.power.island_frequency import frequency_dip
from twin.facility.power.load_steps import IslandStep, machine_islands, swing_step, worst_step
from twin.facility.power.loading import loading, loading_of, peak_loads_w
from twin.findings import Finding, FindingCode
from twin.physics.load_step import RECOVERY_S
from twin.quantities import percent


def findings(facility: Facility) -> Iterator[Finding]:
    """The worst of each kind; nothing where a utility takes the steps."""
    if not any(machine_islands(facility, loading(facility))):
        return
    yield from _machines_lost(facility)
    yield from _arrays_lost(facility)
    yield from _swings(facility)


def _machines_lost(facility: Facility) -> Iterator[Finding]:
    """The loss of a machine, of which the others take what it carried."""
    before = loading(facility)
    machines = np.flatnonzero(of_role(facility.power.kind, Role.PRIME)).tolist()
    steps = {lost: worst_step(facility, before, loading(facility, lost)) for lost in machines}
    yield from _told(facility, steps, "without it")


def _arrays_lost(facility: Facility) -> Iterator[Finding]:
    """The loss of an array in full sun, of which machines take what it gave."""
    tree = facility.power
    peak_w = peak_loads_w(facility)
    after = loading(facility)
    steps = {}
    for node in tree.solar.node.tolist():
        sunny_w = peak_w.copy()
        sunny_w[node] -= tree.rating_w[node]
        sunny = loading_of(facility, sunny_w)
        held_w = np.maximum(sunny.output_w, tree.least_load_w)
        steps[node] = worst_step(facility, replace(sunny, output_w=held_w), after)
    yield from _told(facility, steps, "without it in full sun")


def _told(facility: Facility, steps: dict[int, IslandStep | None], when: str) -> Iterator[Finding]:
    """The worst of some losses, by the power node lost."""
    beyond = {node: step for node, step in steps.items() if step and not step.accepted}
    if beyond:
        tree = facility.power
        worst = max(beyond, key=lambda node: beyond[node].step_w / beyond[node].accepted_w)
        others = f"; so do the losses of {len(beyond) - 1} more" if len(beyond) > 1 else ""
        says = f"{when} {_words(facility, beyond[worst])}{others}"
        at = facility.components.stated_at[tree.component[worst]]
        yield Finding(FindingCode.LOAD_STEP_BEYOND_MACHINES, tree.id[worst], says, at)


def _words(facility: Facility, step: IslandStep) -> str:
    """What comes on machines, what they accept, and within which class."""
    tree = facility.power
    first = int(step.machines[0])
    who = tree.id[first]
    if step.machines.size > 1:
        who += f" and {step.machines.size - 1} more"
    share = percent(float(tree.standby.load_step_frac[first]), 0)
    says = (
        f"{who} have to take {step.step_w / 1e3:,.0f} kW at once and accept "
        f"{step.accepted_w / 1e3:,.0f} kW ({share} of a rating)"
    )
    name = tree.performance_class[first]
    if name:
        within = f"the limits of class {name}, frequency back within {RECOVERY_S[name]:g} s"
        says += f", agreed as class G4 of ISO 8528-5 within {within}"
    dip = frequency_dip(facility, step)
    return f"{says}; {dip.words}" if dip else says


def _swings(facility: Facility) -> Iterator[Finding]:
    """The training job that can swing most: all its GPUs between idle and rated power."""
    racks = facility.racks
    scenario = facility.scenario
    each_w = float((racks.gpu_span_w * racks.gpu_gain).max(initial=0.0))
    there = int((racks.nodes * racks.gpus_per_node).sum())
    largest = int(racks.gpus_per_node.max(initial=0))
    swings = {
        i: max((min(job.gpus_of(job.nodes * largest), there) * each_w for job in jobs), default=0.0)
        for i, work in enumerate(scenario.workload)
        if (jobs := [job for job in sized(work.jobs(scenario.seed), racks) if job.steps])
    }
    if not swings:
        return
    work = max(swings, key=lambda i: swings[i])
    step = swing_step(facility, swings[work])
    if step is not None and not step.accepted:
        says = (
            f"its training swings by up to {swings[work] / 1e3:,.0f} kW in every step: "
            f"{_words(facility, step)}; a run says by how much it does (power_swings)"
        )
        name = scenario.workload[work].name
        yield Finding(FindingCode.LOAD_STEP_BEYOND_MACHINES, name, says, ("workload", work))
