"""What serving software adds to its kernels, and how far forecasts have been off.

Fitted: the three times of TensorRT-LLM, on its published offline rows of 1,000 tokens in and out
(24 rows, eight models, four GPUs), with the least absolute log error; the time of an iteration came
out as none, for its scheduler works beside the GPU. All other rows were forecast. Source:
NVIDIA/TensorRT-LLM perf-overview.md, commit 03e27c7d. `docs/physics/serving_forecasts.md` has
every row.
"""

from __future__ import annotations

from twin.physics.kernels import HostTimes

TENSORRT_LLM = HostTimes(iteration_s=0.0, sequence_s=3.3e-6, expert_layer_s=2.2e-4)
DENSE_ERROR_FRAC = 0.07
"""Mean absolute error of forecasts of dense models."""
EXPERTS_ERROR_FRAC = 0.15
"""The same of models of experts."""
CARRIED_ERROR_FRAC = 0.25
"""Assumed where rates are carried over from another GPU by data sheet."""
OUTSIDE_ERROR_FRAC = 0.10
"""Added where kernels lie outside the shapes that were measured; assumed."""
PUBLISHED_REQUESTS = ((2_500, 3_000), (12_000, 1_500))
"""Requests of TensorRT-LLM's published runs: up to so many tokens in and out, so many requests."""
LONG_RUN_REQUESTS = 1_000


def published_requests(tokens: int) -> int:
    """Requests that a published run of this length has."""
    for longest, requests in PUBLISHED_REQUESTS:
        if tokens <= longest:
            return requests
    return LONG_RUN_REQUESTS
