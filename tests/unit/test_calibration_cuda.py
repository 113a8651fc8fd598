"""The whole measurement of a GPU against a made-up `torch.cuda` on top of the real torch of a CPU.

It shows that the road holds together: every part is asked, kept, fitted and checked. What times a
GPU takes, and whether its libraries agree, only `tests/device` can show.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.test_calibration_device import FakeNvml
from twin.calibration import operations, session, unseen
from twin.calibration.fitting import fit
from twin.calibration.kernels import Task
from twin.calibration.measuring import measure
from twin.physics.transformer import Transformer

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")


class Event:
    """Reads the clock where a GPU would."""

    def __init__(self, enable_timing: bool) -> None: ...

    def record(self) -> None:
        self.at_s = time.perf_counter()

    def elapsed_time(self, end: Event) -> float:
        return max(end.at_s - self.at_s, 1e-6) * 1e3


class Graph:
    """Captures nothing and replays as much."""

    def replay(self) -> None: ...


@contextmanager
def _nothing(*_: object) -> Any:
    yield


class MadeUpCuda:
    """What torch asks besides is answered by the real one."""

    Event = Event
    CUDAGraph = Graph
    graph = staticmethod(_nothing)
    stream = staticmethod(_nothing)

    def __init__(self, facts: Any) -> None:
        self.get_device_properties = lambda index: facts

    def __getattr__(self, name: str) -> Any:
        return getattr(torch.cuda, name)

    def Stream(self) -> Any:
        return SimpleNamespace(wait_stream=lambda other: None)

    def current_stream(self) -> Any:
        return self.Stream()

    def synchronize(self) -> None: ...

    def _sleep(self, cycles: int) -> None: ...

    def device_count(self) -> int:
        return 1

    def is_available(self) -> bool:
        return True


class MadeUp:
    """torch, with a GPU that lies in the memory of the CPU."""

    def __init__(self) -> None:
        facts = SimpleNamespace(
            name="NVIDIA H100 80GB HBM3", uuid="b", multi_processor_count=132,
            total_memory=8e10, L2_cache_size=2**20,
        )  # fmt: skip
        self.cuda = MadeUpCuda(facts)

    def __getattr__(self, name: str) -> Any:
        found = getattr(torch, name)
        if name not in ("randn", "ones", "zeros", "empty", "randint"):
            return found

        def made(*given: Any, device: Any = None, **named: Any) -> Any:
            return found(*given, **named)

        return made


SMALL = {"heads": 4, "kv_heads": 2, "head_dim": 64}


def _tasks(quick: bool, accelerator: bool) -> list[Task]:
    found = [Task("gemm", {"m": m, "n": n, "k": 64}) for m in (1, 4, 16) for n in (64, 128)]
    for op in ("attention_decode", "attention_prefill", "attention_train"):
        found += [Task(op, {"batch": 1, "tokens": t, **SMALL}) for t in (16, 32, 64)]
    ops = ("add", "norm", "gate", "rotate", "cross_entropy", "adamw", "copy")
    return found + [Task(op, {"elements": 4096 * 2**step}) for op in ops for step in (0, 2, 4)]


ROOMS = (
    "torch_device", "operations", "stopwatch", "host_times", "unseen", "session", "measuring",
    "all_reduce",
)  # fmt: skip


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeNvml:
    """A machine with one H100 that is quick to measure."""
    nvml = FakeNvml()
    made = MadeUp()
    for room in ROOMS:
        monkeypatch.setattr(f"twin.calibration.{room}.load_torch", lambda: made)
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setitem(operations.POOL_BYTES, "cuda", 2**22)
    monkeypatch.setattr(session, "tasks", _tasks)
    monkeypatch.setattr(session, "products_in", lambda d, q: [Task("gemm", t.shape, d)
                        for t in _tasks(True, True) if t.op == "gemm"])  # fmt: skip
    monkeypatch.setitem(unseen.UNSEEN, "cuda", Transformer(2, 96, 4, 2, 64, 160, 512, tied=False))
    monkeypatch.setitem(unseen.STEPS, "cuda", (("decode", 2, 24), ("prefill", 1, 40),
                                               ("train", 1, 40)))  # fmt: skip
    monkeypatch.setattr(session, "_GAPPED", Task("gemm", {"m": 64, "n": 64, "k": 64}))
    monkeypatch.setattr(session, "_HELD", {
        "large": Task("gemm", {"m": 64, "n": 64, "k": 64}),
        "stream": Task("copy", {"elements": 2**16}),
        "small": Task("gemm", {"m": 1, "n": 64, "k": 64}),
    })  # fmt: skip
    return nvml


def test_a_gpu_is_measured_from_rest_to_unseen_steps(gpu: FakeNvml, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    raw = measure("cuda", quick=True, journal=journal, caps=(0.8,))
    launches = {(s["op"], s["launch"]) for s in raw["samples"]}
    assert {("gemm", "graph"), ("gemm", "eager"), ("attention_train", "graph")} <= launches
    assert {s["backend"] for s in raw["samples"] if s["op"] == "attention_decode"} == {
        "FLASH_ATTENTION"
    }
    assert "float16" in {s["dtype"] for s in raw["samples"]}
    assert "without_nvfp4" in raw["conditions"]
    assert raw["conditions"]["matched_by"] == "uuid"
    power = raw["measured"]["power"]
    assert [row["work"] for row in power["held"]] == ["large", "stream", "small"]
    assert {row["cap_w"] for row in power["caps"]} == {560.0}
    assert gpu.caps_mw == [560_000, 700_000]
    assert raw["measured"]["host"]["graph_launch_s"] >= 0
    assert {(row["kind"], row["launch"]) for row in raw["measured"]["unseen"]} == {
        ("decode", "eager"), ("decode", "graph"), ("prefill", "eager"), ("train", "eager"),
    }  # fmt: skip
    profile = fit(raw)
    assert profile.device.name == "NVIDIA H100 80GB HBM3"
    assert len(profile.validation) == 4
    again = measure("cuda", quick=True, journal=journal, caps=(0.8,))
    assert again["samples"] == raw["samples"]
    assert gpu.caps_mw == [560_000, 700_000], "a second run goes on where the first has ended"


def test_a_hot_gpu_without_a_counter_is_marked_and_measured(
    gpu: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu.missing = {"counter": True, "rights": True}
    gpu.reasons = 0x20
    raw = measure("cuda", quick=True, caps=(0.7,))
    assert any("software thermal slowdown" in mark for mark in raw["marks"])
    assert raw["conditions"]["energy_counter"] is False
    assert {row["power_from"] for row in raw["measured"]["power"]["held"]} == {"power readings"}
    assert raw["measured"]["power"]["caps"][0]["refused"] == "Insufficient Permissions"
    assert fit(raw).marks == raw["marks"]
