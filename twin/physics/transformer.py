"""What one transformer weighs, computes and remembers: arithmetic on its shape.

Sources: Vaswani et al. (2017), arXiv 1706.03762; grouped queries: Ainslie et al. (2023), arXiv
2305.13245; gated feed-forward: Shazeer (2020), arXiv 2002.05202; latent attention: DeepSeek-V2,
arXiv 2405.04434.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

BYTES_PER_VALUE = {
    "fp32": 4.0,
    "bf16": 2.0,
    "fp16": 2.0,
    "fp8": 1.0,
    "mxfp8": 33 / 32,
    "nvfp4": 9 / 16,
    "mxfp4": 17 / 32,
}
"""Bytes of one stored number, scales of its block included: one byte for 32 numbers in mx formats
(OCP microscaling formats 1.0), one for 16 in nvfp4; fp8 in blocks of 128 x 128 has too few to
count."""


def bytes_per_value(number_format: str) -> float:
    """Bytes of one stored number; ValueError with the known formats where it is none of them."""
    if number_format not in BYTES_PER_VALUE:
        known = ", ".join(BYTES_PER_VALUE)
        raise ValueError(f"number format {number_format!r}; allowed: {known}")
    return BYTES_PER_VALUE[number_format]


@dataclass(frozen=True)
class Transformer:
    """Shape of a decoder-only transformer; every size is a count of elements."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    tied: bool
    gated: bool = True
    experts: int = 0
    """Routed experts a layer; 0 where every layer is dense."""
    experts_per_token: int = 0
    shared_experts: int = 0
    ffn_expert: int = 0
    dense_layers: int = 0
    """Layers that keep the dense feed-forward of width `ffn`, leading or between the sparse ones;
    counts only with experts."""
    latent_rank: int = 0
    """Rank of the compressed keys and values of latent attention; 0 for plain attention."""
    latent_query_rank: int = 0
    latent_rope: int = 0
    """Width of the positional part that latent attention keeps beside the compressed one."""
    window_layers: int = 0
    """Layers whose attention sees only the last `window_tokens`."""
    window_tokens: int = 0
    window_chunks: bool = False
    """Whether they see what there is so far of chunks of `window_tokens`, which begin one after
    another, and not the last ones."""

    def parameters(self) -> float:
        """All parameters: layers, norms, embedding, and the output head unless it is tied."""
        per_layer = self.attention_parameters() + 2 * self.hidden
        embedding = self.vocab * self.hidden * (1 if self.tied else 2)
        return (
            self.layers * per_layer + self._ffn_parameters(self.experts) + embedding + self.hidden
        )

    def active_parameters(self) -> float:
        """Parameters one token passes through: its experts only."""
        return (
            self.parameters()
            - self._ffn_parameters(self.experts)
            + self._ffn_parameters(self.experts_per_token)
        )

    def attention_parameters(self) -> float:
        """Weights of one layer's attention projections."""
        if self.latent_rank:
            query = self.latent_query_rank * (
                self.hidden + self.heads * (self.head_dim + self.latent_rope)
            )
            key_value = self.hidden * (self.latent_rank + self.latent_rope)
            expand = self.latent_rank * self.heads * 2 * self.head_dim
            return query + key_value + expand + self.heads * self.head_dim * self.hidden
        return self.hidden * self.head_dim * (2 * self.heads + 2 * self.kv_heads)

    def linear_flop_per_token(self) -> float:
        """FLOP of every matrix product with weights, forward, output head included: 2 a weight
        used.
        """
        layers = self.layers * self.attention_parameters() + self._ffn_parameters(
            self.experts_per_token, False
        )
        return 2 * (layers + self.vocab * self.hidden)

    def attention_flop_per_token(self, context_tokens: ArrayLike, decode: bool = False) -> Array:
        """FLOP of scores and values of one new token that sees `context_tokens`, over all layers.

        Latent attention decodes in the compressed space (arXiv 2405.04434, section 2.1.2): fewer
        bytes, more FLOP.
        """
        width = 2 * self.head_dim
        if self.latent_rank:
            width = (
                2 * self.latent_rank + self.latent_rope
                if decode
                else 2 * self.head_dim + self.latent_rope
            )
        flop: Array = 2.0 * self.heads * width * self.seen_tokens(context_tokens)
        return flop

    def seen_tokens(self, context_tokens: ArrayLike) -> Array:
        """Context tokens that one new token sees, summed over layers; windows forget the older
        ones. Behind the first chunk it sees half of one on average.
        """
        context = np.asarray(context_tokens, float)
        closed = self.window_tokens / 2 if self.window_chunks else self.window_tokens
        window = np.where(context <= self.window_tokens, context, closed)
        seen: Array = (self.layers - self.window_layers) * context + self.window_layers * window
        return seen

    def kept_tokens(self, context_tokens: ArrayLike) -> Array:
        """Context tokens of which keys and values are kept, summed over layers; closed windows keep
        no more.
        """
        context = np.asarray(context_tokens, float)
        window = np.minimum(context, self.window_tokens)
        kept: Array = (self.layers - self.window_layers) * context + self.window_layers * window
        return kept

    def seen_of_chunk(self, first_tokens: float, last_tokens: float) -> float:
        """Tokens of its chunk that a new token sees, on average over contexts from the first to the
        last.
        """
        if last_tokens <= first_tokens:
            return last_tokens % self.window_tokens
        area = [self._chunk_area(tokens) for tokens in (first_tokens, last_tokens)]
        return (area[1] - area[0]) / (last_tokens - first_tokens)

    def _chunk_area(self, tokens: float) -> float:
        """Tokens seen of their chunks, summed over contexts up to this one."""
        whole, begun = divmod(tokens, self.window_tokens)
        return whole * self.window_tokens**2 / 2 + begun**2 / 2

    def forward_flop_per_token(self, sequence_tokens: ArrayLike) -> Array:
        """FLOP a token of a causal sequence of that length costs on average, forward."""
        return self.linear_flop_per_token() + self.attention_flop_per_token(
            np.asarray(sequence_tokens) / 2
        )

    def training_flop(self, tokens: float, sequence_tokens: float) -> float:
        """Model FLOP of training on `tokens`: three times forward, no recompute."""
        return float(3 * tokens * self.forward_flop_per_token(sequence_tokens))

    def kv_values_per_token(self) -> int:
        """Numbers kept for one token of context while no window has closed, over all layers."""
        return self.layers * self._kv_values_per_layer()

    def kv_bytes_per_token(self, bytes_per_value: float = 2.0) -> float:
        """Bytes kept for one token of context while no window has closed."""
        return self.kv_values_per_token() * bytes_per_value

    def context_bytes(self, context_tokens: ArrayLike, bytes_per_value: float = 2.0) -> Array:
        """Bytes kept for one sequence of `context_tokens`; closed windows keep no more."""
        return self.kept_tokens(context_tokens) * self._kv_values_per_layer() * bytes_per_value

    @property
    def sparse_layers(self) -> int:
        """Layers with routed experts; 0 where every layer is dense."""
        return self.layers - self.dense_layers if self.experts else 0

    def weight_bytes(self, bytes_per_parameter: float = 2.0) -> float:
        """Bytes of all weights, each at the given width."""
        return self.parameters() * bytes_per_parameter

    def routed_parameters(self) -> float:
        """Weights of all routed experts, over all layers; 0 where every layer is dense."""
        return self._routed_parameters(self.experts) if self.experts else 0.0

    def attention_output_parameters(self) -> float:
        """Weights of the products that attention ends with, over all layers."""
        return float(self.layers * self.heads * self.head_dim * self.hidden)

    def common_feed_forward_parameters(self) -> float:
        """Feed-forward weights that every token passes through, over all layers: those of dense
        layers and shared experts, routers left out.
        """
        return self._ffn_parameters(0, router=False)

    def embedding_parameters(self) -> float:
        """Weights of embedding and output head; once where they are one matrix."""
        return float(self.vocab * self.hidden * (1 if self.tied else 2))

    def read_parameters(self, tokens: ArrayLike) -> Array:
        """Parameters that a step over `tokens` tokens reads: of experts only those that some token
        chose.

        Distinct experts of E with k a token: E (1 - (1 - k/E)^tokens), routing taken as uniform.
        """
        tokens = np.asarray(tokens, float)
        if not self.experts:
            read = np.full(tokens.shape, self._ffn_parameters(0))
        else:
            missed_frac = (1 - self.experts_per_token / self.experts) ** tokens
            read = self._ffn_parameters(0) + (1 - missed_frac) * self._routed_parameters(
                self.experts
            )
        return (
            self.layers * (self.attention_parameters() + 2 * self.hidden)
            + self.vocab * self.hidden
            + read
        )

    def _kv_values_per_layer(self) -> int:
        return (
            self.latent_rank + self.latent_rope
            if self.latent_rank
            else 2 * self.kv_heads * self.head_dim
        )

    def _matrices(self) -> int:
        return 3 if self.gated else 2

    def _routed_parameters(self, experts: int) -> float:
        return (
            (self.layers - self.dense_layers)
            * experts
            * self._matrices()
            * self.hidden
            * self.ffn_expert
        )

    def _ffn_parameters(self, routed: int, router: bool = True) -> float:
        """Feed-forward weights of all layers with `routed` experts counted in each sparse layer."""
        dense = self._matrices() * self.hidden * self.ffn
        if not self.experts:
            return float(self.layers * dense)
        sparse_layers = self.layers - self.dense_layers
        shared = self.shared_experts * self._matrices() * self.hidden * self.ffn_expert
        routing = self.experts * self.hidden if router else 0
        return float(
            self.dense_layers * dense + sparse_layers * (shared + routing)
        ) + self._routed_parameters(routed)
