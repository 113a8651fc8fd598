"""The operations that are measured: their shapes, their work, and how each is run.

Work follows the notes of each law: matrix product 2mnk; attention 4 B H S D a new token, causal
half for a whole prompt, 3.5 times that with its backward pass (arXiv 2307.08691, section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin.physics.kernel_surfaces.work import STREAMS, Format, work


@dataclass(frozen=True)
class Task:
    """One operation at one shape."""

    op: str
    shape: dict[str, int]
    dtype: str = ""
    """Number format; the device's first where it is empty."""

    @property
    def name(self) -> str:
        """One for each task of a measurement."""
        sides = " ".join(f"{axis}={size}" for axis, size in self.shape.items())
        return f"{self.op} {self.dtype} {sides}"


def work_of(op: str, shape: dict[str, int], element_bytes: float) -> tuple[float, float]:
    """FLOP and least bytes of an operation whose numbers all take `element_bytes`.

    Raises KeyError for an operation that is not known.
    """
    form = Format(element_bytes, element_bytes, element_bytes, element_bytes)
    done = work(op, shape, form)
    return float(done.flop[0]), float(done.byte[0])


def tasks(quick: bool, accelerator: bool) -> list[Task]:
    """Everything to measure, small shapes first; sizes suit one CPU core or an accelerator."""
    return [
        *_gemms(quick, accelerator),
        *_attentions(quick, accelerator),
        *_streams(quick, accelerator),
    ]


def products_in(dtype: str, quick: bool) -> list[Task]:
    """The matrix products of an accelerator in one more number format."""
    return [Task("gemm", task.shape, dtype) for task in _gemms(quick, True)]


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


_HEADS = [
    {"heads": 32, "kv_heads": 8, "head_dim": 128},
    {"heads": 64, "kv_heads": 8, "head_dim": 64},
    {"heads": 32, "kv_heads": 4, "head_dim": 128},
    {"heads": 8, "kv_heads": 1, "head_dim": 128},
]
"""Of an accelerator: those of most dense models first, of models of experts, and one rank's of a
model that eight GPUs share."""


def _attentions(quick: bool, accelerator: bool) -> list[Task]:
    heads = [{"heads": 8, "kv_heads": 2, "head_dim": 64}]
    batches = (1, 2, 4, 8)
    lengths = (64, 128, 192, 256, 512)
    if accelerator:
        heads = _HEADS[:1] if quick else _HEADS
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
    return [
        Task(op, {"batch": b, "tokens": s, **each})
        for op, pairs in kinds
        for each in (heads if op != "attention_train" else heads[:1])
        for b, s in pairs
    ]


def _streams(quick: bool, accelerator: bool) -> list[Task]:
    """Element-wise work over five decades of size, from the keys of one token on."""
    steps = range(0, 17, 2) if quick else range(17)
    smallest = 2**10 if accelerator else 2**7
    return [Task(op, {"elements": smallest * 2**step}) for op in STREAMS for step in steps]


Runner = Callable[[], object]
"""Runs an operation once; called many times, it walks through its pool."""
