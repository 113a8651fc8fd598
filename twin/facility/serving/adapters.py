"""Adapters as a planner states them, as kernels of a replica."""

from __future__ import annotations

from dataclasses import replace

from twin.physics.kernels import Adapters, ServingReplica, adapter_bytes, zipf_shares
from twin.physics.serving.latency import LengthLaw
from twin.physics.serving.law import AdapterLoading
from twin.workload import Pool
from twin.workload.lora import LoraAdapters


def shares_of(stated: LoraAdapters) -> tuple[float, ...]:
    """Of requests, by adapter."""
    if not stated.shares:
        return zipf_shares(stated.adapters, stated.zipf)
    total = sum(stated.shares)
    return tuple(one / total for one in stated.shares)


def pool_adapters(pool: Pool, lengths: LengthLaw, rows_a_token: float) -> Adapters | None:
    """Those of a service's replicas.

    rows_a_token   rows of an iteration for each token that is made: more than one with drafts
    """
    found = adapters_of(pool.lora, lengths.input_tokens - lengths.unread_tokens)
    if found is None or not lengths.ready:
        return found
    return replace(found, made_tokens=lengths.output_tokens * rows_a_token)


def loading_of(replica: ServingReplica) -> AdapterLoading | None:
    """What a replica loads request by request; None where all it serves is there."""
    found = replica.adapters
    if found is None or found.missing_frac == 0.0:
        return None
    each_s = found.one_load_s(adapter_bytes(found, replica.model, replica.tensor))
    return AdapterLoading(found.shares, found.resident, each_s, found.missing_frac)


def nothing_loaded(replica: ServingReplica) -> ServingReplica:
    """The same replica without the mean time of loading in its iterations."""
    if loading_of(replica) is None or replica.adapters is None:
        return replica
    return replace(replica, adapters=replace(replica.adapters, load_s=0.0))


def adapters_of(stated: LoraAdapters | None, read_tokens: float) -> Adapters | None:
    """The adapters of a replica; None where it has none.

    read_tokens   of a prompt, on average
    """
    if stated is None:
        return None
    shares = shares_of(stated)
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
