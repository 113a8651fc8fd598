"""Rooms of the airflow solver: what is well formed, what is refused, which cells ports touch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from twin.physics.airflow.grid import AirPort, BadRoom, Room, open_room

EVEN_M = np.full(4, 0.5)


def port(**changes: object) -> AirPort:
    faces = np.array([[0, 1, 1], [0, 1, 2]])
    return replace(AirPort("tile_1", 0, 1, faces, 1.0, True), **changes)  # type: ignore[arg-type]


def test_a_supply_touches_the_cell_it_blows_into_and_a_return_the_one_it_draws_from() -> None:
    assert port().room_cells().tolist() == [[0, 1, 1], [0, 1, 2]]
    drawn = port(sign=-1, into_room=False)
    assert drawn.room_cells().tolist() == [[0, 1, 1], [0, 1, 2]]
    far = port(sign=1, into_room=False, faces=np.array([[4, 0, 0]]))
    assert far.room_cells().tolist() == [[3, 0, 0]]


def test_volumes_and_face_areas_fill_the_room() -> None:
    room = open_room(np.array([0.1, 0.2]), np.array([0.3, 0.4, 0.5]), np.array([1.0]))
    assert room.volumes_m3().sum() == pytest.approx(0.3 * 1.2 * 1.0)
    assert room.face_areas_m2(1).shape == (2, 4, 1)
    assert room.face_areas_m2(2)[0].sum() == pytest.approx(2 * 0.1 * 1.2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flow_m3_s": -1.0}, "port tile_1: flow -1.0"),
        ({"axis": 3}, "axis 3"),
        ({"faces": np.array([[0, 9, 0]])}, "do not touch a cell"),
        ({"faces": np.zeros((0, 3), int)}, "one at least"),
        ({"jet_frac": 0.0}, "open area fraction"),
    ],
)
def test_bad_ports_are_refused_by_name(changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadRoom, match=said):
        open_room(EVEN_M, EVEN_M, EVEN_M, (port(**changes),))


def test_every_fault_of_a_room_is_said_at_once() -> None:
    good = open_room(EVEN_M, EVEN_M, EVEN_M)
    with pytest.raises(BadRoom) as caught:
        Room(
            EVEN_M, np.array([0.5, -0.5, 0.5, 0.5]), EVEN_M, np.zeros((4, 4, 3), bool),
            good.closed, good.loss, (),
        )  # fmt: skip
    assert len(caught.value.faults) == 2


def test_twin_loads_without_the_compiler() -> None:
    code = (
        "import sys, twin; from twin.physics.airflow import grid, potential;"
        " assert 'numba' not in sys.modules and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
