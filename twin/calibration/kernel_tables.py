"""Kernel times that were measured and published, as samples and as fitted surfaces.

One file a device in `twin/data/kernels`, made by `docs/make_kernels.py`: for each operation and
number format the samples, the numbers fitted to them, and rows that no fit has seen. Nothing is
fitted when a surface is asked for. Beside it one a device and engine that has kernels of its own,
made by `docs/make_expert_kernels.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calibration.formats import FORMATS, number_format
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.kernel_surfaces.measured_exchange import MeasuredExchange
from twin.physics.kernel_surfaces.surface import Ceilings, Departure, KernelSurface
from twin.physics.kernel_surfaces.work import AXES, work

Array = NDArray[np.float64]

EXCHANGES = (
    "all_reduce", "nccl_all_reduce", "nccl_all_gather", "nccl_reduce_scatter", "nccl_all_to_all",
)  # fmt: skip
"""Collectives, by GPUs and bytes: `all_reduce` is the serving library's own kernel within a
domain."""
ENGINES = ("vllm", "sglang")
"""Those whose own products of experts were measured."""
_NUMBERS = 9
"""Numbers of a law before its lengths: five ceilings, the mean, and errors on rows not seen."""


@dataclass(frozen=True)
class KernelSamples:
    """Measured kernels: `axes` by name and `time_s`, all of shape (sample,)."""

    op: str
    dtype: str
    axes: Mapping[str, Array]
    time_s: Array


@dataclass(frozen=True)
class HeldOutError:
    """Error of a surface on rows that neither its fit nor the choice of its samples has seen."""

    median_frac: float
    p90_frac: float
    rows: int


@dataclass(frozen=True)
class KernelDevice:
    """A device with kernel tables, from `devices.csv`."""

    table: str
    gpu: str
    device: str
    sm_count: int
    software: str
    source: str
    status: str
    streamed_b_s: float = np.inf
    """Most bytes a second of keys and values that a new token's attention streams, where rows of
    grouped heads tell more than memory gives: what those of ungrouped heads reach."""
    board: str = ""
    """Measured profile that ships of a board with the same chip and limit of power."""
    engines: Mapping[str, str] = field(default_factory=dict)
    """Release of each engine whose own products of experts were measured on it."""


@lru_cache(maxsize=1)
def kernel_devices() -> tuple[KernelDevice, ...]:
    """Devices whose kernels were measured and ship."""
    text = (files("twin") / "data" / "kernels" / "devices.csv").read_text(encoding="utf-8")
    return tuple(
        KernelDevice(
            table=row["table"],
            gpu=row["gpu"],
            device=row["device"],
            sm_count=int(row["sm_count"]),
            software=row["software"],
            source=row["source"],
            status=row["status"],
            streamed_b_s=float(row["streamed_b_s"] or np.inf),
            board=row["board"],
            engines={engine: row[engine] for engine in ENGINES},
        )
        for row in csv.DictReader(text.splitlines())
    )


def has_tables(gpu: str) -> bool:
    """Whether kernels of a GPU were measured and ship, by its catalogue name."""
    return any(device.gpu == gpu for device in kernel_devices())


def kernel_device(gpu: str) -> KernelDevice:
    """The device of a GPU, by its catalogue name or its table's. Raises InputError for others."""
    for device in kernel_devices():
        if gpu in (device.gpu, device.table):
            return device
    names = [device.gpu for device in kernel_devices()]
    raise InputError([Problem("gpu", repr(gpu), ", ".join(names), did_you_mean(gpu, names))])


def kernel_surfaces(gpu: str, engine: str = "") -> tuple[tuple[str, str], ...]:
    """(operation, number format) of everything measured on a GPU, or of an engine's own there."""
    table = kernel_device(gpu).table
    found = _tables(f"{table}.{engine}" if engine else table)
    names = {tuple(name.split("/")[:2]) for name in found}
    return tuple(sorted((op, dtype) for op, dtype in names))


def kernel_samples(
    gpu: str, op: str, dtype: str, held_out: bool = False, engine: str = ""
) -> KernelSamples:
    """The samples a surface was fitted on, or rows that it has not seen.

    engine   whose own kernels they are; TensorRT-LLM's where not stated
    Raises InputError where the GPU, the operation or the format was not measured.
    """
    key, tables = _find(gpu, op, dtype, engine)
    rows = tables[f"{key}/{'unseen' if held_out else 'rows'}"].astype(float)
    seconds = tables[f"{key}/{'unseen_s' if held_out else 'seconds'}"].astype(float)
    axes = ("gpus", "bytes") if op in EXCHANGES else AXES[op]
    return KernelSamples(op, key.split("/")[1], dict(zip(axes, rows.T, strict=True)), seconds)


@lru_cache(maxsize=16)
def fastest_flop_s(gpu: str, dtype: str) -> float:
    """FLOP/s of the fastest measured product in a number format."""
    found = kernel_samples(gpu, "gemm", dtype)
    shape = found.axes
    return float((2 * shape["m"] * shape["n"] * shape["k"] / found.time_s).max())


@lru_cache(maxsize=256)
def kernel_surface(
    gpu: str, op: str, dtype: str, engine: str = ""
) -> KernelSurface | MeasuredExchange:
    """The fitted surface of an operation: `.time_s(**axes)` gives seconds and a flag.

    engine   whose own kernels they are; TensorRT-LLM's where not stated
    Raises InputError where the GPU, the operation or the format was not measured.
    """
    key, tables = _find(gpu, op, dtype, engine)
    if op in EXCHANGES:
        return _exchange(op, kernel_samples(gpu, op, dtype))
    law = tables[f"{key}/law"]
    form = FORMATS[key.split("/")[1]]
    weights = tables[f"{key}/weights"].astype(float)
    used = weights != 0
    points = work(op, kernel_samples(gpu, op, dtype, engine=engine).axes, form).features[used]
    departure = Departure(points, weights[used], float(law[5]), law[_NUMBERS:])
    return KernelSurface(op, form, Ceilings(*(float(x) for x in law[:5])), departure)


def kernel_error(gpu: str, op: str, dtype: str, engine: str = "") -> HeldOutError:
    """Error of a surface on rows that were kept from it. Raises InputError as `kernel_surface`."""
    key, tables = _find(gpu, op, dtype, engine)
    median, p90, rows = tables[f"{key}/law"][6:_NUMBERS]
    return HeldOutError(float(median), float(p90), int(rows))


def _exchange(op: str, samples: KernelSamples) -> MeasuredExchange:
    gpus, count = np.unique(samples.axes["gpus"], return_inverse=True)
    sizes, size = np.unique(samples.axes["bytes"], return_inverse=True)
    seconds = np.full((len(gpus), len(sizes)), np.nan)
    seconds[count, size] = samples.time_s
    return MeasuredExchange(op, gpus, sizes, seconds)


def _find(gpu: str, op: str, dtype: str, engine: str = "") -> tuple[str, Mapping[str, Any]]:
    device = kernel_device(gpu)
    tables = _tables(f"{device.table}.{engine}" if engine else device.table)
    key = f"{op}/{number_format(dtype)}"
    measured = {name.rpartition("/")[0] for name in tables}
    if key in measured:
        return key, tables
    near = sorted(name for name in measured if name.startswith(f"{op}/")) or sorted(measured)
    raise InputError(
        [Problem(device.gpu, f"{op} {dtype}", ", ".join(near), did_you_mean(key, near))]
    )


@lru_cache(maxsize=16)
def _tables(table: str) -> Mapping[str, Any]:
    entry = files("twin") / "data" / "kernels" / f"{table}.npz"
    with entry.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
