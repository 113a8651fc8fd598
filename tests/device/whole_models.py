"""Steps of whole models on one GPU, timed and held: seconds, W and J a token to hold forecasts to.

    python tests/device/whole_models.py OUT.jsonl [--quick]

One row a step, written as it comes. Weights are random; what a step takes and draws does not ask
what they say. Needs torch and numpy, pynvml for power.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from twin.calibration.kernels import Task
from twin.calibration.nvml import Meter, meter
from twin.calibration.operations import Pool, backend_of, pinned
from twin.calibration.power import hold
from twin.calibration.stopwatch import Stopwatch, median_and_min
from twin.calibration.unseen import step, weights_of
from twin.physics.transformer import Transformer

MODELS = {
    "llama-3.2-1b": Transformer(16, 2048, 32, 8, 64, 8192, 128256, tied=False),
    "llama-3.1-8b": Transformer(32, 4096, 32, 8, 128, 14336, 128256, tied=False),
    "qwen3-14b": Transformer(40, 5120, 40, 8, 128, 17408, 151936, tied=False),
}
STEPS = {
    "llama-3.1-8b": (
        ("decode", 1, 1024), ("decode", 16, 1024), ("decode", 64, 1024), ("decode", 256, 1024),
        ("decode", 64, 4096), ("decode", 4, 32768), ("prefill", 1, 1024), ("prefill", 1, 8192),
        ("prefill", 8, 2048), ("train", 1, 2048),
    ),
    "qwen3-14b": (
        ("decode", 8, 2048), ("decode", 128, 1024), ("prefill", 2, 4096),
    ),
    "llama-3.2-1b": (
        ("decode", 32, 2048), ("prefill", 4, 4096), ("train", 4, 2048),
    ),
}  # fmt: skip
HOLD_S = 2.5
SETTLE_S = 0.8
BATCH_S = 0.05
"""Work that is queued before the host waits."""


def main() -> int:
    """Measure every step of every model; 0."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--quick", action="store_true")
    given = asked.parse_args()
    found = meter(torch)
    reader = found if isinstance(found, Meter) else None
    watch = Stopwatch("cuda")
    with given.out.open("w", encoding="utf-8") as out:
        for name, model in MODELS.items():
            _model(name, model, watch, reader, given.quick, out)
    return 0


def _model(
    name: str, model: Transformer, watch: Stopwatch, reader: Meter | None, quick: bool, out: Any
) -> None:
    start_s = time.perf_counter()
    weights = weights_of(model, "cuda", torch.bfloat16)
    torch.cuda.synchronize()
    sys.stderr.write(f"{name}: weights in {time.perf_counter() - start_s:.1f} s\n")
    pool = Pool("cuda")
    for kind, batch, tokens in STEPS[name][:: 3 if quick else 1]:
        try:
            row = _row(model, weights, watch, reader, (kind, batch, tokens), pool)
        except RuntimeError as error:
            row = {"refused": str(error).splitlines()[0][:200]}
            torch.cuda.empty_cache()
        asked = {"model": name, "kind": kind, "batch": batch, "tokens": tokens}
        out.write(json.dumps(asked | row) + "\n")
        out.flush()
        sys.stderr.write(f"{json.dumps(asked | row)[:300]}\n")
    del weights, pool
    torch.cuda.empty_cache()


def _row(
    model: Transformer, weights: dict[str, Any], watch: Stopwatch, reader: Meter | None,
    asked: tuple[str, int, int], pool: Pool,
) -> dict[str, Any]:  # fmt: skip
    kind, batch, tokens = asked
    shape = {"heads": model.heads, "kv_heads": model.kv_heads, "head_dim": model.head_dim}
    task = Task(f"attention_{kind}", {"batch": batch, "tokens": tokens, **shape})
    backend = backend_of([task], pool)
    run = step(model, weights, "cuda", kind, batch, tokens)
    row: dict[str, Any] = {"backend": backend}
    with pinned(backend):
        row["eager_s"], row["eager_min_s"] = median_and_min(watch.eager(run, 0.5))
        held = run
        if kind != "train":
            captured = watch.capture(run)
            held = captured.replay
            row["graph_s"], row["graph_min_s"] = median_and_min(watch.eager(held, 0.5))
        if reader is not None:
            row |= _held(reader, held, row.get("graph_s", row["eager_s"]))
    row["memory_bytes"] = torch.cuda.max_memory_allocated()
    return row


def _held(reader: Meter, run: Callable[[], object], once_s: float) -> dict[str, Any]:
    """Power under a step that is repeated, with the seconds that one of them took then."""
    count = max(1, round(BATCH_S / once_s))

    def many() -> None:
        for _ in range(count):
            run()
        torch.cuda.synchronize()

    hold(reader, many, SETTLE_S)
    seen = hold(reader, many, HOLD_S)
    return seen | {"held_step_s": seen["hold_s"] / (seen["runs"] * count)}


if __name__ == "__main__":
    sys.exit(main())
