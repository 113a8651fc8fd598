"""torch, loaded when first needed, and a stopwatch for the device it drives."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from twin.errors import InputError, Problem

_WARM_UP = 3
_INNER_S = 1e-3
"""One reading spans at least this long, far above the clock's resolution."""


def load_torch() -> Any:
    """The torch module. Raises InputError with the command that installs it."""
    try:
        return import_module("torch")
    except ImportError as error:
        how = "pip install 'ai-factory-twin[torch]'"
        raise InputError(
            [Problem("calibration", "no torch", "torch 2.13 or newer", how)]
        ) from error


def resolve(device: str) -> str:
    """`cpu` or `cuda`, checked. Raises InputError where torch sees no such device."""
    torch = load_torch()
    allowed = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if device == "auto":
        return str(allowed[-1])
    if device not in allowed:
        raise InputError([Problem("device", repr(device), f"auto, {', '.join(allowed)}")])
    return device


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold torch to one thread, so that processor time is the kernel's own on a shared machine."""
    torch = load_torch()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def seconds(run: Callable[[], object], device: str, budget_s: float, least: int = 7) -> list[float]:
    """Seconds of single runs, each the mean of an inner loop of at least a millisecond.

    `least` readings where the budget allows them, three otherwise. Processor time on a CPU, events
    on an accelerator.
    """
    read = _events if device == "cuda" else _processor
    for _ in range(_WARM_UP):
        read(run, 1)
    once_s = max(read(run, 1), 1e-7)
    inner = max(1, int(_INNER_S / once_s))
    readings = [read(run, inner) for _ in range(3)]
    while len(readings) < least and sum(readings) * inner < budget_s:
        readings.append(read(run, inner))
    return readings


def _processor(run: Callable[[], object], inner: int) -> float:
    start = time.process_time()
    for _ in range(inner):
        run()
    return (time.process_time() - start) / inner


def _events(run: Callable[[], object], inner: int) -> float:
    torch = load_torch()
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(inner):
        run()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) * 1e-3 / inner


def median_and_min(readings: list[float]) -> tuple[float, float]:
    """Both, kept above zero where the clock is coarser than the kernel."""
    return max(statistics.median(readings), 1e-9), max(min(readings), 1e-9)


def describe(device: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Device and software of a profile. The identifier is hashed: profiles travel, serial numbers
    do not.
    """
    torch = load_torch()
    software = {"torch": str(torch.__version__), "cuda": str(torch.version.cuda or "")}
    if device == "cpu":
        return {"name": f"CPU ({torch.backends.cpu.get_cpu_capability()}), one thread"}, software
    properties = torch.cuda.get_device_properties(0)
    identity = hashlib.sha256(
        str(getattr(properties, "uuid", properties.name)).encode()
    ).hexdigest()[:12]
    return {
        "name": str(properties.name),
        "uuid_hash": identity,
        "sm_count": int(properties.multi_processor_count),
        "mem_bytes": float(properties.total_memory),
    }, software
