"""What a GPU of a replica holds: weights, and room for keys and values."""

from __future__ import annotations

from twin.physics.kernels.replica import ServingReplica


def weight_bytes_per_gpu(replica: ServingReplica) -> float:
    """Bytes of weights on each GPU: attention is copied on every attention rank."""
    model = replica.model
    form = replica.formats
    routed = model.routed_parameters()
    embedding = model.embedding_parameters()
    rest = model.parameters() - routed - embedding
    shared = (rest * form.layer_bytes + embedding * 2.0) / replica.tensor
    return shared + routed * form.expert_bytes / replica.gpus


def kv_bytes_per_token(replica: ServingReplica) -> float:
    """Bytes that a token of context takes on each GPU that holds it, no window closed."""
    model = replica.model
    if model.latent_rank:
        return model.kv_values_per_token() * replica.formats.kv_bytes
    share = replica.kv_heads / model.kv_heads
    return model.kv_values_per_token() * replica.formats.kv_bytes * share


def sequence_bytes(replica: ServingReplica, context_tokens: float) -> float:
    """Bytes that a sequence takes on each GPU that holds it; closed windows keep no more."""
    model = replica.model
    whole = model.layers * context_tokens
    seen = float(model.seen_tokens(context_tokens))
    return kv_bytes_per_token(replica) * context_tokens * (seen / whole if whole else 1.0)


def kv_capacity_tokens(replica: ServingReplica, memory_bytes: float) -> float:
    """Tokens of context for which each attention rank has room; below zero where weights alone do
    not fit.

    memory_bytes   of one GPU, what the runtime and its margin take already off
    """
    room = memory_bytes - weight_bytes_per_gpu(replica)
    return room / kv_bytes_per_token(replica)
