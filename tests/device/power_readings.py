"""What one GPU draws under held work, and what its power readings show of load that swings.

    python tests/device/power_readings.py OUT.json [--quick]

held       W under products of several shapes, formats and contents, attention and copies
intervals  how often each reading changes under a steady load
waves      readings of work that stops and starts: the telemetry of training steps
links      seconds of copies to and from the host
Nothing here changes a setting of the board. Needs torch, numpy and pynvml.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pynvml
import torch

from twin.calibration.kernels import Task, work_of
from twin.calibration.nvml import Meter, meter
from twin.calibration.operations import ELEMENT_BYTES, Pool, backend_of, pinned, runner
from twin.calibration.power import hold

AVERAGE = 185
INSTANT = 186
"""NVML's fields of the averaged and of the instantaneous power of the board."""
PERIODS_S = (4.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05)
HEADS = {"heads": 32, "kv_heads": 8, "head_dim": 128}
SWEEP = (1, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


def works(pool: Pool) -> Iterator[tuple[str, Task, Callable[[], object]]]:
    """Name, task and a function that runs it once."""
    for m in SWEEP:
        task = Task("gemm", {"m": m, "n": 8192, "k": 8192})
        yield f"bf16 m {m}", task, runner(task, pool)
    square = Task("gemm", {"m": 8192, "n": 8192, "k": 8192})
    for content in ("zeros", "ones", "normal(0, 1)", "sorted", "half zeros"):
        yield f"bf16 {content}", square, _filled(content)
    for dtype in ("float16", "fp8"):
        other = Pool("cuda", dtype)
        for m in (16, 256, 8192):
            task = Task("gemm", {"m": m, "n": 8192, "k": 8192}, dtype)
            yield f"{dtype} m {m}", task, runner(task, other)
        del other
    yield "fp32", square, _single(False)
    yield "tf32", square, _single(True)
    for op, batch, tokens in (("attention_decode", 64, 8192), ("attention_prefill", 4, 8192)):
        task = Task(op, {"batch": batch, "tokens": tokens, **HEADS})
        backend = backend_of([task], pool)
        run = runner(task, pool)

        def attend(run: Callable[[], object] = run, backend: str = backend) -> None:
            with pinned(backend):
                run()

        yield f"{op} {backend}", task, attend
    task = Task("copy", {"elements": 2**28})
    yield "copy", task, runner(task, pool)


def _filled(content: str) -> Callable[[], object]:
    """Products of 8,192 on a side whose factors hold something else than normal(0, 0.1)."""
    shape = (8192, 8192)
    kind: dict[str, Any] = {"device": "cuda", "dtype": torch.bfloat16}
    pair = []
    for _ in range(2):
        x = torch.randn(shape, **kind)
        if content == "zeros":
            x = torch.zeros(shape, **kind)
        elif content == "ones":
            x = torch.ones(shape, **kind)
        elif content == "sorted":
            x = x.flatten().sort().values.view(shape)
        elif content == "half zeros":
            x = torch.where(torch.rand(shape, device="cuda") < 0.5, torch.zeros_like(x), x)
        pair.append(x)
    return lambda: torch.nn.functional.linear(pair[0], pair[1])


def _single(tensor_cores: bool) -> Callable[[], object]:
    x = torch.randn(8192, 8192, device="cuda")
    y = torch.randn(8192, 8192, device="cuda")

    def run() -> object:
        torch.backends.cuda.matmul.allow_tf32 = tensor_cores
        return torch.nn.functional.linear(x, y)

    return run


def held(reader: Meter, quick: bool) -> list[dict[str, Any]]:
    """Power, clock and rate of each work."""
    pool = Pool("cuda")
    rows = []
    for name, task, run in works(pool):
        try:
            rows.append({"work": name, **_held(reader, task, run, 0.5 if quick else 2.5)})
        except RuntimeError as error:
            rows.append({"work": name, "refused": str(error).splitlines()[0][:200]})
        sys.stderr.write(f"{json.dumps(rows[-1])[:260]}\n")
    return rows


def _held(reader: Meter, task: Task, run: Callable[[], object], hold_s: float) -> dict[str, Any]:
    once_s = _once_s(run)
    count = max(1, min(2000, round(0.03 / once_s)))

    def many() -> None:
        for _ in range(count):
            run()
        torch.cuda.synchronize()

    hold(reader, many, hold_s / 3)
    seen = hold(reader, many, hold_s)
    flop, byte = work_of(task.op, task.shape, ELEMENT_BYTES[task.dtype or "bfloat16"])
    runs = seen["runs"] * count
    return seen | {
        "run_s": seen["hold_s"] / runs, "flop_s": flop * runs / seen["hold_s"],
        "bytes_s": byte * runs / seen["hold_s"], "op": task.op, "shape": task.shape,
    }  # fmt: skip


def _once_s(run: Callable[[], object]) -> float:
    for _ in range(3):
        run()
    torch.cuda.synchronize()
    start_s = time.perf_counter()
    for _ in range(5):
        run()
    torch.cuda.synchronize()
    return (time.perf_counter() - start_s) / 5


class Readings:
    """All readings of a board as fast as it answers, in a thread."""

    def __init__(self, board: Any) -> None:
        self.board = board
        self.rows: list[tuple[float, float, float, float]] = []
        """Seconds, W of the usual reading, W of the instantaneous one, J of the counter."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def __enter__(self) -> Readings:
        self.start_s = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _take(self) -> None:
        while not self._stop.wait(0.003):
            usual = pynvml.nvmlDeviceGetPowerUsage(self.board) / 1e3
            energy = pynvml.nvmlDeviceGetTotalEnergyConsumption(self.board) / 1e3
            now_s = time.perf_counter() - self.start_s
            self.rows.append((round(now_s, 4), usual, instant_w(self.board), energy))


def instant_w(board: Any, field: int = INSTANT) -> float:
    """The instantaneous power, or not a number where the driver has none."""
    try:
        value = pynvml.nvmlDeviceGetFieldValues(board, [field])[0]
        return float(value.value.uiVal) / 1e3 if value.nvmlReturn == 0 else float("nan")
    except Exception:
        return float("nan")


def wave(board: Any, period_s: float, run: Callable[[], object]) -> dict[str, Any]:
    """Readings of work for half of each period and rest for the other half."""
    lasts_s = max(3.0 * period_s, 2.0)
    edges = []
    with Readings(board) as readings:
        while (now_s := time.perf_counter() - readings.start_s) < lasts_s:
            edges.append(round(now_s, 4))
            while time.perf_counter() - readings.start_s < now_s + period_s / 2:
                for _ in range(5):
                    run()
                torch.cuda.synchronize()
            edges.append(round(time.perf_counter() - readings.start_s, 4))
            rest_s = now_s + period_s - (time.perf_counter() - readings.start_s)
            time.sleep(max(rest_s, 0.0))
    return {"period_s": period_s, "edges_s": edges, "rows": readings.rows}


def intervals(board: Any, run: Callable[[], object]) -> dict[str, Any]:
    """Readings under a steady load and at rest after it, two seconds each."""
    found = {}
    for name, work in (("loaded", run), ("rest", None)):
        with Readings(board) as readings:
            while time.perf_counter() - readings.start_s < 2.0:
                if work is None:
                    time.sleep(0.01)
                    continue
                for _ in range(5):
                    work()
                torch.cuda.synchronize()
        found[name] = readings.rows
    return found


def links() -> dict[str, float]:
    """Bytes a second of a gibibyte to the host, from it, and within the device."""
    size = 2**30
    here = torch.empty(size, dtype=torch.uint8, device="cuda")
    there = torch.empty(size, dtype=torch.uint8, pin_memory=True)
    plain = torch.empty(size, dtype=torch.uint8)
    twin = torch.empty_like(here)
    moves = {
        "to_device": lambda: here.copy_(there, non_blocking=True),
        "to_host": lambda: there.copy_(here, non_blocking=True),
        "to_host_pageable": lambda: plain.copy_(here),
        "within": lambda: twin.copy_(here),
    }
    return {name: size / _once_s(move) for name, move in moves.items()}


def main() -> int:
    """Measure; 0."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--quick", action="store_true")
    given = asked.parse_args()
    found = meter(torch)
    if not isinstance(found, Meter):
        sys.stderr.write(f"{found}\n")
        return 1
    board = found._board
    answer: dict[str, Any] = {"facts": found.facts(), "conditions": found.conditions()}

    def keep(name: str, ask: Callable[[], Any]) -> None:
        try:
            answer[name] = ask()
        except Exception as error:
            answer[name] = {"refused": f"{type(error).__name__}: {error}"[:300]}
        given.out.write_text(json.dumps(answer), encoding="utf-8")

    task = Task("gemm", {"m": 4096, "n": 4096, "k": 4096})
    run = runner(task, Pool("cuda", "", 2**30))
    keep("links", links)
    keep("intervals", lambda: intervals(board, run))
    keep("waves", lambda: [wave(board, p, run) for p in PERIODS_S[:: 3 if given.quick else 1]])
    keep("held", lambda: held(found, given.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
