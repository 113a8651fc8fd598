"""Run every microbenchmark on one device and hand back what was seen."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twin.calibration import torch_device as watch
from twin.calibration.kernels import Task, tasks, work_of
from twin.calibration.operations import DTYPES, ELEMENT_BYTES, Pool, runner
from twin.calibration.power import Meter, fit_power, meter, sustained

Progress = Callable[[float, str], None]
"""Told the share done and what is being measured."""


def measure(
    device: str = "cpu", quick: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Device, software, conditions, samples and, on a GPU with NVML, power: the raw half of a
    profile.

    One thread and processor time on a CPU, events on a GPU. Quick takes under 25 s on one core,
    full under 3 min. Raises InputError where torch or the device is missing.
    """
    device = watch.resolve(device)
    facts, software = watch.describe(device)
    reader = meter(device)
    todo = tasks(quick, device == "cuda")
    with watch.one_thread():
        pool = Pool(device)
        samples = []
        for index, task in enumerate(todo):
            samples.append(_sample(task, pool, 0.035 if quick else 0.4, reader))
            if progress is not None:
                progress((index + 1) / len(todo), task.op)
        launch_s = watch.median_and_min(
            watch.seconds(runner(Task("add", {"elements": 1}), pool), device, 0.05)
        )[0]
        power = _power(reader, pool, samples, 2.0 if quick else 10.0) if reader else None
    return {
        "device": facts | (reader.facts() if reader else {}),
        "software": software,
        "date_utc": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "conditions": {
            "launch_s": launch_s,
            "quick": quick,
            "input": "normal(0, 0.1)",
            "load_average": os.getloadavg()[0],
        },
        "samples": samples,
        "power": power,
    }


def _sample(task: Task, pool: Pool, budget_s: float, reader: Meter | None) -> dict[str, Any]:
    readings = watch.seconds(runner(task, pool), pool.device, budget_s)
    median_s, least_s = watch.median_and_min(readings)
    flop, byte = work_of(task.op, task.shape, ELEMENT_BYTES[pool.dtype])
    extra = (
        {"sm_clock_hz": reader.clock_hz(), "temperature_degc": reader.temperature_degc()}
        if reader
        else {}
    )
    return {
        "op": task.op, "dtype": DTYPES[pool.device], "shape": task.shape, "t_s_median": median_s,
        "t_s_min": least_s, "n": len(readings), "flops": flop, "bytes": byte, **extra,
    }  # fmt: skip


def _power(
    reader: Meter, pool: Pool, samples: list[dict[str, Any]], hold_s: float
) -> dict[str, Any]:
    """Idle, large product, copy and small product, each held; activities against the best rates
    seen.
    """
    tasks_by_name = {
        "large": Task("gemm", {"m": 4096, "n": 4096, "k": 4096}),
        "stream": Task("copy", {"elements": 2**28}),
        "small": Task("gemm", {"m": 8, "n": 8192, "k": 8192}),
        "middle": Task("gemm", {"m": 256, "n": 8192, "k": 8192}),
    }
    mixes = {name: runner(task, pool) for name, task in tasks_by_name.items()}
    idle_w = sustained(reader, {"idle": None}, hold_s)["idle"][0]
    seen = sustained(reader, {name: _batched(run) for name, run in mixes.items()}, hold_s)
    best_flop_s = max(s["flops"] / s["t_s_median"] for s in samples if s["op"] == "gemm")
    best_bytes_s = max(s["bytes"] / s["t_s_median"] for s in samples if s["op"] in ("gemm", "copy"))
    activities = []
    for name, task in tasks_by_name.items():
        flop, byte = work_of(task.op, task.shape, ELEMENT_BYTES[pool.dtype])
        each_s = hold_s / max(1, seen[name][1] * _BATCH)
        activities.append(
            (min(1.0, flop / each_s / best_flop_s), min(1.0, byte / each_s / best_bytes_s))
        )
    power_w = [seen[name][0] for name in tasks_by_name]
    max_w = max(*power_w, reader.facts()["power_limit_w"])
    source = f"four sustained mixes of {hold_s:g} s each, NVML energy counter"
    return {
        "idle_w": idle_w,
        "max_w": max_w,
        **fit_power(idle_w, max_w, activities, power_w),
        "source": source,
    }


_BATCH = 32


def _batched(run: Callable[[], object]) -> Callable[[], object]:
    """Many launches for each wait, so that the GPU never runs dry."""
    torch = watch.load_torch()

    def many() -> None:
        for _ in range(_BATCH):
            run()
        torch.cuda.synchronize()

    return many
