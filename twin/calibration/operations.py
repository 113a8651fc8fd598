"""Each operation of `kernels` as torch code over a pool larger than the last-level cache.

Weights, keys and values are views at changing places of one pool. Without that a repeated weight
stays in cache and a small product seems four times as fast as it is (measured).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from twin.calibration.kernels import Runner, Task
from twin.calibration.torch_device import load_torch

POOL_BYTES = {"cpu": 192 * 2**20, "cuda": 4 * 2**30}
DTYPES = {"cpu": "float32", "cuda": "bfloat16"}
ELEMENT_BYTES = {"float32": 4.0, "bfloat16": 2.0}


class Pool:
    """Numbers drawn once, handed out as views that walk through memory."""

    def __init__(self, device: str) -> None:
        torch = load_torch()
        self.device = device
        self.dtype = DTYPES[device]
        dtype = getattr(torch, self.dtype)
        elements = int(POOL_BYTES[device] / ELEMENT_BYTES[self.dtype])
        block = torch.randn(min(elements, 2**20), device=device).to(dtype) * 0.1
        self.flat = block.repeat(-(-elements // block.numel()))[:elements]
        self._turn = count(1)

    def view(self, *shape: int) -> Any:
        """The next view of this shape; neighbours in time share no memory where the pool is large
        enough.
        """
        size = 1
        for side in shape:
            size *= side
        slots = max(1, self.flat.numel() // size)
        start = next(self._turn) % slots * size
        return self.flat[start : start + size].view(*shape)


def runner(task: Task, pool: Pool) -> Runner:
    """A function that runs the task once on the next part of the pool."""
    if task.op in ("attention_prefill", "attention_train", "attention_decode"):
        return _attention(task, pool)
    if task.op == "gemm":
        return _gemm(task, pool)
    return _stream(task, pool)


def attend(q: Any, k: Any, v: Any, causal: bool) -> Any:
    """Scaled dot-product attention with grouped keys; shapes (batch, heads, tokens, head_dim)."""
    functional = load_torch().nn.functional
    return functional.scaled_dot_product_attention(
        q, k, v, is_causal=causal, enable_gqa=q.shape[1] != k.shape[1]
    )


def norm(x: Any, weight: Any) -> Any:
    """Root-mean-square norm over the last axis."""
    return load_torch().nn.functional.rms_norm(x, (x.shape[-1],), weight, 1e-6)


def gate(gate_up: Any) -> Any:
    """silu(gate) * up of the two halves of the last axis."""
    left, right = gate_up.chunk(2, dim=-1)
    return load_torch().nn.functional.silu(left) * right


def rotate(x: Any, cosine: Any, sine: Any) -> Any:
    """Rotary embedding: x cos + rotate_half(x) sin."""
    left, right = x.chunk(2, dim=-1)
    return x * cosine + load_torch().cat([-right, left], dim=-1) * sine


def _gemm(task: Task, pool: Pool) -> Runner:
    m = task.shape["m"]
    n = task.shape["n"]
    k = task.shape["k"]
    x = pool.view(m, k).clone()
    linear = load_torch().nn.functional.linear
    return lambda: linear(x, pool.view(n, k))


def _attention(task: Task, pool: Pool) -> Runner:
    shape = task.shape
    tokens = shape["tokens"]
    batch = shape["batch"]
    width = shape["head_dim"]
    new = 1 if task.op == "attention_decode" else tokens
    q = pool.view(batch, shape["heads"], new, width).clone()
    if task.op != "attention_train":
        keys = (batch, shape["kv_heads"], tokens, width)
        return lambda: attend(q, pool.view(*keys), pool.view(*keys), new > 1)
    q, k, v = (
        pool.view(batch, shape[h], tokens, width).clone() for h in ("heads", "kv_heads", "kv_heads")
    )
    leaves = [tensor.requires_grad_() for tensor in (q, k, v)]
    torch = load_torch()
    seed = torch.ones_like(q)
    return lambda: torch.autograd.grad(attend(q, k, v, True), leaves, seed)


def _stream(task: Task, pool: Pool) -> Runner:
    return _STREAMS[task.op](task.shape["elements"], pool)


def _add(elements: int, pool: Pool) -> Runner:
    return lambda: pool.view(elements) + pool.view(elements)


def _copy(elements: int, pool: Pool) -> Runner:
    return lambda: pool.view(elements).clone()


def _norm(elements: int, pool: Pool) -> Runner:
    width = min(elements, 512)
    weight = pool.view(width).clone()
    return lambda: norm(pool.view(elements // width, width), weight)


def _gate(elements: int, pool: Pool) -> Runner:
    width = min(elements, 2048)
    return lambda: gate(pool.view(elements // width, 2 * width))


def _rotate(elements: int, pool: Pool) -> Runner:
    rows = elements // 64
    width = 64
    cosine = pool.view(rows, width).clone()
    sine = pool.view(rows, width).clone()
    return lambda: rotate(pool.view(rows, width), cosine, sine)


def _cross_entropy(elements: int, pool: Pool) -> Runner:
    torch = load_torch()
    width = min(elements, 2048)
    target = torch.zeros(elements // width, dtype=torch.long, device=pool.device)

    def run() -> object:
        logits = pool.view(elements // width, width).requires_grad_()
        loss = torch.nn.functional.cross_entropy(logits, target)
        return torch.autograd.grad(loss, logits)

    return run


def _adamw(elements: int, pool: Pool) -> Runner:
    torch = load_torch()
    weight = torch.nn.Parameter(pool.view(elements).clone())
    weight.grad = pool.view(elements).clone()
    optimizer = torch.optim.AdamW([weight], fused=True)
    step: Runner = optimizer.step
    return step


_STREAMS: dict[str, Callable[[int, Pool], Runner]] = {
    "add": _add, "copy": _copy, "norm": _norm, "gate": _gate, "rotate": _rotate,
    "cross_entropy": _cross_entropy, "adamw": _adamw,
}  # fmt: skip
