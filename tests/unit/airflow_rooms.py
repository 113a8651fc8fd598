"""Rooms that tests of the airflow solver share."""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.physics.airflow.grid import AirPort, Room, open_room


def block(*ranges: tuple[int, int]) -> Index:
    """(face, 3) indices of a box of faces."""
    grid = np.meshgrid(*[np.arange(low, high) for low, high in ranges], indexing="ij")
    return np.stack([g.ravel() for g in grid], axis=1)


def duct(cells: int = 12, height: int = 6) -> Room:
    """A duct of 0.1 m cells, air in on the left and out on the right."""
    ports = (
        AirPort("in", 0, 1, block((0, 1), (0, height), (0, height)), 0.36, True),
        AirPort("out", 0, 1, block((cells, cells + 1), (0, height), (0, height)), 0.36, False),
    )
    return open_room(np.full(cells, 0.1), np.full(height, 0.1), np.full(height, 0.1), ports)


def rack_room(n: int = 20, flow_m3_s: float = 0.5, rack_m3_s: float = 0.7) -> Room:
    """A room of two racks back to back with a handler's wall: the racks draw more than it gives.

    Ports: crah_supply, crah_return, then front and back of rack_1 and rack_2.
    """
    d = np.full(n, 4.0 / n)
    shape = (n, n, n)
    solid = np.zeros(shape, bool)
    rows = (n // 4, n // 2)
    low, high = n // 2 - n // 10, n // 2 + n // 10
    low_wall = block((0, 1), (n // 4, 3 * n // 4), (0, n // 5))
    high_wall = block((0, 1), (n // 4, 3 * n // 4), (4 * n // 5, n))
    ports = [
        AirPort("crah_supply", 0, 1, low_wall, flow_m3_s, True),
        AirPort("crah_return", 0, -1, high_wall, flow_m3_s, False),
    ]
    for rack, start in enumerate(rows, start=1):
        stop = start + n // 4 - 1
        solid[low:high, start:stop, : n // 2] = True
        where = ((start, stop), (0, n // 2))
        ports += [
            AirPort(f"rack_{rack}_front", 0, 1, block((low, low + 1), *where), rack_m3_s, False),
            AirPort(f"rack_{rack}_back", 0, 1, block((high, high + 1), *where), rack_m3_s, True),
        ]
    empty = open_room(d, d, d)
    return Room(d, d, d, solid, empty.closed, empty.loss, tuple(ports))
