"""A replica of a service in the small facility, as the serving discipline sees it."""

from __future__ import annotations

from typing import Any

from conftest import small

from twin.facility.gpu_profiles import profiled
from twin.simulation.serving.gpu_cut import GpuCut
from twin.simulation.serving.replica import ReplicaSpeed
from twin.workload import Inference


def replica_speed(gpu: str, asked: dict[str, Any]) -> ReplicaSpeed:
    """How fast one replica of a chat on four nodes is; `asked` adds keys or replaces them whole."""
    spec = {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": 4,
        "tensor_parallel": 4,
        "dtype": "fp4",
    }
    service = Inference.model_validate(spec | asked)
    (pool,) = service.pools()
    scenario = small(workload=[service.model_dump(mode="json")])
    return ReplicaSpeed(scenario, pool, GpuCut(profiled(small(), gpu)))
