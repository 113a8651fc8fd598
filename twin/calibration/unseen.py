"""A small transformer that no benchmark has seen: its widths, its steps, and how each is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from twin.calibration.operations import attend, gate, norm, pool_bytes, rotate
from twin.calibration.torch_device import load_torch
from twin.physics.transformer import Transformer

UNSEEN = {
    "cpu": Transformer(4, 576, 9, 3, 64, 1600, 6000, tied=False),
    "cuda": Transformer(8, 3584, 28, 4, 128, 18944, 32000, tied=False),
}
"""Llama-like shapes; neither the widths nor the token counts are among the benchmark's."""
STEPS = {
    "cpu": (
        ("prefill", 1, 160), ("prefill", 2, 112), ("decode", 1, 224), ("decode", 5, 160),
        ("train", 1, 160),
    ),
    "cuda": (
        ("prefill", 1, 1536), ("prefill", 3, 640), ("decode", 8, 1500), ("decode", 40, 1100),
        ("train", 1, 1536),
    ),
}  # fmt: skip
"""Kind, sequences, tokens."""


def step(
    model: Transformer, weights: dict[str, Any], device: str, kind: str, batch: int, seq: int
) -> Callable[[], object]:
    """A function that runs one step of a kind."""
    makers = {"prefill": _prefill, "decode": _decode, "train": _train}
    if kind == "decode" and device == "cpu":
        runs = [_decode(model, copy, device, batch, seq) for copy in _cold(weights)]
        turn = cycle(runs)
        return lambda: next(turn)()
    run: Callable[[], object] = makers[kind](model, weights, device, batch, seq)
    return run


def _cold(weights: dict[str, Any]) -> list[dict[str, Any]]:
    """So many copies that none is in the processor's cache when its turn comes: a small net would
    stay there, and no model that anybody serves does.
    """
    size = sum(matrix.nbytes for matrix in _matrices(weights))
    return [weights, *(_copied(weights) for _ in range(pool_bytes("cpu") // size))]


def _matrices(weights: Any) -> Iterator[Any]:
    """All tensors of nested weights."""
    if isinstance(weights, dict):
        weights = weights.values()
    elif not isinstance(weights, list):
        yield weights
        return
    for part in weights:
        yield from _matrices(part)


def _copied(weights: Any) -> Any:
    if isinstance(weights, dict):
        return {name: _copied(part) for name, part in weights.items()}
    if isinstance(weights, list):
        return [_copied(part) for part in weights]
    return weights.detach().clone()


def weights_of(model: Transformer, device: str, dtype: Any) -> dict[str, Any]:
    """Weights as trainable tensors: fused projections, as serving engines hold them."""
    torch = load_torch()

    def weight(*shape: int) -> Any:
        return (torch.randn(*shape, device=device) * 0.02).to(dtype).requires_grad_()

    attention = model.heads * model.head_dim
    layers = [
        {
            "in": weight(attention + 2 * model.kv_heads * model.head_dim, model.hidden),
            "out": weight(model.hidden, attention),
            "gate_up": weight(2 * model.ffn, model.hidden),
            "down": weight(model.hidden, model.ffn),
            "norms": [weight(model.hidden), weight(model.hidden)],
        }
        for _ in range(model.layers)
    ]
    return {
        "embedding": weight(model.vocab, model.hidden), "layers": layers,
        "norm": weight(model.hidden), "head": weight(model.vocab, model.hidden),
    }  # fmt: skip


def _forward(
    model: Transformer, weights: dict[str, Any], tokens: Any, cache: list[tuple[Any, Any]] | None
) -> Any:
    """Hidden state after the last norm; with a cache of (keys, values) the tokens attend to that
    instead.
    """
    torch = load_torch()
    linear = torch.nn.functional.linear
    batch, new = tokens.shape
    cosine = torch.ones(new, model.head_dim, device=tokens.device, dtype=weights["norm"].dtype)
    x = torch.nn.functional.embedding(tokens, weights["embedding"])
    for index, layer in enumerate(weights["layers"]):
        mixed = (
            linear(norm(x, layer["norms"][0]), layer["in"])
            .view(batch, new, -1, model.head_dim)
            .transpose(1, 2)
        )
        q, k, v = mixed.split([model.heads, model.kv_heads, model.kv_heads], dim=1)
        q = rotate(q, cosine, cosine)
        k = rotate(k, cosine, cosine)
        k, v = cache[index] if cache else (k, v)
        seen = attend(q, k, v, causal=cache is None).transpose(1, 2).reshape(batch, new, -1)
        x = x + linear(seen, layer["out"])
        x = x + linear(gate(linear(norm(x, layer["norms"][1]), layer["gate_up"])), layer["down"])
    return norm(x, weights["norm"])


def _tokens(model: Transformer, device: str, batch: int, new: int) -> Any:
    return load_torch().randint(model.vocab, (batch, new), device=device)


def _prefill(model: Transformer, weights: dict[str, Any], device: str, batch: int, seq: int) -> Any:
    torch = load_torch()
    tokens = _tokens(model, device, batch, seq)

    def run() -> object:
        with torch.no_grad():
            return torch.nn.functional.linear(
                _forward(model, weights, tokens, None)[:, -1], weights["head"]
            )

    return run


def _decode(model: Transformer, weights: dict[str, Any], device: str, batch: int, seq: int) -> Any:
    torch = load_torch()
    tokens = _tokens(model, device, batch, 1)
    shape = (batch, model.kv_heads, seq, model.head_dim)
    kind = {"device": device, "dtype": weights["norm"].dtype}
    cache = [(torch.randn(shape, **kind), torch.randn(shape, **kind)) for _ in range(model.layers)]

    def run() -> object:
        with torch.no_grad():
            return torch.nn.functional.linear(
                _forward(model, weights, tokens, cache)[:, -1], weights["head"]
            )

    return run


def _train(model: Transformer, weights: dict[str, Any], device: str, batch: int, seq: int) -> Any:
    torch = load_torch()
    tokens = _tokens(model, device, batch, seq)
    leaves = [weights["embedding"], weights["norm"], weights["head"]]
    leaves += [
        w for layer in weights["layers"] for w in (*layer["norms"], *(layer[k] for k in _MATRICES))
    ]
    optimizer = torch.optim.AdamW(leaves, lr=1e-5, fused=True)

    def run() -> None:
        logits = torch.nn.functional.linear(_forward(model, weights, tokens, None), weights["head"])
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens.flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()

    return run


_MATRICES = ("in", "out", "gate_up", "down")
