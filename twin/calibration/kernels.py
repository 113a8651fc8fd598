"""The operations that are measured: their shapes, their work, and how each is run.

Work follows the notes of each law: matrix product 2mnk; attention 4 B H S D a new token, causal
half for a whole prompt, 3.5 times that with its backward pass (arXiv 2307.08691, section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin.physics.roofline import gemm_work

AXES = {
    "gemm": ("m", "n", "k"),
    "attention_prefill": ("batch_heads", "tokens"),
    "attention_train": ("batch_heads", "tokens"),
    "attention_decode": ("batch_heads", "tokens"),
    "add": ("elements",),
    "norm": ("elements",),
    "gate": ("elements",),
    "rotate": ("elements",),
    "cross_entropy": ("elements",),
    "adamw": ("elements",),
    "copy": ("elements",),
}
"""Axes over which each operation's remainder is fitted."""
_PASSES = {
    "add": 3.0,
    "norm": 4.0,
    "gate": 3.0,
    "rotate": 4.0,
    "cross_entropy": 4.0,
    "adamw": 7.0,
    "copy": 2.0,
}
"""Elements moved for each element of the operation; only their scale matters, the fit takes the
rest."""


@dataclass(frozen=True)
class Task:
    """One operation at one shape."""

    op: str
    shape: dict[str, int]


def axes_of(op: str, shape: dict[str, int]) -> tuple[int, ...]:
    """The shape as the fit sees it."""
    if op.startswith("attention"):
        return shape["batch"] * shape["heads"], shape["tokens"]
    return tuple(shape[axis] for axis in AXES[op])


def work_of(op: str, shape: dict[str, int], element_bytes: float) -> tuple[float, float]:
    """FLOP and least bytes of an operation."""
    if op == "gemm":
        product, touched = gemm_work(shape["m"], shape["n"], shape["k"], element_bytes)
        return float(product), float(touched)
    if op not in AXES:
        raise KeyError(op)
    if not op.startswith("attention"):
        return float(shape["elements"]), _PASSES[op] * element_bytes * shape["elements"]
    queries = shape["batch"] * shape["heads"] * shape["head_dim"]
    keys = shape["batch"] * shape["kv_heads"] * shape["head_dim"] * shape["tokens"]
    if op == "attention_decode":
        return 4.0 * queries * shape["tokens"], element_bytes * 2.0 * (keys + queries)
    passes = 1.0 if op == "attention_prefill" else 3.5
    flop = 2.0 * queries * shape["tokens"] ** 2
    return passes * flop, passes * element_bytes * 2.0 * (queries * shape["tokens"] + keys)


def tasks(quick: bool, accelerator: bool) -> list[Task]:
    """Everything to measure, small shapes first; sizes suit one CPU core or an accelerator."""
    return [
        *_gemms(quick, accelerator),
        *_attentions(quick, accelerator),
        *_streams(quick, accelerator),
    ]


def _gemms(quick: bool, accelerator: bool) -> list[Task]:
    """Every small m, for libraries change kernels there; then powers of two and their middles, as
    tiles do.

    The tall ones with a short k are the weight gradients of a training step.
    """
    rows = [*range(1, 9), 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]
    if accelerator:
        rows += [1024, 2048, 4096, 8192]
        sides = [
            (4096, 4096),
            (6144, 4096),
            (28672, 4096),
            (4096, 14336),
            (1024, 1024),
            (10240, 8192),
        ]
        more = [(8192, 8192), (57344, 8192), (8192, 28672), (2048, 6144)]
        tall = [(4096, 1024), (4096, 2048)]
    else:
        sides = [
            (512, 512),
            (1024, 512),
            (512, 2048),
            (4096, 512),
            (1024, 1024),
            (8192, 512),
            (512, 8192),
        ]
        more = [(768, 768), (2048, 768), (768, 2048), (8192, 768), (2048, 2048)]
        tall = [(768, 256), (2048, 128)]
    sides += [] if quick else more
    shapes = [(m, n, k) for n, k in sides for m in rows] + [
        (m, n, k)
        for n, k in tall
        for m in (512, 1024, 4096, 8192, *((16384, 32768) if accelerator else ()))
    ]
    return [Task("gemm", {"m": m, "n": n, "k": k}) for m, n, k in shapes]


def _attentions(quick: bool, accelerator: bool) -> list[Task]:
    heads = {"heads": 8, "kv_heads": 2, "head_dim": 64}
    batches = (1, 2, 4, 8)
    lengths = (64, 128, 192, 256, 512)
    if accelerator:
        heads = {"heads": 32, "kv_heads": 8, "head_dim": 128}
        batches = (1, 4, 16, 64)
        lengths = (256, 512, 1024, 4096, 8192)
    chosen = [b for b in batches if not quick or b != batches[1]]
    decode = [(b, s) for b in chosen for s in lengths]
    whole = [
        (b, s)
        for b in chosen
        if b < batches[3]
        for s in lengths
        if b * s <= batches[1] * lengths[-1]
    ]
    kinds = (("attention_decode", decode), ("attention_prefill", whole), ("attention_train", whole))
    return [Task(op, {"batch": b, "tokens": s, **heads}) for op, pairs in kinds for b, s in pairs]


def _streams(quick: bool, accelerator: bool) -> list[Task]:
    """Element-wise work over four decades of size."""
    steps = range(0, 15, 2) if quick else range(15)
    smallest = 2**12 if accelerator else 2**9
    ops = [op for op in AXES if AXES[op] == ("elements",)]
    return [Task(op, {"elements": smallest * 2**step}) for op in ops for step in steps]


Runner = Callable[[], object]
"""Runs an operation once; called many times, it walks through its pool."""
