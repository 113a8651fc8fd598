"""A million requests, one by one, over 64 replicas: `python -m tests.benchmarks.requests [COUNT]`

An hour of a hall of DGX B200 with one service, whose requests are followed through their replicas,
and the same hour as a fluid. Each in a process of its own, after one that compiles the kernels.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from time import process_time
from typing import Any

import twin
from tests.benchmarks.cases import hall

REPLICAS = 64
HEADS = ("detail", "requests", "CPU s", "requests/s", "MB before", "peak MB")


def asked(count: int, detail: str) -> dict[str, Any]:
    """So many requests in an hour, two replicas a rack."""
    service = {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": REPLICAS,
        "tensor_parallel": 8,
        "dtype": "fp8",
        "detail": detail,
        "requests": {"rate": f"{count / 3600.0} / s", "diurnal_amplitude": 0.0},
    }
    return hall(REPLICAS // 2) | {"workload": [service]}


def peak_mb() -> float:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def timed(count: int, detail: str) -> list[float]:
    """Requests, CPU seconds, and memory before the first request and at most."""
    run = twin.start(twin.build(twin.Scenario.model_validate(asked(count, detail))))
    before_mb = peak_mb()
    began = process_time()
    result = run.until().result()
    cpu_s = process_time() - began
    return [float(result.frame("services")["requests"].sum()), cpu_s, before_mb, peak_mb()]


def apart(count: int, detail: str) -> list[float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.requests", str(count), detail]
    found: list[float] = json.loads(subprocess.check_output(command, text=True))
    return found


def main() -> None:
    """Print the table, or one case as JSON."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_054_573
    if len(sys.argv) > 2:
        print(json.dumps(timed(count, sys.argv[2])))
        return
    apart(1000, "requests")
    print("| " + " | ".join(HEADS) + " |")
    print("|" + "---|" * len(HEADS))
    for detail in ("requests", "fluid"):
        requests, cpu_s, before_mb, most_mb = apart(count, detail)
        cells = (f"{requests:,.0f}", f"{cpu_s:.2f}", f"{requests / cpu_s:,.0f}")
        print(f"| {detail} | {' | '.join(cells)} | {before_mb:.0f} | {most_mb:.0f} |")


if __name__ == "__main__":
    main()
