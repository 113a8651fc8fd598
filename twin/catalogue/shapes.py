"""From rows of the catalogue to what physics computes with: the shape of a model, its formats."""

from __future__ import annotations

from twin.catalogue.rows import Model
from twin.physics.transformer import Transformer


def shape_of(model: Model) -> Transformer:
    """The shape of a model; windows, experts and latent attention included."""
    return Transformer(
        layers=model.layers,
        hidden=model.hidden,
        heads=model.heads,
        kv_heads=model.kv_heads,
        head_dim=model.head_dim,
        ffn=model.ffn,
        vocab=model.vocab,
        tied=model.tied,
        gated=model.ffn_matrices == 3,
        experts=model.experts or 0,
        experts_per_token=model.experts_per_token or 0,
        shared_experts=model.shared_experts or 0,
        ffn_expert=model.ffn_expert or 0,
        dense_layers=model.dense_layers or 0,
        latent_rank=model.latent_rank or 0,
        latent_query_rank=model.latent_query_rank or 0,
        latent_rope=model.latent_rope or 0,
        window_layers=model.window_layers or 0,
        window_tokens=model.window_tokens or 0,
        window_chunks=bool(model.window_chunks),
    )
