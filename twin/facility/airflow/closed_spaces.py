"""Spaces that panels close off: whether each gets as much air as it loses, and its heat a way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy

from twin.arrays import Array, Index
from twin.facility.airflow.plan import HallPlan
from twin.facility.airflow.refusals import Refusal
from twin.physics.airflow.grid import AirPort, Room

IMBALANCE_FRAC = 1e-3
"""Of a closed space's inflow; rounding of stated flows is less."""


def spaces(room: Room) -> Index:
    """(nx, ny, nz) number of the connected space of each cell; solid cells have their own."""
    number = np.arange(room.solid.size).reshape(room.shape)
    pairs = []
    for axis in range(3):
        low = [slice(None)] * 3
        high = [slice(None)] * 3
        inner = [slice(None)] * 3
        low[axis] = slice(None, -1)
        high[axis] = slice(1, None)
        inner[axis] = slice(1, -1)
        shut = room.closed[axis][tuple(inner)] | room.solid[tuple(low)] | room.solid[tuple(high)]
        pairs.append(np.stack([number[tuple(low)][~shut], number[tuple(high)][~shut]]))
    ends = np.concatenate(pairs, axis=1)
    graph = scipy.sparse.coo_array(
        (np.ones(ends.shape[1], bool), (ends[0], ends[1])), shape=(number.size,) * 2
    )
    return np.asarray(
        scipy.sparse.csgraph.connected_components(graph, directed=False)[1].reshape(room.shape)
    )


def refusals(plan: HallPlan, room: Room) -> Iterator[Refusal]:
    """Closed spaces whose flows do not balance, and those whose heat reaches no handler."""
    held = spaces(room)
    handlers = {unit.box.name for unit in plan.handlers} | {"ceiling"}
    found = np.unique([held[tuple(c)] for p in room.ports for c in p.room_cells()])
    largest = max(found, key=lambda space: int((held == space).sum()))
    for space in found:
        ports = [(port, _flow_in(port, held, int(space))) for port in room.ports]
        ports = [(port, flow) for port, flow in ports if flow > 0]
        into = sum(flow for port, flow in ports if port.into_room)
        out = sum(flow for port, flow in ports if not port.into_room)
        if abs(into - out) > IMBALANCE_FRAC * max(into, out):
            if space != largest or len(found) == 1:  # what a sealed one lacks, the room has
                yield _unequal(plan, [port for port, _ in ports], into, out)
        elif _heats(plan, ports) and not any(
            port.name in handlers and not port.into_room for port, _ in ports
        ):
            yield _no_path(plan, [port for port, _ in ports])


def _flow_in(port: AirPort, held: Index, space: int) -> float:
    """What a port moves through a space, by the share of its faces there."""
    within = held[tuple(port.room_cells().T)] == space
    return port.flow_m3_s * float(np.mean(within))


def _heats(plan: HallPlan, ports: Sequence[tuple[AirPort, float]]) -> bool:
    hot = {rack.box.name for rack in plan.racks if rack.heat_w > 0}
    return any(port.into_room and port.name.split(":")[0] in hot for port, _ in ports)


def _names(ports: Sequence[AirPort]) -> str:
    names = list(dict.fromkeys(port.name.split(":")[0] for port in ports))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _loc(plan: HallPlan) -> tuple[str | int, ...]:
    stated = [panel.box.stated_at for panel in plan.panels if panel.leakage_frac <= 0]
    return next((at for at in stated if at), ("layout", "halls", plan.index))


def _unequal(plan: HallPlan, ports: Sequence[AirPort], into: float, out: float) -> Refusal:
    return (
        _loc(plan),
        f"sealed containment around {_names(ports)}: {into:.2f} m3/s blown in, "
        f"{out:.2f} m3/s drawn out",
        "equal flows, or a leak that carries the difference",
        "state a leakage above 0 (containment_leakage, or the panel's), or match the flows",
    )


def _no_path(plan: HallPlan, ports: Sequence[AirPort]) -> Refusal:
    return (
        _loc(plan),
        f"heat of {_names(ports)} in a space that no running air handler draws from",
        "a path from every rack's exhaust to an air handler's return",
        "open the panels, state a leakage, or let handlers draw from there (return_face)",
    )


def cell_count(lines: tuple[Array, Array, Array]) -> int:
    """Cells of a grid."""
    return int(np.prod([one.size - 1 for one in lines]))
