"""What `twin trace` calls, imported when it is called."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any


def trace_description(path: Path) -> dict[str, Any]:
    """What a trace of requests or a list of jobs holds."""
    from twin.traces import describe

    return describe(path)


def rescaled_trace(path: Path, factor: float, seed: int, out: Path) -> dict[str, Any]:
    """Write a trace of so many times the requests; what it holds."""
    from twin.traces import describe, read_requests, rescaled, write_requests

    write_requests(rescaled(read_requests(path), factor, seed), out)
    return describe(out)


def spliced_traces(paths: Iterable[Path], out: Path) -> dict[str, Any]:
    """Write one trace of several; what it holds."""
    from twin.traces import describe, read_requests, spliced, write_requests

    write_requests(spliced([read_requests(path) for path in paths]), out)
    return describe(out)
