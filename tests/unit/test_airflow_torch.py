"""The pressure equation in torch is that of the compiled kernels, on the CPU build of torch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.airflow_rooms import rack_room
from tests.unit.test_airflow_potential import random_faces, random_sources
from twin.physics.airflow.multigrid import Poisson
from twin.physics.airflow.potential import potential

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="needs the extra torch")


def test_one_cycle_is_the_same() -> None:
    from twin.physics.airflow.torch_poisson import TorchPoisson

    c = random_faces(13, 0.15)
    spacings = (np.linspace(0.8, 1.2, 13), np.ones(13), np.ones(13))
    compiled = Poisson(c, spacings)
    tensors = TorchPoisson(c, spacings)
    b = random_sources(13, compiled)
    there = tensors.cycle_on_device(torch.as_tensor(b)).numpy()
    here = compiled.cycle(b)
    assert np.abs(there - here).max() < 1e-12 * np.abs(here).max()


def test_the_flow_of_a_room_is_the_same() -> None:
    room = rack_room(20)
    one = potential(room)
    other = potential(room, device="torch:cpu")
    assert one.iterations == other.iterations
    for u, v in zip(one.velocity_m_s, other.velocity_m_s, strict=True):
        assert np.abs(u - v).max() < 1e-6
