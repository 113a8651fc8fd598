"""Time in which tokens reach experts on many GPUs, by kernels made for it (DeepEP).

Where prompts are read a token crosses the fabric once to each node that holds an expert of it, and
is forwarded there over NVLink while others cross. Where tokens are made each copy goes alone,
straight to the rank of its expert: no count is asked before, and an iteration can be one graph.
"""

from __future__ import annotations

from twin.physics.network.collectives import HOPPER, Library, crossings_of_token, seconds_over

START_S = 40e-6
"""Of one call: putting together what is sent, and taking apart what comes. The median of the twelve
calls of 128 tokens that DeepEP publishes, less what their bytes take (docs/legacy.md at commit
0297fc8; tests/validation/test_wide_experts.py)."""


def copies_s(
    copy_bytes: float,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Seconds of one way in which each copy goes alone; each rank gets as much as others.

    copy_bytes   of all copies of the tokens of one rank, B; other arguments as of
                 `collectives.token_exchange_s`
    """
    if ranks <= 1:
        return 0.0
    local = min(ranks, ranks_per_node)
    each_bytes = copy_bytes / ranks
    inside_s = seconds_over(each_bytes * (local - 1), library.token_frac * bandwidth_intra_b_s)
    beyond_s = seconds_over(each_bytes * (ranks - local), library.nic_frac * bandwidth_inter_b_s)
    return START_S + max(inside_s, beyond_s)


def once_s(
    token_bytes: float,
    chosen: int,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Seconds of one way in which a token goes once to each node, and there once to each rank; both
    at a time, so that the longer counts. Experts are chosen evenly.

    token_bytes   of all tokens of one rank, each counted once, B
    chosen        experts of a token
    """
    if ranks <= 1:
        return 0.0
    local = min(ranks, ranks_per_node)
    inside, beyond = crossings_of_token(chosen, ranks, local)
    beyond_s = seconds_over(beyond * token_bytes, library.nic_frac * bandwidth_inter_b_s)
    inside_s = seconds_over(inside * token_bytes, library.token_frac * bandwidth_intra_b_s)
    return START_S + max(inside_s, beyond_s)
