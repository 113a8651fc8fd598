"""Rounds of flow and temperature on one grid after another, until no inlet moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.arrays import Array
from twin.physics.airflow.closures import spread_cells
from twin.physics.airflow.coarse import face_index, halved, halved_heat, spread_index
from twin.physics.airflow.faces import INNER
from twin.physics.airflow.flow import FINAL_TOLERANCE, Flow
from twin.physics.airflow.flow_state import wall_ties
from twin.physics.airflow.grid import AirHeat, Arrays, Field, Room, UnbalancedFlow
from twin.physics.airflow.model import FlowOptions, Listener, SolverRound
from twin.physics.airflow.potential import divergence, inner_velocity
from twin.physics.airflow.temperature import inlet_means, reference_degc, steady_temperature
from twin.physics.airflow.transport import Transport

RELAXED = 0.3
"""Part of the way to the new temperature that is gone in one round: the field of a frozen flow
answers at once what a room answers in minutes, and would drive the flow to and fro."""
MEMORY_FRAC = 0.7
"""Part of the mean velocities that stays from round to round."""
WATCHED_ROUNDS = 8
"""Rounds over which the wandering of inlets is told."""
CAPPED_MAX_FRAC = 0.01
"""A note is made where the turbulent viscosity is capped in more of the cells."""
ROUND_TOLERANCE = 1e-5
"""Residual of temperature within rounds; at the end it is far less."""


@dataclass
class Settled:
    """A flow after its rounds on one grid."""

    flow: Flow
    steps: int
    watched: list[Array]
    """What was watched, after each round."""

    @property
    def change_k(self) -> float:
        """Largest change in the last round."""
        if len(self.watched) < 2:
            return float("inf")
        return float(np.abs(self.watched[-1] - self.watched[-2]).max())

    @property
    def wander_k(self) -> float:
        """Largest standard deviation of an inlet over the last rounds."""
        return float(np.std(self.watched[-WATCHED_ROUNDS:], axis=0).max())

    def at_rest(self, limit_k: float) -> bool:
        """Whether nothing moved more in each of the last two rounds."""
        last = self.watched[-3:]
        return len(last) == 3 and bool((np.abs(np.diff(last, axis=0)) < limit_k).all())


def steady(room: Room, heat: AirHeat, options: FlowOptions, progress: Listener | None) -> Field:
    """The field at rest: coarsest grid first, each the first guess of the next."""
    settled: Settled | None = None
    steps = 0
    grids = _grids(room, heat, options)
    for place, (coarse_room, coarse_heat) in enumerate(grids):
        turn = len(options.rounds) - len(grids) + place
        flow = Flow(coarse_room, options)
        if settled is None:
            flow.temperature[:] = _first_temperature(heat, options)
            flow.project(ROUND_TOLERANCE)
        else:
            take_over(flow, settled.flow)
        settled = settle(flow, coarse_heat, turn, progress)
        steps += settled.steps
    assert settled is not None
    return field_of(settled.flow, heat, steps, _notes(settled))


def _first_temperature(heat: AirHeat, options: FlowOptions) -> float:
    """A uniform start."""
    walls = [w.temperature_degc for w in options.walls if not np.isnan(w.temperature_degc)]
    return reference_degc(heat, np.array(walls))


def _grids(room: Room, heat: AirHeat, options: FlowOptions) -> list[tuple[Room, AirHeat]]:
    """The room on grids from coarse to fine; a grid on which it cannot be is left out."""
    grids = [(room, heat)]
    while len(grids) < min(options.grids, len(options.rounds)):
        finer, its_heat = grids[0]
        coarse = halved(finer)
        if coarse is None or not _can_be(coarse, options):
            break
        grids.insert(0, (coarse, halved_heat(its_heat, finer)))
    return grids


def _can_be(room: Room, options: FlowOptions) -> bool:
    """Whether air is in balance on a coarse grid."""
    try:
        Flow(room, replace(options, closure="laminar"))
    except UnbalancedFlow:
        return False
    return True


def take_over(flow: Flow, coarse: Flow) -> None:
    """The coarser flow as the first guess of a finer one."""
    spread = spread_index(flow.room, coarse.room)
    flow.temperature = spread_cells(coarse.temperature, coarse.shape, spread)
    flow.closure.carry_over(coarse.closure, spread)
    for axis in range(3):
        index = list(spread)
        index[axis] = face_index(flow.room, coarse.room, axis)
        guess = spread_cells(coarse.u[axis], coarse.shape, (index[0], index[1], index[2]))
        is_open = flow.kind[axis] == 1
        flow.u[axis][is_open] = guess[is_open]
    flow.project(ROUND_TOLERANCE)


def settle(flow: Flow, heat: AirHeat, turn: int, progress: Listener | None) -> Settled:
    """Rounds on one grid; the flow is left at the mean of its rounds, the last ones most."""
    options = flow.options
    held = Settled(flow, 0, [])
    mean = flow.u
    n = 0
    while n < options.rounds[turn] and not held.at_rest(options.change_max_k):
        n += 1
        kept = MEMORY_FRAC if n > 1 else 0.0
        mean = _blend(mean, _marched_mean(flow, options.steps[turn]), kept)
        transport = _transport(flow, mean)
        gain = wall_ties(flow)[1]
        new = steady_temperature(transport, heat, flow.temperature, gain, ROUND_TOLERANCE)
        flow.temperature += (RELAXED if n > 1 else 1.0) * (new - flow.temperature)
        held.watched.append(_watched(transport, new, mean))
        held.steps += options.steps[turn]
        if progress:
            progress(SolverRound(flow.room.shape, n, held.steps, held.change_k))
    flow.u = mean
    return held


def _blend(old: Arrays, new: Arrays, kept: float) -> Arrays:
    """Part of the old, the rest new."""
    return (
        kept * old[0] + (1.0 - kept) * new[0],
        kept * old[1] + (1.0 - kept) * new[1],
        kept * old[2] + (1.0 - kept) * new[2],
    )


def _watched(transport: Transport, temperature: Array, velocity: Arrays) -> Array:
    """What must come to rest: inlets; in a room without any, all temperatures and velocities."""
    means = inlet_means(transport, temperature)
    return means if means.size else np.concatenate([temperature, *velocity])


def _marched_mean(flow: Flow, steps: int) -> Arrays:
    """Marches, and gives the mean velocities."""
    total = [np.zeros_like(u) for u in flow.u]
    for _ in range(steps):
        flow.step(flow.step_s())
        for held, u in zip(total, flow.u, strict=True):
            held += u
    return (total[0] / steps, total[1] / steps, total[2] / steps)


def _transport(flow: Flow, velocity: Arrays) -> Transport:
    """Transport of heat on given velocities, flat and padded."""
    return Transport(flow.room, _bare_field(flow, velocity), wall_ties(flow)[0])


def _bare_field(flow: Flow, velocity: Arrays) -> Field:
    """Velocities and diffusivity, without a verdict."""
    shaped = [u.reshape(flow.shape) for u in velocity]
    spread = flow.closure.scalar_diffusivity(flow).reshape(flow.shape)
    return Field(
        inner_velocity((shaped[0], shaped[1], shaped[2])), np.array(spread[INNER]), None,
        False, 0, 0.0, 0.0,
    )  # fmt: skip


def _notes(settled: Settled) -> list[str]:
    """What keeps the field from being taken at its word."""
    notes = []
    options = settled.flow.options
    if not settled.at_rest(options.change_max_k):
        notes.append(
            f"no rest within {len(settled.watched)} rounds: inlets wander by {settled.wander_k:.2g}"
            f" K (standard deviation; at rest none moves {options.change_max_k:g} K in a round)"
        )
    capped = settled.flow.closure.capped / max(int(settled.flow.fluid.sum()), 1)
    if capped > CAPPED_MAX_FRAC:
        notes.append(f"turbulent viscosity is capped in {100 * capped:.0f} % of the cells")
    return notes


def field_of(flow: Flow, heat: AirHeat, steps: int, notes: list[str]) -> Field:
    """The field of a flow, its air conserved and its temperature solved to the last."""
    residual = flow.project(FINAL_TOLERANCE)
    transport = _transport(flow, flow.u)
    temperature = steady_temperature(transport, heat, flow.temperature, wall_ties(flow)[1])
    bare = _bare_field(flow, flow.u)
    shaped = [u.reshape(flow.shape) for u in flow.u]
    return replace(
        bare,
        temperature_degc=transport.inner(temperature),
        converged=not notes,
        iterations=steps,
        residual=residual,
        divergence=divergence((shaped[0], shaped[1], shaped[2]), flow.faces),
        note="; ".join(notes),
    )
