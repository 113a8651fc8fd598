"""Times of single operations: processor time on a CPU, events on a GPU, its cache flushed before
each reading, called one by one or replayed as a graph.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from twin.calibration.torch_device import load_torch

Work = Callable[[], object]

_WARM_UP = 3
_WARM_UP_S = 0.02
_INNER_S = 1e-3
"""One reading on a CPU spans at least this long, far above the clock's resolution."""
_READINGS_MAX = 50
_GRAPH_S = 2e-4
_GRAPH_RUNS_MAX = 16
"""A graph holds so many runs that it lasts about this long: a kernel inside a long graph follows
the one before it, and the start of a graph would count as much as a small kernel."""
_FLUSH_OF_CACHE = 2
"""Times the last-level cache that are written between two readings."""


class Stopwatch:
    """Takes the time of work on one device."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._flush: Any = None
        if device == "cuda":
            torch = load_torch()
            cache = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 0) or 64 * 2**20
            size = _FLUSH_OF_CACHE * int(cache)
            self._flush = torch.empty(size, dtype=torch.int8, device="cuda")

    def eager(self, run: Work, budget_s: float, least: int = 7) -> list[float]:
        """Seconds of single runs: `least` where the budget allows them, three otherwise."""
        if self.device == "cuda":
            return self._events(run, budget_s, least)
        return _processor_times(run, budget_s, least)

    def graph(self, run: Work, budget_s: float, once_s: float = 1.0) -> list[float] | str:
        """The same, replayed from a CUDA graph of several runs where one is short (`once_s`); why
        not, where the work cannot be captured.
        """
        runs = min(max(int(_GRAPH_S / once_s), 1), _GRAPH_RUNS_MAX)
        try:
            captured = self.capture(run, runs)
        except RuntimeError as error:
            load_torch().cuda.synchronize()
            return str(error).splitlines()[0][:200]
        return [reading / runs for reading in self._events(captured.replay, budget_s, 7)]

    def capture(self, run: Work, runs: int = 1) -> Any:
        """A CUDA graph of so many runs. Raises RuntimeError where they cannot be captured."""
        torch = load_torch()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UP):
                run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(runs):
                run()
        return graph

    def _events(self, run: Work, budget_s: float, least: int) -> list[float]:
        once_s = max(self._read(run, _WARM_UP)[-1], 1e-6)
        wanted = min(_READINGS_MAX, max(least, int(budget_s / (once_s + 1e-4))))
        return self._read(run, wanted if once_s * least < budget_s else 3)

    def _read(self, run: Work, times: int) -> list[float]:
        """Events around each run; the flush before it also hides the time of its launch."""
        torch = load_torch()
        pairs = []
        for _ in range(times):
            start = torch.cuda.Event(enable_timing=True)
            end = torch.cuda.Event(enable_timing=True)
            self._flush.zero_()
            start.record()
            run()
            end.record()
            pairs.append((start, end))
        torch.cuda.synchronize()
        return [float(start.elapsed_time(end)) * 1e-3 for start, end in pairs]


def _processor_times(run: Work, budget_s: float, least: int) -> list[float]:
    once_s = max(_warmed_s(run), 1e-7)
    inner = max(1, int(_INNER_S / once_s))
    readings = [_processor(run, inner) for _ in range(3)]
    while len(readings) < least and sum(readings) * inner < budget_s:
        readings.append(_processor(run, inner))
    return readings


def _warmed_s(run: Work) -> float:
    """Seconds of the last of a few runs: fewer where each is long, for the first warms enough."""
    spent_s = 0.0
    for _ in range(_WARM_UP + 1):
        once_s = _processor(run, 1)
        spent_s += once_s
        if spent_s > _WARM_UP_S:
            break
    return once_s


def _processor(run: Work, inner: int) -> float:
    start = time.process_time()
    for _ in range(inner):
        run()
    return (time.process_time() - start) / inner


def median_and_min(readings: list[float]) -> tuple[float, float]:
    """Both, kept above zero where the clock is coarser than the kernel."""
    return max(statistics.median(readings), 1e-9), max(min(readings), 1e-9)


def wall_s(run: Work, times: int = 30) -> float:
    """Median wall time of a run as its caller sees it, which may be before the device has done."""
    run()
    readings = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        readings.append(time.perf_counter() - start)
    return statistics.median(readings)
