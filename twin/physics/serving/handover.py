"""Keys and values on their way from the replica that read a prompt to the one that goes on.

A transfer takes a moment to be set up and then goes at a share of the line rate of the adapters;
those of one replica leave it one after another, and nobody computes less for them (they go from
memory to memory). They begin when the whole prompt is read, or layer by layer while it is.

Shares: the published transfers of one prompt of Qwen3-8B, 20 MB to 4.5 GB, between two servers of
eight 200 Gbit/s adapters with GPUDirect (Mooncake's connector for vLLM v1,
kvcache-ai.github.io/Mooncake/performance/vllm-v1-support-benchmark.html, 2025); the line through
them, LINK_FRAC of the adapters' rate after SETUP_S, misses none of the nine by more than 17 %, and
those above 100 MB by at most 6 %.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array

LINK_FRAC = 0.72
"""Of the adapters' line rate."""
SETUP_S = 0.45e-3
"""Before a transfer's bytes flow."""


def transfer_s(size_bytes: Array | float, line_bytes_s: Array | float) -> Array:
    """Seconds of one transfer alone; inf where there is no line.

    size_bytes     keys and values of the prompt
    line_bytes_s   of all adapters that it leaves by, one direction
    """
    size, line = np.broadcast_arrays(np.asarray(size_bytes, float), line_bytes_s)
    flowing = np.full(size.shape, np.inf)
    np.divide(size, LINK_FRAC * line, out=flowing, where=np.asarray(line) > 0)
    return SETUP_S + flowing


def ahead_s(reads_s: Array | float, pieces: int) -> Array:
    """Seconds before a prompt is read at which the first of so many alike pieces is."""
    return np.asarray((1 - 1 / pieces) * np.asarray(reads_s, float))


def after_reading_s(sends_s: Array | float, reads_s: Array | float, pieces: int) -> Array:
    """Seconds of a transfer that are left when a prompt is read.

    sends_s   of the transfer alone
    reads_s   of the prompt
    pieces    that it goes in as they are computed, such as the model's layers; 1: whole

    The first piece may go once it is computed, the last once all are: a line of two machines
    (Johnson 1954, doi 10.1002/nav.3800010110) whose pieces are alike.
    """
    sends = np.asarray(sends_s, float)
    return np.maximum(sends - ahead_s(reads_s, pieces), sends / pieces)
