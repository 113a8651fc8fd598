"""Serving replicas: capacity by clock, activity and time a token by load, and models too large."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.replicas import replica_speed
from twin import InputError
from twin.simulation.serving.replica import CLOCKS, ReplicaSpeed

GPU = "GB200-NVL72-GPU"
CARRIED = "L40S"
"""A GPU without a profile of its own."""


def serve(gpu: str = GPU, **changes: Any) -> ReplicaSpeed:
    """Capacity of one replica of a service."""
    return replica_speed(gpu, {"requests": {"rate": "5 / s"}} | changes)


def test_capacity_rises_with_the_clock_and_reaches_the_whole() -> None:
    replica = serve()
    capacity = replica.capacity(CLOCKS)
    assert (np.diff(capacity) >= 0).all()
    assert capacity[0] > 0
    assert capacity[-1] == pytest.approx(replica.capacity_tokens_per_s)
    assert (capacity >= CLOCKS * replica.capacity_tokens_per_s - 1e-6).all()


def test_a_busier_replica_works_harder_and_takes_longer_a_token() -> None:
    replica = serve()
    loads = np.linspace(0.05, 1.0, 20)
    assert (np.diff([replica.activity(x) for x in loads]) >= -0.01).all(), (
        "up but for the memory's share at the top"
    )
    assert (np.diff([replica.time_per_token_s(x) for x in loads]) >= -1e-12).all()
    assert 0 <= replica.activity(0.0) < replica.activity(1.0) <= 1.0


def test_a_replica_whose_model_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="found chat: "):
        serve(CARRIED, tensor_parallel=1, dtype="bf16")
