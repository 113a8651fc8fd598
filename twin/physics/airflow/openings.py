"""Flows of ports: whether each enclosed part of a room is given as much air as it loses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow.faces import Faces, flat_cells, port_area_m2
from twin.physics.airflow.grid import AirPort, Arrays, Room, UnbalancedFlow

IMBALANCE_MAX = 1e-3
"""Largest net flow of an enclosed part that is evened out, over its inflow."""


def port_shares(room: Room, faces: Faces, component: Index) -> list[Array]:
    """Per port the flow through each of its faces, in m3/s, balanced in every enclosed part.

    `component` numbers the connected parts of the padded cells. Inlets of equipment are scaled
    within 0.1 % so that air is conserved to rounding; more than that raises UnbalancedFlow.
    """
    cells = [flat_cells(port, faces) for port in room.ports]
    shares = [_even(port, faces) for port in room.ports]
    parts = int(component.max()) + 1
    into = _totals(room.ports, cells, shares, component, parts, True)
    out = _totals(room.ports, cells, shares, component, parts, False)
    wrong = np.abs(into - out) > IMBALANCE_MAX * np.maximum(into, out)
    if wrong.any():
        raise _unbalanced(room.ports, cells, component, into - out, int(wrong.argmax()))
    scale = np.divide(into, out, out=np.ones(parts), where=out > 0)
    return [
        share if port.into_room else share * scale[component[where]]
        for port, where, share in zip(room.ports, cells, shares, strict=True)
    ]


def _even(port: AirPort, faces: Faces) -> Array:
    """One velocity over all faces of a port."""
    area = port_area_m2(port, faces)
    return np.asarray(port.flow_m3_s * area / area.sum())


def _totals(
    ports: Sequence[AirPort],
    cells: list[Index],
    shares: list[Array],
    component: Index,
    parts: int,
    into_room: bool,
) -> Array:
    """Flow per connected part, of the ports of one direction."""
    total = np.zeros(parts)
    for port, where, share in zip(ports, cells, shares, strict=True):
        if port.into_room == into_room:
            total += np.bincount(component[where], share, parts)
    return total


def _unbalanced(
    ports: Sequence[AirPort], cells: list[Index], component: Index, net: Array, part: int
) -> UnbalancedFlow:
    """The refusal, with the names of the ports of that part."""
    names = [
        port.name
        for port, where in zip(ports, cells, strict=True)
        if port.flow_m3_s > 0 and (component[where] == part).any()
    ]
    return UnbalancedFlow(tuple(dict.fromkeys(names)), float(net[part]))


def port_velocities(room: Room, faces: Faces, shares: list[Array]) -> Arrays:
    """Padded velocities on the faces of ports, 0 elsewhere."""
    held = (np.zeros(faces.fluid.shape), np.zeros(faces.fluid.shape), np.zeros(faces.fluid.shape))
    for port, share in zip(room.ports, shares, strict=True):
        where = tuple((port.faces + 1).T)
        held[port.axis][where] = port.sign * share / port_area_m2(port, faces)
    return held


def port_inflow(room: Room, faces: Faces, shares: list[Array]) -> Array:
    """Per padded cell, net flow that ports bring."""
    net = np.zeros(faces.fluid.size)
    for port, share in zip(room.ports, shares, strict=True):
        np.add.at(net, flat_cells(port, faces), share if port.into_room else -share)
    return net.reshape(faces.fluid.shape)
