"""What is left of a load's supply once components have failed: all, a part, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.physics.reliability.gates import Floats, Gates, Rule

_FULL_FRAC = 1.0 - 1e-7
"""From here on a demand counts as met: ratings are decimal texts."""


def served_frac(gates: Gates, cases: Sequence[Sequence[int]]) -> Floats:
    """(node, case): the share of its demand that each node can still be given, from 0 to 1.

    The gates' rules carried over to shares: AND the least input, OR and TRANSFER the best, KOFN its
    inputs over k, CAP what its inputs' capacities reach of the demand, and no more than the best of
    them has. A KOFN gate with a capacity of its own is a step of what its consumer adds up (the
    second pump of a unit), there or not: the k-th best input. A failed component gives nothing.
    cases  node numbers of the failed components, case by case.
    """
    share = np.ones((len(gates.names), len(cases)))
    failed = np.zeros(share.shape, dtype=np.bool_)
    for case, lost in enumerate(cases):
        failed[list(lost), case] = True
    for node in range(len(gates.names)):
        inputs = gates.inputs_of(node)
        if inputs.size:
            share[node] = _given(gates, node, share[inputs], gates.capacity_w[inputs])
        share[node, failed[node]] = 0.0
    return np.where(share >= _FULL_FRAC, 1.0, share)


def _given(gates: Gates, node: int, inputs: Floats, capacity_w: Floats) -> Floats:
    """(case,): the share of one node, own failure aside, from those of its inputs (input, case)."""
    found: Floats
    match Rule(gates.rule[node]):
        case Rule.AND:
            found = inputs.min(axis=0)
        case Rule.KOFN if np.isfinite(gates.capacity_w[node]):
            found = np.sort(inputs, axis=0)[-int(gates.k[node])]
        case Rule.KOFN:
            found = np.minimum(1.0, inputs.sum(axis=0) / float(gates.k[node]))
        case Rule.CAP:
            found = _capacity_share(inputs, capacity_w, float(gates.demand_w[node]))
        case _:
            found = inputs.max(axis=0)
    return found


def _capacity_share(inputs: Floats, capacity_w: Floats, demand_w: float) -> Floats:
    """(case,): capacities that are left over demand, and no more than the best input has of its
    own.
    """
    if demand_w <= 0:
        return np.ones(inputs.shape[1])
    found: Floats = np.minimum(
        np.minimum(capacity_w, demand_w) @ inputs / demand_w, inputs.max(axis=0)
    )
    return found
