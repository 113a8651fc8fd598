"""What the host spends on a step, a layer and a sequence, measured by itself."""

from __future__ import annotations

from typing import Any

from twin.calibration.kernels import Task
from twin.calibration.operations import DTYPES, Pool, runner
from twin.calibration.stopwatch import Stopwatch, wall_s
from twin.calibration.torch_device import load_torch
from twin.calibration.unseen import step, weights_of
from twin.physics.transformer import Transformer

_LAYERS = (1, 9)
_SEQUENCES = (1, 64)


def host_times(device: str, watch: Stopwatch) -> dict[str, float]:
    """Seconds of the host, with work on the device too small to count.

    host_layer_s      to queue one layer of an eager step, once more
    host_step_s       to queue the rest of a step and to wait for its tokens
    host_sequence_s   to pick and to book the token of one sequence more
    launch_s          of one eager kernel; `graph_launch_s` of one graph, on a GPU
    """
    few, many = (_step_s(device, layers) for layers in _LAYERS)
    layer_s = max((many - few) / (_LAYERS[1] - _LAYERS[0]), 0.0)
    alone, together = (_booking_s(device, sequences) for sequences in _SEQUENCES)
    sequence_s = max((together - alone) / (_SEQUENCES[1] - _SEQUENCES[0]), 0.0)
    kernel = runner(Task("add", {"elements": 1}), Pool(device, "", 2**20))
    times = {
        "host_layer_s": layer_s,
        "host_step_s": max(few - layer_s, 0.0) + alone,
        "host_sequence_s": sequence_s,
        "launch_s": wall_s(kernel, 200),
    }
    if device == "cuda":
        times["graph_launch_s"] = wall_s(watch.capture(kernel).replay, 200)
    return times


def _step_s(device: str, layers: int) -> float:
    """Wall time to queue an eager decoding step of a net too small to keep the device busy."""
    torch = load_torch()
    net = Transformer(layers, 64, 1, 1, 64, 64, 64, tied=False)
    weights = weights_of(net, device, getattr(torch, DTYPES[device]))
    return wall_s(step(net, weights, device, "decode", 1, 16))


def _booking_s(device: str, sequences: int) -> float:
    """Wall time to take the likeliest token of each sequence home and to append it."""
    torch = load_torch()
    logits = torch.randn(sequences, 1024, device=device)
    books: list[list[int]] = [[] for _ in range(sequences)]

    def run() -> Any:
        for book, token in zip(books, logits.argmax(dim=-1).tolist(), strict=True):
            book.append(token)

    return wall_s(run)
