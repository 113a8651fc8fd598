"""What `twin trace` calls, imported when it is called."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.quantities import counted

if TYPE_CHECKING:
    from twin.traces import RequestTrace


def trace_description(path: Path) -> dict[str, Any]:
    """What a trace of requests or a list of jobs holds."""
    from twin.traces import describe

    return describe(path)


def rescaled_trace(path: Path, factor: float, seed: int, out: Path) -> dict[str, Any]:
    """Write a trace of so many times the requests; what it holds. InputError where none is left."""
    from twin.errors import InputError, Problem
    from twin.traces import read_requests, rescaled

    trace = read_requests(path)
    made = rescaled(trace, factor, seed)
    if not len(made):
        found = f"{factor:g} times {counted(len(trace), 'request')}, which leaves none"
        raise InputError([Problem("--rate", found, "a factor that leaves one", file=str(path))])
    return _written(made, out)


def spliced_traces(paths: Iterable[Path], out: Path) -> dict[str, Any]:
    """Write one trace of several; what it holds."""
    from twin.traces import read_requests, spliced

    return _written(spliced([read_requests(path) for path in paths]), out)


def _written(trace: RequestTrace, out: Path) -> dict[str, Any]:
    """Put a trace in a file, whole or not at all: it may be one of those that were read."""
    from twin.results.folder import write_named, writing
    from twin.traces import describe, request_text

    with writing("the trace", out):
        write_named(out, request_text(trace).encode())
    return describe(out)
