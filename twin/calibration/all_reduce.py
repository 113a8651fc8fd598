"""All-reduce between the devices of this machine, measured by one process a device."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from twin.calibration.torch_device import load_torch

_WARM_UP = 3
_TIMES = 10


def all_reduce_rows(device: str, quick: bool, most: int = 8) -> list[dict[str, float]]:
    """Rows of `gpus`, `bytes` and `t_s`; none with fewer than two GPUs.

    On a CPU two processes exchange through gloo, which tries the road and says nothing of a GPU.
    """
    torch = load_torch()
    devices = torch.cuda.device_count() if device == "cuda" else 2
    counts = [n for n in (2, 4, 8) if n <= min(devices, most)]
    sizes = [2**power for power in range(10, 26 if quick else 30, 4 if quick else 1)]
    return [row for count in counts for row in _between(device, count, sizes)]


def _between(device: str, count: int, sizes: list[int]) -> list[dict[str, float]]:
    spawn = load_torch().multiprocessing.spawn
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "rows.json"
        spawn(_rank, (count, port, device, sizes, str(answer)), nprocs=count)
        rows: list[dict[str, float]] = json.loads(answer.read_text(encoding="utf-8"))
    return rows


def _rank(rank: int, count: int, port: int, device: str, sizes: list[int], answer: str) -> None:
    torch = load_torch()
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    if device == "cuda":
        torch.cuda.set_device(rank)
    group = torch.distributed
    group.init_process_group("nccl" if device == "cuda" else "gloo", rank=rank, world_size=count)
    rows = [
        {"gpus": count, "bytes": size, "t_s": _one_s(torch, device, size // 2)} for size in sizes
    ]
    group.destroy_process_group()
    if rank == 0:
        Path(answer).write_text(json.dumps(rows), encoding="utf-8")


def _one_s(torch: Any, device: str, elements: int) -> float:
    """Seconds of one all-reduce of 16-bit numbers, the mean of several in a row."""
    data = torch.zeros(elements, dtype=torch.bfloat16, device=device)

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    for _ in range(_WARM_UP):
        torch.distributed.all_reduce(data)
    wait()
    torch.distributed.barrier()
    start_s = time.perf_counter()
    for _ in range(_TIMES):
        torch.distributed.all_reduce(data)
    wait()
    return (time.perf_counter() - start_s) / _TIMES
