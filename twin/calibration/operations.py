"""Each operation of `kernels` as torch code over a pool larger than the last-level cache.

Weights, keys and values are views at changing places of one pool. Without that a repeated weight
stays in cache and a small product seems four times as fast as it is (measured).
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from itertools import count
from typing import Any

from twin.calibration.kernels import Runner, Task
from twin.calibration.torch_device import load_torch

POOL_BYTES = {"cpu": 192 * 2**20, "cuda": 4 * 2**30}
"""At least; on a CPU twice its last-level cache, where that is more."""
POOL_BYTES_MAX = 2**30
DTYPES = {"cpu": "float32", "cuda": "bfloat16"}
"""The number format in which everything is measured on a device."""
ELEMENT_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "fp8": 1.0, "nvfp4": 0.5625}
MORE_DTYPES = ("float16", "fp8", "nvfp4")
"""Formats in which matrix products are measured besides, where the device has them."""
_STORED = {"fp8": "float8_e4m3fn", "nvfp4": "uint8"}
BACKENDS = ("FLASH_ATTENTION", "CUDNN_ATTENTION", "EFFICIENT_ATTENTION")
"""Attention kernels that compete; `MATH` stands in where a device has none of them."""
_TRIES = 4
"""Runs of a kernel before its time is believed: the first of a shape may plan."""


def pool_bytes(device: str) -> int:
    """Memory that a device's caches cannot hold."""
    least = POOL_BYTES[device]
    if device != "cpu":
        return least
    return max(least, min(2 * last_level_cache_bytes(), POOL_BYTES_MAX))


def last_level_cache_bytes() -> int:
    """Of this machine's processor; 0 where the system does not say."""
    try:
        return max(os.sysconf("SC_LEVEL3_CACHE_SIZE"), 0)
    except (AttributeError, OSError, ValueError):
        return 0


class Pool:
    """Numbers drawn once, handed out as views that walk through memory."""

    def __init__(self, device: str, dtype: str = "", size_bytes: int = 0) -> None:
        torch = load_torch()
        self.device = device
        self.dtype = dtype or DTYPES[device]
        stored = getattr(torch, _STORED.get(self.dtype, self.dtype))
        size = (size_bytes or pool_bytes(device)) // stored.itemsize
        if stored == torch.uint8:
            block = torch.randint(256, (min(size, 2**20),), device=device, dtype=stored)
        else:
            block = (torch.randn(min(size, 2**20), device=device) * 0.1).to(stored)
        plain = block.view(torch.uint8) if stored.itemsize == 1 else block
        self.flat = plain.repeat(-(-size // plain.numel()))[:size].view(stored)
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


def pinned(backend: str) -> AbstractContextManager[Any]:
    """Attention by this kernel and no other; any kernel where it is empty."""
    if not backend:
        return nullcontext()
    attention = import_module("torch.nn.attention")
    chosen = getattr(attention.SDPBackend, backend)
    context: AbstractContextManager[Any] = attention.sdpa_kernel([chosen])
    return context


def backend_of(tasks: Sequence[Task], pool: Pool) -> str:
    """The attention kernel that takes the least time for all tasks, as an engine would choose;
    empty where they have no attention.
    """
    if not tasks or not tasks[0].op.startswith("attention"):
        return ""
    runs = [runner(task, pool) for task in tasks]
    taken_s = {
        backend: sum(_taken_s(r, backend, pool.device) for r in runs) for backend in BACKENDS
    }
    best = min(BACKENDS, key=lambda backend: taken_s[backend])
    return best if taken_s[best] < math.inf else "MATH"


def _taken_s(run: Runner, backend: str, device: str) -> float:
    """Least wall time of a few runs with an attention kernel, infinite where it does not run."""
    wait = load_torch().cuda.synchronize if device == "cuda" else _at_once
    readings = []
    try:
        with pinned(backend):
            for _ in range(_TRIES):
                start_s = time.perf_counter()
                run()
                wait()
                readings.append(time.perf_counter() - start_s)
    except (RuntimeError, AttributeError):
        return math.inf
    return min(readings)


def _at_once() -> None:
    """A processor has done when a call returns."""


def absent(device: str, dtype: str) -> str:
    """Why a device has no products in a number format; empty where it has."""
    try:
        runner(Task("gemm", {"m": 16, "n": 256, "k": 256}, dtype), Pool(device, dtype, 2**21))()
        if device == "cuda":
            load_torch().cuda.synchronize()
    except (RuntimeError, AttributeError, TypeError, ValueError, NotImplementedError) as error:
        return str(error).splitlines()[0][:200] or type(error).__name__
    return ""


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
    torch = load_torch()
    if pool.dtype == "fp8":
        return _scaled(pool, (m, n, k), pool.view, torch.ones((), device=pool.device))
    if pool.dtype == "nvfp4":
        return _packed(pool, (m, n, k))
    x = pool.view(m, k).clone()
    linear = torch.nn.functional.linear
    return lambda: linear(x, pool.view(n, k))


def _scaled(pool: Pool, sides: tuple[int, int, int], view: Any, one: Any) -> Runner:
    """Product of 8-bit numbers with a scale a tensor, out in 16 bits, summed as engines do: with
    the short accumulator where the device has one.
    """
    m, n, k = sides
    torch = load_torch()
    x = view(m, k).clone()
    return lambda: torch._scaled_mm(
        x, view(n, k).t(), scale_a=one, scale_b=one, out_dtype=torch.bfloat16,
        use_fast_accum=pool.device == "cuda",
    )  # fmt: skip


def _packed(pool: Pool, sides: tuple[int, int, int]) -> Runner:
    """Product of 4-bit numbers, two a byte, with an 8-bit scale for every 16, out in 16 bits."""
    m, n, k = sides
    torch = load_torch()
    four = torch.float4_e2m1fn_x2

    def scales(rows: int) -> Any:
        size = -(-rows // 128) * 128 * (-(-k // 64) * 4)
        return torch.ones(size, device=pool.device).to(torch.float8_e4m3fn)

    x = pool.view(m, k // 2).clone().view(four)
    left = scales(m)
    right = scales(n)
    return lambda: torch._scaled_mm(
        x, pool.view(n, k // 2).view(four).t(), scale_a=left, scale_b=right,
        out_dtype=torch.bfloat16,
    )  # fmt: skip


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
    optimizer = torch.optim.AdamW([weight], fused=True, capturable=pool.device == "cuda")
    step: Runner = optimizer.step
    return step


_STREAMS: dict[str, Callable[[int, Pool], Runner]] = {
    "add": _add, "copy": _copy, "norm": _norm, "gate": _gate, "rotate": _rotate,
    "cross_entropy": _cross_entropy, "adamw": _adamw,
}  # fmt: skip
