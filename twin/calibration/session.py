"""One measurement on one device, part by part, each answer kept in a journal as it comes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from twin.calibration.all_reduce import all_reduce_rows
from twin.calibration.host_times import host_times
from twin.calibration.journal import Journal
from twin.calibration.kernels import Task, products_in, tasks, work_of
from twin.calibration.nvml import Meter
from twin.calibration.operations import (
    DTYPES,
    ELEMENT_BYTES,
    MORE_DTYPES,
    Pool,
    absent,
    backend_of,
    pinned,
    runner,
)
from twin.calibration.power import hold, settled, step_response, under_caps, with_gaps
from twin.calibration.stopwatch import Stopwatch, median_and_min
from twin.calibration.torch_device import load_torch
from twin.calibration.unseen import STEPS, UNSEEN, step, weights_of

Told = Callable[[float, str], None]
"""Told the share done and what is being measured."""
BUSY_LOAD = 1.5
"""Waiting processes a core above which a CPU is not its own."""
_SHARES = {"samples": 0.6, "host": 0.65, "power": 0.85, "all_reduce": 0.9, "unseen": 1.0}
_BATCH = 32
_HELD = {
    "large": Task("gemm", {"m": 4096, "n": 4096, "k": 4096}),
    "stream": Task("copy", {"elements": 2**28}),
    "small": Task("gemm", {"m": 8, "n": 8192, "k": 8192}),
    "middle": Task("gemm", {"m": 256, "n": 8192, "k": 8192}),
    "wide": Task("gemm", {"m": 96, "n": 8192, "k": 8192}),
}
"""Work that is held for the power law."""
_GAPPED = Task("gemm", {"m": 8192, "n": 8192, "k": 8192})
_REST_ALONE_S = 0.01
_GAPS_S = (0.0, 2e-4, 4e-4, 6e-4, 9e-4, 1.4e-3, 2e-3, 3e-3, 6e-3, _REST_ALONE_S)
_GAPPED_RUNS = 16
"""Work that is held with rests after each run, for the voltage at lower clocks; the last rest
stands alone."""


class Session:
    """What a measurement measures with, and what it has."""

    def __init__(
        self, device: str, quick: bool, reader: Meter | None, kept: Journal, told: Told
    ) -> None:
        self.device = device
        self.quick = quick
        self.reader = reader
        self.kept = kept
        self.told = told
        self.watch = Stopwatch(device)
        self.hold_s = 2.0 if quick else 10.0
        self.lacks: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.backends: dict[str, str] = {}
        """Attention kernel of each operation: steps are measured with those of the samples."""
        self.rounds = 1 if device == "cuda" else 2
        """Neighbours on a shared processor slow everything for seconds: rounds stand apart."""

    def once(self, name: str, ask: Callable[[], Any]) -> Any:
        """The answer of the journal, or a new one that goes there."""
        return self.kept[name] if name in self.kept else self.kept.put(name, ask())

    def idle(self) -> None:
        """Power of the cold device, before anything has warmed it."""
        if self.reader is not None:
            reader = self.reader
            self.once("idle", lambda: hold(reader, None, self.hold_s))

    def samples(self) -> list[dict[str, Any]]:
        """Every task in the device's first format, then products in the others that it has."""
        whole = [(DTYPES[self.device], tasks(self.quick, self.device == "cuda"))]
        if self.device == "cuda":
            lacks = {dtype: absent("cuda", dtype) for dtype in MORE_DTYPES}
            self.lacks = {dtype: why for dtype, why in lacks.items() if why}
            whole += [(d, products_in(d, self.quick)) for d in MORE_DTYPES if not lacks[d]]
        every = [(dtype, task) for dtype, todo in whole for task in todo]
        rounds = [self._round(every, index) for index in range(self.rounds)]
        return [_fastest(same) for same in zip(*rounds, strict=True)]

    def _round(self, every: list[tuple[str, Task]], index: int) -> list[dict[str, Any]]:
        """Every task once."""
        pools: dict[str, Pool] = {}
        found: list[dict[str, Any]] = []
        for done, (dtype, task) in enumerate(every, start=1):
            name = f"{dtype} {task.name} round {index}"
            if name not in self.kept:
                if dtype not in pools:
                    pools = {dtype: Pool(self.device, dtype)}
                self.kept.put(name, self._sampled(task, pools[dtype]))
            found += self.kept[name]
            share = (index + done / len(every)) / self.rounds
            self.told(_SHARES["samples"] * share, task.op)
        return found

    def _sampled(self, task: Task, pool: Pool) -> list[dict[str, Any]]:
        """One task, called and, on a GPU, replayed as a graph; nothing where a GPU's libraries
        refuse the shape, and `refused` says why.
        """
        try:
            return self._readings(task, pool)
        except RuntimeError as error:
            if self.device != "cuda":
                raise
            self.refused[f"{pool.dtype} {task.name}"] = str(error).splitlines()[0][:200]
            return []

    def _readings(self, task: Task, pool: Pool) -> list[dict[str, Any]]:
        run = runner(task, pool)
        budget_s = 0.035 if self.quick else (0.1 if self.device == "cuda" else 0.4)
        backend = self._backend(task.op, pool)
        with pinned(backend):
            readings = {"eager": self.watch.eager(run, budget_s)}
            once_s = median_and_min(readings["eager"])[0]
            replayed = self.watch.graph(run, budget_s, once_s) if self.device == "cuda" else ""
        if isinstance(replayed, list):
            readings["graph"] = replayed
        flop, byte = work_of(task.op, task.shape, ELEMENT_BYTES[pool.dtype])
        state = self._state()
        return [
            {
                "op": task.op, "dtype": pool.dtype, "shape": task.shape, "launch": launch,
                "t_s_median": median_and_min(seen)[0], "t_s_min": median_and_min(seen)[1],
                "n": len(seen), "flops": flop, "bytes": byte, "backend": backend, **state,
            }
            for launch, seen in readings.items()
        ]  # fmt: skip

    def _backend(self, op: str, pool: Pool) -> str:
        """The attention kernel of an operation: one for all its shapes, samples and steps alike."""
        if op not in self.backends:
            same = [task for task in tasks(self.quick, self.device == "cuda") if task.op == op]
            some = [same[0], same[len(same) // 2], same[-1]] if same else []
            self.backends[op] = backend_of(some, pool)
        return self.backends[op]

    def _state(self) -> dict[str, Any]:
        """Clock, temperature and reasons of the clock just after a sample; only what is known."""
        if self.reader is None:
            return {}
        reader = self.reader
        known = {"sm_clock_hz": reader.clock_hz(), "temperature_degc": reader.temperature_degc()}
        said = {key: value for key, value in known.items() if value is not None}
        return said | {"throttle": reader.throttle()}

    def host(self) -> dict[str, float]:
        """What the host spends."""
        self.told(_SHARES["samples"], "host")
        times: dict[str, float] = self.once("host", lambda: host_times(self.device, self.watch))
        return times

    def power(self, caps: tuple[float, ...]) -> dict[str, Any]:
        """Power at rest, held, stepped and capped; empty without NVML."""
        reader = self.reader
        if reader is None:
            return {}
        self.told(_SHARES["host"], "power")
        pool = Pool(self.device)
        works = {name: _batched(runner(task, pool)) for name, task in _HELD.items()}
        some = {name: works[name] for name in ("large", "stream")}
        held = [self._held(reader, name, run) for name, run in works.items()]
        stepped = self.once(
            "step", lambda: step_response(reader, works["large"], 1.0 if self.quick else 3.0)
        )
        gapped = self.once(
            "gaps", lambda: with_gaps(reader, self._gapped(pool), _GAPS_S, self.hold_s / 4)
        )
        capped = self.once("caps", lambda: under_caps(reader, some, caps, self.hold_s))
        facts = {"batch": _GAPPED_RUNS, **_asked(_GAPPED)}
        rested = [(facts if row["gap_s"] < _REST_ALONE_S else {}) | row for row in gapped]
        return {
            "idle": self.kept["idle"], "held": held, "step": stepped, "gaps": rested,
            "caps": capped,
        }  # fmt: skip

    def _gapped(self, pool: Pool) -> Callable[[float], Callable[[], object]]:
        """For a length of rest, a work that rests so long after each of its runs."""
        run = runner(_GAPPED, pool)
        torch = load_torch()
        clock_hz = (self.reader.facts() if self.reader else {}).get("max_clock_hz", 1e9)

        def resting(gap_s: float) -> Callable[[], object]:
            def once() -> None:
                if gap_s < _REST_ALONE_S:
                    run()
                if gap_s:
                    torch.cuda._sleep(int(gap_s * clock_hz))

            return _batched(once, _GAPPED_RUNS)

        return resting

    def _held(self, reader: Meter, name: str, run: Callable[[], object]) -> dict[str, Any]:
        """Power under one work, with what one run of it does."""
        seen = self.once(f"held {name}", lambda: settled(reader, run, self.hold_s))
        return {"work": name, "batch": _BATCH, **_asked(_HELD[name]), **seen}

    def exchanged(self) -> list[dict[str, float]]:
        """All-reduce, where there are several GPUs."""
        if self.device != "cuda" or load_torch().cuda.device_count() < 2:
            return []
        self.told(_SHARES["power"], "all_reduce")
        rows: list[dict[str, float]] = self.once(
            "all_reduce", lambda: all_reduce_rows(self.device, self.quick)
        )
        return rows

    def unseen(self) -> list[dict[str, Any]]:
        """Steps of a net whose shapes are not among the samples."""
        self.told(_SHARES["all_reduce"], "unseen steps")
        rows: list[dict[str, Any]] = self.once("unseen", self._steps)
        self.told(1.0, "done")
        return rows

    def _steps(self) -> list[dict[str, Any]]:
        net = UNSEEN[self.device]
        dtype = getattr(load_torch(), DTYPES[self.device])
        weights = weights_of(net, self.device, dtype)
        runs = [(s, step(net, weights, self.device, *s)) for s in STEPS[self.device]]
        pool = Pool(self.device)
        for kind, *_ in STEPS[self.device]:
            self._backend(f"attention_{kind}", pool)
        rounds = [
            [row for asked, run in runs for row in self._step_rows(asked, run)]
            for _ in range(2 * self.rounds - 1)
        ]
        return [_fastest(same) for same in zip(*rounds, strict=True)]

    def _step_rows(
        self, asked: tuple[str, int, int], run: Callable[[], object]
    ) -> list[dict[str, Any]]:
        """One step, called and, where it decodes on a GPU, replayed."""
        kind, batch, seq = asked
        graphs = kind == "decode" and self.device == "cuda"
        with pinned(self.backends.get(f"attention_{kind}", "")):
            seen = {"eager": self.watch.eager(run, 1.2 / self.rounds)}
            replayed = self.watch.graph(run, 1.2) if graphs else ""
        if isinstance(replayed, list):
            seen["graph"] = replayed
        return [
            {"kind": kind, "batch": batch, "tokens": seq, "launch": launch, "n": len(readings),
             "t_s_median": median_and_min(readings)[0], "t_s_min": median_and_min(readings)[1]}
            for launch, readings in seen.items()
        ]  # fmt: skip

    def others(self) -> str:
        """What else runs on the device, in words; empty where nothing does."""
        if self.reader is not None:
            count = self.reader.others()
            return f"{count} other processes on the device" if count else ""
        cores = os.cpu_count() or 1
        load = os.getloadavg()[0]
        crowded = self.device == "cpu" and load > BUSY_LOAD * cores
        return f"load average {load:.1f} on {cores} cores" if crowded else ""

    def conditions(self, found: Meter | str) -> dict[str, Any]:
        """How it was measured."""
        nvml = found.conditions() if isinstance(found, Meter) else {"nvml": found}
        lacks = {f"without_{dtype}": why for dtype, why in self.lacks.items()}
        return {
            "quick": self.quick, "input": "normal(0, 0.1)", "load_average": os.getloadavg()[0],
            "l2_flushed": self.device == "cuda", **nvml, **lacks,
            **{f"refused {name}": why for name, why in self.refused.items()},
        }  # fmt: skip


def _fastest(same: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Readings of one thing in several rounds, as those of its fastest round."""
    best = min(same, key=lambda row: row["t_s_median"])
    least = min(row["t_s_min"] for row in same)
    return best | {"t_s_min": least, "n": sum(row["n"] for row in same)}


def _asked(task: Task) -> dict[str, float]:
    """FLOP and bytes of one run of a held work."""
    flop, byte = work_of(task.op, task.shape, ELEMENT_BYTES[DTYPES["cuda"]])
    return {"flops": flop, "bytes": byte}


def _batched(run: Callable[[], object], times: int = _BATCH) -> Callable[[], object]:
    """Many launches for each wait, so that the GPU never runs dry."""
    torch = load_torch()

    def many() -> None:
        for _ in range(times):
            run()
        torch.cuda.synchronize()

    return many
