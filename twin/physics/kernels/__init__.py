"""The kernels that a model issues, and what an iteration of a serving engine takes as their sum.

`calls` lists what a replica issues at given counts of tokens; `KernelTimes` knows how long each
takes on a device; `IterationLaw` is their sum as an engine asks for it. Nothing here is fitted to
an end-to-end rate.
"""

from __future__ import annotations

from twin.physics.kernels.adapters import Adapters, adapter_bytes, zipf_shares
from twin.physics.kernels.benchmark import BenchmarkRun, run_benchmark
from twin.physics.kernels.call import KernelCall, KernelTimes, Priced, price
from twin.physics.kernels.crowding import fullest_rank
from twin.physics.kernels.dispatch import TokenDispatch
from twin.physics.kernels.host import HostTimes
from twin.physics.kernels.iteration import IterationLaw, LawRange
from twin.physics.kernels.laws import iteration_laws
from twin.physics.kernels.memory import (
    expert_buffer_bytes,
    kv_bytes_per_token,
    kv_capacity_tokens,
    kv_room_bytes,
    place_bytes,
    sequence_bytes,
    weight_bytes_per_gpu,
)
from twin.physics.kernels.reading import reading_curve
from twin.physics.kernels.replica import (
    TOGETHER,
    KernelFormats,
    ServingReplica,
    StageLink,
    WindowRules,
    crossings,
    even_redundancy,
    experts_on_ranks,
    replica_problems,
)
from twin.physics.kernels.schedule import BenchmarkLoad, benchmark_schedule
from twin.physics.kernels.steady import RequestMix, request_apart, steady_curve

__all__ = [
    "TOGETHER",
    "Adapters",
    "BenchmarkLoad",
    "BenchmarkRun",
    "HostTimes",
    "IterationLaw",
    "KernelCall",
    "KernelFormats",
    "KernelTimes",
    "LawRange",
    "Priced",
    "RequestMix",
    "ServingReplica",
    "StageLink",
    "TokenDispatch",
    "WindowRules",
    "adapter_bytes",
    "benchmark_schedule",
    "crossings",
    "even_redundancy",
    "expert_buffer_bytes",
    "experts_on_ranks",
    "fullest_rank",
    "iteration_laws",
    "kv_bytes_per_token",
    "kv_capacity_tokens",
    "kv_room_bytes",
    "place_bytes",
    "price",
    "reading_curve",
    "replica_problems",
    "request_apart",
    "run_benchmark",
    "sequence_bytes",
    "steady_curve",
    "weight_bytes_per_gpu",
    "zipf_shares",
]
