"""torch, loaded when first needed, and the device it drives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from twin.errors import InputError, Problem


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
