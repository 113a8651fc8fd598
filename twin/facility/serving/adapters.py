"""Adapters as a planner states them, as kernels of a replica."""

from __future__ import annotations

from twin.physics.kernels import Adapters, ServingReplica, zipf_shares
from twin.workload.lora import LoraAdapters


def adapters_of(stated: LoraAdapters | None, read_tokens: float) -> Adapters | None:
    """The adapters of a replica; None where it has none.

    read_tokens   of a prompt, on average
    """
    if stated is None:
        return None
    shares = zipf_shares(stated.adapters, stated.zipf)
    if stated.shares:
        total = sum(stated.shares)
        shares = tuple(one / total for one in stated.shares)
    resident = min(stated.resident or stated.adapters, stated.adapters)
    only = stated.on == "attention"
    return Adapters(stated.rank, shares, resident, only, stated.load_time, max(read_tokens, 1.0))


def adapter_problems(replica: ServingReplica) -> tuple[tuple[str, str], ...]:
    """Why a replica cannot have its adapters, as (found, allowed); empty where it can."""
    found = replica.adapters
    if found is None:
        return ()
    model = replica.model
    rules = (
        (replica.pipeline * replica.data == 1, "adapters over stages or ranks", "one of each"),
        (not model.latent_rank, "adapters of latent attention", "a model of plain attention"),
        (
            not model.experts or found.attention_only,
            "adapters on experts",
            "on: attention, for a model of experts",
        ),
    )
    return tuple((what, allowed) for holds, what, allowed in rules if not holds)
